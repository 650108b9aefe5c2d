"""number, currency, rating, checkbox: values that are one figure or one bit."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import cast

from ..answer import Json
from ..errors import Unfit
from ..nouns import Attribute, Element
from ..state import State
from .codec import Codec, members, unwrap, wrong

PLACES = Decimal("0.0001")
LARGEST = Decimal(10) ** 15
STARS = 5


class Number(Codec):
    """A 64-bit float; numeric strings are accepted."""

    def read(self, raw: Json, _attribute: Attribute, _state: State) -> Element:
        return plain(float(figure(unwrap(raw, "value"))))

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        return {"value": element}


class Currency(Codec):
    """At most four decimals; the code belongs to the attribute."""

    def read(self, raw: Json, _attribute: Attribute, state: State) -> Element:
        if isinstance(raw, dict):
            extra = ("currency_code",) if state.readings.currency_code_in_value == "ignore" else ()
            raw = members(raw, ["currency_value"], extra)["currency_value"]
        amount = figure(raw)
        if abs(amount) >= LARGEST:
            raise Unfit("Currency value is too large.")
        rounded = amount.quantize(PLACES, ROUND_HALF_UP)
        if rounded != amount and state.readings.currency_excess_places == "refuse":
            raise Unfit("Currency values have at most 4 decimal places.")
        return plain(float(rounded))

    def wire(self, element: Element, attribute: Attribute, _state: State) -> dict[str, Json]:
        return {"currency_value": element, "currency_code": attribute.currency_code}


class Rating(Codec):
    """A whole number of stars."""

    def read(self, raw: Json, _attribute: Attribute, _state: State) -> Element:
        inner = unwrap(raw, "value")
        if isinstance(inner, bool) or not isinstance(inner, int | float):
            raise wrong("number", inner)
        if inner not in range(STARS + 1):
            raise Unfit("A rating is a whole number between 0 and 5.")
        return int(inner)

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        return {"value": element}


class Checkbox(Codec):
    """A bit; the strings "true" and "false" are accepted."""

    def read(self, raw: Json, _attribute: Attribute, _state: State) -> Element:
        inner = unwrap(raw, "value")
        if isinstance(inner, str) and inner in ("true", "false"):
            return inner == "true"
        if not isinstance(inner, bool):
            raise wrong("boolean", inner)
        return inner

    def wire(self, element: Element, _attribute: Attribute, _state: State) -> dict[str, Json]:
        return {"value": element}


def figure(raw: Json) -> Decimal:
    """A JSON number, or a text that reads as one."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise wrong("number", raw)
    try:
        amount = Decimal(raw.strip() if isinstance(raw, str) else repr(raw))
    except InvalidOperation:
        raise Unfit("Expected a number.") from None
    if not amount.is_finite() or not math.isfinite(float(amount)):
        raise Unfit("Expected a finite number.")
    return amount


def plain(number: float) -> Element:
    """Whole numbers without a fraction, as JavaScript prints them."""
    return cast("Element", int(number) if number.is_integer() and abs(number) < 2**53 else number)
