"""One batch of claimed entries of one object: listen, compare, compose, speak, settle."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction

from ...core.codecs import InvalidValue
from ...core.errors import AttioError
from ...core.values import AttributeType, Canonical
from ...mirrors.registry import registry
from ...models import Link, OutboxEntry, OutboxState, Verb
from ..far import Far, Order, far_side
from ..frame import Frame
from ..mark import mark
from ..reconcile import reconcile
from ..schema import refresh_object
from ..welcome import welcome
from .claim import put_back, release
from .compose import Debt, debt, order, removed
from .keys import find_twins
from .outcome import TAKEN, failed, gone, refuse, settled
from .settle import settle
from .speak import Speech, speak

log = logging.getLogger("attio_mirror")


@dataclass(frozen=True, slots=True)
class Blocked:
    """An entry that waits for others."""

    link_id: int
    waits_for: frozenset[int]
    """The links of the rows it points to."""


@dataclass(slots=True)
class Batch:
    """What a batch came to, by entry id."""

    settled: list[int] = field(default_factory=list)
    blocked: dict[int, Blocked] = field(default_factory=dict)
    """Put back: they point to rows that must be in Attio first."""
    failed: list[int] = field(default_factory=list)


def push_batch(entries: Sequence[OutboxEntry], *, force: bool = False) -> Batch:
    """Bring these entries to Attio. `force` sends creates without the references that block them (a circle)."""
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
        _push(frame, list(entries), batch, force=force)
    except AttioError as error:  # listening failed: nothing was said, so everything may simply wait
        for entry in OutboxEntry.objects.filter(pk__in=[e.pk for e in entries], state=OutboxState.WAITING):
            entry.verb = entry.verb or Verb.UPDATE
            failed(frame, entry, error, {})
            batch.failed.append(entry.pk)
    return batch


def _meet(frame: Frame) -> Frame:
    """The schema was never mirrored: rows would be sent without values. Raises AttioError where the object is not."""
    refresh_object(frame.connection, frame.object)
    return Frame.of(frame.connection, frame.mirror)


def _push(frame: Frame, entries: list[OutboxEntry], batch: Batch, *, force: bool) -> None:
    far = far_side(frame)
    deletes = [e for e in entries if e.verb == Verb.DELETE]
    frame, living = _listen(frame, far, [e for e in entries if e.verb != Verb.DELETE], batch, force=force)
    frame = frame.fresh()  # reconcile may have changed rows and links
    far = far_side(frame)
    speeches = [speech for entry in deletes if (speech := _farewell(frame, entry, batch)) is not None]
    rows = frame.rows([entry.link for entry in living])
    for entry in living:
        speech = _compose(frame, far, entry, rows.get(entry.link.object_id), batch, force=force)
        if speech is not None:
            speeches.append(speech)
    spoken = speak(frame, far, speeches)
    done = settle(frame, far, spoken.answered)
    batch.settled += [entry.pk for entry in done]
    well = {*batch.settled, *(entry.pk for entry in spoken.held_back)}
    batch.failed += [speech.entry.pk for speech in speeches if speech.entry.pk not in well]
    if any(_misses_an_option(frame, speech.entry) for speech in speeches):
        _read_options_again(frame)


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
    frame: Frame, far: Far, entries: list[OutboxEntry], batch: Batch, *, force: bool
) -> tuple[Frame, list[OutboxEntry]]:
    """Read what Attio says now and reconcile it, so that only what is still owed gets sent; what is left to send.

    The frame is another one where Attio said something that the mirrored schema did not know.
    """
    rivals = find_twins(frame, far, [e.link for e in entries])
    ids = [e.link.record_id for e in entries if e.link.record_id]
    frame, seen = welcome(frame, far.read(ids) if ids else [])
    reconcile(frame, seen, source="push")
    there = {one.record_id for one in seen}
    links = Link.objects.select_related("connection").in_bulk([e.link_id for e in entries])
    living: list[OutboxEntry] = []
    for entry in entries:
        entry.link = links[entry.link_id]
        if entry.link_id in rivals.sought and entry.link.record_id is None:
            entry.unsure_since = None
        if entry.link.record_id and entry.link.record_id not in there and not far.exists(entry.link.record_id):
            gone(frame, entry)
            batch.failed.append(entry.pk)
        elif entry.link_id in rivals.taken:
            refuse(frame, entry, {"message": TAKEN, "slug": frame.mirror.options.key})
            batch.failed.append(entry.pk)
        elif (rival := rivals.waiting.get(entry.link_id)) and not force:
            put_back(entry)
            batch.blocked[entry.pk] = Blocked(entry.link_id, frozenset({rival}))
        else:
            living.append(entry)
    return frame, living


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
        batch.failed.append(entry.pk)
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
        return Speech(entry, order(frame, far, entry.link, row, said), said, removed(frame, entry.link, said))
    except InvalidValue as error:
        refuse(frame, entry, {"slug": None, "message": str(error), "code": "invalid_here"})
        batch.failed.append(entry.pk)
        return None


def _farewell(frame: Frame, entry: OutboxEntry, batch: Batch) -> Speech | None:
    if not entry.link.record_id:
        _end(entry, "It never was in Attio.", batch)
        return None
    return Speech(entry, Order(Verb.DELETE, frame.object, entry.link.record_id or ""), {})


def _end(entry: OutboxEntry, note: str, batch: Batch) -> None:
    """Nothing is sent. Where the row was marked again since it was read, the entry serves that edit and waits on."""
    with transaction.atomic():
        if _is_marked_again(entry):
            put_back(entry)
            return
        settled(entry, note=note)
    release([entry.link_id])
    batch.settled.append(entry.pk)


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
