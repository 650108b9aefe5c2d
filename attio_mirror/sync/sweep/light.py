"""The light sweep: what Attio can be asked for by time. New records, and moves of selects and statuses.

Attio knows no "changed since" (its docs): other changes wait for their delivery, or for the next full sweep.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from ...core.errors import Json
from ...core.stamps import to_stamp
from ...core.values import AttributeType
from ...models import Connection, Sweep
from ..frame import Frame

OVERLAP = timedelta(minutes=1)
"""Records are listed a little after their time: two light sweeps overlap."""
SKEW = timedelta(minutes=5)
"""How far our clock and Attio's may differ, where an answer did not say what time it is over there."""


def since_last(connection: Connection, slug: str) -> datetime | None:
    """From when on a light sweep must ask; None where the object was never swept to its end."""
    done = Sweep.objects.filter(connection=connection, object=slug).done()
    looks = [as_of or started_at - SKEW for as_of, started_at in done.values_list("as_of", "started_at")[:10]]
    return max(looks) - OVERLAP if looks else None


def filter_of(frame: Frame, sweep: Sweep) -> Mapping[str, Json] | None:
    """What a sweep asks for: all records, or those that are new or have moved since its `since`."""
    if sweep.since is None:
        return None
    begun = {"$gte": to_stamp(sweep.since)}
    moved = [{name: {"active_from": begun}} for name in _dated(frame)]
    return {"$or": [{"created_at": begun}, *moved]}


def _dated(frame: Frame) -> list[str]:
    """Attributes whose values can be asked for by their start (Attio's docs on filtering), by id: slugs change."""
    wanted = (AttributeType.STATUS, AttributeType.SELECT)
    specs = [slot.spec for slot in frame.slots.values() if slot.spec.type in wanted]
    return [spec.attribute_id or spec.slug for spec in specs]
