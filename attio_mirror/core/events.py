"""A webhook delivery: whether it is Attio's, and what it says happened.

Deliveries carry ids and an actor, no values, and promise no order; they are hints to read again. Attio signs the raw
body with HMAC-SHA256 in lower-case hex, without a time (Attio's docs: webhooks).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from .errors import Json
from .values import Actor


class EventKind(StrEnum):
    """The event types of Attio's OpenAPI document; UNKNOWN for what it may add."""

    RECORD_CREATED = "record.created"
    RECORD_UPDATED = "record.updated"
    RECORD_DELETED = "record.deleted"
    RECORD_MERGED = "record.merged"
    LIST_ENTRY_CREATED = "list-entry.created"
    LIST_ENTRY_UPDATED = "list-entry.updated"
    LIST_ENTRY_DELETED = "list-entry.deleted"
    OBJECT_ATTRIBUTE_CREATED = "object-attribute.created"
    OBJECT_ATTRIBUTE_UPDATED = "object-attribute.updated"
    LIST_ATTRIBUTE_CREATED = "list-attribute.created"
    LIST_ATTRIBUTE_UPDATED = "list-attribute.updated"
    LIST_CREATED = "list.created"
    LIST_UPDATED = "list.updated"
    LIST_DELETED = "list.deleted"
    NOTE_CREATED = "note.created"
    NOTE_UPDATED = "note.updated"
    NOTE_DELETED = "note.deleted"
    NOTE_CONTENT_UPDATED = "note-content.updated"
    TASK_CREATED = "task.created"
    TASK_UPDATED = "task.updated"
    TASK_DELETED = "task.deleted"
    COMMENT_CREATED = "comment.created"
    COMMENT_RESOLVED = "comment.resolved"
    COMMENT_UNRESOLVED = "comment.unresolved"
    COMMENT_DELETED = "comment.deleted"
    CALL_RECORDING_CREATED = "call-recording.created"
    WORKSPACE_MEMBER_CREATED = "workspace-member.created"
    UNKNOWN = ""

    @classmethod
    def _missing_(cls, _value: object) -> EventKind:
        return cls.UNKNOWN

    @property
    def is_about_schema(self) -> bool:
        """Whether an object's or a list's attributes changed. Options and statuses announce nothing (Attio's docs)."""
        return self.value.partition(".")[0] in ("object-attribute", "list-attribute")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, by ids. `extra` is the texts beside them: `duplicate_record_id`, `parent_record_id` …"""

    event_type: str
    ids: Mapping[str, str]
    actor: Actor = field(default_factory=Actor)
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> EventKind:
        return EventKind(self.event_type)

    @property
    def object_id(self) -> str | None:
        return self.ids.get("object_id")

    @property
    def record_id(self) -> str | None:
        """Of a merge, the surviving record."""
        return self.ids.get("record_id")

    @property
    def attribute_id(self) -> str | None:
        return self.ids.get("attribute_id")

    @property
    def duplicate_record_id(self) -> str | None:
        """Of a merge, the record that is gone."""
        return self.extra.get("duplicate_record_id")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST: usually one event, but more may come (Attio's docs)."""

    webhook_id: str
    events: tuple[Event, ...]


class BadDelivery(ValueError):
    """A body that is no delivery, whoever signed it."""


def parse_delivery(body: bytes) -> Delivery:
    """The delivery in a raw request body. Raises BadDelivery."""
    try:
        delivery = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadDelivery("the body is not JSON") from error
    if not isinstance(delivery, Mapping) or not isinstance(delivery.get("events"), list):
        raise BadDelivery("the body has no list of events")
    return Delivery(
        webhook_id=str(delivery.get("webhook_id") or ""), events=tuple(_event(event) for event in delivery["events"])
    )


def signature(secret: str, body: bytes) -> str:
    """What Attio puts into Attio-Signature for this raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_authentic(body: bytes, given: str | None, secrets: Sequence[str]) -> bool:
    """Whether `given` signs `body` with any current secret. Every secret is tried, in constant time; none means no."""
    offered = (given or "").strip().lower().encode(errors="replace")
    verdicts = [hmac.compare_digest(signature(secret, body).encode(), offered) for secret in secrets if secret]
    return any(verdicts)


def _event(event: Json) -> Event:
    if not isinstance(event, Mapping) or not isinstance(event.get("event_type"), str):
        raise BadDelivery("an event has no event_type")
    if not isinstance(event.get("id"), Mapping):
        raise BadDelivery("an event has no id")
    actor = event.get("actor")
    actor = actor if isinstance(actor, Mapping) else {}
    return Event(
        event_type=event["event_type"],
        ids=_texts(event["id"]),
        actor=Actor(type=str(actor.get("type") or ""), id=_text(actor.get("id"))),
        extra=_texts({name: part for name, part in event.items() if name not in ("event_type", "id", "actor")}),
    )


def _texts(parts: Mapping[str, Json]) -> dict[str, str]:
    return {name: part for name, part in parts.items() if isinstance(part, str)}


def _text(part: Json) -> str | None:
    return part if isinstance(part, str) else None
