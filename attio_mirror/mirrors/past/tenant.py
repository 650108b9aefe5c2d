"""What the versions of one tenant mean: its attributes as the mirror binds them, and the ids of then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import models

from ...core.codecs import InvalidValue, codec_for, decode_values
from ...core.errors import Json
from ...core.values import Canonical, Element, elements
from ...models import Attribute, Connection, Link, Target
from ..attributes import Slot
from ..directory import Directory
from ..mirror import Mirror
from ..references import Reference

Wires = Sequence[Mapping[str, Json]]


class Then(Directory):
    """A directory to which rows and records that are gone by now still count."""

    @property
    def _mirroring(self) -> models.QuerySet[Link]:
        return self._links


@dataclass(frozen=True, slots=True)
class Tenant:
    """One connection's part of a model's past."""

    directory: Then
    slots: Mapping[int, Slot]
    """By the attribute's primary key: two attributes may have had one slug, one after the other."""
    declared: Mapping[int, Slot]
    """Those that have fields of their own, which must be emptied where nothing was held."""

    @classmethod
    def of(cls, connection: Connection, mirror: Mirror[object]) -> Tenant:  # type: ignore[type-var]  # of any model
        """Attributes that were archived or went since had values then; those that are left come last, and win."""
        directory, slots = Then(connection), dict[int, Slot]()
        known = Attribute.objects.filter(
            connection=connection, target=Target.OBJECTS, object__slug=mirror.options.object
        )
        for attribute in sorted(known, key=lambda one: (one.gone_at is None, not one.is_archived, one.position)):
            for slot in mirror.slots([replace(attribute.spec, archived=False)], directory).values():
                slots[attribute.pk] = slot
        declared = {pk: slot for pk, slot in slots.items() if slot.attribute is not mirror.remainder}
        return cls(directory, slots, declared)

    def read(self, attribute_id: int, wires: Wires) -> Canonical:
        """What versions said while they were true. None where they can no longer be read."""
        try:
            return decode_values(self.slots[attribute_id].spec, [{**wire, "active_until": None} for wire in wires])
        except InvalidValue:
            return None

    def element(self, attribute_id: int, wire: Mapping[str, Json]) -> Element | None:
        """What one version says. None where it can no longer be read."""
        try:
            return codec_for(self.slots[attribute_id].spec.type).decode(wire)
        except InvalidValue:
            return None

    def know(self, held: Iterable[tuple[Slot, Canonical]]) -> None:
        """Prefetch the rows these values point to."""
        self.directory.know_records(
            (str(element["target_object"]), str(element["target_record_id"]))
            for slot, value in held
            if isinstance(slot.attribute, Reference)
            for element in elements(value)
            if isinstance(element, dict) and "target_record_id" in element
        )
