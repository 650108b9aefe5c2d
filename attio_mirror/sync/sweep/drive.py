"""Driving sweeps: in the foreground to their end, in the background a few pages per task."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.utils import timezone

from ...core import retry
from ...core.errors import AttioError, NotSent, Refused, Unauthorized
from ...mirrors.registry import AnyMirror, registry
from ...models import Connection, Sweep, SweepKind, SweepState
from ..connections import take_note
from ..schema import refresh_object
from .control import Overtaken, advance, begin, claim, finish, resume, wake
from .light import since_last
from .progress import Progress, Tell, tell_nobody
from .run import carry_on

log = logging.getLogger("attio_mirror")

TURNS = 20
RUNS_FOR = 20.0
"""Pages, and seconds, after which a task ends and lets another begin: tasks stay short."""
WAKE_UP_LASTS = timedelta(minutes=2)
"""How long the tick trusts that the next task is on its way."""
OVERTAKEN_BY: dict[str, str] = {SweepState.PAUSED: "paused", SweepState.CANCELLED: "cancelled"}


class Busy(NotSent):
    """Another process is sweeping this object, or somebody stopped us."""


def sweep_now(connection: Connection, mirror: AnyMirror, *, tell: Tell = tell_nobody) -> Progress:
    """Sweep an object to its end, here; one that was interrupted goes on. Raises AttioError, Busy among them."""
    slug = mirror.options.object
    sweep = begin(connection, slug)
    if sweep.state == SweepState.PAUSED:
        resume(sweep)
    if not claim(sweep):
        raise Busy(f"Another process is sweeping {slug}. Wait for it, or cancel its sweep.")
    try:
        progress = carry_on(sweep, mirror, tell=tell)
    except AttioError as error:
        _halt(sweep, error)
        raise
    except Overtaken as problem:
        sweep.refresh_from_db()
        raise Busy(f"The sweep of {slug} was {OVERTAKEN_BY.get(sweep.state, 'taken over')}.") from problem
    except KeyboardInterrupt:
        _release(sweep)
        raise
    except Exception as error:
        _halt(sweep, error)
        raise
    if sweep.state == SweepState.RUNNING:
        _release(sweep)
        raise NotSent(f"Connection “{connection.alias}” is paused. Resume it, then sweep again.")
    return progress


def go_on(sweep_id: int) -> None:
    """Carry a sweep some pages on. A task: safe to run at once, twice, late or never."""
    sweep = Sweep.objects.select_related("connection").filter(pk=sweep_id).first()
    mirror = None if sweep is None else registry.of_object(sweep.object)
    if sweep is None or mirror is None or not _may_talk(sweep) or not claim(sweep):
        return
    try:
        _carry_on(sweep, mirror)
    except Overtaken:
        return
    except AttioError as error:
        _stumble(sweep, error)
    except Exception as error:
        log.exception("The sweep of %s failed.", sweep.object)
        _halt(sweep, error)
    else:
        if sweep.state == SweepState.RUNNING:
            _release(sweep)
            wake(sweep)


def look_lightly(connection: Connection, slug: str) -> Sweep | None:
    """Look for what is new or has moved since the last sweep; None where the object was never swept to its end."""
    since = since_last(connection, slug)
    if since is None:
        return None
    sweep = begin(connection, slug, kind=SweepKind.LIGHT, since=since)
    go_on(sweep.pk)
    sweep.refresh_from_db()
    return sweep


def _carry_on(sweep: Sweep, mirror: AnyMirror) -> None:
    deadline = time.monotonic() + RUNS_FOR
    try:
        carry_on(sweep, mirror, turns=TURNS, deadline=deadline)
    except Refused as error:
        if sweep.kind != SweepKind.LIGHT or error.status != 400:
            raise
        refresh_object(sweep.connection, sweep.object)  # an attribute we asked for by time may be archived by now
        carry_on(sweep, mirror, turns=TURNS, deadline=deadline)


def _may_talk(sweep: Sweep) -> bool:
    return Connection.objects.configured().talking().filter(pk=sweep.connection_id).exists()


def _stumble(sweep: Sweep, error: AttioError) -> None:
    """A page failed: the sweep waits and tries it again, or halts where waiting will not help."""
    attempts = sweep.attempts + 1
    decision = retry.decide(error, attempts=attempts, now=timezone.now(), repeatable=True, salt=sweep.pk)
    if isinstance(error, Unauthorized) or not isinstance(decision, retry.RetryAt):
        _halt(sweep, error)
        return
    _heed(sweep, error)
    try:
        advance(sweep, attempts=attempts, error=str(error), not_before=decision.at, lease_until=None)
    except Overtaken:
        sweep.refresh_from_db()


def _halt(sweep: Sweep, error: Exception) -> None:
    """Stop a sweep with the reason; it can be resumed. Only Attio's words are kept: others may quote a customer."""
    reason = f"{type(error).__name__}; the log says more."
    if isinstance(error, AttioError):
        _heed(sweep, error)
        reason = str(error)
    try:
        finish(sweep, SweepState.FAILED, error=reason)
    except Overtaken:
        sweep.refresh_from_db()


def _heed(sweep: Sweep, error: AttioError) -> None:
    """What an error says about the whole connection."""
    of = Connection.objects.get(pk=sweep.connection_id)
    take_note(of, error)


def _release(sweep: Sweep) -> None:
    """Give the claim back."""
    mine = Sweep.objects.filter(pk=sweep.pk, lease_until=sweep.lease_until)
    mine.update(lease_until=None, not_before=timezone.now() + WAKE_UP_LASTS)
