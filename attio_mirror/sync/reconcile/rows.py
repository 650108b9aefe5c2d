"""Writing rows: only what changed, in as few statements as the mirror's way of writing allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db import connections, models, router, transaction

from ...core.values import Canonical
from ...mirrors.directory import content_type_id
from ...mirrors.mirror import Writes
from ...mirrors.references import Pointing, many_keys, pair, through_columns
from ...models import Link
from ..frame import Frame
from .decide import Decision
from .trouble import UNWRITABLE, why

if TYPE_CHECKING:
    from .batch import Report


def make(frame: Frame, new: list[Decision], report: Report) -> None:
    """Insert the new rows; their links learn the keys."""
    for decision in new:
        _put(frame, decision)
    _create(frame, [decision.row for decision in new])
    type_id = content_type_id(frame.model)
    for decision in new:
        decision.link.content_type_id = type_id
        decision.link.object_id = str(decision.row.pk)
    report.created += [decision.row.pk for decision in new]


def write(frame: Frame, new: list[Decision], old: list[Decision], report: Report) -> None:
    """Bring rows to what was taken, once their bases say so: then a save that signals finds nothing to say."""
    changed = {id(d): _put(frame, d) for d in old}
    related = _write_relations(frame, (*new, *old))
    _update(frame, [(d.row, changed[id(d)]) for d in old if changed[id(d)]])
    touched = [d.row.pk for d in old if changed[id(d)] or str(d.row.pk) in related]
    report.updated += touched
    report.unchanged += len(old) - len(touched)


def _put(frame: Frame, decision: Decision) -> set[str]:
    """Set the row's fields in memory; the names of those that changed."""
    changed: set[str] = set()
    for slug, value in decision.take.items():
        slot = frame.slots[slug]
        changed |= slot.attribute.put(decision.row, value, decision.seen.wires.get(slug, ()), slot)
    return changed


def _create(frame: Frame, created: list[models.Model]) -> None:
    if not are_saved(frame):
        frame.model._base_manager.bulk_create(created)
        return
    for row in created:
        row.save(force_insert=True)
    # Their signals came before their links, and marked them as rows that Attio does not know.
    Link.objects.for_rows(frame.model, [row.pk for row in created]).filter(record_id=None).delete()


def are_saved(frame: Frame) -> bool:
    """Whether new rows are saved one by one, so that signals fire for them."""
    return frame.mirror.options.writes == Writes.SAVE or not _gives_back_keys(frame.model)


def _gives_back_keys(model: type[models.Model]) -> bool:
    """Whether bulk_create works here: the keys must come back, and the model must be one table."""
    features = connections[router.db_for_write(model)].features
    return features.can_return_rows_from_bulk_insert and not model._meta.parents


def _update(frame: Frame, changed: list[tuple[models.Model, set[str]]]) -> None:
    if frame.mirror.options.writes == Writes.SAVE:
        for row, fields in changed:
            row.save(update_fields=sorted(fields))
        return
    groups: dict[frozenset[str], list[models.Model]] = {}
    for row, fields in changed:
        groups.setdefault(frozenset(fields), []).append(row)
    for names, group in groups.items():
        frame.model._base_manager.bulk_update(group, sorted(names), batch_size=100)


def _write_relations(frame: Frame, decisions: Iterable[Decision]) -> set[str]:
    """Bring the many-to-many relations to what was taken; the rows (keys as text) that changed."""
    touched: set[str] = set()
    for slot in frame.slots.values():
        attribute = slot.attribute
        if isinstance(attribute, Pointing) and attribute.is_many:
            wanted = {
                str(d.row.pk): attribute.project(d.take[slot.slug], slot) for d in decisions if slot.slug in d.take
            }
            held = many_keys(attribute, [d.row for d in decisions if slot.slug in d.take and not d.is_new])
            touched |= _write_relation(attribute, wanted, held)
    return touched


def _write_relation(attribute: Pointing, wanted: dict[str, frozenset[str]], held: dict[str, list[str]]) -> set[str]:
    through, source, target = through_columns(attribute)
    add: list[models.Model] = []
    touched: set[str] = set()
    for row_pk, keys in wanted.items():
        now = set(held.get(row_pk, ()))
        if surplus := now - keys:
            through._default_manager.filter(**{source: row_pk, f"{target}__in": surplus}).delete()
        add += [pair(through, source, row_pk, target, key) for key in sorted(keys - now)]
        if now != keys:
            touched.add(row_pk)
    through._default_manager.bulk_create(add, ignore_conflicts=True)
    return touched


class NoRoom(Exception):
    """A rule of the table or the model is against what a row should hold. Says which, without the values."""


def take(frame: Frame, row: models.Model, values: Mapping[str, Canonical]) -> None:
    """Write canonical values to one row, outside any answer: for conflicts somebody resolved.

    Raises NoRoom, and the row is as it was.
    """
    changed: set[str] = set()
    try:
        with transaction.atomic():
            for slug, value in values.items():
                slot = frame.slots[slug]
                changed |= slot.attribute.put(row, value, (), slot)
                if isinstance(slot.attribute, Pointing) and slot.attribute.is_many:
                    wanted = {str(row.pk): slot.attribute.project(value, slot)}
                    _write_relation(slot.attribute, wanted, many_keys(slot.attribute, [row]))
            if changed:
                _update(frame, [(row, changed)])
    except UNWRITABLE as error:
        row.refresh_from_db(fields=sorted(changed))
        raise NoRoom(why(error)) from None  # the database's own words would quote values
