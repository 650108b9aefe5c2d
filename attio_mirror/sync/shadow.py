"""Shadow: what would be sent now, without asking or telling Attio anything. Slugs and counts, never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..mirrors.directory import chunks
from ..mirrors.registry import registry
from ..models import Connection, OutboxEntry, OutboxState, Verb
from .frame import Frame
from .push.compose import debt, verb_of

BATCH = 200


@dataclass(frozen=True, slots=True)
class Planned:
    """One request that would be made."""

    object: str
    row: str
    """The row's primary key as text."""
    verb: Verb
    slugs: tuple[str, ...] = ()
    unready: tuple[str, ...] = ()
    """Attributes that would not be sent: their value cannot be, or they point to rows not in Attio yet."""


def planned(of: Connection) -> Iterator[Planned]:
    """What every waiting entry of a connection would come to, as rows and bases stand. No network."""
    entries = OutboxEntry.objects.filter(link__connection=of, state=OutboxState.WAITING)
    by_object: dict[str, list[OutboxEntry]] = {}
    for entry in entries.select_related("link__connection").order_by("pk"):
        by_object.setdefault(entry.link.object, []).append(entry)
    for object_slug, group in by_object.items():
        mirror = registry.of_object(object_slug)
        if mirror is not None:
            for batch in chunks(group, BATCH):
                yield from _of_batch(Frame.of(of, mirror), batch)


def summary(plans: Sequence[Planned]) -> dict[str, dict[str, dict[str, int]]]:
    """Counts by object: how many requests of each `verbs`, and how many would say something of each of the `slugs`."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for plan in plans:
        counts = found.setdefault(plan.object, {"verbs": Counter(), "slugs": Counter()})
        counts["verbs"][plan.verb.value] += 1
        counts["slugs"].update(plan.slugs)
    return {
        slug: {name: dict(sorted(counter.items())) for name, counter in counts.items()}
        for slug, counts in found.items()
    }


def _of_batch(frame: Frame, entries: Sequence[OutboxEntry]) -> Iterator[Planned]:
    rows = frame.rows([entry.link for entry in entries])
    for entry in entries:
        link = entry.link
        if entry.verb == Verb.DELETE:
            if link.record_id:
                yield Planned(frame.object, link.object_id, Verb.DELETE)
            continue
        row = rows.get(link.object_id)
        if row is None or link.record_gone_at is not None:
            continue
        owed = debt(frame, link, row)
        if not owed.is_paid or not link.record_id:
            unready = tuple(sorted({*owed.invalid, *owed.pending}))
            verb = verb_of(frame, link, owed.owed)
            yield Planned(frame.object, link.object_id, verb, tuple(sorted(owed.owed)), unready)
