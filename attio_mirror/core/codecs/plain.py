"""text, checkbox and rating: values that are what they look like."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from ..errors import Json
from ..values import Element
from .base import Scalar


class TextCodec(Scalar):
    """Text is kept to the letter. Whole numbers and UUIDs (a host's primary keys) are spelled out."""

    attribute_type = "text"
    expected = "text"

    def clean(self, value: Json) -> Element:
        if isinstance(value, bool) or not isinstance(value, str | int | UUID):
            raise self.invalid()
        return str(value)


class CheckboxCodec(Scalar):
    """Attio also accepts the words "true" and "false" (Attio's OpenAPI document)."""

    attribute_type = "checkbox"
    expected = "true or false"

    def clean(self, value: Json) -> Element:
        if isinstance(value, str):
            value = {"true": True, "false": False}.get(value.strip().lower())
        if not isinstance(value, bool):
            raise self.invalid()
        return value


class RatingCodec(Scalar):
    """Stars, 0 to 5. JSON knows one kind of number, so 3.0 is 3."""

    attribute_type = "rating"
    expected = "a whole number from 0 to 5"

    def clean(self, value: Json) -> Element:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value not in range(6):
            raise self.invalid()
        return int(value)
