"""The mail: what Attio announces by webhook, on its way to the inbox: late, in another order, twice, or never.

It comes through the view, signed, at the address of its connection; what comes to the neighbour's is turned away.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.test import RequestFactory

from attio_mirror.models import InboxEntry
from attio_mirror.sandbox.deliveries import signature
from attio_mirror.sandbox.events import Event
from attio_mirror.webhooks import WebhookView

from .doors import CONNECTIONS, other_than

view, requests = WebhookView.as_view(), RequestFactory()


class Fate(StrEnum):
    """What becomes of a delivery."""

    ARRIVES = "arrives"
    TWICE = "twice"
    """Under one key, as Attio repeats what it got no answer to."""
    LOST = "lost"
    ALL = "all"
    """With all that were under way, joined to one, the last event first."""
    ASTRAY = "astray"
    """At the neighbour's first, and then at its own address."""


@dataclass
class Mail:
    """Deliveries under way to one connection. Those of its neighbour have the same keys."""

    alias: str
    under_way: list[tuple[str, object]] = field(default_factory=list)
    posted: int = 0
    delivered: dict[str, list[Any]] = field(default_factory=dict)
    """The events of all that arrived, by key."""

    def hear(self, event: Event) -> None:
        """The world listens to nobody and tells everybody."""
        self.posted += 1
        self.under_way.append((f"key {self.posted}", event.as_json()))

    def meet(self, fate: Fate, which: int, *, astray: bool) -> None:
        """One delivery, or all, meets its fate. `astray`: there is somewhere else to go."""
        if not self.under_way:
            return
        if fate == Fate.ALL:
            events = [event for _, event in reversed(self.under_way)]
            key, _ = self.under_way[0]
            self.under_way.clear()
            self._deliver(key, events)
            return
        key, event = self.under_way[which % len(self.under_way)]
        if fate == Fate.ASTRAY and astray:
            assert self._post(other_than(self.alias), key, [event]) == 403, "the neighbour's inbox took what is not its"
        if fate != Fate.TWICE:
            self.under_way.remove((key, event))
        if fate != Fate.LOST:
            self._deliver(key, [event])

    def _deliver(self, key: str, events: list[Any]) -> None:
        assert self._post(self.alias, key, events) == 200
        self.delivered.setdefault(key, events)

    def _post(self, to: str, key: str, events: list[Any]) -> int:
        body = json.dumps({"webhook_id": "w", "events": events}).encode()
        [secret] = CONNECTIONS[self.alias]["WEBHOOK_SECRETS"]
        headers = {"Attio-Signature": signature(secret, body), "Idempotency-Key": key}
        request = requests.post(f"/{to}/", body, content_type="application/json", headers=headers)
        return view(request, alias=to).status_code

    def is_in_its_own_inbox(self, connection_id: int) -> bool:
        """Whether what arrived lies in the inbox of its connection, and nothing else does."""
        stored = InboxEntry.objects.filter(connection=connection_id).values_list("idempotency_key", "body")
        return {key: body["events"] for key, body in stored} == self.delivered
