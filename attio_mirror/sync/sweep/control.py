"""The life of a sweep: begun, claimed, carried on, paused, resumed, cancelled, over. Every change is conditional."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ...conf import conf
from ...models import Connection, Sweep, SweepKind, SweepState
from ...queue import enqueue
from .memory import forget, living

log = logging.getLogger("attio_mirror")

TASK = "attio_mirror.tasks.sweep"
RESUMED_WITHIN = timedelta(hours=1)
"""A sweep that failed longer ago begins anew: what it read is old."""
KEPT_FOR = timedelta(days=90)
OVERTAKEN = "A newer sweep began."
FROM_THE_BEGINNING: dict[str, Any] = {
    "cursor": 0, "overlap": 0, "moment": "", "frontier": 0, "seen": 0, "missing": 0, "failed": 0, "complaints": {},
    "enumerated_at": None,
}  # fmt: skip


class Overtaken(Exception):
    """Somebody paused or cancelled the sweep, or another process took it over."""


def begin(
    connection: Connection, slug: str, *, kind: SweepKind = SweepKind.FULL, since: datetime | None = None
) -> Sweep:
    """The sweep of an object that is under way, the one that failed a moment ago, or a new one."""
    slot = Sweep.slot(connection.pk, slug, kind)
    over = [state for state in SweepState if state.is_over]
    unfinished = list(Sweep.objects.of(connection, slug, kind).exclude(state__in=over))
    under_way = next((one for one in unfinished if one.running_slot == slot), None)
    if under_way is not None:
        return under_way
    recent = next((one for one in unfinished if _failed_since(one, timezone.now() - RESUMED_WITHIN)), None)
    if recent is not None and recent.cursor and resume(recent):
        return recent
    sweep = Sweep(connection=connection, object=slug, kind=kind, since=since, running_slot=slot)
    try:
        with transaction.atomic():
            return _new(sweep, unfinished)
    except IntegrityError:  # another process began one this instant, or resumed the old one
        return Sweep.objects.get(running_slot=slot)


def _failed_since(sweep: Sweep, moment: datetime) -> bool:
    return sweep.state == SweepState.FAILED and sweep.finished_at is not None and sweep.finished_at >= moment


def _new(sweep: Sweep, overtaken: Iterable[Sweep]) -> Sweep:
    """Begin a sweep; those that were halted before are over."""
    for old in overtaken:
        error = f"{old.error} {OVERTAKEN}".strip()
        halted = Sweep.objects.filter(pk=old.pk, state=old.state)
        if halted.update(state=SweepState.CANCELLED, error=error, running_slot=None):
            forget(old)
    sweep.expected = living(sweep).count() if sweep.kind == SweepKind.FULL else 0
    sweep.save()
    return sweep


def claim(sweep: Sweep) -> bool:
    """Take the right to carry a sweep on; False where it is not running or another process is at it."""
    until = _lease()
    if not Sweep.objects.free().filter(pk=sweep.pk).update(lease_until=until, not_before=None):
        return False
    sweep.refresh_from_db(from_queryset=Sweep.objects.select_related("connection"))
    return True


def advance(sweep: Sweep, **changes: Any) -> None:
    """Write down how far a claimed sweep is, and renew the claim. Raises Overtaken, then nothing is written."""
    changes.setdefault("lease_until", _lease())
    mine = Sweep.objects.filter(pk=sweep.pk, state=SweepState.RUNNING, lease_until=sweep.lease_until)
    if not mine.update(**changes):
        raise Overtaken
    for name, value in changes.items():
        setattr(sweep, name, value)


def finish(sweep: Sweep, state: SweepState, *, error: str = "") -> None:
    """End a claimed sweep, or halt it until somebody resumes it. Raises Overtaken."""
    with transaction.atomic():
        over = {"running_slot": None, "finished_at": timezone.now(), "lease_until": None}
        advance(sweep, state=state, error=error, **over)
        if state.is_over:
            _tidy(sweep)


def pause(sweep: Sweep) -> bool:
    """Let a running sweep rest; whoever is at it stops after its page. It stands in the way of others until resumed."""
    return _move(sweep, (SweepState.RUNNING,), state=SweepState.PAUSED, lease_until=None)


def cancel(sweep: Sweep) -> bool:
    """Give a sweep up for good; what it has brought stays."""
    unfinished = [state for state in SweepState if not state.is_over]
    over = {"state": SweepState.CANCELLED, "running_slot": None, "finished_at": timezone.now(), "lease_until": None}
    with transaction.atomic():
        done = _move(sweep, unfinished, **over)
        if done:
            forget(sweep)
    return done


def resume(sweep: Sweep, *, consent: bool = False) -> bool:
    """Let a sweep go on where it stopped; False where it cannot, or another one of its object is under way.

    One that was stopped by the brake lists all records anew, unless a person consents: then what it did not find is
    asked for by id, and buried where Attio says that it is gone.
    """
    resumable = [state for state in SweepState if state.is_resumable]
    changes: dict[str, Any] = {
        "state": SweepState.RUNNING, "running_slot": Sweep.slot(sweep.connection_id, sweep.object, sweep.kind),
        "finished_at": None, "error": "", "attempts": 0, "not_before": None, "lease_until": None, "retreats": 0,
    }  # fmt: skip
    if consent:
        changes["consented_at"] = timezone.now()
    elif sweep.state == SweepState.BRAKED:
        changes |= {**FROM_THE_BEGINNING, "started_at": timezone.now()}
    try:
        with transaction.atomic():
            done = _move(sweep, resumable, **changes)
            if done and sweep.cursor == 0:
                forget(sweep)
    except IntegrityError:
        sweep.refresh_from_db()
        return False
    if done:
        wake(sweep)
    return done


def accept(connection: Connection, slug: str) -> Sweep | None:
    """A person agrees to what the brake stopped: that sweep goes on. None where the last one was not stopped."""
    last = Sweep.objects.of(connection, slug).order_by("pk").last()
    if last is None or last.state != SweepState.BRAKED or not resume(last, consent=True):
        return None
    return last


def wake(sweep: Sweep) -> None:
    """Have a task carry a sweep on, after commit. If the queue does not take it, the tick will."""
    transaction.on_commit(lambda: _enqueue(sweep.pk), robust=True)


def _enqueue(sweep_id: int) -> None:
    try:
        enqueue(TASK, sweep_id)
    except Exception:
        log.exception("The queue did not take a sweep; the tick will find it.")


def _move(sweep: Sweep, states: list[SweepState] | tuple[SweepState, ...], **changes: Any) -> bool:
    """Change a sweep if it is in one of these states."""
    done = Sweep.objects.filter(pk=sweep.pk, state__in=states).update(**changes)
    sweep.refresh_from_db()
    return bool(done)


def _tidy(sweep: Sweep) -> None:
    """What is over needs no memory; of light sweeps that found nothing one is enough to know since when."""
    forget(sweep)
    before = Sweep.objects.filter(connection=sweep.connection_id, object=sweep.object, kind=sweep.kind)
    before = before.filter(pk__lt=sweep.pk, state__in=[state for state in SweepState if state.is_over])
    before.filter(finished_at__lt=timezone.now() - KEPT_FOR).delete()
    if sweep.kind == SweepKind.LIGHT:
        before.filter(changed=0, drift=0).delete()


def _lease() -> datetime:
    return timezone.now() + timedelta(seconds=conf().lease)
