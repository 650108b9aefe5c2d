"""personal-name and location: values of several parts, written as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from ..errors import Json
from ..values import Element
from .base import InvalidValue, Names
from .decimals import plain

NAME_KEYS = ("first_name", "last_name", "full_name")
LOCATION_KEYS = (
    *("line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code"),
    *("latitude", "longitude"),
)
# Both as Attio's OpenAPI document has them, and the country's two letters.
_SHAPES = {
    "country_code": re.compile(r"[A-Z]{2}"),
    "latitude": re.compile(r"[-+]?([1-8]?\d(\.\d+)?|90(\.0+)?)", re.ASCII),
    "longitude": re.compile(r"[-+]?(180(\.0+)?|(1[0-7]\d|[1-9]?\d)(\.\d+)?)", re.ASCII),
}


class PersonalNameCodec:
    """Three keys, all of them sent: Attio's live service refuses an object without one of them."""

    def decode(self, wire: Mapping[str, Json]) -> Element:
        return self.clean({key: wire.get(key) for key in NAME_KEYS})

    def encode(self, element: Element) -> Json:
        return element

    def parse(self, value: Json, _names: Names) -> Element:
        if isinstance(value, str):
            # "Last, First"; without a comma all is first name, further commas stay in it (Attio's docs).
            last, comma, first = value.partition(",")
            value = {"first_name": first, "last_name": last} if comma else {"first_name": last}
        if not isinstance(value, Mapping) or not set(value) <= set(NAME_KEYS):
            raise self.invalid()
        return self.clean(value)

    def clean(self, parts: Mapping[str, Json]) -> dict[str, Json]:
        if not all(isinstance(part, str | None) for part in parts.values()):
            raise self.invalid()
        first, last, full = ((parts.get(key) or "").strip() for key in NAME_KEYS)
        full = full or f"{first} {last}".strip()
        if not full:
            raise self.invalid()
        return {"first_name": first, "last_name": last, "full_name": full}

    def invalid(self) -> InvalidValue:
        return InvalidValue("personal-name", '"Last, First" or an object with first_name, last_name and full_name')


class LocationCodec:
    """Ten keys, all of them sent. An address in one string is refused: what Attio makes of it cannot be foretold."""

    def decode(self, wire: Mapping[str, Json]) -> Element:
        return {key: self.part(key, wire.get(key)) for key in LOCATION_KEYS}

    def encode(self, element: Element) -> Json:
        return element

    def parse(self, value: Json, _names: Names) -> Element:
        if not isinstance(value, Mapping) or not set(value) <= set(LOCATION_KEYS):
            raise InvalidValue("location", f"an object with the keys {', '.join(LOCATION_KEYS)}")
        return self.decode(value)

    def part(self, key: str, value: Json) -> str | None:
        if value is None or value == "":
            return None
        number = isinstance(value, int | float) and not isinstance(value, bool) and key in _SHAPES
        text = plain(Decimal(repr(value))) if number else value
        if not isinstance(text, str):
            raise InvalidValue("location", f"text in {key}")
        text = text.upper() if key == "country_code" else text
        if key in _SHAPES and not _SHAPES[key].fullmatch(text):
            raise InvalidValue("location", f"a {key} like {'US' if key == 'country_code' else '37.331741'}")
        return text
