"""The mail: what Attio announces by webhook, on its way to the inbox: late, in another order, twice, or never."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum

from attio_mirror.models import Connection
from attio_mirror.sandbox.events import Event
from attio_mirror.sync.inbox import receive


class Fate(StrEnum):
    """What becomes of a delivery."""

    ARRIVES = "arrives"
    TWICE = "twice"
    """Under one key, as Attio repeats what it got no answer to."""
    LOST = "lost"
    ALL = "all"
    """With all that were under way, joined to one, the last event first."""


@dataclass
class Mail:
    """Deliveries under way."""

    under_way: list[tuple[str, object]] = field(default_factory=list)
    posted: int = 0

    def hear(self, event: Event) -> None:
        """The world listens to nobody and tells everybody."""
        self.posted += 1
        self.under_way.append((f"key {self.posted}", event.as_json()))

    def meet(self, fate: Fate, which: int, connection: Connection) -> None:
        """One delivery, or all, meets its fate."""
        if not self.under_way:
            return
        if fate == Fate.ALL:
            events = [event for _, event in reversed(self.under_way)]
            key, _ = self.under_way[0]
            self.under_way.clear()
            _receive(connection, key, events)
            return
        key, event = self.under_way[which % len(self.under_way)]
        if fate != Fate.TWICE:
            self.under_way.remove((key, event))
        if fate != Fate.LOST:
            _receive(connection, key, [event])


def _receive(connection: Connection, key: str, events: list[object]) -> None:
    receive(connection, json.dumps({"webhook_id": "w", "events": events}).encode(), key)
