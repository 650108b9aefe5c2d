"""From an HTTP answer that is no success to the one `core.errors` exception that states its facts.

Statuses, codes and envelopes: Attio's OpenAPI document and error guide. What lies between us and Attio (Cloudflare, a
proxy, a wrong address) answers too, without Attio's envelope; such an answer is never read as "this record is gone".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ..core.errors import (
    AttioError,
    Json,
    Merging,
    NoAnswer,
    NotFound,
    NotUnique,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    ValidationIssue,
    WriteConflict,
)
from ..core.plan import GATES
from .body import parsed

SHORTEST_WAIT = timedelta(milliseconds=50)
LONGEST_WAIT = timedelta(hours=1)
"""No honest Retry-After is longer: Attio's names the next second."""

BY_CODE: Mapping[str, type[Refused]] = {
    "merge_in_progress": Merging,
    "concurrent_write_conflict": WriteConflict,
    "uniqueness_conflict": NotUnique,
}
"""Codes that mean one thing whatever status carries them: `merge_in_progress` is a 404 to readers, a 400 to writers."""

MESSAGE_LIMIT = 2000
SECRET_LENGTH = 16
"""Shorter "secrets" are the toy tokens of tests. Attio's have 64 characters."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Attio's error body; every part is empty where the body is not Attio's."""

    type: str = ""
    code: str = ""
    message: str = ""
    validation: tuple[ValidationIssue, ...] = ()


def judge(
    status: int, headers: Mapping[str, str], body: bytes, *, method: str, path: str, now: datetime, secret: str = ""
) -> AttioError:
    """The exception for an answer other than 2xx. `secret` is blotted out, should an answer repeat it."""
    if len(secret) >= SECRET_LENGTH:
        body = body.replace(secret.encode(), b"(token)")
    said = envelope(body)
    return _kind(status, said)(
        said.message or _unsaid(status),
        method=method,
        path=path,
        status=status,
        type=said.type,
        code=said.code,
        validation=said.validation,
        retry_at=retry_at(headers, now),
    )


def envelope(body: bytes) -> Envelope:
    """What an error body says, as far as it is Attio's."""
    wire = parsed(body)
    if not isinstance(wire, dict):
        return Envelope()
    code, message = _text(wire.get("code")), _text(wire.get("message"))
    issues = tuple(_issues(wire.get("validation_errors")))
    if not issues and isinstance(wire.get("path"), list):  # filter errors name their place so
        issues = (ValidationIssue(code=code, path=_path(wire["path"]), message=message),)
    return Envelope(type=_text(wire.get("type")), code=code, message=message, validation=issues)


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When to come back, on our own clock.

    Attio's docs: Retry-After is an HTTP date. It is on Attio's clock, which is not ours, and a client two seconds ahead
    would never wait; so the wait is the distance to the answer's own Date.
    """
    wanted = headers.get("Retry-After", "").strip()
    wait = _seconds(wanted)
    if wait is None:
        until = _date(wanted)
        if until is None:
            return None
        wait = until - (_date(headers.get("Date", "")) or now)
    return now + min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def _kind(status: int, said: Envelope) -> type[AttioError]:
    if status == 429:
        return RateLimited
    if status >= 500:
        return Unavailable
    if status < 400 or status == 408:
        return NoAnswer  # a redirect or a gateway's time-out: nobody said what became of the request
    if said.code in BY_CODE:
        return BY_CODE[said.code]
    if status == 401 or (status == 403 and said.code not in GATES):
        return Unauthorized
    if status == 404 and said.code == "not_found" and not _names_a_route(said.message):
        return NotFound
    return Refused


def _unsaid(status: int) -> str:
    if status < 400:
        return f"The answer is a redirect (HTTP {status}) and none is followed: check the address of the connection."
    return f"An answer without Attio's error body (HTTP {status})."


def _names_a_route(message: str) -> bool:
    """Seen on the live service: an unknown route is a `not_found` too. It speaks of our address, not of a record."""
    return message.startswith("Could not find endpoint")


def _issues(wire: Json) -> Iterator[ValidationIssue]:
    for issue in wire if isinstance(wire, list) else []:
        if isinstance(issue, dict):
            yield ValidationIssue(_text(issue.get("code")), _path(issue.get("path")), _text(issue.get("message")))


def _path(wire: Json) -> tuple[str, ...]:
    return tuple(str(step) for step in wire) if isinstance(wire, list) else ()


def _text(wire: Json) -> str:
    return wire[:MESSAGE_LIMIT] if isinstance(wire, str) else ""


def _seconds(header: str) -> timedelta | None:
    try:
        return timedelta(seconds=float(header))
    except OverflowError:
        return LONGEST_WAIT
    except ValueError:  # no number, or NaN
        return None


def _date(header: str) -> datetime | None:
    try:
        parsed_date = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return parsed_date if parsed_date.tzinfo else parsed_date.replace(tzinfo=UTC)
