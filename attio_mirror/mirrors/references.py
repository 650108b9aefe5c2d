"""Attributes that point at something: options, members, other records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import models

from ..core.errors import Json
from ..core.values import Canonical, Element, elements, union
from .attributes import Attribute, Scalar, Slot
from .directory import Directory

PENDING = "pending_row"
"""Key of a reference to a row that is not in Attio yet: "<app.model>:<pk>" stands where the record id will."""


@dataclass(eq=False, kw_only=True)
class Pointing(Attribute):
    """A foreign key (single) or a many-to-many relation (multi). Subclasses say how an element becomes a row."""

    @property
    def is_many(self) -> bool:
        """Whether the field is a many-to-many relation."""
        return bool(self.model_field.many_to_many)

    @property
    def fields(self) -> tuple[str, ...]:
        """The foreign key; a relation is no column of the row."""
        return () if self.is_many else (self.field,)

    def pk_of(self, element: Element, slot: Slot) -> Any | None:
        """The primary key of the row an element points to; None where there is none (yet)."""
        raise NotImplementedError

    def element_of(self, pk: Any, slot: Slot) -> Element:
        """The element that points to a row."""
        raise NotImplementedError

    def get(self, row: models.Model, slot: Slot) -> Any:
        """The key, or the set of keys, as text."""
        if self.is_many:
            return frozenset() if row.pk is None else frozenset(self.held(row))
        pk = getattr(row, self.model_field.attname)
        return frozenset() if pk is None else frozenset([str(pk)])

    def held(self, row: models.Model) -> list[str]:
        """The keys of a many-to-many relation, prefetched where `know` saw the row."""
        if (known := row.__dict__.get("_attio_many", {}).get(self.field)) is not None:
            return list(known)
        return many_keys(self, [row]).get(str(row.pk), [])

    def project(self, value: Canonical, slot: Slot) -> Any:
        """The keys of the rows pointed to, as far as we have them. A foreign key shows one: Attio's first."""
        keys = (str(pk) for element in elements(value) if (pk := self.pk_of(element, slot)) is not None)
        return frozenset(keys if self.is_many else islice(keys, 1))

    def lift(self, held: Any, base: Canonical, slot: Slot) -> Canonical:
        """The rows as elements, the base's order kept; what the field cannot hold stays as the base says."""
        dropped = self.project(base, slot) - held
        kept = [e for e in elements(base) if (pk := self.pk_of(e, slot)) is None or str(pk) not in dropped]
        known = {str(pk) for e in kept if (pk := self.pk_of(e, slot)) is not None}
        added = [self.element_of(pk, slot) for pk in sorted(held - known)]
        if slot.spec.multi:
            return union(added, kept)
        return added[0] if added else None

    def shows(self, value: Canonical, slot: Slot) -> bool:
        """A foreign key is empty while what it should point to has no row. Of several, each is for itself."""
        return slot.spec.multi or not elements(value) or bool(self.project(value, slot))

    def put(self, row: models.Model, value: Canonical, wires: Sequence[Mapping[str, Json]], slot: Slot) -> set[str]:
        """Write a foreign key in memory. A many-to-many relation is written by reconcile, in one batch."""
        if self.is_many:
            return set()
        pk = next(iter(self.project(value, slot)), None)
        if self.get(row, slot) == self.project(value, slot):
            return set()
        setattr(row, self.model_field.attname, pk and self._related._meta.pk.to_python(pk))
        row._state.fields_cache.pop(self.field, None)
        return {self.field}

    @property
    def _related(self) -> type[models.Model]:
        related = self.model_field.related_model
        assert isinstance(related, type)  # noqa: S101  # checked by a system check; narrows the type
        return related


@dataclass(eq=False, kw_only=True)
class Chosen(Pointing, Scalar):
    """A status or a select. On a relation to Option it points; on a plain column it holds titles."""

    @property
    def points(self) -> bool:
        """Whether the field is a relation to Option."""
        return bool(self.model_field.is_relation)

    @property
    def fields(self) -> tuple[str, ...]:
        """The foreign key or the plain column."""
        return super().fields if self.points else (self.field,)

    def pk_of(self, element: Element, slot: Slot) -> Any | None:
        """The option with this id."""
        return slot.directory.option_pks.get(str(element))

    def element_of(self, pk: Any, slot: Slot) -> Element:
        """The id of this option."""
        return slot.directory.option_ids[int(pk)]

    def get(self, row: models.Model, slot: Slot) -> Any:
        """Keys or titles."""
        return Pointing.get(self, row, slot) if self.points else Scalar.get(self, row, slot)

    def project(self, value: Canonical, slot: Slot) -> Any:
        """Keys or titles."""
        if self.points:
            return Pointing.project(self, value, slot)
        titles = [slot.directory.option_titles.get(str(element), str(element)) for element in elements(value)]
        return Scalar.project(self, titles if slot.spec.multi else next(iter(titles), None), slot)  # type: ignore[arg-type]  # list of str is canonical

    def lift(self, held: Any, base: Canonical, slot: Slot) -> Canonical:
        """Keys or titles as ids."""
        return Pointing.lift(self, held, base, slot) if self.points else Scalar.lift(self, held, base, slot)

    def shows(self, value: Canonical, slot: Slot) -> bool:
        """A plain column shows an option it does not know by its id."""
        return Pointing.shows(self, value, slot) if self.points else Scalar.shows(self, value, slot)

    def put(self, row: models.Model, value: Canonical, wires: Sequence[Mapping[str, Json]], slot: Slot) -> set[str]:
        """Keys or titles."""
        return Pointing.put(self, row, value, wires, slot) if self.points else Scalar.put(self, row, value, wires, slot)


