"""One batch of claimed entries of one object: listen, compare, compose; and settle what was heard of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.apps import apps
from django.db import models, transaction

from ...core.codecs import InvalidValue
from ...core.errors import AttioError
from ...core.values import AttributeType, Canonical
from ...mirrors.directory import chunks
from ...mirrors.registry import registry
from ...models import Link, OutboxEntry, OutboxState, Verb
from ...service.records import CHUNK
from ..far import Far, Order, RecordsFar, far_side
from ..frame import Frame, Seen, is_blind
from ..mark import mark
from ..reconcile import reconcile
from ..schema import refresh_object
from ..welcome import welcome
from .claim import put_back, release
from .compose import Debt, debt, order, removed
from .doubt import find_lost
from .keys import find_twins
from .outcome import TAKEN, failed, found_held, gone, refuse, settled
from .settle import settle
from .speak import Speaker, Speech

log = logging.getLogger("attio_mirror")


@dataclass(frozen=True, slots=True)
class Blocked:
    """An entry that waits for others."""

    link_id: int
    waits_for: frozenset[int]
    """The links of the rows it points to."""


@dataclass(slots=True)
class Batch:
    """What a batch, or those of it that were heard of, came to."""

    settled: list[OutboxEntry] = field(default_factory=list)
    blocked: dict[int, Blocked] = field(default_factory=dict)
    """By entry id. Put back: they point to rows that must be in Attio first."""
    failed: list[OutboxEntry] = field(default_factory=list)
    speeches: list[Speech] = field(default_factory=list)
    """Composed, and still to be said."""


def prepare(entries: Sequence[OutboxEntry], speaker: Speaker, *, force: bool = False) -> Batch:
    """Find out what these entries still owe Attio. `force` composes creates without what blocks them (a circle).

    While it listens, the speaker goes on.
    """
    batch = Batch()
    mirror = registry.of_object(entries[0].link.object)
    if mirror is None:
        for entry in entries:
            put_back(entry)
            batch.blocked[entry.pk] = Blocked(entry.link_id, frozenset())
        return batch
    frame = Frame.of(entries[0].link.connection, mirror)
    try:
        if not frame.slots:
            frame = _meet(frame)
        _prepare(frame, list(entries), batch, speaker, force=force)
    except AttioError as error:  # listening failed: nothing was said, so everything may simply wait
        for entry in OutboxEntry.objects.filter(pk__in=[e.pk for e in entries], state=OutboxState.WAITING):
            entry.verb = entry.verb or Verb.UPDATE
            failed(frame, entry, error, {})
            batch.failed.append(entry)
    return batch


def conclude(speeches: Sequence[Speech]) -> Batch:
    """Settle what was answered of these speeches of one batch, and learn from what was refused."""
    frame, far, entries = speeches[0].frame, speeches[0].far, [speech.entry for speech in speeches]
    answered = [entry for entry in entries if entry.state == OutboxState.ANSWERED]
    try:
        done = settle(frame, far, answered) if answered else []
    except AttioError as error:  # the answers are kept; they are settled when the lease has run out
        log.warning("Answers about %s could not be settled yet: %s", frame.object, error)
        return Batch()
    if any(_misses_an_option(frame, entry) for entry in entries):
        _read_options_again(frame)
    return Batch(settled=done, failed=[entry for entry in entries if entry not in done])


def _meet(frame: Frame) -> Frame:
    """The schema was never mirrored: rows would be sent without values. Raises AttioError where the object is not."""
    refresh_object(frame.connection, frame.object)
    return Frame.of(frame.connection, frame.mirror)


def _prepare(frame: Frame, entries: list[OutboxEntry], batch: Batch, speaker: Speaker, *, force: bool) -> None:
    deletes = [e for e in entries if e.verb == Verb.DELETE]
    frame, living = _listen(frame, [e for e in entries if e.verb != Verb.DELETE], batch, speaker, force=force)
    frame = frame.fresh()  # reconcile may have changed rows and links
    far = far_side(frame)
    speeches = [_farewell(frame, far, entry, batch) for entry in deletes]
    rows = frame.rows([entry.link for entry in living])
    speeches += [_compose(frame, far, e, rows.get(e.link.object_id), batch, force=force) for e in living]
    batch.speeches += [speech for speech in speeches if speech is not None]


def _misses_an_option(frame: Frame, entry: OutboxEntry) -> bool:
    """Whether Attio refused an option it no longer has. It announces no options (Attio's docs): this is how we hear."""
    slot = frame.slots.get(entry.error.get("slug") or "")
    chosen = slot is not None and slot.spec.type in (AttributeType.SELECT, AttributeType.STATUS)
    return chosen and entry.error.get("code") == "value_not_found"


def _read_options_again(frame: Frame) -> None:
    """So that nobody is offered again what went. A schema that cannot be read now is read by the next sweep."""
    try:
        refresh_object(frame.connection, frame.object)
    except AttioError as error:
        log.warning("The options of %s could not be read again: %s", frame.object, error)


def _listen(
    frame: Frame, entries: list[OutboxEntry], batch: Batch, speaker: Speaker, *, force: bool
) -> tuple[Frame, list[OutboxEntry]]:
    """Read what Attio says now and reconcile it, so that only what is still owed gets sent; what is left to send.

    The frame is another one where Attio said something that the mirrored schema did not know.
    """
    far = far_side(frame)
    arrived = find_lost(frame, far, entries)
    release([entry.link_id for entry in arrived])
    batch.settled += arrived
    entries = [entry for entry in entries if entry not in arrived]
    rivals = find_twins(frame, far, [e.link for e in entries], speaker)
    frame, seen = welcome(frame, _read(far, [e.link.record_id for e in entries if e.link.record_id], speaker))
    blind = {e.pk for e in entries if is_blind(e.link)}
    reconcile(frame, seen, source="push", force=bool(blind))
    there = {one.record_id for one in seen}
    links = Link.objects.select_related("connection").in_bulk([e.link_id for e in entries])
    living: list[OutboxEntry] = []
    for entry in entries:
        entry.link = links[entry.link_id]
        if entry.link_id in rivals.sought and entry.link.record_id is None:
            entry.unsure_since = None
        if is_blind(entry.link) and entry.pk not in blind:
            put_back(entry)  # next time we decide first about an edit that was made since we listened
        elif entry.link.record_id and entry.link.record_id not in there and not far.exists(entry.link.record_id):
            gone(frame, entry)
            batch.failed.append(entry)
        elif entry.link_id in rivals.taken:
            refuse(frame, entry, {"message": TAKEN, "slug": frame.mirror.options.key})
            batch.failed.append(entry)
        elif (rival := rivals.waiting.get(entry.link_id)) and not force:
            put_back(entry)
            batch.blocked[entry.pk] = Blocked(entry.link_id, frozenset({rival}))
        else:
            living.append(entry)
    return frame, living


def _read(far: Far, ids: list[str], speaker: Speaker) -> list[Seen]:
    """Records with one request each turn; attributes are read one by one, with the database at hand."""
    if not isinstance(far, RecordsFar):
        return far.read(ids)
    return [one for some in chunks(ids, CHUNK) for one in speaker.aside(partial(far.read, some))]


def _compose(
    frame: Frame, far: Far, entry: OutboxEntry, row: models.Model | None, batch: Batch, *, force: bool
) -> Speech | None:
    if row is None:
        _end(entry, "The row is gone.", batch)
        return None
    owed = debt(frame, entry.link, row)
    if owed.invalid:
        slug, message = next(iter(owed.invalid.items()))
        refuse(frame, entry, {"slug": slug, "message": message, "code": "invalid_here"})
        batch.failed.append(entry)
        return None
    if owed.pending:
        waits_for = _bring_forward(owed.pending)
        if not force and (not entry.link.record_id or not owed.owed):
            put_back(entry)
            batch.blocked[entry.pk] = Blocked(entry.link_id, waits_for)
            return None
    if not owed.owed and entry.link.record_id:
        _end(entry, "Nothing was owed any more.", batch)
        return None
    return _speech(frame, far, entry, row, owed, batch)


def _speech(frame: Frame, far: Far, entry: OutboxEntry, row: models.Model, owed: Debt, batch: Batch) -> Speech | None:
    said: dict[str, Canonical] = dict(owed.owed)
    try:
        ordered = order(frame, far, entry.link, row, said, is_held=found_held(entry))
        return Speech(frame, far, entry, ordered, said, removed(frame, entry.link, said))
    except InvalidValue as error:
        refuse(frame, entry, {"slug": None, "message": str(error), "code": "invalid_here"})
        batch.failed.append(entry)
        return None


def _farewell(frame: Frame, far: Far, entry: OutboxEntry, batch: Batch) -> Speech | None:
    if not entry.link.record_id:
        _end(entry, "It never was in Attio.", batch)
        return None
    return Speech(frame, far, entry, Order(Verb.DELETE, frame.object, entry.link.record_id or ""), {})


def _end(entry: OutboxEntry, note: str, batch: Batch) -> None:
    """Nothing is sent. Where the row was marked again since it was read, the entry serves that edit and waits on."""
    with transaction.atomic():
        if _is_marked_again(entry):
            put_back(entry)
            return
        settled(entry, note=note)
    release([entry.link_id])
    batch.settled.append(entry)


def _is_marked_again(entry: OutboxEntry) -> bool:
    """Locks the link, as a mark does: a save under way is over when we look, or finds the entry settled."""
    marked = Link.objects.select_for_update().filter(pk=entry.link_id).values_list("marked_at", flat=True)
    return marked.first() != entry.link.marked_at


def _bring_forward(pending: Mapping[str, Iterable[str]]) -> frozenset[int]:
    """The rows pointed to must be on their way (one made without a signal has no entry yet); their links.

    A refused one is left alone: it waits for the person who mends it, not for those who wait for it.
    """
    found: set[int] = set()
    for name in (name for names in pending.values() for name in names):
        label, _, pk = name.partition(":")
        model = apps.get_model(label)
        row = model._base_manager.filter(pk=pk).first()
        if row is not None:
            links = Link.objects.for_rows(model, [pk])
            if not OutboxEntry.objects.unfinished().filter(link__in=links).exists():
                mark(row)
            found |= set(links.values_list("pk", flat=True))
    return frozenset(found)
