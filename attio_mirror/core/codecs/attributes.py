"""A whole attribute's values: single or multi, from the wire, to the wire, from people, and as versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import Json
from ..stamps import complete
from ..values import Actor, AttributeSpec, AttributeType, Canonical, Element, Version, elements, union
from .base import InvalidValue, Names
from .references import expand
from .registry import codec_for


def decode_values(spec: AttributeSpec, wire: Sequence[Mapping[str, Json]]) -> Canonical:
    """The canonical value of the active values Attio returned for one attribute (closed versions are passed over).

    A list in Attio's order for a multi-value attribute; else the element or None, the newest where Attio shows several.
    Empty text is no value. Raises InvalidValue on nonsense.
    """
    codec = codec_for(spec.type)
    active = [value for value in wire if value.get("active_until") is None]
    if not spec.multi and len(active) > 1:
        active = [max(active, key=lambda value: _stamp(spec, value.get("active_from")) or "")]
    return _shape(spec, [codec.decode(value) for value in active])


def encode_values(spec: AttributeSpec, canonical: Canonical) -> Json:
    """What to send for a canonical value: always a list; [] clears. Raises InvalidValue for what nobody may write."""
    codec = codec_for(spec.type)
    return [codec.encode(element) for element in elements(canonical)]


def parse_values(spec: AttributeSpec, value: Json, names: Names) -> Canonical:
    """The canonical value meant by what a person or program wrote, bare or in a list; None, "" and [] mean no value.

    Takes every write shape Attio takes, natural Python values, and canonical values. Raises InvalidValue, also for
    several values of a single-value attribute and for holes in a list.
    """
    codec = codec_for(spec.type)
    given = list(value) if isinstance(value, list | tuple) else [value]
    if given in ([None], [""]):
        given = []
    if len(given) > 1 and not spec.multi:
        raise InvalidValue(spec.type, "a single value here")
    if spec.type == AttributeType.RECORD_REFERENCE:
        given = [expand(one, spec.targets) for one in given]
    return _shape(spec, [codec.parse(one, names) for one in given])


def versions(spec: AttributeSpec, wire: Sequence[Mapping[str, Json]]) -> list[Version]:
    """The versions behind read values, active or historic, in Attio's order. Raises InvalidValue on nonsense."""
    return [_version(spec, value) for value in wire]


def _shape(spec: AttributeSpec, found: list[Element]) -> Canonical:
    kept = [element for element in found if element != ""]
    if spec.multi:
        return union(kept, [])
    return kept[0] if kept else None


def _version(spec: AttributeSpec, value: Mapping[str, Json]) -> Version:
    active_from = _stamp(spec, value.get("active_from"))
    if active_from is None:
        raise InvalidValue(spec.type, "an active_from on every value Attio returns")
    actor = value.get("created_by_actor") or {}
    return Version(
        element=codec_for(spec.type).decode(value),
        active_from=active_from,
        active_until=_stamp(spec, value.get("active_until")),
        actor=Actor(type=actor.get("type") or "", id=actor.get("id")),
        wire=value,
    )


def _stamp(spec: AttributeSpec, text: Json) -> str | None:
    """Nine digits, whatever Attio wrote, so that text order is time order; None for none."""
    if text is None:
        return None
    try:
        return complete(str(text))
    except ValueError as error:
        raise InvalidValue(spec.type, "ISO 8601 times on every value Attio returns") from error
