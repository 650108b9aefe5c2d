"""number and currency: canonical is a plain decimal in text, without exponent or trailing zeros."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from ..errors import Json
from ..values import Element
from .base import Scalar

_NUMERIC = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_FOUR_PLACES = Decimal("0.0001")
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


class NumberCodec(Scalar):
    """Attio keeps 64-bit floats (Attio's OpenAPI document), so the shortest text of that float is canonical."""

    attribute_type = "number"
    expected = "a number, like 1234.5"

    def clean(self, value: Json) -> Element:
        return plain(self.fit(self.number(value)))

    def encode(self, element: Element) -> Json:
        number = as_json_number(str(element))
        # A number JSON cannot carry exactly travels as text, which Attio's docs accept bare.
        return number if isinstance(number, str) else {self.wire_key: number}

    def number(self, value: Json) -> Decimal:
        """The finite decimal of a number or of its text; a float is taken by its shortest text, not by its bits."""
        if isinstance(value, str) and _NUMERIC.fullmatch(value.strip()):
            return self.finite(Decimal(value.strip()))
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise self.invalid()
        return self.finite(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))

    def finite(self, number: Decimal) -> Decimal:
        if not number.is_finite():
            raise self.invalid()
        return number

    def fit(self, number: Decimal) -> Decimal:
        """The nearest decimal Attio can hold."""
        return self.finite(Decimal(repr(float(number))))


class CurrencyCodec(NumberCodec):
    """An amount of at most four decimals (Attio's docs). Its code belongs to the attribute and is never written."""

    attribute_type = "currency"
    expected = "an amount without its currency, like 1234.50"
    wire_key = "currency_value"

    def fit(self, number: Decimal) -> Decimal:
        try:
            return number.quantize(_FOUR_PLACES, context=_WIDE)
        except InvalidOperation as error:
            raise self.invalid() from error


def plain(number: Decimal) -> str:
    """A decimal's digits without exponent, trailing zeros or a negative zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def as_json_number(text: str) -> int | float | str:
    """The JSON number that reads back as exactly this plain decimal in a 64-bit float, or the text where none does."""
    number = Decimal(text)
    if Decimal(repr(float(number))) != number:
        return text
    return int(number) if number == number.to_integral_value() else float(number)
