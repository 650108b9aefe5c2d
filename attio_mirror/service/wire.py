"""Reading an answer key by key: what is there as documented, or `Misshapen` naming the key, never its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.errors import Json

WireValue = Mapping[str, Json]
WireValues = Mapping[str, Sequence[WireValue]]


class Misshapen(Exception):
    """A success whose body is not of the documented shape."""


def within(wire: Json, *keys: str) -> Json:
    """What lies at `keys`, one inside the other."""
    for key in keys:
        if not isinstance(wire, dict) or key not in wire:
            raise Misshapen(f"no {key!r} in it")
        wire = wire[key]
    return wire


def text(wire: Json, *keys: str) -> str:
    """A string that must be there."""
    found = within(wire, *keys)
    if not isinstance(found, str):
        raise Misshapen(f"{keys[-1]!r} is no text")
    return found


def maybe(wire: Json, key: str) -> str | None:
    """A string that may be null or absent."""
    found = wire.get(key) if isinstance(wire, dict) else None
    return found if isinstance(found, str) else None


def blank(wire: Json, key: str) -> str:
    """A string for people to read; empty where Attio has none."""
    return maybe(wire, key) or ""


def flag(wire: Json, *keys: str) -> bool:
    """A boolean that must be there."""
    found = within(wire, *keys)
    if not isinstance(found, bool):
        raise Misshapen(f"{keys[-1]!r} is neither true nor false")
    return found


def rows(wire: Json, *keys: str) -> list[Json]:
    """A list that must be there."""
    found = within(wire, *keys)
    if not isinstance(found, list):
        raise Misshapen(f"{keys[-1]!r} is no list")
    return found


def mapping(wire: Json, key: str) -> Mapping[str, Json] | None:
    """An object that may be null or absent."""
    found = wire.get(key) if isinstance(wire, dict) else None
    return found if isinstance(found, dict) else None


def value_of(wire: Json) -> WireValue:
    """One value in its envelope, untouched."""
    if not isinstance(wire, dict):
        raise Misshapen("a value is no object")
    return wire


def values_of(wire: Json, key: str) -> WireValues:
    """Values by attribute slug; Attio's docs: every attribute holds an array, empty where there is no value.

    Looked through, not copied: a sweep reads a great many.
    """
    found: WireValues = within(wire, key)
    if not isinstance(found, dict):
        raise Misshapen(f"{key!r} is no object of lists")
    for of_one in found.values():
        if not isinstance(of_one, list):
            raise Misshapen(f"{key!r} is no object of lists")
        for one in of_one:
            if not isinstance(one, dict):
                raise Misshapen("a value is no object")
    return found
