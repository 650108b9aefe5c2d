"""date and timestamp: a UTC day, and a UTC moment to the nanosecond."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ..errors import Json
from ..stamps import complete, to_stamp
from ..values import Element
from .base import Scalar


class TimestampCodec(Scalar):
    """Partial text is completed to midnight, a missing zone is UTC, digits are nine (Attio's OpenAPI document)."""

    attribute_type = "timestamp"
    expected = "a date and time, like 2026-05-09T21:43:08Z"

    def clean(self, value: Json) -> Element:
        try:
            return self.stamp(value)
        except ValueError as error:
            raise self.invalid() from error

    def stamp(self, value: Json) -> str:
        if isinstance(value, datetime):
            return to_stamp(value if value.tzinfo else value.replace(tzinfo=UTC))
        if isinstance(value, date):
            return complete(value.isoformat())
        if not isinstance(value, str):
            raise self.invalid()
        return complete(value)


class DateCodec(TimestampCodec):
    """The UTC day of the moment written: 2023-01-02T23:00:00-10:00 is 2023-01-03 (Attio's OpenAPI document)."""

    attribute_type = "date"
    expected = "a date, like 2026-05-09"

    def clean(self, value: Json) -> Element:
        return str(super().clean(value))[:10]
