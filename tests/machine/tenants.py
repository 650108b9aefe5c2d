"""One tenant of a run: its people, its mail, and the account of what our requests have read and overwritten there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from attio_mirror.models import Connection

from .account import Account
from .facets import FACETS
from .hands import Hands
from .mail import Mail
from .scene import Scene


@dataclass
class Tenant:
    """All that belongs to one connection, and to no other."""

    hands: Hands
    mail: Mail
    last_read: list[dict[str, int]] = field(default_factory=lambda: [{}, {}])
    """When a record was last read: by the work under way, and by work that interrupts it."""

    @property
    def scene(self) -> Scene:
        return self.hands.scene

    @property
    def account(self) -> Account:
        return self.hands.account

    @property
    def connection(self) -> Connection:
        return self.scene.connection

    def watch(self, request: requests.PreparedRequest, level: int) -> Callable[[requests.Response | None], None]:
        """Look at one request, and then at its answer."""
        path = str(urlsplit(request.url or "").path).split("/")
        method, read = request.method, self.last_read[level]
        if path[-1] == "query":
            return lambda response: self._has_read(response, read)
        if method == "GET":
            return lambda _: None
        slug = path[3]
        if method in ("PATCH", "PUT") and path[-1] != "records":
            assert path[-1] in read, f"{method} {path[-1]} without looking first"
        before = self.scene.records(slug)
        return lambda _: self._has_written(slug, before, read)

    def _has_read(self, response: requests.Response | None, read: dict[str, int]) -> None:
        if response is not None and response.status_code == 200:
            try:
                found = json.loads(response.content)["data"]
            except ValueError:
                return
            read.update({one["id"]["record_id"]: self.account.n for one in found})

    def _has_written(self, slug: str, before: dict[str, Any], read: dict[str, int]) -> None:
        after = self.scene.records(slug)
        for record_id in before.keys() & after.keys():
            for facet in (facet for facet in FACETS.values() if facet.object == slug):
                was, now = (self.scene.held(facet, records[record_id]) for records in (before, after))
                subject, since = f"record {record_id}", read.get(record_id, 0)
                if facet.multi:
                    for element in set(was) ^ set(now):
                        self.account.pushed_aside(subject, facet.slug, element, since)
                elif was != now:
                    self.account.overwritten(subject, facet.slug, was[0] if was else None, since)
