"""Repointing: mirrored rows that point to a merged record's row point to the survivor's row from now on.

Attio does the same with its references; ours follow at once, so that no unsent edit names a record that is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, models, transaction

from ..mirrors.references import Reference, through_columns
from ..mirrors.registry import AnyMirror, registry
from ..models import Link

Pointers = dict[str, set[str]]
"""Object slug to the ids of the records whose rows pointed there."""


def repoint(model: type[models.Model], old_pk: Any, new_pk: Any) -> Pointers:
    """Let all that point to one row of a model point to another; whose rows did."""
    found: Pointers = {}
    for mirror, reference in references_to(model):
        rows = _move_many(reference, old_pk, new_pk) if reference.is_many else _move(mirror, reference, old_pk, new_pk)
        for slug, record_id in _records(mirror, rows):
            found.setdefault(slug, set()).add(record_id)
    return found


def is_pointed_to(model: type[models.Model], pk: Any) -> bool:
    """Whether a mirrored row still points to one row of a model: it had no room to follow."""
    singles = ((mirror, one) for mirror, one in references_to(model) if not one.is_many)
    return any(
        mirror.model._base_manager.filter(**{reference.model_field.attname: pk}).exists()
        for mirror, reference in singles
    )


def references_to(model: type[models.Model]) -> Iterator[tuple[AnyMirror, Reference]]:
    """What can point to rows of a model, each with its mirror."""
    for mirror in registry.all():
        for attribute in mirror.declared.values():
            if isinstance(attribute, Reference) and attribute.model_field.related_model is model:
                yield mirror, attribute


def _move(mirror: AnyMirror, reference: Reference, old_pk: Any, new_pk: Any) -> list[Any]:
    """All at once, or one by one where there is no room for some: these stay, and a pull says why."""
    column = reference.model_field.attname
    pointing = mirror.model._base_manager.filter(**{column: old_pk})
    rows = list(pointing.values_list("pk", flat=True))
    if point(pointing, column, new_pk) is None:
        for pk in rows:
            point(pointing.filter(pk=pk), column, new_pk)
    return rows


def point(rows: models.QuerySet[Any], column: str, pk: Any) -> int | None:
    """Set a foreign key; how many rows have it now, None where a rule of their table is against it: no one, then."""
    try:
        with transaction.atomic():
            return rows.update(**{column: pk})
    except IntegrityError:
        return None


def _move_many(reference: Reference, old_pk: Any, new_pk: Any) -> list[Any]:
    through, source, target = through_columns(reference)
    pairs = through._default_manager.filter(**{target: old_pk})
    rows = list(pairs.values_list(source, flat=True))
    moved = [through(**{source: row, target: new_pk}) for row in rows]
    through._default_manager.bulk_create(moved, ignore_conflicts=True)
    pairs.delete()
    return rows


def _records(mirror: AnyMirror, rows: list[Any]) -> list[tuple[str, str]]:
    links = Link.objects.alive().for_rows(mirror.model, rows).exclude(record_id=None)
    return [(slug, str(record_id)) for slug, record_id in links.values_list("object", "record_id")]
