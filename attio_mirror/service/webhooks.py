"""Webhook subscriptions: where Attio should announce what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from ..core.errors import Json
from .door import Door, path
from .wire import blank, rows, text

Subscription = Mapping[str, Json]
"""`{"event_type": …, "filter": … or None}`; Attio refuses one without the key `filter`."""


@dataclass(frozen=True, slots=True)
class WebhookInfo:
    """A webhook. Its secret is shown once, by the answer that creates it."""

    webhook_id: str
    workspace_id: str
    target_url: str
    status: str
    """`active`, `degraded` (deliveries fail, still tried) or `inactive` (gets nothing any more)."""
    subscriptions: tuple[Mapping[str, Json], ...]
    created_at: str
    secret: str = field(default="", repr=False)

    @classmethod
    def read(cls, wire: Json) -> Self:
        """A row of `GET /v2/webhooks`, or the answer of the POST."""
        return cls(
            webhook_id=text(wire, "id", "webhook_id"),
            workspace_id=text(wire, "id", "workspace_id"),
            target_url=text(wire, "target_url"),
            status=text(wire, "status"),
            subscriptions=tuple(rows(wire, "subscriptions")),
            created_at=blank(wire, "created_at"),
            secret=blank(wire, "secret"),
        )


class Webhooks(Door):
    """A lost secret cannot be read again, and an inactive webhook cannot be revived: delete it and create another."""

    def webhooks(self) -> list[WebhookInfo]:
        """All of them, without secrets."""
        return self._pages(WebhookInfo.read, path("webhooks"))

    def webhook(self, webhook_id: str) -> WebhookInfo:
        """One, without its secret."""
        return self._one(WebhookInfo.read, "GET", path("webhooks", webhook_id))

    def create_webhook(self, target_url: str, subscriptions: Sequence[Subscription]) -> WebhookInfo:
        """The only answer that shows the secret: keep it at once."""
        data = {"target_url": target_url, "subscriptions": [dict(each) for each in subscriptions]}
        return self._one(_with_secret, "POST", path("webhooks"), json={"data": data})

    def update_webhook(
        self, webhook_id: str, *, target_url: str | None = None, subscriptions: Sequence[Subscription] | None = None
    ) -> WebhookInfo:
        """Change the address, or replace the whole list of subscriptions."""
        data: dict[str, Json] = {}
        if target_url is not None:
            data["target_url"] = target_url
        if subscriptions is not None:
            data["subscriptions"] = [dict(each) for each in subscriptions]
        return self._one(WebhookInfo.read, "PATCH", path("webhooks", webhook_id), json={"data": data})

    def delete_webhook(self, webhook_id: str) -> None:
        """End the subscription."""
        self._client.request("DELETE", path("webhooks", webhook_id))


def _with_secret(wire: Json) -> WebhookInfo:
    text(wire, "secret")
    return WebhookInfo.read(wire)