@dataclass(eq=False, kw_only=True)
class Owner(Pointing):
    """An actor-reference on a relation to Member. Actors that are no members stay in the base."""

    def pk_of(self, element: Element, slot: Slot) -> Any | None:
        """The member this actor is."""
        if not isinstance(element, dict) or element.get("referenced_actor_type") != "workspace-member":
            return None
        return slot.directory.member_pks.get(str(element.get("referenced_actor_id")))

    def element_of(self, pk: Any, slot: Slot) -> Element:
        """The actor this member is."""
        return {"referenced_actor_type": "workspace-member", "referenced_actor_id": slot.directory.member_ids[int(pk)]}


@dataclass(eq=False, kw_only=True)
class Reference(Pointing):
    """A record-reference on a relation to another mirrored model."""

    def pk_of(self, element: Element, slot: Slot) -> Any | None:
        """The row that mirrors the record, or the row itself where it is not in Attio yet."""
        if not isinstance(element, dict):
            return None
        if pending := element.get(PENDING):
            return str(pending).partition(":")[2]
        return slot.directory.row_pk(
            self._related, str(element.get("target_object")), str(element.get("target_record_id"))
        )

    def element_of(self, pk: Any, slot: Slot) -> Element:
        """The record a row mirrors; pending where it has none yet."""
        target = slot.directory.target(self._related, pk)
        if target is not None and target.record_id:
            return {"target_object": target.object, "target_record_id": target.record_id}
        return {PENDING: f"{related_label(self._related)}:{pk}"}

    def know(self, rows: Sequence[models.Model], directory: Directory) -> None:
        """Prefetch the relation, and the links of the rows it points to."""
        if self.is_many:
            held = many_keys(self, rows)
            for row in rows:
                row.__dict__.setdefault("_attio_many", {})[self.field] = held.get(str(row.pk), [])
            directory.know_rows(self._related, {pk for pks in held.values() for pk in pks})
        else:
            pks = {getattr(row, self.model_field.attname) for row in rows} - {None}
            directory.know_rows(self._related, pks)


def related_label(model: type[models.Model]) -> str:
    """How a pending reference names a model: "app.model"."""
    return model._meta.label_lower


def many_keys(attribute: Pointing, rows: Sequence[models.Model]) -> dict[str, list[str]]:
    """For each row (its key as text) the keys a many-to-many relation holds, in one query."""
    through, source, target = through_columns(attribute)
    held: dict[str, list[str]] = {}
    pairs = through._default_manager.filter(**{f"{source}__in": [row.pk for row in rows if row.pk is not None]})
    for row_pk, pk in pairs.values_list(source, target):
        held.setdefault(str(row_pk), []).append(str(pk))
    return held


def through_columns(attribute: Pointing) -> tuple[type[models.Model], str, str]:
    """The through model of a relation and the names of its two columns."""
    relation: Any = attribute.model_field
    through: type[models.Model] = relation.remote_field.through
    source = through._meta.get_field(relation.m2m_field_name()).attname  # type: ignore[union-attr]  # a foreign key
    target = through._meta.get_field(relation.m2m_reverse_field_name()).attname  # type: ignore[union-attr]  # a foreign key
    return through, source, target


def pair(through: type[models.Model], source: str, row_pk: str, target: str, key: str) -> models.Model:
    """An unsaved pair of a many-to-many relation, by the names of its two columns."""
    columns: dict[str, Any] = {source: row_pk, target: key}
    return through(**columns)


def names_pending(value: Canonical) -> list[str]:
    """The rows ("app.model:pk") a canonical value points to that are not in Attio yet."""
    return [str(e[PENDING]) for e in elements(value) if isinstance(e, dict) and PENDING in e]
