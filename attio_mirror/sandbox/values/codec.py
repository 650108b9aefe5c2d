"""What every attribute type has: a way in, a way out, and a notion of sameness."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from ..answer import Json
from ..errors import Unfit
from ..nouns import Attribute, Element
from ..shapes import kind_of
from ..state import State

WRONG = "Invalid input"


class Codec:
    """One attribute type. Has no memory: what it needs of the workspace comes in as `state`."""

    def read(self, raw: Json, attribute: Attribute, state: State) -> Element:
        """What a client wrote, as it is stored; raises Unfit, or a Refusal where Attio has a code of its own."""
        raise NotImplementedError

    def wire(self, element: Element, attribute: Attribute, state: State) -> dict[str, Json]:
        """What a client reads, without envelope and attribute_type."""
        raise NotImplementedError

    def identity(self, element: Element) -> Hashable:
        """Equal identities are the same value: for uniqueness and for telling a change from a repetition."""
        return element


def unwrap(raw: Json, key: str) -> Json:
    """The inside of `{key: …}`, or the bare value."""
    if not isinstance(raw, dict):
        return raw
    return members(raw, {key})[key]


def members(raw: Mapping[str, Json], required: Iterable[str], optional: Iterable[str] = ()) -> Mapping[str, Json]:
    """An object value with exactly these keys."""
    needed = set(required)
    strange = [key for key in raw if key not in needed | set(optional)]
    if strange:
        raise Unfit(
            "Unrecognized key(s) in object: " + ", ".join(map(repr, strange)), code="unrecognized_keys", shape=True
        )
    absent = sorted(needed - raw.keys())
    if absent:
        raise Unfit("Required: " + ", ".join(absent), code="invalid_type", shape=True)
    return raw


def as_text(raw: Json) -> str:
    """A JSON string and nothing else."""
    if not isinstance(raw, str):
        raise wrong("string", raw)
    return raw


def wrong(expected: str, raw: Json) -> Unfit:
    if raw is None:
        return Unfit(WRONG, code="invalid_type", shape=True)
    return Unfit(f"Expected {expected}, received {kind_of(raw)}", code="invalid_type", shape=True)
