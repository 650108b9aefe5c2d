"""Retry and drop: what a person can do with an entry that is stuck. Both lose against a pump that took it meanwhile."""

from __future__ import annotations

from django.utils import timezone

from ...models import Link, OutboxEntry, OutboxState
from ..wake import wake
from .outcome import move


def retry(entry: OutboxEntry) -> bool:
    """Let an open entry be pushed at once: a refused one waits again, one in doubt is looked for. False: too late."""
    if not OutboxState(entry.state).is_open:
        return False
    now, slot = timezone.now(), {"waiting_slot": entry.link_id}
    if entry.state == OutboxState.IN_DOUBT:
        done = move(entry, OutboxState.IN_DOUBT, not_before=now, **slot)
    elif entry.state == OutboxState.REFUSED:
        done = move(entry, OutboxState.WAITING, not_before=now, attempts=0, error={}, **slot)
    else:
        done = move(entry, OutboxState.WAITING, not_before=now, **slot)
    if done:
        wake(entry.link.connection_id)
    return done


def drop(entry: OutboxEntry) -> bool:
    """Give an open entry up. The row keeps its values; the next edit, or the local sweep, owes them again."""
    if not OutboxState(entry.state).is_open or not move(entry, OutboxState.DROPPED, settled_at=timezone.now()):
        return False
    Link.objects.filter(pk=entry.link_id).update(seen_hash=None)  # the row is not what was seen
    return True
