"""Filters: which rows a list is of. Each is a parameter and what it makes of the rows; some also work on the past."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast, Lower
from django.db.models.lookups import Contains
from rest_framework.exceptions import ValidationError

from ...core.codecs import InvalidValue
from ...models import BatchedEdit, Conflict, Link, LinkState, OutboxEntry
from ...models.past import Past
from .. import asking
from ..asking import Parameter

Rows = models.QuerySet[Any]
NOT_THEN = "This cannot be combined with as_of."


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter that narrows a list."""

    parameter: Parameter
    narrow: Callable[[Rows, Any], Rows]
    then: Callable[[Past[Any], Any], Past[Any]] | None = None
    """The same of rows as they were."""

    @property
    def name(self) -> str:
        """The parameter's."""
        return self.parameter.name


def pointing(model: type[models.Model], name: str) -> list[Filter]:
    """By what a relation points to: any of these, or whether it points at all."""
    relation: Any = model._meta.get_field(name)
    what = relation.verbose_name
    if relation.many_to_many:
        through, key = relation.remote_field.through, relation.m2m_reverse_field_name()
        source = relation.m2m_field_name()

        def among(rows: Rows, pks: Any) -> Rows:
            return rows.filter(pk__in=through._default_manager.filter(**{f"{key}__in": pks}).values(source))
    else:

        def among(rows: Rows, pks: Any) -> Rows:
            return rows.filter(**{f"{name}__in": pks})

    def then(past: Past[Any], pks: Any) -> Past[Any]:
        if len(pks) > 1:
            raise ValidationError({name: ["With as_of, give it once."]})
        return past.where(**{name: relation.related_model(pk=pks[0])})

    found = [Filter(asking.of_numbers(name, f"Rows whose {what} is one of these."), among, then)]
    if not relation.many_to_many:
        empty = f"{name}__isnull"
        about = f"Whether the {what} is empty."
        found.append(Filter(asking.of_truth(empty, about), lambda rows, given: rows.filter(**{empty: given})))
    return found


def text(name: str) -> list[Filter]:
    """By a column of text: the whole, or a part in any case."""
    part = f"{name}__contains"
    return [
        Filter(
            asking.of_text(name, f"Rows whose {name} is just this."),
            lambda rows, given: rows.filter(**{name: given}),
            lambda past, given: past.where(**{name: given}),
        ),
        Filter(
            asking.of_text(part, f"Rows whose {name} contains this, in any case."),
            lambda rows, given: rows.filter(_holding(name, given)),
        ),
    ]


def money(name: str) -> list[Filter]:
    """By an amount: just this, at least, at most."""
    sides = {"": "is", "__gte": "is at least", "__lte": "is at most"}

    def side(lookup: str, words: str) -> Filter:
        about = f"Rows whose {name} {words} this."
        return Filter(asking.of_amount(name + lookup, about), lambda rows, given: rows.filter(**{name + lookup: given}))

    return [side(lookup, words) for lookup, words in sides.items()]


def listed(name: str, column: str) -> list[Filter]:
    """By an element of a list of texts, to the letter but for its case."""

    def narrow(rows: Rows, given: str) -> Rows:
        spelled = {json.dumps(given), json.dumps(given, ensure_ascii=False)}
        held = Q()
        for one in spelled:  # a column of JSON spells what is not ASCII in one way or the other
            held |= Q(**{f"{column}__icontains": one})
        return rows.filter(held)

    return [Filter(asking.of_text(name, f"Rows that have this one among their {column}."), narrow)]


def _holding(column: str, part: str) -> Q:
    """A part in any case, also where the column's collation minds it (MariaDB) or the database folds ASCII only."""
    return Q(**{f"{column}__icontains": part}) | Q(Contains(Lower(column), part.lower()))


def searching(columns: Iterable[str]) -> Filter:
    """Every word is in one of the columns."""
    names = list(columns)

    def narrow(rows: Rows, given: str) -> Rows:
        for word in given.split():
            rows = rows.filter(reduce(or_, (_holding(name, word) for name in names)))
        return rows

    return Filter(asking.of_text("search", f"Rows with each of these words in {' or '.join(names)}."), narrow)


def standing() -> list[Filter]:
    """By the record, the tenant, and where rows stand with Attio."""

    def links(rows: Rows) -> Any:
        content_type = ContentType.objects.get_for_model(rows.model, for_concrete_model=True)
        return Link.objects.filter(content_type=content_type)

    def linked(rows: Rows, found: Any) -> Rows:
        return rows.filter(Exists(found.filter(object_id=Cast(OuterRef("pk"), CharField(max_length=64)))))

    def of_record(rows: Rows, record_id: str) -> Rows:
        keys = links(rows).filter(record_id=record_id, row_gone_at=None).values_list("object_id", flat=True)
        return rows.filter(pk__in=list(keys))  # one for each tenant at most, found by the index of links

    def in_state(rows: Rows, states: list[str]) -> Rows:
        found = links(rows).with_state().filter(state__in=states)
        if not {*states} - UNSETTLED:  # they are few, and the tables that name them are short
            waiting = Q(pk__in=OutboxEntry.objects.unfinished().values("link"))
            waiting |= Q(pk__in=BatchedEdit.objects.filter(held_slot__isnull=False).values("link"))
            found = found.filter(waiting | Q(pk__in=Conflict.objects.filter(resolved_at=None).values("link")))
        return linked(rows, found)

    return [
        Filter(
            asking.of_text("record_id", "The row of this record in Attio."),
            of_record,
        ),
        Filter(
            asking.of_text("connection", "Rows of the tenant with this alias."),
            lambda rows, given: linked(rows, links(rows).filter(connection__alias=given)),
        ),
        Filter(
            asking.of_choice("state", "Rows that stand so with Attio.", LinkState.values, many=True),
            in_state,
        ),
    ]


UNSETTLED = {
    LinkState.WAITING,
    LinkState.SENDING,
    LinkState.HELD,
    LinkState.CONFLICT,
    LinkState.REFUSED,
    LinkState.IN_DOUBT,
}


def narrow(rows: Rows, filters: Iterable[Filter], asked: Mapping[str, Any]) -> Rows:
    """The rows all given filters let through."""
    for one in filters:
        if one.name in asked:
            rows = one.narrow(rows, asked[one.name])
    return rows


def narrow_past(past: Past[Any], filters: Iterable[Filter], asked: Mapping[str, Any]) -> Past[Any]:
    """The same of rows as they were. Raises ValidationError for a filter that knows only today."""
    for one in filters:
        if one.name not in asked:
            continue
        if one.then is None:
            raise ValidationError({one.name: [NOT_THEN]})
        try:
            past = one.then(past, asked[one.name])
        except (FieldDoesNotExist, InvalidValue) as error:  # a host may have bound less, or another type
            raise ValidationError({one.name: [str(error)]}) from error
    return past
