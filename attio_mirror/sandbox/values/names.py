"""personal-name: first, last and full name."""

from __future__ import annotations

from typing import cast

from ..answer import Json
from ..nouns import Attribute, Element
from ..state import State
from .codec import Codec, as_text, members

PARTS = ("first_name", "last_name", "full_name")


class PersonalName(Codec):
    """As text it is "Last, First"; without a comma all of it is the first name, so say Attio's docs and a live test."""

    def read(self, raw: Json, _attribute: Attribute, state: State) -> Element:
        if isinstance(raw, dict):
            required = PARTS if state.readings.name_object_needs_all else ()
            given = members(raw, required, PARTS)
            first, last = (as_text(given.get(part, "")) for part in PARTS[:2])
            return first, last, as_text(given.get("full_name", f"{first} {last}".strip()))
        last, comma, first = as_text(raw).partition(",")
        if not comma:
            first, last = last, ""
        first, last = first.strip(), last.strip()
        return first, last, f"{first} {last}".strip()

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        return dict(zip(PARTS, cast("tuple[str, str, str]", element), strict=True))
