"""The pump: one woken task drains the outbox until it is empty, so that bursts coalesce."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from ...conf import conf
from ...core.errors import AttioError
from ...models import Connection, ConnectionState, OutboxEntry, OutboxState
from ..wake import clear_wake_up, wake_again
from .batch import Blocked, push_batch
from .claim import claim, claim_one
from .doubt import resolve
from .recover import recover

RUNS_FOR = 20.0
"""Seconds after which a pump ends and lets another begin: tasks stay short."""
SOON = 10.0
"""Seconds a lingering pump sleeps for work that is not due yet; later work is the tick's."""


@dataclass(slots=True)
class Pumped:
    """What one run of the pump came to."""

    settled: int = 0
    failed: int = 0
    blocked: int = 0


def pump(connection_id: int, *, runs_for: float = RUNS_FOR, linger: float = 0.0) -> Pumped:
    """Drain one connection's outbox. Safe to run anywhere, any number of times, at once or never."""
    clear_wake_up(connection_id)
    total, deadline = Pumped(), time.monotonic() + runs_for
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection is None or connection.is_shadow:
        return total
    recover(connection_id)
    resolve_doubts(connection_id)
    blocked: dict[int, Blocked] = {}
    rests_at = time.monotonic() + linger
    while time.monotonic() < deadline:
        entries = claim(connection_id, limit=conf().batch, skip=blocked)
        force = not entries and bool(blocked)
        if force:
            entries = claim_one(_circle(blocked))
        if entries:
            batch = push_batch(entries, force=force)
            blocked = {} if batch.settled else blocked | batch.blocked
            total.settled += len(batch.settled)
            total.failed += len(batch.failed)
            rests_at = time.monotonic() + linger
        elif time.monotonic() < rests_at and _may_talk(connection_id):
            time.sleep(0.05)
        elif not (linger and _naps(connection_id, deadline)):
            break
    else:
        wake_again(connection_id)
    total.blocked = len(blocked)
    return total


def resolve_doubts(connection_id: int) -> None:
    """Look after every bare create whose answer was lost."""
    doubtful = OutboxEntry.objects.filter(
        link__connection=connection_id, state=OutboxState.IN_DOUBT, not_before__lte=timezone.now()
    )
    for entry in doubtful.select_related("link__connection").order_by("pk"):
        if not entry.link.connection.is_talking:
            return
        try:
            resolve(entry)
        except AttioError:
            return  # Attio is not to be reached; the tick comes again


def _naps(connection_id: int, deadline: float) -> bool:
    """Sleep until the next entry is due or Attio wants to be asked again; False where that is not soon."""
    waiting = OutboxEntry.objects.filter(link__connection=connection_id, state=OutboxState.WAITING)
    due = waiting.order_by("not_before").values_list("not_before", flat=True).first()
    connection = Connection.objects.get(pk=connection_id)
    if due is None or connection.paused_at or ConnectionState(connection.state).is_locked_out:
        return False
    wait = (max(due, connection.quiet_until or due) - timezone.now()).total_seconds()
    if not 0 < wait < min(SOON, deadline - time.monotonic()):
        return False
    time.sleep(wait)
    return True


def _may_talk(connection_id: int) -> bool:
    return Connection.objects.talking().filter(pk=connection_id).exists()


def _circle(blocked: Mapping[int, Blocked]) -> int | None:
    """The oldest of the blocked entries that wait only for one another; it has to go first, incomplete.

    What waits for a refused row is no circle: it waits for the person who mends that row.
    """
    left = dict(blocked)
    while True:
        links = {one.link_id for one in left.values()}
        free = {pk: one for pk, one in left.items() if one.waits_for and one.waits_for <= links}
        if len(free) == len(left):
            return min(left, default=None)
        left = free
