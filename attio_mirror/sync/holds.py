"""Holds: what a push batch keeps back until somebody approves it. The rest of the row goes its way meanwhile.

A hold is of one attribute of one row, and of the value the batch wrote: once somebody edits that attribute of that row
on its own, his value is no part of the batch and goes. Of a multi-value it waits on: nobody could tell the two apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models

from ..core.codecs import InvalidValue
from ..core.values import Canonical, same
from ..models import BatchedEdit, EditState, Link
from .frame import Frame


def says(frame: Frame, row: models.Model, slug: str, value: Canonical) -> bool:
    """Whether a row still says this, as far as its fields can hold it."""
    slot = frame.slots.get(slug)
    if slot is None:
        return False
    try:
        return same(slot.local(row, value), value)
    except InvalidValue:
        return False


def held(frame: Frame, rows: Mapping[str, models.Model], links: Iterable[Link]) -> set[tuple[int, str]]:
    """The attributes that wait for approval, by the id of their link. `rows` are by primary key as text."""
    by_id = {link.pk: link for link in links}
    edits = BatchedEdit.objects.filter(link__in=by_id, held_slot__isnull=False).select_related("batch")
    found: set[tuple[int, str]] = set()
    for edit in edits:
        row = rows.get(by_id[edit.link_id].object_id)
        if row is not None and _holds(frame, row, edit):
            found.add((edit.link_id, edit.batch.slug))
    return found


def held_of(frame: Frame, row: models.Model, link: Link) -> set[str]:
    """The same of one row: slugs."""
    return {slug for _, slug in held(frame, {link.object_id: row}, [link])}


def overtake(frame: Frame, row: models.Model, link: Link) -> set[str]:
    """The same at a save: what somebody edited on its own is written down as no part of the batch any more.

    The row is read again: whoever saves some columns of it may hold old values of the others.
    """
    edits = list(BatchedEdit.objects.filter(link=link, held_slot__isnull=False).select_related("batch"))
    saved = frame.rows([link]).get(link.object_id, row) if edits else row
    over = [edit.pk for edit in edits if not _holds(frame, saved, edit)]
    if over:
        BatchedEdit.objects.filter(pk__in=over).update(state=EditState.OVERTAKEN, held_slot=None)
    return {edit.batch.slug for edit in edits if edit.pk not in over}


def _holds(frame: Frame, row: models.Model, edit: BatchedEdit) -> bool:
    slot = frame.slots.get(edit.batch.slug)
    return slot is not None and (slot.spec.multi or says(frame, row, edit.batch.slug, edit.after))
