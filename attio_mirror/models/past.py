"""The past: rows as they were at a moment, as we believe now or believed then.

Links say which records there were, the ledger says what they held; what a row looks like is a mirror's knowledge, and
mirrors stand above the models. So they come here: every registered mirror leaves a reader.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar, overload

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import CharField, Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Cast

from ..core.stamps import to_stamp
from ..core.values import key
from .connection import Connection
from .history import AttributeValue, AttributeValueQuerySet
from .link import Link, LinkQuerySet
from .schema import Attribute

Row = TypeVar("Row", bound=models.Model)
CHUNK = 500


class Reader(Protocol):
    """How rows of one model look: lives as long as one `Past`."""

    def rows(self, links: Iterable[Link], versions: AttributeValueQuerySet, *, related: bool) -> list[Any]:
        """The rows of these links, in order."""

    def attributes(self, name: str) -> models.QuerySet[Attribute]:
        """The attributes a field or slug names: one per connection. Raises FieldDoesNotExist."""

    def places(self, attribute: Attribute, value: Any) -> set[int]:
        """Under which places of the ledger an attribute holds a value as the field shows it."""

    def shown(self, versions: Iterable[AttributeValue]) -> list[Any]:
        """The element of each version as the field shows it."""


ReaderOf = Callable[[type[models.Model], datetime | None, datetime | None], Reader]
"""Makes a reader for a model (the mirrored one, or a proxy of it), a moment (None: no rows wanted) and a belief."""
READERS: dict[type[models.Model], ReaderOf] = {}


class Past(Generic[Row]):
    """The rows of a model at a moment, by primary key. Read in pieces: `[:100]`, `for`, `count()`, `get(pk)`.

    The rows are whole and cannot be saved. Relations hold the rows of then; columns no mirror binds are today's.
    """

    def __init__(self, model: type[Row], when: datetime, believed_at: datetime | None = None) -> None:
        self.model, self.when, self.believed_at = model, when, believed_at
        self.reader = reader_of(model)(model, when, believed_at)
        self.conditions: tuple[Q, ...] = ()

    # -- which ----------------------------------------------------------------------------------------------------

    def of(self, *connections: Connection) -> Past[Row]:
        """Those of one tenant, or of some."""
        return self._narrowed(Q(connection__in=connections))

    def among(self, rows: models.QuerySet[Any]) -> Past[Row]:
        """Those among rows that still exist today."""
        keys = rows.order_by().annotate(attio_key=Cast("pk", CharField(max_length=64))).values("attio_key")
        return self._narrowed(Q(object_id__in=keys))

    def where(self, **values: Any) -> Past[Row]:
        """Those that held these values then, by field or slug: `where(stage=won)`. None: held none."""
        found = self
        for name, value in values.items():
            found = found._narrowed(found._holding(name, value))
        return found

    def between(
        self, name: str, low: Decimal | None = None, high: Decimal | None = None, *, currency: str = ""
    ) -> Past[Row]:
        """Those whose number was in a range then, ends included; of amounts of money those in one currency."""
        held = self._true().filter(attribute__in=self.reader.attributes(name), number__isnull=False)
        ends = {"number__gte": low, "number__lte": high, "value__currency_code": currency or None}
        held = held.filter(**{lookup: end for lookup, end in ends.items() if end is not None})
        return self._narrowed(Q(pk__in=held.values("link")))

    def links(self) -> LinkQuerySet:
        """The links of the records there were: made by then (or with a past that reaches so far), and not gone yet."""
        then = to_stamp(self.when)
        held = Q(Exists(self._true().filter(link=OuterRef("pk"))))
        if self.believed_at is None:
            made = Q(record_created_at__gt="", record_created_at__lte=then)
            held = made | (Q(backdated_to__gt="", backdated_to__lte=then) & held)
        return self._all().filter(held, *self.conditions).order_by("pk")

    def versions(self) -> AttributeValueQuerySet:
        """What was true then of the records there were."""
        return self._of_those(self._true())

    # -- rows -----------------------------------------------------------------------------------------------------

    def count(self) -> int:
        """How many there were."""
        return self.links().count()

    def __len__(self) -> int:
        return self.count()

    def __iter__(self) -> Iterator[Row]:
        last, links = 0, self._named()
        while chunk := list(links.filter(pk__gt=last)[:CHUNK]):
            last = chunk[-1].pk
            yield from self.reader.rows(chunk, self._true(), related=True)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        links = self._named()
        if isinstance(index, slice):
            return self.reader.rows(links[index], self._true(), related=True)
        row: Row = self.reader.rows([links[index]], self._true(), related=True)[0]
        return row

    def get(self, pk: Any) -> Row:
        """One row. Raises the model's DoesNotExist."""
        if found := self.by_pk([pk]):
            return next(iter(found.values()))
        missing: type[ObjectDoesNotExist] = self.model.DoesNotExist  # type: ignore[attr-defined]  # every model has one
        raise missing(f"There was no {self.model._meta.verbose_name} {pk} at {self.when:%Y-%m-%d %H:%M}.")

    def by_pk(self, pks: Collection[Any], *, related: bool = True) -> Mapping[str, Row]:
        """These rows, by primary key as text. Without `related`, relations are looked up when asked."""
        links = self._named().filter(object_id__in=[str(pk) for pk in pks])
        return {str(row.pk): row for row in self.reader.rows(links, self._true(), related=related)}

    def counts(self, name: str) -> dict[Any, int]:
        """How many rows held each value of a field (or slug) then: `counts("stage")` → {Option: 12, …}."""
        attributes = list(self.reader.attributes(name))
        groups: dict[tuple[int, int], list[int]] = {}
        for attribute_id, place, number, sample in self._grouped(attributes):
            group = groups.setdefault((attribute_id, place), [0, sample])
            group[0] += number
        samples = self._true().filter(attribute__in=attributes, link__in={sample for _, sample in groups.values()})
        known = {(one.attribute_id, one.place): one for one in samples.select_related("attribute")}
        counted: dict[Any, int] = {}
        shown = self.reader.shown([known[name] for name in groups])
        for value, (number, _) in zip(shown, groups.values(), strict=True):
            group_key = key(value) if isinstance(value, dict) else value
            counted[group_key] = counted.get(group_key, 0) + number
        return counted

    # -- how ------------------------------------------------------------------------------------------------------

    def _grouped(self, attributes: Collection[Attribute]) -> Iterator[tuple[int, int, int, int]]:
        """Attribute, place, how many, and one link of them. By parts: an index holds all that is asked."""
        held = AttributeValue.objects.filter(attribute__in=attributes).order_by()
        for part in held.parts_of(self.when, self.believed_at):
            counted = self._of_those(part).values("attribute_id", "place").annotate(n=Count("*"), sample=Min("link_id"))
            yield from counted.values_list("attribute_id", "place", "n", "sample")

    def _of_those(self, versions: AttributeValueQuerySet) -> AttributeValueQuerySet:
        """Versions of the records there were."""
        there = versions.exclude(link__in=self._gone())
        return there.filter(link__in=self._all().filter(*self.conditions)) if self.conditions else there

    def _narrowed(self, condition: Q) -> Past[Row]:
        narrower = copy(self)
        narrower.conditions = (*self.conditions, condition)
        return narrower

    def _named(self) -> LinkQuerySet:
        """The links without their bases, which are wide and say nothing about then."""
        return self.links().only("object_id", "connection_id")

    def _all(self) -> LinkQuerySet:
        type_ = ContentType.objects.get_for_model(self.model, for_concrete_model=True)
        return Link.objects.filter(content_type=type_).exclude(pk__in=self._gone())

    def _gone(self) -> models.QuerySet[Any, Any]:
        """Links whose row or record was gone by then, or handed its record on to another row. They are few."""
        until = min(self.when, self.believed_at or self.when)
        rows = Link.objects.filter(row_gone_at__isnull=False).filter(Q(row_gone_at__lte=until) | Q(record_id=None))
        records = Link.objects.filter(record_gone_at__lte=until)
        return rows.values("pk").union(records.values("pk"), all=True)

    def _true(self) -> AttributeValueQuerySet:
        return AttributeValue.objects.as_of(self.when, self.believed_at).order_by()

    def _holding(self, name: str, value: Any) -> Q:
        attributes = self.reader.attributes(name)
        if value is None:
            return ~Q(pk__in=self._true().filter(attribute__in=attributes).values("link"))
        held = Q()
        for attribute in attributes:
            held |= Q(attribute=attribute, place__in=self.reader.places(attribute, value))
        return Q(pk__in=self._true().filter(held).values("link")) if held else Q(pk__in=[])


def as_of(rows: type[Row] | models.QuerySet[Row], when: datetime, believed_at: datetime | None = None) -> Past[Row]:
    """The rows of a mirrored model as they were; of a queryset that filters, those that match today.

    Raises LookupError for a model that is not mirrored.
    """
    if isinstance(rows, models.QuerySet):
        past = Past(rows.model, when, believed_at)
        return past.among(rows) if rows.query.where else past
    return Past(rows, when, believed_at)


def reader_of(model: type[models.Model]) -> ReaderOf:
    """The reader of a model or of its nearest mirrored ancestor. Raises LookupError."""
    found = next((READERS[ancestor] for ancestor in model.__mro__ if ancestor in READERS), None)
    if found is None:
        raise LookupError(f"{model._meta.label} is not mirrored: Attio's past says nothing about it.")
    return found
