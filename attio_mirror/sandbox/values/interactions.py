"""interaction: the last or next time someone was in touch. Computed by Attio, so only Attio itself writes it here."""

from __future__ import annotations

from typing import cast

from ..answer import Json
from ..errors import Unfit
from ..nouns import Attribute, Element
from ..state import State
from .codec import Codec, members
from .times import moment

KINDS = frozenset({"calendar-event", "call", "chat-thread", "email", "in-person-meeting", "meeting"})


class Interaction(Codec):
    """Stored as (type, stamp, owner's type, owner's id)."""

    def read(self, raw: Json, _attribute: Attribute, _state: State) -> Element:
        if not isinstance(raw, dict):
            raise Unfit("Expected object", code="invalid_type", shape=True)
        given = members(raw, ["interaction_type", "interacted_at", "owner_actor"])
        if given["interaction_type"] not in KINDS:
            raise Unfit("Invalid interaction type.")
        owner = members(given["owner_actor"], ["type", "id"])
        return given["interaction_type"], moment(given["interacted_at"]), owner["type"], owner["id"]

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        kind, at, owner_type, owner_id = cast("tuple[str, str, str, str | None]", element)
        return {"interaction_type": kind, "interacted_at": at, "owner_actor": {"type": owner_type, "id": owner_id}}
