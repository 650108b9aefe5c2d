"""The reader of a mirror: turns links and versions into rows, and values as fields show them into places."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from ...core.codecs import parse_values
from ...core.errors import Json
from ...core.history import place
from ...core.values import Canonical, Element, elements, key
from ...models import Attribute, AttributeValue, Connection, Link, Target
from ...models.history import AttributeValueQuerySet
from ..attributes import Currency, PersonalName, Scalar, Slot
from ..mirror import Mirror
from ..references import Pointing
from . import relatives
from .rows import Held, assemble, strange_columns
from .tenant import Tenant


class PastReader:
    """Lives as long as one question about the past; what it learns of the schema serves all its pages."""

    def __init__(
        self, mirror: Mirror[Any], model: type[models.Model], when: datetime | None, believed_at: datetime | None
    ) -> None:
        self.mirror, self.model, self.when, self.believed_at = mirror, model, when, believed_at
        self._tenants: dict[int, Tenant] = {}

    def rows(self, links: Iterable[Link], versions: AttributeValueQuerySet, *, related: bool) -> list[Any]:
        """The rows of these links, in order; `related` looks up what they pointed to, for all at once."""
        listed = list(links)
        wires = _by_link(listed, versions)
        read = [(link, self._read(link, wires.get(link.pk, {}))) for link in listed]
        self._know((slot, value) for _, held in read for slot, value, _ in held)
        made = [(assemble(self.model, link.object_id, held, self._strange), _pointed(held)) for link, held in read]
        pointing = relatives.pointing(self.mirror)
        for row, pointed in made:
            relatives.lend(row, pointing, pointed)
        if related and self.when is not None:
            relatives.bind(made, pointing, self.when, self.believed_at)
        return [row for row, _ in made]

    def attributes(self, name: str) -> models.QuerySet[Attribute]:
        """The attributes a field or slug names: one per connection, and those that once had the slug."""
        slug = self._slug(name)
        return Attribute.objects.filter(target=Target.OBJECTS, object__slug=self.mirror.options.object, slug=slug)

    def places(self, attribute: Attribute, value: Any) -> set[int]:
        """Under which places of the ledger an attribute holds a value. Raises InvalidValue where it cannot hold it."""
        slot = self._tenant(attribute.connection_id).slots[attribute.pk]
        if isinstance(value, models.Model) and isinstance(slot.attribute, Pointing):
            wanted: list[Element] = _pointing_to(value, slot.attribute, slot)
        else:
            wanted = elements(parse_values(slot.spec, value, slot.directory.names(slot.spec)))
        return {place(key(element)) for element in wanted}

    def shown(self, versions: Iterable[AttributeValue]) -> list[Any]:
        """The element of each version as the field shows it."""
        read: list[tuple[Slot, Element | None]] = []
        for version in versions:
            tenant = self._tenant(version.attribute.connection_id)
            slot = tenant.slots[version.attribute_id]
            read.append((slot, tenant.element(version.attribute_id, version.value)))
        self._know(read)
        rows = self._related(read)
        return [None if element is None else _shown(slot, element, rows) for slot, element in read]

    # -- how ------------------------------------------------------------------------------------------------------

    @cached_property
    def _strange(self) -> list[str]:
        return strange_columns(self.model, self.mirror)

    def _slug(self, name: str) -> str:
        if name in self.mirror.declared:
            return name
        for slug, attribute in self.mirror.declared.items():
            if name in (attribute.field, *attribute.fields):
                return slug
        if self.mirror.remainder is None:
            raise FieldDoesNotExist(f"{self.model._meta.label} has no mirrored field “{name}”.")
        return name

    def _tenant(self, connection_id: int) -> Tenant:
        if connection_id not in self._tenants:
            self._tenants[connection_id] = Tenant.of(Connection.objects.get(pk=connection_id), self.mirror)
        return self._tenants[connection_id]

    def _know(self, held: Iterable[tuple[Slot, Canonical]]) -> None:
        """Prefetch the rows these values point to, of each tenant at once."""
        listed = list(held)
        for tenant in self._tenants.values():
            tenant.know((slot, value) for slot, value in listed if slot.directory is tenant.directory)

    def _read(self, link: Link, wires: dict[int, list[dict[str, Json]]]) -> list[Held]:
        """Empty attributes first: where two had one slug, the one that held something then is to win."""
        tenant = self._tenant(link.connection_id)
        empty: list[Held] = [(slot, None, ()) for pk, slot in tenant.declared.items() if pk not in wires]
        return empty + [
            (slot, tenant.read(pk, wires[pk]), wires[pk]) for pk, slot in tenant.slots.items() if pk in wires
        ]

    def _related(self, read: list[tuple[Slot, Element | None]]) -> dict[Pointing, dict[str, models.Model]]:
        """The rows elements point to, of each relation."""
        keys: dict[Pointing, set[str]] = {}
        for slot, element in read:
            attribute = slot.attribute
            if isinstance(attribute, Pointing) and attribute.model_field.is_relation and element is not None:
                keys.setdefault(attribute, set()).update(str(pk) for pk in [attribute.pk_of(element, slot)] if pk)
        return {
            attribute: relatives.find(relatives.related_model(attribute), pks, self.when, self.believed_at)
            for attribute, pks in keys.items()
        }


def _pointing_to(row: models.Model, attribute: Pointing, slot: Slot) -> list[Element]:
    """An option or a member of another tenant is nothing here."""
    try:
        return [attribute.element_of(row.pk, slot)]
    except KeyError:
        return []


def _by_link(links: list[Link], versions: AttributeValueQuerySet) -> dict[int, dict[int, list[dict[str, Json]]]]:
    """What each link held, by attribute; of several elements the newest first, as Attio lists them."""
    found: dict[int, dict[int, list[dict[str, Json]]]] = {}
    mine = versions.filter(link__in=[link.pk for link in links]).order_by("-active_from", "pk")
    for link_id, attribute_id, wire in mine.values_list("link_id", "attribute_id", "value"):
        found.setdefault(link_id, {}).setdefault(attribute_id, []).append(wire)
    return found


def _pointed(held: Iterable[Held]) -> dict[Pointing, frozenset[str]]:
    return {
        slot.attribute: slot.attribute.project(value, slot)
        for slot, value, _ in held
        if isinstance(slot.attribute, Pointing) and slot.attribute.model_field.is_relation and value is not None
    }


def _shown(slot: Slot, element: Element, rows: dict[Pointing, dict[str, models.Model]]) -> Any:
    attribute = slot.attribute
    if isinstance(attribute, Pointing) and attribute in rows:
        return rows[attribute].get(str(attribute.pk_of(element, slot)))
    if slot.spec.type.has_options:
        return slot.directory.option_titles.get(str(element), str(element))
    if isinstance(attribute, PersonalName) and isinstance(element, dict):
        return element["full_name"]
    if type(attribute) in (Scalar, Currency) and not slot.spec.multi and not isinstance(element, dict):
        return attribute.project(element, slot)
    return element
