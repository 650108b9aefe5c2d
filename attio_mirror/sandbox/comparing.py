"""From an operator and what it is compared with, as JSON, to a test of one property."""

from __future__ import annotations

import operator as standard
from collections.abc import Callable

from . import moments
from .answer import Json
from .errors import Path, Refusal, Unfit
from .grammar import Property
from .nouns import Attribute
from .state import State
from .values.choices import find, unknown
from .values.numbers import figure

Test = Callable[[Json], bool]
"""Given a property of an active value, whether it fits. None never does."""

ORDERS: dict[str, Callable[[Json, Json], bool]] = {
    "$eq": standard.eq,
    "$lt": standard.lt,
    "$lte": standard.le,
    "$gt": standard.gt,
    "$gte": standard.ge,
    "$contains": standard.contains,
    "$starts_with": lambda actual, wanted: bool(actual.startswith(wanted)),
    "$ends_with": lambda actual, wanted: bool(actual.endswith(wanted)),
    "$in": lambda actual, wanted: actual in wanted,
}


def refuse(message: str, path: Path, code: str = "filter_error") -> Refusal:
    return Refusal(400, code, message, path=list(path))


def test(prop: Property, op: str, raw: Json, attribute: Attribute | None, state: State, path: Path) -> Test:
    """The test for one property; refuses what cannot be compared."""
    compare = ORDERS[op]
    if op == "$in":
        if not isinstance(raw, list):
            raise refuse("Operator $in expects an array.", path)
        wanted: Json = {_wanted(prop, each, attribute, state, path) for each in raw}
    else:
        wanted = _wanted(prop, raw, attribute, state, path)
    fold = _fold(prop)
    if fold is None:
        return lambda actual: actual is not None and compare(actual, wanted)
    return lambda actual: actual is not None and compare(fold(actual), wanted)


def _fold(prop: Property) -> Callable[[Json], Json] | None:
    return {"text": str.casefold, "phone": _digits}.get(prop.kind)


def _digits(text: str) -> str:
    """Phone numbers match with or without the plus sign, as seen on the live service."""
    return text.removeprefix("+")


def _wanted(prop: Property, raw: Json, attribute: Attribute | None, state: State, path: Path) -> Json:
    if prop.kind == "number":
        return _number(raw, path)
    if prop.kind == "flag":
        if not isinstance(raw, bool):
            raise refuse("Expected a boolean.", path)
        return raw
    if not isinstance(raw, str):
        raise refuse("Expected a string.", path)
    match prop.kind:
        case "choice":
            return _choice(raw, attribute, state)
        case "date" | "moment":
            return _moment(prop, raw, path)
        case "object":
            target = state.objects.find(raw)
            return target.slug if target else raw
        case "phone":
            return _digits(raw)
        case "exact":
            return raw.lower() if raw != raw.lower() else raw
    return raw.casefold()


def _number(raw: Json, path: Path) -> float:
    try:
        return float(figure(raw))
    except Unfit as unfit:
        raise refuse(unfit.message, path) from None


def _choice(raw: str, attribute: Attribute | None, state: State) -> str:
    option = find(attribute, raw) if attribute else None
    if option is None and attribute and state.readings.unknown_option_in_filter == "refuse":
        raise unknown("status" if attribute.type == "status" else "option", raw)
    return option.id if option else ""


def _moment(prop: Property, raw: str, path: Path) -> str:
    """Dates compare by day; timestamps need a date and a time, say Attio's docs."""
    stamp = moments.stamp(raw)
    if stamp is None or (prop.kind == "moment" and not moments.has_time(raw)):
        raise refuse("Expected an ISO 8601 date, for timestamps with a time.", path)
    return stamp if prop.kind == "moment" else stamp[:10]
