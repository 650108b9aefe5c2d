"""Reading ISO 8601 as leniently as Attio does: parts may be missing, nine digits may follow the second."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

MOMENT = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9})\d*)?)?"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.IGNORECASE,
)
DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+(?:[.,]\d+)?)H)?(?:(?P<minutes>\d+(?:[.,]\d+)?)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?"
)


def stamp(text: str) -> str | None:
    """The nine-digit UTC form of an ISO text, or None where it is not one."""
    match = MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    part = match.groupdict()
    try:
        local = datetime(
            int(part["year"]),
            int(part["month"] or 1),
            int(part["day"] or 1),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            tzinfo=_zone(part["zone"]),
        )
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment.isoformat()[:19]}.{(part['fraction'] or '').ljust(9, '0')}Z"


def has_time(text: str) -> bool:
    """Whether an ISO text names a time of day."""
    match = MOMENT.fullmatch(text.strip())
    return match is not None and match["hour"] is not None


def later(moment: str, duration: str) -> str | None:
    """`moment` plus an ISO 8601 duration; months are counted as months."""
    match = DURATION.fullmatch(duration)
    if match is None:
        return None
    amount = {name: float((text or "0").replace(",", ".")) for name, text in match.groupdict().items()}
    start = datetime.fromisoformat(moment[:19] + "+00:00")
    months = start.month - 1 + int(amount.pop("years")) * 12 + int(amount.pop("months"))
    first = start.replace(year=start.year + months // 12, month=months % 12 + 1, day=1)
    shifted = first + timedelta(days=min(start.day, _days_in(first)) - 1) + timedelta(**amount)
    return f"{shifted.isoformat()[:19]}.{moment[20:29]}Z"


def _days_in(first: datetime) -> int:
    following = (first + timedelta(days=31)).replace(day=1)
    return (following - first).days


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
