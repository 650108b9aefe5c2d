"""Waking whoever talks to Attio: after commit, and never at the price of the save or the delivery.

Where tasks are queued, a pump is woken by at most one wake-up at a time. With PUSH inline nobody serves a queue: then
who woke does the work itself, after its commit, and an error there ends in the log.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..conf import PushMode, conf
from ..models import Connection
from ..queue import enqueue, run_now

log = logging.getLogger("attio_mirror")

PUSH_TASK = "attio_mirror.tasks.push"
PULL_TASK = "attio_mirror.tasks.pull"
HISTORY_TASK = "attio_mirror.tasks.history"
PUSH_HERE = "attio_mirror.sync.push.pump"
HISTORY_HERE = "attio_mirror.sync.history.read_some"
"""The same for somebody who waits: they neither linger nor go on for long."""
WAKE_UP_LASTS = timedelta(seconds=10)
"""A wake-up older than this was lost; the next mark sends another."""


def wake(connection_id: int) -> None:
    """Wake a pump for a connection once the transaction at hand has committed."""
    transaction.on_commit(lambda: _wake(connection_id), robust=True)


def _wake(connection_id: int) -> None:
    mode = conf().push
    if mode == PushMode.INLINE:
        run_now(PUSH_HERE, connection_id)
    elif mode in (PushMode.QUEUED, PushMode.SHADOW) and _is_first(connection_id):
        _enqueue(PUSH_TASK, connection_id)


def _is_first(connection_id: int) -> bool:
    """Whether no other wake-up is on its way: of many processes only one wins this update."""
    now = timezone.now()
    silent = Q(pump_queued_until=None) | Q(pump_queued_until__lte=now)
    return Connection.objects.filter(silent, pk=connection_id).update(pump_queued_until=now + WAKE_UP_LASTS) == 1


def wake_again(connection_id: int) -> None:
    """Queue another pump: this one has run for long enough, and there may be more to do."""
    if conf().push == PushMode.QUEUED and _is_first(connection_id):
        _enqueue(PUSH_TASK, connection_id)


def hold_wake_ups(connection_id: int) -> None:
    """A pump is at work and looks for itself. For a while marks wake no other one, which would only take a worker."""
    Connection.objects.filter(pk=connection_id).update(pump_queued_until=timezone.now() + WAKE_UP_LASTS)


def clear_wake_up(connection_id: int) -> None:
    """Marks made from now on send a wake-up of their own."""
    Connection.objects.filter(pk=connection_id).update(pump_queued_until=None)


def works_here() -> bool:
    """Whether nobody serves a queue, and who finds work does it."""
    return conf().push == PushMode.INLINE


def wake_pull(connection_id: int) -> None:
    """Have the inbox read after commit."""
    read = run_now if works_here() else _enqueue
    transaction.on_commit(lambda: read(PULL_TASK, connection_id), robust=True)


def wake_history(connection_id: int) -> None:
    """Have histories read after commit. With PUSH off the tick or a command reads."""
    if works_here():
        transaction.on_commit(lambda: run_now(HISTORY_HERE, connection_id), robust=True)
    else:
        wake_history_again(connection_id)


def wake_history_again(connection_id: int) -> None:
    """Queue another reader of histories: one has run for long enough, and there is more to do."""
    if conf().push in (PushMode.QUEUED, PushMode.SHADOW):
        transaction.on_commit(lambda: _enqueue(HISTORY_TASK, connection_id), robust=True)


def _enqueue(task: str, connection_id: int) -> None:
    """A dead broker breaks no save: the tick finds what was marked."""
    try:
        enqueue(task, connection_id)
    except Exception:
        log.exception("The queue did not take a wake-up; the tick will find the work.")
        Connection.objects.filter(pk=connection_id).update(pump_queued_until=None)
