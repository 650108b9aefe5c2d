"""Verdicts: a held push batch is approved, refused or withdrawn. The verdict is written down first, the rows follow.

A process that ends between the two leaves rows behind; the tick, or whoever asks again, brings them after.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import models, transaction
from django.utils import timezone

from ...conf import conf
from ...core.codecs import InvalidValue
from ...core.merge import Policy, Sides, merge
from ...mirrors.directory import chunks
from ...mirrors.registry import registry
from ...models import BatchedEdit, BatchState, Connection, EditState, Link, PushBatch
from ..acting import acting, current_user_id
from ..frame import Frame, agreed
from ..holds import says
from ..mark import owes, queue
from ..reconcile.trouble import UNWRITABLE, why
from .carry import TOGETHER, save
from .plan import GONE, links_of, points_nowhere

log = logging.getLogger("attio_mirror")

OWN = "you asked for it yourself: somebody else has to approve it."
TOO_LATE = "somebody has decided about it already."
UNMIRRORED = "Nothing mirrors it any more."


class NotYours(Exception):
    """The user may not decide about this batch."""


def approve(batch: PushBatch) -> bool:
    """Let a batch go to Attio. False: it was decided before. Raises NotYours."""
    if conf().approve_by_another and batch.asked_by_id is not None and batch.asked_by_id == current_user_id():
        raise NotYours(OWN)
    return _decide(batch, BatchState.RELEASED)


def refuse(batch: PushBatch) -> bool:
    """Put the rows back to what they said before. False: it was decided before."""
    return _decide(batch, BatchState.REFUSED)


def withdraw(batch: PushBatch) -> bool:
    """The same by the one who asked. False: it was decided before."""
    return _decide(batch, BatchState.WITHDRAWN)


def finish_left(connection: Connection) -> int:
    """Carry on with batches that were decided and left behind; how many there were."""
    left = list(PushBatch.objects.unfinished().filter(connection=connection))
    for batch in left:
        _follow(batch)
    return len(left)


def _decide(batch: PushBatch, verdict: BatchState) -> bool:
    with transaction.atomic():
        held = PushBatch.objects.held().filter(pk=batch.pk)
        if not held.update(state=verdict, decided_by=current_user_id(), decided_at=timezone.now()):
            return False
        if verdict == BatchState.RELEASED and batch.undoes_id:
            PushBatch.objects.filter(pk=batch.undoes_id).update(state=BatchState.UNDONE)
    batch.refresh_from_db()
    _follow(batch)
    return True


def _follow(batch: PushBatch) -> None:
    """Every row that is still held goes, or goes back."""
    mirror = registry.of_object(batch.object)
    edits = list(batch.edits.filter(state=EditState.HELD).values_list("pk", flat=True))
    for chunk in chunks(edits, TOGETHER):
        with transaction.atomic(), acting(batch.asked_by_id):
            if mirror is None:
                BatchedEdit.objects.filter(pk__in=chunk).update(
                    state=EditState.SKIPPED, held_slot=None, reason=UNMIRRORED
                )
            else:
                _follow_together(Frame.of(batch.connection, mirror), batch, chunk)


def _follow_together(frame: Frame, batch: PushBatch, edit_ids: Iterable[int]) -> None:
    links = list(Link.objects.filter(batched__in=list(edit_ids)))
    rows = frame.rows(links, lock=True)  # a save locks its row first and its link then, and so do we
    locked = links_of(links, lock=True)
    goes = batch.state in (BatchState.RELEASED, BatchState.UNDONE)
    for edit in BatchedEdit.objects.filter(pk__in=list(edit_ids), state=EditState.HELD).order_by("pk"):
        link = locked[edit.link_id]
        # a refusal is followed where the record is gone, too: it may be restored from the row
        row = rows.get(link.object_id) if link.is_alive or not goes else None
        if row is None or batch.slug not in frame.slots:
            _settle(edit, EditState.SKIPPED, reason=GONE if row is None else UNMIRRORED)
        elif goes:
            _release(frame, batch.slug, edit, link, row)
        else:
            _put_back(frame, batch.slug, edit, link, row)


def _release(frame: Frame, slug: str, edit: BatchedEdit, link: Link, row: models.Model) -> None:
    """Into the outbox; what somebody edited meanwhile is there already, as his."""
    if not frame.slots[slug].spec.multi and not says(frame, row, slug, edit.after):
        _settle(edit, EditState.OVERTAKEN)
        return
    edit.entry = queue(link) if owes(frame, row, link) else None
    _settle(edit, EditState.RELEASED)


def _put_back(frame: Frame, slug: str, edit: BatchedEdit, link: Link, row: models.Model) -> None:
    """To what it would say had there been no batch: what happened to it since, on either side, stands."""
    slot, base = frame.slots[slug], agreed(link, slug)
    try:
        now = slot.local(row, base)
    except InvalidValue:
        _settle(edit, EditState.OVERTAKEN)
        return
    former = merge(Sides(edit.base, edit.before, base), policy=Policy.HOLD, multi=slot.spec.multi).row
    if points_nowhere(slot, former):
        former = base
    merged = merge(Sides(edit.after, now, former), policy=Policy.HOLD, multi=slot.spec.multi)
    try:
        with transaction.atomic():
            _settle(edit, EditState.OVERTAKEN if merged.clash else EditState.PUT_BACK)
            save(frame, row, slug, now if merged.clash else merged.row)
    except UNWRITABLE as error:  # a host's own rule: the row stays as it is, and stays held
        log.warning("A row of push batch %s could not be put back: %s.", edit.batch_id, why(error))


def _settle(edit: BatchedEdit, state: EditState, *, reason: str = "") -> None:
    edit.state, edit.reason, edit.held_slot = state, reason, None
    edit.save(update_fields=["state", "reason", "held_slot", "entry"])
