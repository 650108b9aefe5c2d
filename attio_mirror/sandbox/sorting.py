"""The `sorts` of a query. Records without a value come last ascending, first descending, as databases do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from .answer import Json
from .comparing import refuse
from .grammar import PROPERTIES
from .nouns import Attribute, Holder, Target, Value
from .paths import resolve
from .shapes import anything, array, either, fields, filled, one_of
from .state import State
from .values import CODECS

DIRECTION = one_of(["asc", "desc"])
SORTS = array(
    either(
        fields({"direction": DIRECTION, "attribute": filled}, {"field": filled}),
        fields({"direction": DIRECTION, "path": array(anything, 1)}, {"field": filled}),
    )
)
Key = Callable[[Holder], Json]
LAST = (1,)


def arrange(state: State, holders: list[Holder], sorts: list[dict[str, Json]], target: Target) -> list[Holder]:
    """Sorted by all of `sorts`, the first weighs most; ties keep the order they came in."""
    for sort in reversed(sorts):
        key = _key(state, sort, target)
        holders = sorted(holders, key=key, reverse=sort["direction"] == "desc")
    return holders


def _key(state: State, sort: dict[str, Json], target: Target) -> Key:
    if "path" not in sort:
        attribute = target.attributes.find(sort["attribute"])
        if attribute is None or attribute.archived:
            slug = sort["attribute"]
            raise refuse(f'Unknown attribute slug: "{slug}".', (slug,), "unknown_filter_attribute_slug")
        return _attribute_key(state, attribute, sort.get("field"))
    steps = resolve(state, sort["path"], target)
    if steps.attribute is None:
        raise refuse("The path of a sort ends at an attribute.", ("path",))
    inner = _attribute_key(state, steps.attribute, sort.get("field"))
    return lambda holder: min((inner(reached) for reached in steps.walk(holder)), default=LAST)


def _attribute_key(state: State, attribute: Attribute, field: str | None) -> Key:
    """By the first active value."""
    properties = PROPERTIES[attribute.type]
    if field is not None and field not in properties:
        message = f'"{field}" is not a property of attributes of type "{attribute.type}".'
        raise refuse(message, (attribute.slug, field), "invalid_filter_field")
    rank = _rank(state, attribute, field or next(iter(properties)))
    return lambda holder: (0, rank(value)) if (value := holder.first(attribute)) else LAST


def _rank(state: State, attribute: Attribute, field: str) -> Callable[[Value], Json]:
    if field == "active_from":
        return lambda value: value.active_from
    if attribute.options:
        places = {identifier: place for place, identifier in enumerate(attribute.options)}
        return lambda value: places[cast("str", value.element)]
    if field == "owner_member_id":
        return lambda value: cast("tuple[str, ...]", value.element)[3] or ""
    wire = CODECS[attribute.type].wire
    return lambda value: _fold(wire(value.element, attribute, state)[field])


def _fold(raw: Json) -> Json:
    return raw.casefold() if isinstance(raw, str) else "" if raw is None else raw
