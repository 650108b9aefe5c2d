"""Drain: pump until the outbox is empty, or until what is left waits for a person. For the foreground."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from ..models import Connection, ConnectionState, OutboxEntry, OutboxState
from .push import pump

PREVIEW = "manage.py attio_push --shadow"
BREATH = 0.2
"""The shortest pause, in seconds: another process may have the lease and give it back at any moment."""


@dataclass(slots=True)
class Drained:
    """What draining one connection came to."""

    began: datetime
    sent: list[OutboxEntry] = field(default_factory=list)
    refused: list[OutboxEntry] = field(default_factory=list)
    """Those refused before count: they still wait for a person."""
    in_doubt: list[OutboxEntry] = field(default_factory=list)
    waiting: list[OutboxEntry] = field(default_factory=list)
    """Blocked by others, or due later than we were ready to wait."""
    obstacle: str = ""
    """Why nothing may be sent at all, if so."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing needs a person."""
        return not (self.refused or self.in_doubt or self.obstacle)


def drain(connection: Connection, *, wait: float = 0.0, once: bool = False) -> Drained:
    """Push what waits. `wait` bounds the seconds spent on back-offs and on what other processes hold."""
    done, patience = Drained(timezone.now()), time.monotonic() + wait
    while not (obstacle := _obstacle(connection)):
        pumped = pump(connection.pk)
        if once:
            break
        if pumped.settled:
            continue
        moment = _next_moment(connection)
        pause = 0.0 if moment is None else max(BREATH, (moment - timezone.now()).total_seconds())
        if moment is None or time.monotonic() + pause > patience:
            break
        time.sleep(pause)
    done.obstacle = obstacle
    return _account(connection, done)


def _obstacle(connection: Connection) -> str:
    """What forbids sending for longer than a pause."""
    connection.refresh_from_db()
    if connection.is_shadow:
        return f"Shadow mode: everything is computed, nothing is sent. See {PREVIEW}"
    if connection.paused_at is not None:
        return "The connection is paused. Resume it in the admin."
    if ConnectionState(connection.state).is_locked_out:
        return f"{connection.get_state_display()}. {connection.error}"
    return ""


def _next_moment(connection: Connection) -> datetime | None:
    """When something that cannot move now may move; None where nothing will by itself."""
    connection.refresh_from_db()
    now = timezone.now()
    entries = OutboxEntry.objects.unfinished().exclude(state=OutboxState.REFUSED).filter(link__connection=connection)
    moments: list[datetime] = []
    for state, not_before, lease_until in entries.values_list("state", "not_before", "link__lease_until"):
        is_out = OutboxState(state).is_out
        candidates = [lease_until] if is_out else [not_before, lease_until, connection.quiet_until]
        moments.append(max((moment for moment in candidates if moment is not None), default=now))
    return min((moment for moment in moments if moment > now), default=None)


def _account(connection: Connection, done: Drained) -> Drained:
    """Sort what was sent since and what is left."""
    entries = OutboxEntry.objects.filter(link__connection=connection).select_related("link").order_by("pk")
    done.sent = [
        entry for entry in entries.filter(state=OutboxState.SETTLED, settled_at__gte=done.began) if entry.sent_at
    ]
    done.refused = list(entries.filter(state=OutboxState.REFUSED))
    done.in_doubt = list(entries.filter(state=OutboxState.IN_DOUBT))
    done.waiting = list(entries.filter(state__in=(OutboxState.WAITING, OutboxState.SENDING, OutboxState.ANSWERED)))
    return done


def slugs_of(entry: OutboxEntry) -> Iterable[str]:
    """The attributes an entry was about: the one that was refused, else those that were sent."""
    named = entry.error.get("slug")
    return [str(named)] if named else sorted(entry.said)
