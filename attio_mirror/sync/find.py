"""The local sweep: finds edits no signal announced (QuerySet.update, bulk_*, raw SQL). No network."""

from __future__ import annotations

from collections.abc import Container, Mapping

from django.db import models, transaction
from django.utils import timezone

from ..core.values import same
from ..mirrors.attributes import Direction
from ..mirrors.directory import chunks, content_type_id
from ..mirrors.registry import AnyMirror, registry
from ..models import Conflict, Connection, Link, OutboxEntry
from .frame import Frame, agreed
from .holds import held as waiting_for_approval
from .mark import mark, queue

BATCH = 200


def find(of: Connection) -> int:
    """Mark every row of every mirror that owes Attio something and does not wait yet; how many were found."""
    return sum(_find(of, mirror) for mirror in registry.all() if mirror.options.direction != Direction.IN)


def _find(of: Connection, mirror: AnyMirror) -> int:
    found = _unlinked(of, mirror) if mirror.may_place(of.alias) else 0
    last = 0
    while True:
        links = Link.objects.alive().filter(connection=of, object=mirror.options.object, pk__gt=last)
        batch = list(links.exclude(record_id=None).order_by("pk")[:BATCH])
        found += _in_batch(of, mirror, batch) if batch else 0
        if len(batch) < BATCH:
            return found
        last = batch[-1].pk


def _in_batch(of: Connection, mirror: AnyMirror, links: list[Link]) -> int:
    frame = Frame.of(of, mirror)
    rows = frame.rows(links)
    if gone := [link.pk for link in links if link.object_id not in rows]:
        Link.objects.filter(pk__in=gone).update(row_gone_at=timezone.now())
    differing = [link for link in links if link.object_id in rows and _owes(frame, rows[link.object_id], link)]
    owing = _nobody_minds(frame, rows, differing) if differing else []
    for link in owing:
        with transaction.atomic():
            queue(link)
    return len(owing)


def _nobody_minds(frame: Frame, rows: Mapping[str, models.Model], links: list[Link]) -> list[Link]:
    """Those nobody pushes already, and that owe something no person is to decide about."""
    open_ones = set(OutboxEntry.objects.unfinished().filter(link__in=links).values_list("link", flat=True))
    held = set(Conflict.objects.filter(link__in=links, resolved_at=None).values_list("link", "slug"))
    held |= waiting_for_approval(frame, rows, links)
    return [link for link in links if link.pk not in open_ones and _owes(frame, rows[link.object_id], link, held)]


def _owes(frame: Frame, row: models.Model, link: Link, held: Container[tuple[int, str]] = ()) -> bool:
    """What is `held` in open conflict, or until it is approved, waits for a person, not for us."""
    local = frame.read(row, link)
    given = (s for s, slot in frame.slots.items() if frame.mirror.gives(slot) and (link.pk, s) not in held)
    return any(slug in local.invalid or not same(local.values[slug], agreed(link, slug)) for slug in given)


def _unlinked(of: Connection, mirror: AnyMirror) -> int:
    """Rows nobody marked: made by bulk_create, or before the app was installed."""
    linked = Link.objects.filter(connection__isnull=False, content_type=content_type_id(mirror.model))
    known: set[str] = set(linked.values_list("object_id", flat=True))
    pks = mirror.model._base_manager.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH)
    unknown = [pk for pk in pks if str(pk) not in known]
    rows = (row for some in chunks(unknown, BATCH) for row in mirror.model._base_manager.filter(pk__in=some))
    return sum(mirror.connection_for(row) == of.alias and mark(row) is not None for row in rows)
