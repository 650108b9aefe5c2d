"""What every codec is: two verbs for the wire, one for what people and programs write, and no memory."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Protocol
from uuid import UUID

from ..errors import Json
from ..values import Element

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
ENVELOPE = frozenset({"active_from", "active_until", "created_by_actor", "attribute_type"})
"""The keys Attio wraps around every value it returns, whatever the type."""


class InvalidValue(ValueError):
    """A value its attribute type cannot hold. Says what to write instead, never what was written."""

    def __init__(self, attribute_type: str, expected: str) -> None:
        super().__init__(attribute_type, expected)
        self.attribute_type = attribute_type
        self.expected = expected

    def __str__(self) -> str:
        return f"{self.attribute_type} expects {self.expected}."


class Names(Protocol):
    """Turns what people write (a title, an e-mail, a key) into ids, for one attribute. None: nothing by that name."""

    def option(self, title: str, /) -> str | None:
        """The id of the attribute's option or status with this title."""
        ...

    def member(self, email: str, /) -> str | None:
        """The id of the workspace member with this (lower-case) e-mail address."""
        ...

    def record(self, object_slug: str, attribute: str, value: str, /) -> str | None:
        """The id of the record whose unique attribute (slug or id) holds this canonical value."""
        ...


class NoNames:
    """The Names of a place without a schema: ids only."""

    def option(self, _title: str, /) -> str | None:
        raise InvalidValue("select or status", "an option's id here: titles cannot be looked up")

    def member(self, _email: str, /) -> str | None:
        raise InvalidValue("actor-reference", "a workspace member's id here: e-mail addresses cannot be looked up")

    def record(self, _object_slug: str, _attribute: str, _value: str, /) -> str | None:
        raise InvalidValue("record-reference", "a target_record_id here: other keys cannot be looked up")


class Codec(Protocol):
    """The translation of one attribute type between Attio's wire and canonical elements (`core.values`)."""

    def decode(self, wire: Mapping[str, Json], /) -> Element:
        """The element of a read value object, with or without its envelope; InvalidValue on nonsense."""
        ...

    def encode(self, element: Element, /) -> Json:
        """The write shape we send for a canonical element; InvalidValue where Attio lets nobody write it."""
        ...

    def parse(self, value: Json, names: Names, /) -> Element:
        """The element meant by any write shape Attio accepts, a natural Python value, or a canonical element itself."""
        ...


class Scalar(ABC):
    """A codec whose value sits under one key and whose clean-up is the same whoever wrote it."""

    attribute_type: ClassVar[str]
    expected: ClassVar[str]
    wire_key: ClassVar[str] = "value"

    def decode(self, wire: Mapping[str, Json]) -> Element:
        return self.clean(wire.get(self.wire_key))

    def encode(self, element: Element) -> Json:
        return {self.wire_key: element}

    def parse(self, value: Json, _names: Names) -> Element:
        if not isinstance(value, Mapping):
            return self.clean(value)
        # Attio answers `unrecognized_keys` to anything beside the one key (seen on the live service).
        if set(value) != {self.wire_key}:
            raise self.invalid()
        return self.clean(value[self.wire_key])

    @abstractmethod
    def clean(self, value: Json) -> Element:
        """The canonical element of a bare value, normalised as Attio does; InvalidValue otherwise."""

    def invalid(self) -> InvalidValue:
        return InvalidValue(self.attribute_type, self.expected)


def as_uuid(value: Json) -> str | None:
    """The lower-case text of an id in its usual 36-character form (or a UUID object), else None."""
    if isinstance(value, UUID):
        return str(value)
    return value.lower() if isinstance(value, str) and _UUID.fullmatch(value) else None
