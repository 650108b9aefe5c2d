"""Restoring: a record that is gone from Attio is made anew, from its row or from what we last knew. A person's wish."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction

from ..mirrors.directory import content_type_id
from ..mirrors.registry import registry
from ..models import Link, OutboxEntry
from .frame import Frame, agreed
from .mark import queue
from .push.compose import undecided
from .reconcile.rows import NoRoom, take


class Unrestorable(Exception):
    """There is nothing to restore, or no place for it."""


def restore(link: Link) -> OutboxEntry:
    """Have a tombstone's record created in Attio again, under a new id; its row, too, where that is gone.

    What waits for approval goes on waiting: meanwhile the record says what both sides had agreed on.
    References of other records to it are not restored: Attio ended them. Raises Unrestorable.
    """
    with transaction.atomic():
        link = Link.objects.select_for_update().select_related("connection").get(pk=link.pk)
        frame = _frame(link)
        row = frame.rows([link], lock=True).get(link.object_id) if link.row_gone_at is None else None
        if row is None:
            row = _row_again(frame, link)
        waits = undecided(frame, link, row)
        link.record_id, link.record_gone_at, link.row_gone_at = None, None, None
        link.base = {slug: agreed for slug, agreed in link.base.items() if slug in waits}
        link.seen_hash, link.synced_at = None, None
        link.record_created_at, link.web_url = "", None
        link.save()
        OutboxEntry.objects.open().filter(link=link).update(attempts=0, verb="", said={}, removed={})
        return queue(link)


def _frame(link: Link) -> Frame:
    mirror = registry.of_object(link.object)
    if mirror is None:
        raise Unrestorable(f"Nothing mirrors Attio's object “{link.object}” any more.")
    if link.record_gone_at is None:
        raise Unrestorable("As far as we know, the record still exists in Attio.")
    if link.merged_into:
        raise Unrestorable(f"The record was merged into {link.merged_into}, which holds its values.")
    return Frame.of(link.connection, mirror)


def _row_again(frame: Frame, link: Link) -> models.Model:
    """A new row from the base: what both sides last agreed on, which is what the ledger last believed."""
    row = frame.model()
    values = {slug: agreed(link, slug) for slug in frame.slots if slug in link.base}
    for slug, value in values.items():
        frame.slots[slug].attribute.put(row, value, (), frame.slots[slug])
    try:
        with transaction.atomic():
            row.save_base(raw=True, force_insert=True)  # no signal: the link is not ready to be marked
            take(frame, row, values)
    except (IntegrityError, NoRoom) as error:
        raise Unrestorable("The row cannot be made again: another one holds a value that must be unique.") from error
    link.content_type_id, link.object_id = content_type_id(frame.model), str(row.pk)
    return row
