"""One batch of answers, one transaction: merge → rows → bases → ledger → conflicts, then the hosts' signals."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connections, models, router, transaction
from django.db.models import Min, Q
from django.utils import timezone

from ...core.stamps import to_stamp
from ...mirrors.attributes import Direction
from ...models import AttributeValue, Link, OutboxEntry, OutboxState, Reason
from ...models.flood import take_stock
from ...models.outbox import OUT
from ...signals import reconciled
from ..frame import Frame, Seen
from ..mark import mark, reconsider
from ..wishing import wish
from . import conflicts, hidden, ledger, references, rows
from .decide import SILENT, Decision, Voice, decide
from .pace import PACE
from .trouble import UNWRITABLE, why

log = logging.getLogger("attio_mirror")

SKEW = timedelta(minutes=5)
"""How far Attio's clock and ours may differ."""


@dataclass(slots=True)
class Report:
    """What a batch did. Rows by primary key, records by id."""

    created: list[Any] = field(default_factory=list)
    updated: list[Any] = field(default_factory=list)
    unchanged: int = 0
    stale: list[str] = field(default_factory=list)
    """Records whose answer was older than what we already applied: read them again."""
    failed: dict[str, str] = field(default_factory=dict)
    """Records a row could not be written for, with the database's reason."""
    owed: list[int] = field(default_factory=list)
    """Links whose row still differs from Attio."""

    def add(self, other: Report) -> None:
        """Take over another batch's outcome."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.stale += other.stale
        self.failed.update(other.failed)
        self.owed += other.owed

    @property
    def changed(self) -> int:
        """How many rows were made or changed."""
        return len(self.created) + len(self.updated)


def reconcile(
    frame: Frame, seen: Sequence[Seen], *, source: str, voices: Mapping[int, Voice] | None = None, force: bool = False
) -> Report:
    """Settle what Attio said about records of one object.

    `voices` holds, by link, what we said ourselves (else it is looked up in the outbox). `force` looks at unchanged
    records, too. A record no row can be written for is reported, and stops nobody else.
    """
    newest = {one.record_id: one for one in sorted(seen, key=lambda one: one.speaks_of)}
    batch = list(newest.values())
    news = batch if force else sift(frame, batch)
    report = Report(unchanged=len(batch) - len(news))
    for part in PACE.parts(frame.model, news):
        report.add(_together(frame, part, source, voices or {}))
    return report


def _together(frame: Frame, batch: Sequence[Seen], source: str, voices: Mapping[int, Voice]) -> Report:
    """One transaction. The ids known so far are looked up anew: the last one made rows, or was rolled back."""
    try:
        with transaction.atomic():
            return _settle(frame.fresh(), batch, source, voices)
    except UNWRITABLE as error:
        if len(batch) == 1:
            log.warning("A row for %s %s could not be written: %s.", frame.object, batch[0].record_id, why(error))
            return Report(failed={batch[0].record_id: why(error)})
    report = Report()
    for one in batch:  # somebody's row breaks a rule of the host's database: the others must not suffer
        report.add(_together(frame, [one], source, voices))
    return report


def _settle(frame: Frame, batch: Sequence[Seen], source: str, voices: Mapping[int, Voice]) -> Report:
    report = Report()
    links = _links(frame, batch)
    ours_since = _creating_since(frame) if len(links) < len(batch) else ""
    fresh = [
        one
        for one in batch
        if (
            _is_news(one, link, report)
            if (link := links.get(one.record_id)) is not None
            else _is_newcomer(frame, one, ours_since, report)
        )
    ]
    if not fresh:
        return report
    decisions = _decide(frame, fresh, links, voices)
    new, old = [d for d in decisions if d.is_new], [d for d in decisions if not d.is_new]
    hidden.notice(frame, decisions)
    rows.make(frame, new, report)
    _write_links(new, old)
    rows.write(frame, new, old, report)
    if rows.are_saved(frame):  # a host's own signal may have written to the new rows before they had a link
        for decision in new:
            mark(decision.row)
    references.bind(frame, decisions)
    wish(frame.connection.pk, ledger.learn(frame, decisions, source), Reason.GAP)
    conflicts.settle(frame, decisions)
    reconsider([d.link.pk for d in old if not (d.owed or d.clashes)])
    report.owed = [d.link.pk for d in old if d.owed]
    _tell(frame, report, source)
    return report


def sift(frame: Frame, batch: list[Seen]) -> list[Seen]:
    """The records that may have news: those whose answer is not the very one applied last."""
    links = Link.objects.of_records(frame.connection, frame.object, [one.record_id for one in batch])
    hashes = dict(links.alive().exclude(seen_hash=None).values_list("record_id", "seen_hash"))
    return [one for one in batch if one.fingerprint is None or hashes.get(one.record_id) != one.fingerprint]


def _links(frame: Frame, batch: Iterable[Seen]) -> dict[str, Link]:
    """The links of a batch, locked after their rows: a save locks its row first and its link then, and so do we."""
    links = Link.objects.of_records(frame.connection, frame.object, [one.record_id for one in batch])
    if connections[router.db_for_write(frame.model)].features.has_select_for_update:
        keys = list(links.filter(row_gone_at=None).values_list("object_id", flat=True))
        rows_held = frame.model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk")
        list(rows_held.values_list("pk"))
    return {str(link.record_id): link for link in links.select_for_update().order_by("pk")}


def _creating_since(frame: Frame) -> str:
    """From when on an unknown record may be one of our own creates, whose answer has not been settled; "" for never."""
    creates = OutboxEntry.objects.unfinished().filter(
        link__connection=frame.connection, link__object=frame.object, link__record_id=None
    )
    since = creates.aggregate(asked=Min("sent_at", filter=Q(state__in=OUT)), unsure=Min("unsure_since"))
    earliest = min((at for at in since.values() if at is not None), default=None)
    return to_stamp(earliest - SKEW) if earliest else ""


def _is_newcomer(frame: Frame, one: Seen, ours_since: str, report: Report) -> bool:
    """Whether a record without a link becomes a row. One that may be our own waits until that is settled."""
    if frame.mirror.options.direction == Direction.OUT or not one.values:
        return False
    if ours_since and one.created_at >= ours_since:
        report.stale.append(one.record_id)
        return False
    return True


def _is_news(one: Seen, link: Link, report: Report) -> bool:
    if link.row_gone_at is not None:
        return False
    if link.synced_at is not None and one.speaks_of < link.synced_at:
        report.stale.append(one.record_id)
        return False
    return True


def _decide(
    frame: Frame, batch: Sequence[Seen], links: Mapping[str, Link], voices: Mapping[int, Voice]
) -> list[Decision]:
    known = [links[one.record_id] for one in batch if one.record_id in links]
    found = frame.rows(known, lock=True)
    references.know(frame, batch)
    voices = {**_outstanding(known, {one.record_id: one for one in batch}), **voices}
    decisions: list[Decision] = []
    for one in batch:
        link = links.get(one.record_id)
        if link is None:
            link = Link(connection=frame.connection, object=frame.object, record_id=one.record_id)
            decisions.append(decide(frame, link, frame.model(), one, SILENT, is_new=True))
        elif (row := found.get(link.object_id)) is not None:
            decisions.append(decide(frame, link, row, one, voices.get(link.pk, SILENT)))
        else:  # the row went without a signal (raw SQL): remember that, and leave the record alone
            Link.objects.filter(pk=link.pk).update(row_gone_at=timezone.now())
    return decisions


def _outstanding(links: Sequence[Link], seen: Mapping[str, Seen]) -> dict[int, Voice]:
    """What entries of these links said and may have been heard, but have not settled."""
    entries = OutboxEntry.objects.unheard().filter(link__in=[link.pk for link in links]).order_by("pk")
    told = {link.pk: (link, seen[str(link.record_id)]) for link in links}
    return {
        entry.link_id: voice
        for entry in entries.only("link_id", "state", "said", "removed", "sent_at", "unsure_since", "answered_at")
        if (voice := _voice(entry, *told[entry.link_id])) is not None
    }


def _voice(entry: OutboxEntry, link: Link, seen: Seen) -> Voice | None:
    """What an entry said, for an answer that is not its own. None where the base holds it already."""
    spoke_at = max(at for at in (entry.sent_at, entry.unsure_since) if at is not None)
    is_news = link.synced_at is None or link.synced_at <= spoke_at
    answered_at = entry.answered_at if entry.state == OutboxState.ANSWERED else None
    if answered_at is None or seen.speaks_of < answered_at:
        return Voice(entry.said, entry.removed, is_news=is_news)
    if link.synced_at is not None and link.synced_at >= answered_at:
        return None
    return Voice(entry.said, entry.removed, arrived=True, is_news=is_news)


def _write_links(new: list[Decision], old: list[Decision]) -> None:
    for decision in (*new, *old):
        link, seen = decision.link, decision.seen
        link.base = decision.base
        link.seen_hash = seen.fingerprint if not decision.owed and not decision.clashes else None
        link.synced_at = seen.speaks_of
        if link.record_gone_at is not None and seen.speaks_of > link.record_gone_at:
            link.record_gone_at = None  # it is back; an answer from before it went does not wake it
        link.web_url = seen.web_url or link.web_url
        link.record_created_at = seen.created_at or link.record_created_at
    take_stock(Link.objects.bulk_create([d.link for d in new]), AttributeValue)
    fields = ["base", "seen_hash", "synced_at", "record_gone_at", "web_url", "record_created_at"]
    if len(old) == 1:  # the commonest batch by far, and a bulk update is slow to write down
        old[0].link.save(update_fields=fields)
        return
    Link.objects.bulk_update([d.link for d in old], fields, batch_size=100)


def _tell(frame: Frame, report: Report, source: str) -> None:
    if not report.changed:
        return
    model: type[models.Model] = frame.model
    created, updated = list(report.created), list(report.updated)
    transaction.on_commit(
        lambda: reconciled.send_robust(
            sender=model, connection=frame.connection, created=created, updated=updated, source=source
        ),
        robust=True,
    )
