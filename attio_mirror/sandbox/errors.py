"""Saying no, in Attio's own words: the error envelope and the situations that have a name.

Messages follow the examples in Attio's OpenAPI document, because clients match on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .answer import Json

Path = tuple[str | int, ...]
BAD_BODY = "Body payload validation error."
BAD_QUERY = "Query parameter validation error."


class Refusal(Exception):
    """A 4xx answer on its way out."""

    def __init__(
        self, status: int, code: str, message: str, *, kind: str = "invalid_request_error", **extra: Json
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.kind = kind
        self.extra = extra

    def envelope(self) -> Json:
        return {"status_code": self.status, "type": self.kind, "code": self.code, "message": self.message, **self.extra}


@dataclass(frozen=True, slots=True)
class Issue:
    """One entry of `validation_errors`."""

    code: str
    path: Path
    message: str
    expected: str | None = None
    received: str | None = None

    def as_json(self) -> Json:
        issue: dict[str, Json] = {"code": self.code, "path": list(self.path), "message": self.message}
        if self.expected is not None:
            issue |= {"expected": self.expected, "received": self.received}
        return issue


class Unfit(Exception):
    """A value that does not fit its attribute; the writer adds which attribute that is."""

    def __init__(self, message: str, *, code: str = "invalid", shape: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.shape = shape
        """Whether the JSON is wrong (a key, a type), not merely its meaning (an e-mail without @)."""


def invalid(issues: list[Issue], message: str = BAD_BODY) -> Refusal:
    return Refusal(400, "validation_type", message, validation_errors=[issue.as_json() for issue in issues])


def invalid_at(path: Path, message: str, code: str = "invalid", *, head: str = BAD_BODY) -> Refusal:
    return invalid([Issue(code, path, message)], head)


def not_allowed(message: str) -> Refusal:
    """validation_type with a sentence of its own and no path."""
    return Refusal(400, "validation_type", message)


def value_not_found(message: str) -> Refusal:
    return Refusal(400, "value_not_found", message)


def not_found(message: str) -> Refusal:
    return Refusal(404, "not_found", message)


def missing(what: Literal["Object", "List", "Attribute", "Parent object"], key: str) -> Refusal:
    return not_found(f'{what} with slug/ID "{key}" not found.')


def missing_value(attribute_id: str) -> Refusal:
    return Refusal(400, "missing_value", f'Required value for attribute with ID "{attribute_id}" was not provided.')


def slug_conflict(message: str) -> Refusal:
    return Refusal(409, "slug_conflict", message)


def system_edit(message: str = "Cannot update a System attribute.") -> Refusal:
    return Refusal(400, "system_edit_unauthorized", message)
