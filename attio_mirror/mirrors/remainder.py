"""The remainder: every attribute that has no field of its own, in one JSON field, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from ..core.codecs import parse_values
from ..core.errors import Json
from ..core.values import Canonical
from .attributes import Attribute, Slot


@dataclass(eq=False, kw_only=True)
class Remainder(Attribute):
    """Stands for many attributes: a slot's spec says which. The field is a dict of slug to canonical value.

    Host code may write what Attio accepts ({"plan": "Pro"} for a select); it is normalised when read.
    """

    def __init__(self, field: str = "", **options: Any) -> None:
        """`mirrors.Remainder("extra")`: the field's name may stand first."""
        super().__init__(field=field, **options)

    def get(self, row: models.Model, slot: Slot) -> Any:
        """What the dict holds under the slug."""
        return (getattr(row, self.field) or {}).get(slot.slug)

    def project(self, value: Canonical, slot: Slot) -> Any:
        """The canonical value itself."""
        return value

    def lift(self, held: Any, base: Canonical, slot: Slot) -> Canonical:
        """Normalised as Attio would."""
        return parse_values(slot.spec, held, slot.directory.names(slot.spec))

    def put(self, row: models.Model, value: Canonical, wires: Sequence[Mapping[str, Json]], slot: Slot) -> set[str]:
        """Set or remove the slug."""
        held = dict(getattr(row, self.field) or {})
        if held.get(slot.slug) == value or (value in (None, []) and slot.slug not in held):
            return set()
        held.pop(slot.slug, None)
        if value not in (None, []):
            held[slot.slug] = value
        setattr(row, self.field, held)
        return {self.field}
