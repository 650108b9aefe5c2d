"""Attio's timestamps as text: RFC 3339, UTC, nine fractional digits, so that text order is time order.

Nine digits do not fit a `datetime`, so the text is what we keep and compare; a `datetime` is for people and columns.
Attio completes partial input and assumes UTC where no zone is given (Attio's OpenAPI document, timestamp values).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_ISO = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"([T ](?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)([.,](?P<fraction>\d+))?)?"
    r" ?(?P<zone>Z|[+-]\d\d(:?\d\d)?)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)

_WHOLE = re.compile(
    r"(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{9}Z", re.ASCII
)
"""Attio's own stamps, on days every month has: complete as they are, which spares most of the work of a large read."""


@lru_cache(maxsize=1024)
def complete(text: str) -> str:
    """The nine-digit UTC stamp of an ISO 8601 date or time, partial ones ("2023-01") completed. Raises ValueError."""
    if _WHOLE.fullmatch(text):
        return text
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise ValueError("not an ISO 8601 date or time")
    part = match.groupdict()
    year, month, day = int(part["year"]), int(part["month"] or 1), int(part["day"] or 1)
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(part["zone"]))
    return _spell(moment, (part["fraction"] or "").ljust(9, "0")[:9])


@lru_cache(maxsize=1024)
def to_stamp(moment: datetime) -> str:
    """The nine-digit stamp of an aware datetime; ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime names no moment")
    return _spell(moment, f"{moment.microsecond:06d}000")


@lru_cache(maxsize=1024)
def parse_stamp(text: str) -> datetime:
    """The aware UTC datetime of a stamp, cut (not rounded) to microseconds; ValueError where `complete` raises it."""
    return datetime.fromisoformat(complete(text)[:26]).replace(tzinfo=UTC)


def same_moment(a: str, b: str) -> bool:
    """Whether two stamps name one moment, however many digits and whatever zone they are written with."""
    return complete(a) == complete(b)


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _spell(moment: datetime, fraction: str) -> str:
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the years 1 to 9999") from error
    return f"{utc.replace(tzinfo=None, microsecond=0).isoformat()}.{fraction}Z"
