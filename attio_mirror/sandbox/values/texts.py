"""text: any string up to 10 MB."""

from __future__ import annotations

from ..answer import Json
from ..errors import Unfit
from ..nouns import Attribute, Element
from ..state import State
from .codec import Codec, as_text, unwrap

LIMIT = 10 * 1024 * 1024


class Text(Codec):
    """Case matters for sameness, as for Attio's uniqueness rule."""

    def read(self, raw: Json, _attribute: Attribute, state: State) -> Element:
        text = as_text(unwrap(raw, "value"))
        if len(text) > LIMIT // 4 and len(text.encode()) > LIMIT:
            raise Unfit("Text values are limited to 10MB.")
        return text.strip() if state.readings.text_trimmed else text

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        return {"value": element}
