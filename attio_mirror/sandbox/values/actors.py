"""actor-reference: someone who acts; only workspace members can be written."""

from __future__ import annotations

from typing import cast

from ..answer import Json
from ..errors import Unfit, value_not_found
from ..nouns import Attribute, Element
from ..state import State
from .codec import Codec, as_text, members


class ActorReference(Codec):
    """Stored as (type, id)."""

    def read(self, raw: Json, _attribute: Attribute, state: State) -> Element:
        if isinstance(raw, dict) and "workspace_member_email_address" not in raw:
            given = members(raw, ["referenced_actor_type", "referenced_actor_id"])
            if given["referenced_actor_type"] != "workspace-member":
                raise Unfit("Only workspace members can be written.", code="invalid_enum_value", shape=True)
            return "workspace-member", by_id(as_text(given["referenced_actor_id"]).lower(), state)
        if isinstance(raw, dict):
            raw = members(raw, ["workspace_member_email_address"])["workspace_member_email_address"]
        return "workspace-member", by_email(as_text(raw), state)

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        kind, identifier = cast("tuple[str, str | None]", element)
        return {"referenced_actor_type": kind, "referenced_actor_id": identifier}


def by_id(identifier: str, state: State) -> str:
    if identifier not in state.members:
        raise value_not_found(f'Workspace member with ID "{identifier}" not found.')
    return identifier


def by_email(email: str, state: State) -> str:
    member = state.member_by_email(email)
    if member is None:
        raise value_not_found(f'Workspace member with email address "{email}" not found.')
    return member.id
