"""phone-number: kept as typed and as E.164."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import cast

from ..answer import Json
from ..codes import CALLED_COUNTRY, CALLING_CODE, COUNTRIES
from ..errors import Unfit
from ..nouns import Attribute, Element
from ..state import State
from .codec import Codec, as_text, members

PUNCTUATION = re.compile(r"[\s().\-/]")
E164 = re.compile(r"\+[1-9]\d{6,14}")


class Phone(Codec):
    """International by itself, or local with a country beside it."""

    def read(self, raw: Json, _attribute: Attribute, state: State) -> Element:
        if not isinstance(raw, dict):
            return numbered(as_text(raw), None)
        needs_country = state.readings.phone_object_needs_country
        required = ["original_phone_number", "country_code"] if needs_country else ["original_phone_number"]
        given = members(raw, required, ["country_code"])
        country = given.get("country_code")
        if country is not None and country not in COUNTRIES:
            raise Unfit("Invalid country code.")
        return numbered(as_text(given["original_phone_number"]), country)

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        number, country, original = cast("tuple[str, str, str]", element)
        return {"original_phone_number": original, "country_code": country, "phone_number": number}

    def identity(self, element: Element) -> Hashable:
        return cast("tuple[str, str, str]", element)[0]


def numbered(original: str, country: str | None) -> tuple[str, str, str]:
    """(E.164, country, as typed)."""
    number = PUNCTUATION.sub("", original)
    if not number.startswith("+") and country in CALLING_CODE:
        number = f"+{CALLING_CODE[country]}{number.lstrip('0')}"
    found = country or country_of(number)
    if not E164.fullmatch(number) or found is None:
        raise Unfit("Invalid phone number.")
    return number, found, original


def country_of(number: str) -> str | None:
    """The country of an international number, by the longest calling code."""
    if not number.startswith("+"):
        return None
    codes = (number[1 : 1 + length] for length in (3, 2, 1))
    return next((CALLED_COUNTRY[code] for code in codes if code in CALLED_COUNTRY), None)
