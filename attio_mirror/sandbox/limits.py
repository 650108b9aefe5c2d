"""Attio's rate limits: so many requests in each second of the clock, counted for the whole workspace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from .reply import next_second

READS_PER_SECOND = 100
WRITES_PER_SECOND = 25
"""Both: Attio's guide on rate limits."""


def kind(method: str, path: str) -> str:
    """`read` or `write`. A query is a POST that reads; public integrations spend it from the read budget."""
    asks = method == "GET" or (method == "POST" and path.rstrip("/").endswith(("/query", "/search")))
    return "read" if asks else "write"


class Limits:
    """Counts requests per second of the clock, by kind. A refused request costs nothing."""

    def __init__(self, per_second: Mapping[str, int]) -> None:
        self.per_second = per_second
        self._second = -1
        self._spent: Counter[str] = Counter()

    def refused_until(self, kind: str, now: datetime) -> datetime | None:
        """When to come back, or None and the request is counted."""
        if int(now.timestamp()) != self._second:
            self._second = int(now.timestamp())
            self._spent.clear()
        if self._spent[kind] >= self.per_second[kind]:
            return next_second(now)
        self._spent[kind] += 1
        return None
