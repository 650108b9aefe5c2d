"""Shapes of request bodies: small checks that are put together, and find every fault with its path.

A body is refused as a whole, with code validation_type and one entry of `validation_errors` per fault; keys nobody
knows are such a fault (`unrecognized_keys`, as seen on the live service).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .answer import Json
from .errors import Issue, Path, invalid

Check = Callable[[Json, Path], list[Issue]]


def demand(check: Check, body: Json) -> None:
    """Refuse a body that has not this shape."""
    issues = check(body, ())
    if issues:
        raise invalid(issues)


def kind_of(raw: Json) -> str:
    """The name JavaScript's validators give to the type of a JSON value."""
    names: dict[type, str] = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return "null" if raw is None else names.get(type(raw), "object")


def wrong_type(path: Path, expected: str, raw: Json) -> list[Issue]:
    received = kind_of(raw)
    return [Issue("invalid_type", path, f"Expected {expected}, received {received}", expected, received)]


def text(raw: Json, path: Path) -> list[Issue]:
    return [] if isinstance(raw, str) else wrong_type(path, "string", raw)


def filled(raw: Json, path: Path) -> list[Issue]:
    """A text of at least one character."""
    if raw == "":
        return [Issue("too_small", path, "String must contain at least 1 character(s)")]
    return text(raw, path)


def boolean(raw: Json, path: Path) -> list[Issue]:
    return [] if isinstance(raw, bool) else wrong_type(path, "boolean", raw)


def anything(_raw: Json, _path: Path) -> list[Issue]:
    return []


def integer(least: int, most: int | None = None) -> Check:
    """A whole number within bounds; 5.0 is one too."""

    def check(raw: Json, path: Path) -> list[Issue]:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            return wrong_type(path, "number", raw)
        if raw % 1 != 0:
            return [Issue("invalid_type", path, "Expected integer, received float", "integer", "float")]
        if raw < least:
            return [Issue("too_small", path, f"Number must be greater than or equal to {least}")]
        if most is not None and raw > most:
            return [Issue("too_big", path, f"Number must be less than or equal to {most}")]
        return []

    return check


def nullable(inner: Check) -> Check:
    return lambda raw, path: [] if raw is None else inner(raw, path)


def one_of(choices: Iterable[str]) -> Check:
    """One of a closed set of texts."""
    allowed = sorted(choices)

    def check(raw: Json, path: Path) -> list[Issue]:
        if isinstance(raw, str) and raw in allowed:
            return []
        wanted = " | ".join(f"'{choice}'" for choice in allowed)
        return [Issue("invalid_enum_value", path, f"Invalid enum value. Expected {wanted}, received {raw!r}")]

    return check


def array(inner: Check, least: int = 0) -> Check:
    """A list of at least `least` such things."""

    def check(raw: Json, path: Path) -> list[Issue]:
        if not isinstance(raw, list):
            return wrong_type(path, "array", raw)
        if len(raw) < least:
            return [Issue("too_small", path, f"Array must contain at least {least} element(s)")]
        return [issue for place, item in enumerate(raw) for issue in inner(item, (*path, place))]

    return check


def mapping(raw: Json, path: Path) -> list[Issue]:
    """An object with whatever keys."""
    return [] if isinstance(raw, dict) else wrong_type(path, "object", raw)


def fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these keys and no others."""
    known = {**required, **(optional or {})}

    def check(raw: Json, path: Path) -> list[Issue]:
        if not isinstance(raw, dict):
            return wrong_type(path, "object", raw)
        issues = [
            Issue("invalid_type", (*path, name), "Required", kind, "undefined")
            for name, kind in ((name, "value") for name in required)
            if name not in raw
        ]
        for name, inner in known.items():
            if name in raw:
                issues += inner(raw[name], (*path, name))
        return issues + unrecognized(raw, known, path)

    return check


def unrecognized(raw: Mapping[str, Json], known: Iterable[str], path: Path) -> list[Issue]:
    """The complaint about keys that are not known, if there are any."""
    strange = [name for name in raw if name not in set(known)]
    if not strange:
        return []
    return [Issue("unrecognized_keys", path, "Unrecognized key(s) in object: " + ", ".join(map(repr, strange)))]


def either(*checks: Check) -> Check:
    """The first check that finds nothing settles it; else one complaint for all."""

    def check(raw: Json, path: Path) -> list[Issue]:
        return [] if any(not inner(raw, path) for inner in checks) else [Issue("invalid_union", path, "Invalid input")]

    return check
