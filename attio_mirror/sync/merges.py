"""Merges: two records became one in Attio. Nothing that pointed to the originals, or was unsent for them, is lost.

Attio makes a new record of two, and both originals are gone; `record.merged` names the new one and one original each
time (Attio's OpenAPI document). An older reading of it, one original that survives the other, works the same here. The
events may come in any order, twice, or not at all: an original whose event is lost is found by a sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from ..mirrors.mirror import WhenGone
from ..mirrors.registry import registry
from ..models import Connection, Link, OutboxEntry
from ..signals import record_merged
from .burial import delete_row, refuse_edits
from .far import far_side
from .frame import Frame, Seen
from .inherit import inherit, open_entries
from .mark import queue
from .pull import mirror_of, pull
from .readdress import Move, move_held, readdress
from .reconcile import Report, reconcile
from .reconcile.rows import NoRoom
from .repoint import Pointers, is_pointed_to, repoint
from .room import hand_on
from .welcome import welcome


def merged(connection: Connection, object_slug: str, record_id: str, duplicate_ids: Iterable[str]) -> Report:
    """Follow a merge: originals that are gone become tombstones of the survivor, which is read and inherits from them.

    Raises Merging while Attio is still at it, other AttioErrors, and LookupError for an object that is not mirrored.
    A survivor in `stale` could not be given a row yet; call again later. Safe to repeat.
    """
    frame = Frame.of(connection, mirror_of(object_slug))
    record_id = _last(frame, record_id)
    duplicates = [one for one in dict.fromkeys(duplicate_ids) if one != record_id]
    far = far_side(frame)
    frame, seen = welcome(frame, far.read([record_id, *duplicates]))
    there = {one.record_id: one for one in seen}
    gone = [one for one in duplicates if one not in there and not far.exists(one)]
    if record_id not in there:
        far.exists(record_id)
    report = reconcile(frame, seen, source="webhook")
    if record_id in report.stale:
        return report
    originals = _originals(frame, gone, record_id)
    move = Move(frame.object, {*gone, *(str(link.record_id) for link in originals)}, record_id)
    if record_id in report.failed and _pass_on(frame, originals, there[record_id]):
        del report.failed[record_id]
    pointers = _settle(frame, originals, move, there.get(record_id))
    _gather(pointers, readdress(connection, move) if move.gone else {})
    for slug, record_ids in pointers.items():
        report.add(pull(connection, slug, sorted(record_ids), source="webhook"))
    return report


def settle_left(connection: Connection) -> int:
    """Hand over edits that were on their way when their record was merged; how many rows had any. Raises AttioError."""
    entries = OutboxEntry.objects.open().filter(link__connection=connection).exclude(link__merged_into="")
    links = [entry.link for entry in entries.filter(link__row_gone_at=None).select_related("link")]
    left = [link for link in links if open_entries(link) and registry.of_object(link.object) is not None]
    for link in left:
        merged(connection, link.object, link.merged_into, [str(link.record_id)])
    return len(left)


def _last(frame: Frame, record_id: str) -> str:
    """The survivor of the survivor, where that was merged, too, before we heard of this merge."""
    links = Link.objects.filter(connection=frame.connection, object=frame.object).exclude(merged_into="")
    passed = {record_id}
    while (into := links.filter(record_id=record_id).values_list("merged_into", flat=True).first()) is not None:
        if into in passed:
            break
        passed.add(into)
        record_id = into
    return record_id


def _originals(frame: Frame, gone: Sequence[str], record_id: str) -> list[Link]:
    """The links of records that are gone, of those merged into them before, and of others this survivor came from."""
    links = Link.objects.filter(connection=frame.connection, object=frame.object).exclude(record_id=None)
    merged_before = Q(merged_into__in=[*gone, record_id])
    return list(links.exclude(record_id=record_id).filter(Q(record_id__in=gone) | merged_before).order_by("pk"))


def _pass_on(frame: Frame, originals: list[Link], survivor: Seen) -> bool:
    """Where the host's table has no room for a second row with these values, an original's row becomes the survivor's.

    Its unsent edits, its ledger and all that points to it stay with it.
    """
    for original in [link for link in originals if link.row_gone_at is None]:
        try:
            with transaction.atomic():
                hand_on(frame, original, survivor, "webhook")
        except NoRoom:
            continue
        originals.remove(original)
        _announce(frame, str(original.record_id), survivor.record_id)
        return True
    return False


def _settle(frame: Frame, originals: Sequence[Link], move: Move, survivor: Seen | None) -> Pointers:
    """Make the originals tombstones of the survivor, and its row their heir. Who pointed to their rows."""
    pointers: Pointers = {}
    record_id = move.into
    with transaction.atomic():
        links = {link.pk: link for link in _locked(frame, originals, record_id)}
        heir = next((link for link in links.values() if link.record_id == record_id and link.is_alive), None)
        rows = frame.fresh().rows([link for link in links.values() if link.row_gone_at is None], lock=True)
        heirs_row = rows.get(heir.object_id) if heir is not None else None
        inherits = False
        if heirs_row is not None:
            move_held(frame.connection, move)
        for link in [links[one.pk] for one in originals if one.pk in links]:
            is_news = _tombstone(link, record_id)
            row = rows.get(link.object_id) if link.row_gone_at is None else None
            if is_news:
                _announce(frame, str(link.record_id), record_id)
            if row is not None and heir is not None and heirs_row is not None:
                _gather(pointers, repoint(frame.model, row.pk, heirs_row.pk))
                if is_news or open_entries(link):
                    _bequeath(frame, link, row, heir, heirs_row)
                    inherits = True
            elif row is not None:
                refuse_edits(frame, link, row)
        if heir is not None and inherits:
            _merge_edits(frame, heir, survivor)
    return pointers


def _locked(frame: Frame, originals: Sequence[Link], record_id: str) -> Iterable[Link]:
    wanted = Q(pk__in=[link.pk for link in originals]) | Q(
        connection=frame.connection, object=frame.object, record_id=record_id
    )
    return Link.objects.select_for_update().select_related("connection").filter(wanted).order_by("pk")


def _tombstone(link: Link, record_id: str) -> bool:
    """Say what became of an original; whether that is news."""
    if link.merged_into == record_id:
        return False
    link.merged_into, link.record_gone_at = record_id, link.record_gone_at or timezone.now()
    link.save(update_fields=["merged_into", "record_gone_at"])
    return True


def _bequeath(frame: Frame, link: Link, row: models.Model, heir: Link, heirs_row: models.Model) -> None:
    """Hand unsent edits to the heir; the row follows its record where the mirror says so, and takes nobody along."""
    all_taken = inherit(frame.fresh(), link, row, heir, heirs_row)
    follows = frame.mirror.options.on_remote_delete == WhenGone.DELETE
    if all_taken and follows and not is_pointed_to(frame.model, row.pk):
        delete_row(row)


def _merge_edits(frame: Frame, heir: Link, survivor: Seen | None) -> None:
    """What the heir inherited meets what Attio says of the survivor."""
    report = reconcile(frame, [survivor], source="webhook", force=True) if survivor is not None else None
    if report is None or report.owed or report.stale:
        queue(heir)


def _gather(pointers: Pointers, more: Pointers) -> None:
    for slug, record_ids in more.items():
        pointers.setdefault(slug, set()).update(record_ids)


def _announce(frame: Frame, record_id: str, into: str) -> None:
    given: Mapping[str, object] = {"connection": frame.connection, "record_id": record_id, "into": into}
    model = frame.model
    transaction.on_commit(lambda: record_merged.send_robust(sender=model, **given), robust=True)
