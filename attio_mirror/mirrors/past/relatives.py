"""The rows a row of the past pointed to: found together for many rows, as they were themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from ...models.past import READERS, Past
from ..mirror import Mirror
from ..references import Pointing

Pointed = Mapping[Pointing, frozenset[str]]
"""The primary keys (as text) each relation held."""


def pointing(mirror: Mirror[Any]) -> list[Pointing]:
    """The attributes of a mirror that are relations."""
    return [one for one in mirror.declared.values() if isinstance(one, Pointing) and one.model_field.is_relation]


def related_model(attribute: Pointing) -> type[models.Model]:
    """What a relation points to."""
    found: Any = attribute.model_field.related_model
    return found  # type: ignore[no-any-return]  # a model: Django has resolved it


def find(
    model: type[models.Model], pks: Collection[Any], when: datetime | None, believed_at: datetime | None
) -> dict[str, models.Model]:
    """Rows by primary key as text: as they were at a moment, where we can tell; else as they are."""
    keys = {str(pk) for pk in pks}
    found: dict[str, models.Model] = {}
    if when is not None and any(ancestor in READERS for ancestor in model.__mro__):
        found |= Past(model, when, believed_at).by_pk(keys, related=False)
    missing = [model._meta.pk.to_python(pk) for pk in keys - found.keys()]
    if missing:
        found |= {str(row.pk): row for row in model._base_manager.filter(pk__in=missing)}
    return found


def bind(
    rows: Sequence[tuple[models.Model, Pointed]],
    attributes: Sequence[Pointing],
    when: datetime,
    believed_at: datetime | None,
) -> None:
    """Let rows hold what they pointed to. What no longer exists in any form is left out."""
    for attribute in attributes:
        pks = {pk for _, pointed in rows for pk in pointed.get(attribute, ())}
        found = find(related_model(attribute), pks, when, believed_at) if pks else {}
        for row, pointed in rows:
            related = [found[pk] for pk in sorted(pointed.get(attribute, ())) if pk in found]
            if attribute.is_many:
                held = row.__dict__["_prefetched_objects_cache"][attribute.field]
                held.__dict__.update(_result_cache=related, _prefetch_done=True)
            elif related:
                attribute.model_field.set_cached_value(row, related[0])  # type: ignore[attr-defined]  # a foreign key
            else:
                setattr(row, attribute.model_field.attname, None)


class Lent(dict[str, "models.QuerySet[Any]"]):
    """Where Django looks for what was prefetched: so `row.people.all()`, and filters on it, speak of then.

    Each relation's rows are looked up when somebody asks for them.
    """

    def __init__(self, pointed: Mapping[str, tuple[Pointing, frozenset[str]]]) -> None:
        super().__init__()
        self._pointed = pointed

    def __missing__(self, name: str) -> models.QuerySet[Any]:
        attribute, pks = self._pointed[name]  # KeyError: a relation no mirror binds is today's
        self[name] = held = related_model(attribute)._base_manager.filter(pk__in=pks)
        return held


def lend(row: models.Model, attributes: Sequence[Pointing], pointed: Pointed) -> None:
    """Let a row's many-to-many relations hold what they held then."""
    many = {one.field: (one, pointed.get(one, frozenset())) for one in attributes if one.is_many}
    row.__dict__["_prefetched_objects_cache"] = Lent(many)
