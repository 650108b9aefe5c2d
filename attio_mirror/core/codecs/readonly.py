"""interaction, and whatever Attio invents next: read and kept, never written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import Json
from ..stamps import complete
from ..values import Element
from .base import ENVELOPE, InvalidValue, Names


@dataclass(frozen=True, slots=True)
class OpaqueCodec:
    """Keeps a value as it came, less its envelope, so that a type unknown to us costs nobody a crash or a loss."""

    attribute_type: str

    def decode(self, wire: Mapping[str, Json]) -> Element:
        return {name: part for name, part in wire.items() if name not in ENVELOPE}

    def encode(self, _element: Element) -> Json:
        raise self.invalid()

    def parse(self, value: Json, _names: Names) -> Element:
        """A canonical element, or a read value with its envelope; nothing else can be meant."""
        if not isinstance(value, Mapping):
            raise self.invalid()
        return self.decode(value)

    def invalid(self) -> InvalidValue:
        return InvalidValue(self.attribute_type, "no writing: Attio computes it, or this version cannot write it")


class InteractionCodec(OpaqueCodec):
    """Computed by Attio from mail and calendars (Attio's docs); its time in nine digits like every other."""

    def decode(self, wire: Mapping[str, Json]) -> Element:
        owner, at = wire.get("owner_actor") or {}, wire.get("interacted_at")
        if not isinstance(owner, Mapping) or not isinstance(at, str):
            raise self.invalid()
        try:
            stamp = complete(at)
        except ValueError as error:
            raise self.invalid() from error
        actor = {"type": owner.get("type"), "id": owner.get("id")}
        return {"interaction_type": wire.get("interaction_type"), "interacted_at": stamp, "owner_actor": actor}
