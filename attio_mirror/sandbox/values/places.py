"""location: ten keys, all of them every time."""

from __future__ import annotations

import re
from typing import cast

from ..answer import Json
from ..codes import COUNTRIES
from ..errors import Unfit
from ..nouns import Attribute, Element
from ..state import State
from .codec import Codec, as_text, members

LINES = ("line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode")
KEYS = (*LINES, "country_code", "latitude", "longitude")
LATITUDE = re.compile(r"[-+]?([1-8]?\d(\.\d+)?|90(\.0+)?)")
LONGITUDE = re.compile(r"[-+]?(180(\.0+)?|((1[0-7]\d)|([1-9]?\d))(\.\d+)?)")


class Location(Codec):
    """An address as text is put on its first line here: how Attio takes it apart is not predictable."""

    def read(self, raw: Json, _attribute: Attribute, _state: State) -> Element:
        if not isinstance(raw, dict):
            return (as_text(raw), *[None] * 9)
        given = members(raw, KEYS)
        place = tuple(given[key] if given[key] is None else as_text(given[key]) for key in KEYS)
        *_, country, latitude, longitude = place
        if country is not None and country not in COUNTRIES:
            raise Unfit("Invalid country code.")
        if latitude is not None and not LATITUDE.fullmatch(latitude):
            raise Unfit("Invalid latitude.")
        if longitude is not None and not LONGITUDE.fullmatch(longitude):
            raise Unfit("Invalid longitude.")
        return place

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        return dict(zip(KEYS, cast("tuple[str | None, ...]", element), strict=True))
