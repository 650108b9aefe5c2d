"""Carrying out: rows are saved like any edit and written down in one batch; what the brake stops is held back first."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from ...core.values import Canonical
from ...mirrors.directory import chunks
from ...models import BatchedEdit, BatchState, EditState, Link, OutboxEntry, PushBatch
from ..acting import current_user_id
from ..frame import Frame
from ..holds import says
from ..reconcile.trouble import UNWRITABLE, why
from .brake import brake
from .plan import Change, Plan, Wanted, look, worth

log = logging.getLogger("attio_mirror")

TOGETHER = 100
"""Rows in one transaction: on SQLite everybody who wants to write waits for its end."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What carrying out a plan came to."""

    batch: PushBatch
    plan: Plan


def plan_of(frame: Frame, slug: str, links: Sequence[Link], wanted: Wanted) -> Plan:
    """The dry run: what would become of each row. Writes nothing, asks nobody."""
    plan = Plan(slug)
    for chunk in chunks(list(links), TOGETHER):
        plan.add(look(frame, slug, chunk, wanted))
    return plan


def carry_out(
    frame: Frame, slug: str, links: Sequence[Link], wanted: Wanted, *, undoes: PushBatch | None = None
) -> Carried:
    """Save the rows as the acting user's edit, in one push batch. What changed since the dry run is looked at anew."""
    foreseen = plan_of(frame, slug, links, wanted)
    stopped = brake(frame, foreseen)
    batch = PushBatch.objects.create(
        connection=frame.connection,
        object=frame.object,
        slug=slug,
        state=BatchState.HELD if stopped else BatchState.RELEASED,
        brake=stopped,
        value=worth(frame, foreseen),
        undoes=undoes,
        asked_by_id=current_user_id(),
    )
    done = Plan(slug)
    for chunk in chunks(list(links), TOGETHER):
        with transaction.atomic():
            done.add(_together(frame.fresh(), batch, chunk, wanted))
    if stopped:
        log.warning("Push batch %s of %s waits for approval.", batch.pk, batch.object)
    return Carried(batch, done)


def _together(frame: Frame, batch: PushBatch, links: Sequence[Link], wanted: Wanted) -> Plan:
    plan = look(frame, batch.slug, links, wanted, lock=True)
    state = EditState.HELD if batch.state == BatchState.HELD else EditState.RELEASED
    changes, plan.changes = plan.changes, []
    for change in changes:
        try:
            with transaction.atomic():
                _change(frame, batch, change, state)
            plan.changes.append(change)
        except UNWRITABLE as error:  # a host's own rule about one row stops no other
            plan.skipped.append((change.row, f"It could not be saved: {why(error)}."))
    if state == EditState.RELEASED:
        note_entries(batch, [change.link.pk for change in plan.changes])
    _note_skipped(frame, batch, plan)
    return plan


def _change(frame: Frame, batch: PushBatch, change: Change, state: EditState) -> None:
    """Written down before the row is saved, so that the save finds it held back; and again where the host's `save`
    made something else of the value: that is what the batch wrote, and nobody's own edit."""
    link_id, slug = change.link.pk, batch.slug
    edit = BatchedEdit(batch=batch, link=change.link, state=state, base=change.base, before=change.before)
    edit.held_slot = BatchedEdit.slot(link_id, slug) if state == EditState.HELD else None
    edit.after = change.after
    edit.save()
    save(frame, change.row, slug, change.after)
    if not says(frame, change.row, slug, change.after):
        edit.after = frame.slots[slug].local(change.row, change.base)
        edit.save()


def save(frame: Frame, row: models.Model, slug: str, value: Canonical) -> None:
    """Write one attribute as a person's edit: the host's signals fire, and ours mark the row."""
    slot = frame.slots[slug]
    changed = slot.attribute.put(row, value, (), slot)
    if slot.attribute.is_many:
        getattr(row, slot.attribute.field).set(slot.attribute.project(value, slot))
    elif changed:
        row.save(update_fields=sorted(changed))


def note_entries(batch: PushBatch, link_ids: Iterable[int]) -> None:
    """Remember which outbox entries carry a batch's edits."""
    entries = OutboxEntry.objects.filter(waiting_slot__in=list(link_ids)).values_list("link", "pk")
    for link_id, entry_id in entries:
        BatchedEdit.objects.filter(batch=batch, link=link_id).update(entry=entry_id)


def _note_skipped(frame: Frame, batch: PushBatch, plan: Plan) -> None:
    """Rows without a link are told to who asked, and kept nowhere: there is nothing they could be undone from."""
    rows = {str(one.pk): reason for one, reason in plan.skipped if not isinstance(one, Link)}
    links = Link.objects.for_rows(frame.model, rows).filter(connection=batch.connection_id)
    left = [(link, rows[link.object_id]) for link in links]
    left += [(one, reason) for one, reason in plan.skipped if isinstance(one, Link)]
    BatchedEdit.objects.bulk_create(
        BatchedEdit(batch=batch, link=link, state=EditState.SKIPPED, reason=reason) for link, reason in left
    )
