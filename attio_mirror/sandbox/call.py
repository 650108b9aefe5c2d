"""One request as its route sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .answer import Json
from .errors import BAD_QUERY, Issue, invalid
from .nouns import Actor
from .state import State


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. A person in Attio's own interface and Attio itself may do everything."""

    actor: Actor
    scopes: frozenset[str] | None = None
    system: bool = False


@dataclass(slots=True)
class Call:
    """The request, its caller, and what its answer will carry beside the body."""

    state: State
    caller: Caller
    params: dict[str, str]
    query: Mapping[str, str]
    body: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        return self.caller.actor

    def flag(self, name: str) -> bool:
        """A boolean of the query string; absent is false."""
        text = self.query.get(name, "false")
        if text not in ("true", "false"):
            raise _bad_query(name, "Expected boolean, received string")
        return text == "true"

    def number(self, name: str, default: int | None, *, least: int = 0, most: int | None = None) -> int | None:
        """An integer of the query string within its bounds."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit():
            raise _bad_query(name, "Expected number, received nan")
        number = int(text)
        if number < least:
            raise _bad_query(name, f"Number must be greater than or equal to {least}")
        if most is not None and number > most:
            raise _bad_query(name, f"Number must be less than or equal to {most}")
        return number

    def page(self, rows: list[Json], default: int | None = None, *, least: int = 0, most: int | None = None) -> Json:
        """`rows` cut by the `limit` and `offset` of the query string."""
        limit = self.number("limit", default, least=least, most=most)
        offset = self.number("offset", 0) or 0
        return {"data": rows[offset:] if limit is None else rows[offset : offset + limit]}


def _bad_query(name: str, message: str) -> Exception:
    return invalid([Issue("invalid_type", (name,), message)], BAD_QUERY)
