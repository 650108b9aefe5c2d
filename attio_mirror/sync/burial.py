"""Burial: a record is gone, its link becomes a tombstone. Only after a 404 for the record's own id."""

from __future__ import annotations

import logging

from django.db import models, transaction
from django.utils import timezone

from ..mirrors.mirror import WhenGone
from ..models import Link, OutboxEntry, OutboxState
from .frame import Frame
from .mark import owes, queue
from .push.outcome import GONE, refuse
from .reconcile.trouble import UNWRITABLE, why

log = logging.getLogger("attio_mirror")

KEPT = (OutboxState.WAITING, OutboxState.REFUSED, OutboxState.SENDING, OutboxState.ANSWERED)
"""Entries that keep a row: an edit that is out is judged when its answer comes."""

PROTECTED = (models.ProtectedError, models.RestrictedError)


def bury(frame: Frame, record_id: str) -> bool:
    """Make a link a tombstone; whether it was none before.

    The row follows where its mirror says so, but never with an edit that Attio has not got: such a row is kept, and
    its entry refused with the reason.
    """
    with transaction.atomic():
        links = Link.objects.select_for_update().select_related("connection")
        link = links.filter(
            connection=frame.connection, object=frame.object, record_id=record_id, record_gone_at=None
        ).first()
        if link is None:
            return False
        Link.objects.filter(pk=link.pk).update(record_gone_at=timezone.now())
        row = frame.rows([link], lock=True).get(link.object_id) if link.row_gone_at is None else None
        if row is not None:
            keeps_edits = refuse_edits(frame, link, row)
            if not keeps_edits and frame.mirror.options.on_remote_delete == WhenGone.DELETE:
                delete_row(row)
    return True


def refuse_edits(frame: Frame, link: Link, row: models.Model) -> bool:
    """Refuse what waits to be sent to a record that is gone; whether the row holds edits Attio has not got."""
    entries = OutboxEntry.objects.filter(link=link, state__in=KEPT).select_related("link__connection")
    found = list(entries.order_by("pk"))
    if not found and owes(frame, row, link):
        found = [queue(link)]
    for entry in found:
        if entry.state == OutboxState.WAITING:
            refuse(frame, entry, {"message": GONE, "code": "not_found"})
    return bool(found)


def delete_row(row: models.Model) -> None:
    """Delete a row whose record is gone, unless the host's own rows or rules protect it."""
    try:
        with transaction.atomic():
            row.delete()
    except UNWRITABLE as error:
        reason = "other rows need it" if isinstance(error, PROTECTED) else why(error)
        log.warning("%s %s stays, though its record in Attio is gone: %s.", row._meta.label, row.pk, reason)
