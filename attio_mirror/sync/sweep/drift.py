"""Drift: what a sweep found changed and nothing had announced. A measure of the deliveries that are lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ...core.stamps import parse_stamp
from ...models import InboxEntry, InboxState, Link, OutboxEntry, Sweep
from ..frame import Frame, Seen
from ..reconcile import Report

STILL_COMING = timedelta(minutes=1)
"""A delivery usually takes about a second (integrators' reports); a younger change may yet be announced."""


def count(frame: Frame, sweep: Sweep, page: Iterable[Seen], report: Report, as_of: datetime | None) -> int:
    """How many of the rows a page changed drifted; none while an object is mirrored for the first time."""
    if not report.changed or not is_mirrored(sweep):
        return 0
    links = Link.objects.for_rows(frame.model, [*report.created, *report.updated]).filter(connection=frame.connection)
    out = OutboxEntry.objects.out().filter(link__in=links).values_list("link__record_id", flat=True)
    changed = {str(one) for one in links.values_list("record_id", flat=True)} - {str(one) for one in out}
    if as_of is not None and frame.connection.webhook_id:
        changed -= {one.record_id for one in page if _is_young(one, as_of)}
    return len(changed - _announced(sweep)) if changed else 0


def count_gone(sweep: Sweep, record_ids: Iterable[str]) -> int:
    """How many of the records that are gone nothing had announced."""
    gone = set(record_ids)
    return len(gone - _announced(sweep)) if gone else 0


def is_mirrored(sweep: Sweep) -> bool:
    """Whether the object was swept to the end before."""
    return Sweep.objects.filter(connection=sweep.connection_id, object=sweep.object).done().exists()


def _announced(sweep: Sweep) -> set[str]:
    """The records that deliveries name which have come but are not read yet."""
    waiting = InboxEntry.objects.filter(connection=sweep.connection_id, state=InboxState.WAITING)
    bodies = waiting.values_list("body", flat=True).iterator(chunk_size=500)
    events = (event for body in bodies if isinstance(body, dict) for event in body.get("events") or ())
    named = ((event.get("id") or {}).get("record_id") for event in events if isinstance(event, dict))
    return {str(record_id) for record_id in named if record_id}


def _is_young(one: Seen, as_of: datetime) -> bool:
    began = [stamp for slug in one.wires if (stamp := one.since(slug))]
    return bool(began) and parse_stamp(max(began)) > as_of - STILL_COMING
