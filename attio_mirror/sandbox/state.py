"""Everything the workspace knows, and the few look-ups all parts share. No rules here."""

from __future__ import annotations

from collections.abc import Callable

from .answer import Json
from .clock import Clock
from .events import Event
from .ids import Ids
from .nouns import Actor, AttioList, AttioObject, Attribute, Catalog, Entry, Holder, Member, Target, Token, Webhook
from .readings import Readings


class State:
    """One workspace in memory."""

    def __init__(self, clock: Clock, readings: Readings, ids: Ids, name: str, slug: str) -> None:
        self.clock = clock
        self.readings = readings
        self.ids = ids
        self.name = name
        self.slug = slug
        self.workspace_id = ids.uuid()
        self.https_only = True
        """Whether webhook targets must be https, as on the real service."""
        self.objects: Catalog[AttioObject] = Catalog()
        self.lists: Catalog[AttioList] = Catalog()
        self.members: dict[str, Member] = {}
        self.tokens: dict[str, Token] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.disabled: frozenset[str] = frozenset()
        """Slugs of standard objects that are switched off."""
        self.incoming: dict[str, dict[tuple[Holder, Attribute], None]] = {}
        """Record id → who refers to it."""
        self.entries: dict[str, dict[str, Entry]] = {}
        """Record id → its list entries by id."""
        self.merging: dict[str, str] = {}
        """Record id → stamp until which an asynchronous merge of it lasts."""
        self.pending: list[tuple[str, Callable[[], None]]] = []
        """Work to be finished later: (stamp, what to do)."""
        self.unsaid: list[Event] = []
        """Events of the request under way; listeners hear of them once it is complete."""

    def record(self, object_id: str, record_id: str) -> Holder | None:
        return self.objects[object_id].holders.get(record_id)

    def member_by_email(self, email: str) -> Member | None:
        wanted = email.strip().lower()
        return next((member for member in self.members.values() if member.email.lower() == wanted), None)

    def emit(self, event_type: str, ids: dict[str, str], actor: Actor, **extra: Json) -> None:
        identified = {"workspace_id": self.workspace_id, **ids}
        self.unsaid.append(Event(event_type, identified, actor.as_json(), extra, at=self.clock.now()))


def target_key(target: Target) -> str:
    """The name of a target's id in ids and events."""
    return "object_id" if target.kind == "objects" else "list_id"
