"""Settling: Attio's answers, as a batch, become rows, bases and history."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from ...core.plan import Deed
from ...models import ATTRIBUTES, Link, OutboxEntry, OutboxState, Verb
from ..far import Far, Told
from ..frame import Frame, Seen
from ..gates import lift
from ..mark import queue
from ..pointing import bind_again, bind_arrivals
from ..reconcile import Voice, reconcile
from ..renames import follow_answers
from ..welcome import welcome
from .claim import release
from .outcome import TAKEN, refuse, settled


def settle(frame: Frame, far: Far, entries: Sequence[OutboxEntry]) -> list[OutboxEntry]:
    """Settle answered entries of one object; those that are settled. Each ends with its lease given back."""
    done: list[OutboxEntry] = []
    talked = [entry for entry in entries if entry.verb != Verb.DELETE]
    for entry in entries:
        if entry.verb == Verb.DELETE:
            _settle_delete(entry)
            done.append(entry)
    told = {entry.pk: _told(far, entry) for entry in talked}
    linked = [entry for entry in talked if _link_to(frame, entry, told[entry.pk])]
    done += _reconcile(frame, far, linked, told)
    release([entry.link_id for entry in entries])
    if done:
        lift(frame.connection, frame.object, Deed.WRITE, {slug for entry in done for slug in entry.said})
    return done


def _reconcile(frame: Frame, far: Far, entries: Sequence[OutboxEntry], told: dict[int, Seen]) -> list[OutboxEntry]:
    """What a later read overtook is no news; then what Attio says now is. Raises AttioError, nothing settled."""
    links = Link.objects.in_bulk([entry.link_id for entry in entries])
    late = {told[e.pk].record_id for e in entries if _is_overtaken(links[e.link_id], e)}
    answers = [told[e.pk] for e in entries if told[e.pk].record_id not in late]
    frame, answers = welcome(frame, [*answers, *(far.read(sorted(late)) if late else ())])
    voices = {e.link_id: Voice(e.said, e.removed, heard=True) for e in entries if told[e.pk].record_id not in late}
    with transaction.atomic():
        report = reconcile(frame, answers, source="push", voices=voices, force=True)
        for entry in entries:
            if (reason := report.failed.get(told[entry.pk].record_id)) is not None:
                refuse(frame, entry, {"message": f"Attio took it, but the row could not be written: {reason}"})
            else:
                settled(entry)
        for link_id in report.owed:  # an edit made while the request was out
            queue(links[link_id])
    if frame.object == ATTRIBUTES:
        slugs = {seen.record_id: str(seen.values["api_slug"]) for seen in answers}
        follow_answers(frame.connection, slugs)
    return [entry for entry in entries if entry.state == OutboxState.SETTLED]


def _told(far: Far, entry: OutboxEntry) -> Seen:
    answered_at = entry.answered_at or timezone.now()
    return far.told(Told(entry.answer, entry.sent_at or answered_at, answered_at))


def _is_overtaken(link: Link, entry: OutboxEntry) -> bool:
    return link.synced_at is not None and entry.sent_at is not None and link.synced_at > entry.sent_at


def _link_to(frame: Frame, entry: OutboxEntry, seen: Seen) -> bool:
    """A created record's id goes onto the link; refused where another row mirrors that record already."""
    if entry.link.record_id == seen.record_id or adopt(frame, entry.link, seen.record_id):
        return True
    refuse(frame, entry, {"message": TAKEN, "slug": frame.mirror.options.key or None})
    return False


def adopt(frame: Frame, link: Link, record_id: str) -> bool:
    """Let a row that has no record be the twin of this one; False where another living row is."""
    try:
        with transaction.atomic():
            had_a_row = _free_of_tombstone(frame, link, record_id)
            Link.objects.filter(pk=link.pk).update(record_id=record_id)
            if had_a_row:
                bind_again(frame, record_id)
            else:
                bind_arrivals(frame, [record_id])
    except IntegrityError:
        return False
    link.record_id = record_id
    return True


def _free_of_tombstone(frame: Frame, link: Link, record_id: str) -> bool:
    """A row deleted here and made again under its key takes the record over: it is not to be deleted any more.

    Whether there was one.
    """
    tombstones = Link.objects.tombstones().filter(connection=frame.connection, object=frame.object)
    dead = tombstones.filter(record_id=record_id).exclude(pk=link.pk)
    farewells = OutboxEntry.objects.open().filter(link__in=list(dead.values_list("pk", flat=True)), verb=Verb.DELETE)
    farewells.update(state=OutboxState.DROPPED, waiting_slot=None, settled_at=timezone.now())
    return dead.update(record_id=None, merged_into=record_id) > 0


def _settle_delete(entry: OutboxEntry) -> None:
    settled(entry)
    Link.objects.filter(pk=entry.link_id, record_gone_at=None).update(record_gone_at=entry.answered_at)
