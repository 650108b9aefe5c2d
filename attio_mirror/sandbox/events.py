"""What happened, in the words of Attio's webhooks: ids and an actor, never values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .answer import Json

TYPES = frozenset(
    [
        "call-recording.created",
        *(f"comment.{verb}" for verb in ("created", "resolved", "unresolved", "deleted")),
        *(f"list.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"list-attribute.{verb}" for verb in ("created", "updated")),
        *(f"list-entry.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"object-attribute.{verb}" for verb in ("created", "updated")),
        *(f"note.{verb}" for verb in ("created", "updated", "deleted")),
        "note-content.updated",
        *(f"record.{verb}" for verb in ("created", "merged", "updated", "deleted")),
        *(f"task.{verb}" for verb in ("created", "updated", "deleted")),
        "workspace-member.created",
    ]
)
"""The 27 event types of Attio's OpenAPI document."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `as_json` is how a delivery carries it."""

    event_type: str
    id: dict[str, str]
    actor: dict[str, Json]
    extra: dict[str, Json] = field(default_factory=dict)
    at: datetime = field(kw_only=True)

    def as_json(self) -> dict[str, Json]:
        return {"event_type": self.event_type, "id": dict(self.id), "actor": dict(self.actor), **self.extra}
