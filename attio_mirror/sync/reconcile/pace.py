"""How many records one transaction settles, so that whoever saves meanwhile does not wait long.

Where one writer locks the whole database (SQLite), a save waits for the end of our transaction, and then has to find
the moment between two of ours: SQLite looks again after 25 ms if it has waited a tenth of a second, later only every
100 ms. So a transaction lasts about a tenth of a second there, on any machine, and after it we rest for one such look.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.db import connections, models, router

One = TypeVar("One")

TOGETHER = 100
"""Records in one transaction where others wait for those records alone."""
SPAN = 0.1
"""Seconds a transaction should last where others wait for its end."""
REST = 0.025
"""Seconds between two such transactions: the longest that somebody who has waited for one of them sleeps."""
FEWEST = 10
"""Below, what every transaction costs outweighs its records."""


class Pace:
    """The size of transactions, learned from those before: one for the process, as its database is one."""

    def __init__(self) -> None:
        self.size = TOGETHER // 2

    def parts(self, model: type[models.Model], records: Sequence[One]) -> Iterator[Sequence[One]]:
        """Cut records into transactions. The time until the next part is asked for is the time a part took."""
        shared = connections[router.db_for_write(model)].features.has_select_for_update
        start = 0
        while start < len(records):
            part = records[start : start + (TOGETHER if shared else self.size)]
            start += len(part)
            began = time.monotonic()
            yield part
            if shared:
                continue
            self.learn(len(part), time.monotonic() - began)
            if start < len(records):
                time.sleep(REST)

    def learn(self, records: int, seconds: float) -> None:
        """Aim at SPAN. Never more than doubled: one quick part may have had nothing to write."""
        if records >= FEWEST:
            fitting = round(records * SPAN / max(seconds, 0.001))
            self.size = max(FEWEST, min(fitting, 2 * self.size, 2 * TOGETHER))


PACE = Pace()
