"""Room: a record whose row the table has no place for, because another row still holds its key.

In Attio that key is free: the other record is gone, or has another key by now, and we have not heard of it. So that
record is read first. The row of one that is gone becomes the row of the record that has the key now, as people mean who
delete a record and make it anew: what points to the row stays, and so do its unsent edits and its history.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from ..models import Link, OutboxEntry, OutboxState
from .frame import Frame, Seen
from .mark import queue
from .pointing import bind_arrivals
from .reconcile import Report, reconcile
from .reconcile.rows import NoRoom
from .reread import reread


def make_room(frame: Frame, seen: Sequence[Seen], report: Report, source: str) -> None:
    """Try again the records that failed in this report; those that have rows now are taken from its failures.

    Raises AttioError. Records that exchanged their keys stay as they are: neither can go first.
    """
    for one in [one for one in seen if one.record_id in report.failed]:
        holder = _holder(frame, one)
        if holder is None:
            continue
        if holder.record_gone_at is None:
            _, _, heard = reread(frame, [str(holder.record_id)], source)
            report.updated += heard.updated
            holder.refresh_from_db()
        again = _succeed(frame, holder, one, source)
        if again is not None:
            del report.failed[one.record_id]
            report.add(again)


def _holder(frame: Frame, one: Seen) -> Link | None:
    """The link of another record, or of one that is gone, whose living row holds this record's key."""
    slot = frame.slots.get(frame.mirror.options.key)
    if slot is None or not slot.attribute.fields:
        return None
    probe = frame.model()
    slot.attribute.put(probe, one.values.get(slot.slug), one.wires.get(slot.slug, ()), slot)
    same_key = {name: getattr(probe, name) for name in slot.attribute.fields}
    rows = list(frame.model._base_manager.filter(**same_key).values_list("pk", flat=True)[:2])
    links = Link.objects.for_rows(frame.model, rows).filter(connection=frame.connection, row_gone_at=None)
    return links.exclude(record_id=None).exclude(record_id=one.record_id).first() if len(rows) == 1 else None


def _succeed(frame: Frame, holder: Link, one: Seen, source: str) -> Report | None:
    """Once the holder's record is gone, its row is this record's; else there may be room by now. None: there is not."""
    if holder.record_gone_at is None:
        report = reconcile(frame.fresh(), [one], source=source, force=True)
        return None if report.failed else report
    if Link.objects.filter(connection=frame.connection, object=frame.object, record_id=one.record_id).exists():
        return None  # it has a row of its own, which cannot take the key while this one keeps it
    try:
        with transaction.atomic():
            return hand_on(frame, holder, one, source)
    except NoRoom:
        return None


def hand_on(frame: Frame, link: Link, heir: Seen, source: str) -> Report:
    """Let the row of a record that is gone be this record's. In a transaction; raises NoRoom."""
    anew = {"record_id": heir.record_id, "record_gone_at": None, "synced_at": None, "seen_hash": None}
    Link.objects.filter(pk=link.pk).update(**anew, merged_into="")
    bind_arrivals(frame, [heir.record_id])
    report = reconcile(frame.fresh(), [heir], source=source, force=True)
    if report.failed:
        raise NoRoom
    refused = OutboxEntry.objects.filter(link=link, state=OutboxState.REFUSED, error__code="not_found")
    refused.update(state=OutboxState.WAITING, attempts=0, error={}, not_before=timezone.now())
    if report.owed:
        queue(Link.objects.select_related("connection").get(pk=link.pk))
    return report
