"""select and status: canonical is the option's id, because titles are edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import Json
from ..values import Element
from .base import InvalidValue, Names, as_uuid


@dataclass(frozen=True, slots=True)
class OptionCodec:
    """Attio returns the whole option, or (allowed by its OpenAPI document) only the id; it accepts an id or a title."""

    attribute_type: str
    wire_key: str
    id_key: str

    def decode(self, wire: Mapping[str, Json]) -> Element:
        option = wire.get(self.wire_key)
        ids = option.get("id") if isinstance(option, Mapping) else {self.id_key: option}
        return self.found(as_uuid(ids.get(self.id_key)) if isinstance(ids, Mapping) else None)

    def encode(self, element: Element) -> Json:
        # The object form: bare ids in an array have been seen to be ignored by the live service.
        return {self.wire_key: element}

    def parse(self, value: Json, names: Names) -> Element:
        if isinstance(value, Mapping):
            value = value[self.wire_key] if set(value) == {self.wire_key} else None
        option_id = as_uuid(value)
        if option_id is None and isinstance(value, str) and value.strip():
            option_id = names.option(value.strip())
        return self.found(option_id)

    def found(self, option_id: str | None) -> str:
        if option_id is None:
            raise InvalidValue(self.attribute_type, "the title or the id of one of the attribute's options")
        return option_id.lower()


SELECT = OptionCodec("select", "option", "option_id")
STATUS = OptionCodec("status", "status", "status_id")
