"""Readdressing: what names a merged record by its id, where no foreign key stands, names the survivor from now on.

Ids stand in remainders, in bases and in the edits of push batches. Attio moves its own references to the survivor, or
drops them, without anybody having edited the record that holds them. So base and row change together: what nobody
edited here follows Attio either way, and what somebody did edit is owed as before, but names a record that exists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Q

from ..core.errors import Json
from ..core.values import AttributeType, Canonical, key, replaced, same
from ..mirrors.attributes import Slot
from ..mirrors.directory import chunks
from ..mirrors.references import Reference
from ..mirrors.registry import registry
from ..models import BatchedEdit, Connection, Link
from .frame import Frame, agreed, agreement, is_unseen
from .mark import reconsider
from .reconcile.rows import NoRoom, take
from .repoint import Pointers

TOGETHER = 100
"""Links in one transaction."""


@dataclass(frozen=True, slots=True)
class Move:
    """Records of one object became another one."""

    object: str
    gone: Collection[str]
    into: str

    def __call__(self, value: Canonical) -> Canonical:
        """A value with the survivor in the place of the originals."""
        return replaced(value, {key(self._element(one)) for one in self.gone}, self._element(self.into))

    def _element(self, record_id: str) -> dict[str, str]:
        return {"target_object": self.object, "target_record_id": record_id}


def readdress(connection: Connection, move: Move) -> Pointers:
    """Let all that names the originals name the survivor; the records whose rows or bases did. Safe to repeat."""
    survivors = Link.objects.filter(connection=connection, object=move.object, record_id=move.into)
    has_row = survivors.filter(row_gone_at=None).exists()
    found: Pointers = {}
    for mirror in registry.all():
        frame = Frame.of(connection, mirror)
        slots = {slug: slot for slug, slot in frame.slots.items() if _may_name(slot, move, has_row)}
        for pks in chunks(_naming(frame, move) if slots else [], TOGETHER):
            with transaction.atomic():
                changed = _readdress(frame.fresh(), pks, slots.keys(), move)
            if changed:
                found.setdefault(frame.object, set()).update(changed)
    return found


def move_held(connection: Connection, move: Move) -> None:
    """Let held edits of foreign keys name the survivor. In the transaction that repoints these, or they would be freed:
    a hold ends where the row says something else.
    """
    edits = BatchedEdit.objects.filter(link__connection=connection, held_slot__isnull=False)
    for edit in edits.filter(_holds("after", move)).select_related("batch"):
        mirror = registry.of_object(edit.batch.object)
        if mirror is not None and isinstance(mirror.declared.get(edit.batch.slug), Reference):
            _move_edit(edit, move)


def _may_name(slot: Slot, move: Move, has_row: bool) -> bool:
    """A foreign key can only follow to a row."""
    if slot.spec.type != AttributeType.RECORD_REFERENCE or (isinstance(slot.attribute, Reference) and not has_row):
        return False
    return not slot.spec.targets or move.object in slot.spec.targets


def _naming(frame: Frame, move: Move) -> list[int]:
    """The links whose bases or remainders hold one of the ids. No index helps: this reads the object's rows once."""
    links = Link.objects.filter(connection=frame.connection, object=frame.object, row_gone_at=None)
    found = set(links.filter(_holds("base", move)).values_list("pk", flat=True))
    if frame.mirror.remainder is not None:
        rows = frame.model._base_manager.filter(_holds(frame.mirror.remainder.field, move))
        for pks in chunks(list(rows.values_list("pk", flat=True))):
            found.update(links.for_rows(frame.model, pks).values_list("pk", flat=True))
    return sorted(found)


def _holds(column: str, move: Move) -> Q:
    return Q(*(Q(**{f"{column}__icontains": one}) for one in move.gone), _connector=Q.OR)


def _readdress(frame: Frame, pks: Iterable[int], slugs: Collection[str], move: Move) -> set[str]:
    """Rows are locked first, as by a save. Bases are written first: then a row's save finds nothing new to say."""
    links = Link.objects.filter(pk__in=pks)
    rows = frame.rows(links, lock=True)
    changed: list[Link] = []
    quiet: list[Link] = []
    for link in links.select_for_update().order_by("pk"):
        if (row := rows.get(link.object_id)) is not None:
            values = dict(_moved(frame.read(row, link).values, slugs, move))
            bases = dict(_moved({slug: agreed(link, slug) for slug in slugs}, slugs, move))
            if not values and not bases:
                continue
            changed.append(link)
            base = link.base | {slug: _entry(frame.slots[slug], link, value, values) for slug, value in bases.items()}
            if values:
                _follow(frame, link, base, row, values, move)
            else:
                link.base, link.seen_hash = base, None
                quiet.append(link)
    Link.objects.bulk_update(quiet, ["base", "seen_hash"], batch_size=TOGETHER)
    _move_edits(quiet, slugs, move)
    reconsider([link.pk for link in changed])
    return {str(link.record_id) for link in changed if link.record_id and link.record_gone_at is None}


def _follow(
    frame: Frame,
    link: Link,
    base: Mapping[str, Json],
    row: models.Model,
    values: Mapping[str, Canonical],
    move: Move,
) -> None:
    """Base and row change together, or neither where the row has no room: then a pull says why."""
    with suppress(NoRoom), transaction.atomic():
        Link.objects.filter(pk=link.pk).update(base=base, seen_hash=None)
        _move_edits([link], values.keys(), move)
        take(frame, row, values)


def _entry(slot: Slot, link: Link, base: Canonical, values: Mapping[str, Canonical]) -> dict[str, Json]:
    """What was unseen stays so, but where the row says it, too, and can show it now."""
    is_shown = slot.slug in values and slot.attribute.shows(base, slot)
    return agreement(base, unseen=is_unseen(link, slot.slug) and not is_shown)


def _moved(values: Mapping[str, Canonical], slugs: Iterable[str], move: Move) -> Iterator[tuple[str, Canonical]]:
    for slug in slugs:
        if slug in values and not same(after := move(values[slug]), values[slug]):
            yield slug, after


def _move_edits(links: Iterable[Link], slugs: Collection[str], move: Move) -> None:
    """A push batch goes on speaking of what its rows say: what it holds stays held, and can be undone."""
    for edit in BatchedEdit.objects.filter(link__in=[link.pk for link in links], batch__slug__in=slugs):
        _move_edit(edit, move)


def _move_edit(edit: BatchedEdit, move: Move) -> None:
    edit.base, edit.before, edit.after = move(edit.base), move(edit.before), move(edit.after)
    edit.save(update_fields=["base", "before", "after"])
