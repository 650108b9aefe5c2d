"""date and timestamp."""

from __future__ import annotations

from .. import moments
from ..answer import Json
from ..errors import Unfit
from ..nouns import Attribute, Element
from ..state import State
from .codec import Codec, as_text, unwrap


class Timestamp(Codec):
    """A moment in UTC with nine digits; partial input is completed, Attio's OpenAPI document says how."""

    def read(self, raw: Json, _attribute: Attribute, _state: State) -> Element:
        return moment(raw)

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        return {"value": element}


class Date(Codec):
    """The UTC day of whatever moment was written."""

    def read(self, raw: Json, _attribute: Attribute, _state: State) -> Element:
        return moment(raw)[:10]

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        return {"value": element}


def moment(raw: Json) -> str:
    """The stamp of a written moment."""
    stamp = moments.stamp(as_text(unwrap(raw, "value")))
    if stamp is None:
        raise Unfit("Expected an ISO 8601 date or timestamp.")
    return stamp
