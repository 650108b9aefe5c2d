"""What can go wrong between us and Attio, as facts; what to do about it is `core.retry`'s business.

    AttioError
    ├── NotSent             the request never left: no connection, no budget; nothing happened over there
    ├── NoAnswer            it left and no usable answer came: the effect is unknown
    ├── Unavailable         5xx: Attio is in trouble; the effect is unknown for a write
    ├── RateLimited         429: not executed; `retry_at` says when to come back
    └── Refused             4xx: Attio looked at it and said no
        ├── Unauthorized    401, and 403 without a plan gate: the token is revoked or lacks a scope
        ├── NotFound        404 `not_found`: the record, object, list, attribute … is not there
        ├── Merging         `merge_in_progress`: wait, then ask again
        ├── WriteConflict   409 `concurrent_write_conflict`: safe to repeat
        └── NotUnique       `uniqueness_conflict`: another record holds this value

Codes and messages: Attio's error envelope {status_code, type, code, message, validation_errors?, path?}.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

Json = Any
"""A value as `json.loads` gives it. The one place `Any` is allowed."""


@dataclass(frozen=True, slots=True)
class ValidationIssue:
    """One entry of Attio's `validation_errors`."""

    code: str
    path: tuple[str, ...]
    message: str


@dataclass(eq=False)
class AttioError(Exception):
    """A request that did not succeed. `method` and `path` name it; values and tokens are never part of it."""

    message: str
    method: str = ""
    path: str = ""
    status: int | None = None
    type: str = ""
    code: str = ""
    validation: tuple[ValidationIssue, ...] = ()
    retry_at: datetime | None = field(default=None)
    """Aware UTC; only where Attio said when."""
    lacking: tuple[str, ...] = ()
    """The scopes this request needs and the token has not; only with a 403."""
    is_without_effect: ClassVar[bool] = False
    """Whether it is certain that nothing happened over there."""

    def __str__(self) -> str:
        head = " ".join(part for part in (str(self.status or ""), self.code) if part)
        where = f" ({self.method} {self.path})" if self.method else ""
        return f"{head + ': ' if head else ''}{self.message}{where}"


class NotSent(AttioError):
    """The request never reached Attio."""

    is_without_effect = True


class NoAnswer(AttioError):
    """The request was sent; whether it took effect is unknown."""


class Unavailable(AttioError):
    """Attio answered 5xx."""


class RateLimited(AttioError):
    """Attio answered 429; the request was not executed."""

    is_without_effect = True


class Refused(AttioError):
    """Attio answered 4xx; repeating the same request will not help."""

    is_without_effect = True

    @property
    def is_about_the_limit(self) -> bool:
        """Whether a smaller page may be given. Attio documents few maxima; how it refuses was seen on a few routes."""
        return self.status == 400 and any(one.code == "too_big" or "limit" in one.path for one in self.validation)


class Unauthorized(Refused):
    """The token is unknown, revoked or lacks a scope."""


class NotFound(Refused):
    """The thing named in the path does not exist (any more)."""


class Merging(Refused):
    """An asynchronous merge of this record is not finished."""


class WriteConflict(Refused):
    """Another request changed the record while this one was validated; repeating is safe."""


class NotUnique(Refused):
    """Another record already holds a value that must be unique."""
