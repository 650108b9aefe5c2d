"""Webhook deliveries: signed, at least once, retried for three days, in no promised order.

Sources: Attio's guide on webhooks for the headers, the signature, the ten retries over about three days, the 25
deliveries a second and what becomes of a failing webhook. How the retries are spaced is published nowhere: ours triple.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import requests

from .answer import Json
from .events import Event
from .limits import Limits
from .subscriptions import wants
from .world import World

Post = Callable[[str, Mapping[str, str], bytes], int]

RETRIES = 10
FIRST_RETRY = timedelta(seconds=9)
GROWTH = 3
"""Nine seconds, tripled nine times, come to three days in all."""

GIVE_UP_AFTER = timedelta(days=7)
"""How long a degraded webhook is still served before it becomes inactive."""

PATIENCE = 5.0
"""Seconds we wait for a receiver; second-hand knowledge, Attio publishes no number."""


@dataclass(slots=True)
class Delivery:
    """One message to one webhook; its key stays the same over retries and duplicates."""

    webhook_id: str
    key: str
    events: list[Json]
    due_at: datetime
    attempts: int = 0

    @property
    def body(self) -> bytes:
        message = {"webhook_id": self.webhook_id, "events": self.events}
        return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, body: bytes) -> str:
    """Lower-case hex HMAC-SHA256 of the raw body, keyed with the secret as text."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send one delivery over HTTP; 0 when no answer came."""
    try:
        return requests.post(url, data=body, headers=dict(headers), timeout=PATIENCE, allow_redirects=False).status_code
    except requests.RequestException:
        return 0


class Deliveries:
    """Listens to the world and keeps what is still to be delivered; nothing is sent until `deliver()`."""

    def __init__(
        self,
        world: World,
        post: Post = post,
        *,
        per_second: int | None = None,
    ) -> None:
        self.world = world
        self.arrived = threading.Event()
        self._post = post
        self._lock = threading.RLock()
        self._limits = Limits(defaultdict(lambda: per_second)) if per_second else None
        self._waiting: list[Delivery] = []
        self._degraded_at: dict[str, datetime] = {}
        world.listeners.append(self._hear)

    def pending(self) -> list[Delivery]:
        """What has not been delivered yet, in the order in which it would be sent."""
        with self._lock:
            return list(self._waiting)

    def deliver(self) -> list[int]:
        """Send what is due by the world's clock; the statuses answered. Never holds the lock while talking."""
        self.arrived.clear()
        statuses = []
        for delivery in self._take_due():
            status = self._send(delivery)
            if status is not None:
                self._settle(delivery, status)
                statuses.append(status)
        return statuses

    def lose(self, count: int = 1) -> list[Delivery]:
        """The first pending deliveries vanish, as if the network had swallowed all attempts."""
        with self._lock:
            lost, self._waiting = self._waiting[:count], self._waiting[count:]
            return lost

    def duplicate(self, count: int = 1) -> None:
        """The first pending deliveries will be sent twice, with the same Idempotency-Key."""
        with self._lock:
            self._waiting += [replace(delivery) for delivery in self._waiting[:count]]

    def shuffle(self, seed: int) -> None:
        """Put what is pending into another order, always the same for a seed."""
        with self._lock:
            random.Random(seed).shuffle(self._waiting)

    def batch(self, size: int) -> None:
        """Join what is pending into deliveries of up to `size` events for each webhook."""
        with self._lock:
            joined: list[Delivery] = []
            for delivery in self._waiting:
                last = next((one for one in reversed(joined) if one.webhook_id == delivery.webhook_id), None)
                if last and len(last.events) < size:
                    last.events += delivery.events
                else:
                    joined.append(replace(delivery, events=list(delivery.events)))
            self._waiting = joined

    def _hear(self, event: Event) -> None:
        said = event.as_json()
        with self._lock:
            for webhook in self.world.webhooks.values():
                if webhook.status != "inactive" and any(wants(one, said) for one in webhook.subscriptions):
                    self._waiting.append(Delivery(webhook.id, str(uuid.uuid4()), [said], self.world.clock.now()))
        self.arrived.set()

    def _take_due(self) -> list[Delivery]:
        with self._lock:
            self._give_up()
            due: list[Delivery] = []
            later: list[Delivery] = []
            for delivery in self._waiting:
                (due if self._is_due(delivery) else later).append(delivery)
            self._waiting = later
            return due

    def _is_due(self, delivery: Delivery) -> bool:
        now, webhook = self.world.clock.now(), self.world.webhooks.get(delivery.webhook_id)
        if delivery.due_at > now:
            return False
        return not (webhook and self._limits and self._limits.refused_until(webhook.target_url, now))

    def _give_up(self) -> None:
        for webhook_id, since in list(self._degraded_at.items()):
            if self.world.clock.now() - since < GIVE_UP_AFTER:
                continue
            del self._degraded_at[webhook_id]
            self._waiting = [delivery for delivery in self._waiting if delivery.webhook_id != webhook_id]
            if webhook_id in self.world.webhooks:
                self.world.webhooks[webhook_id].status = "inactive"

    def _send(self, delivery: Delivery) -> int | None:
        """One attempt; None when the webhook is gone, and the delivery with it."""
        with self._lock:
            webhook = self.world.webhooks.get(delivery.webhook_id)
            if webhook is None:
                return None
            url, body, signed = webhook.target_url, delivery.body, signature(webhook.secret, delivery.body)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": delivery.key,
            "Attio-Signature": signed,
            "X-Attio-Signature": signed,
        }
        return self._post(url, headers, body)

    def _settle(self, delivery: Delivery, status: int) -> None:
        with self._lock:
            delivery.attempts += 1
            webhook = self.world.webhooks.get(delivery.webhook_id)
            if webhook is None:
                return
            if 200 <= status < 300:
                if self._degraded_at.pop(webhook.id, None):
                    webhook.status = "active"
            elif delivery.attempts > RETRIES:
                self._degraded_at.setdefault(webhook.id, self.world.clock.now())
                webhook.status = "degraded"
            else:
                delivery.due_at = self.world.clock.now() + FIRST_RETRY * GROWTH ** (delivery.attempts - 1)
                self._waiting.append(delivery)
