"""The budget at work: one row per connection and kind decides, for all processes and hosts, when a request may go.

Every request passes here, so this is also where a paused connection is held: the kill switch.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from ..conf import PushMode, conf
from ..core.budget import slot_times
from ..core.errors import NotSent, RateLimited
from ..models import BudgetKind, Connection, OutboxEntry, OutboxState, RateBudget

PATIENCE = 20.0
"""Seconds a request waits for its turn before it is put back instead."""
SHARE = 0.8
"""How much of the reads the background may have."""
COURTESY = 1.0
"""Seconds a background read lets edits go first."""
FRESH = timedelta(seconds=10)
"""An edit that has waited longer waits for something else than us."""
BLINK = 0.05

_prepaid: ContextVar[Turn | None] = ContextVar("attio_mirror_turn", default=None)
_is_background: ContextVar[bool] = ContextVar("attio_mirror_background", default=False)


class Paused(NotSent):
    """Somebody paused the connection: nothing is sent and nothing is read."""


@dataclass(frozen=True, slots=True)
class Turn:
    """When a reserved request may go (Unix time), and what calls it off."""

    at: float
    silence: threading.Event
    """Set when Attio said 429 to one of those that speak with us."""
    until: datetime | None = None
    """From then on somebody else may have taken over what the request is about."""

    def wait(self) -> None:
        """Until the turn has come. Raises RateLimited where Attio wanted silence meanwhile, NotSent if it is over."""
        if self.silence.wait(max(0.0, self.at - time.time())):
            raise RateLimited("Not sent: Attio had just asked us to slow down.")
        if self.until is not None and timezone.now() >= self.until:
            raise NotSent("Not sent: this process stood still for so long that another one may have taken over.")


def reserve(connection_id: int, kind: str, n: int = 1) -> list[float]:
    """Reserve the turns of `n` requests: when each may go, as Unix times in seconds. Raises Paused."""
    rate = _rate(kind)
    wait = RateBudget.objects.draw(connection_id, kind, rate=rate, n=n)
    if wait is None:
        if Connection.objects.filter(pk=connection_id).exclude(paused_at=None).exists():
            raise Paused("The connection is paused: nothing is sent, nothing is read.")
        RateBudget.objects.lay_out(connection_id)
        wait = RateBudget.objects.draw(connection_id, kind, rate=rate, n=n) or 0.0
    now = time.time()
    return list(slot_times(now + wait, now, rate, n))


def book(connection_id: int, kind: str, silence: threading.Event) -> Turn:
    """The turn of one request that another thread makes. Raises NotSent where it is too far away, or never comes."""
    turn = Turn(reserve(connection_id, kind)[0], silence)
    _be_patient(turn.at)
    return turn


def spend(connection_id: int, kind: str) -> None:
    """Wait for the turn of one request. Raises NotSent where the turn is too far away, or never comes (Paused)."""
    if (turn := _prepaid.get()) is not None:
        turn.wait()
        return
    if kind == BudgetKind.READ and _is_background.get():
        _give_way(connection_id)
        _wait(reserve(connection_id, BudgetKind.BACKGROUND)[0])
    _wait(reserve(connection_id, kind)[0])


@contextmanager
def prepaid(turn: Turn) -> Iterator[None]:
    """Requests of this thread were reserved by another one: threads that talk to Attio leave the database alone."""
    before = _prepaid.set(turn)
    try:
        yield
    finally:
        _prepaid.reset(before)


@contextmanager
def background() -> Iterator[None]:
    """Reads made inside leave room for those somebody waits for, and let edits go first."""
    before = _is_background.set(True)
    try:
        yield
    finally:
        _is_background.reset(before)


def hush(connection_id: int, error: RateLimited) -> datetime:
    """A 429: nobody speaks before the moment Attio named, or for a second where it named none; that moment.

    A prepaid thread only finds out the moment; whoever paid writes it down.
    """
    until = error.retry_at or timezone.now() + timedelta(seconds=1)
    if _prepaid.get() is None:
        louder = Q(quiet_until=None) | Q(quiet_until__lt=until)
        Connection.objects.filter(louder, pk=connection_id).update(quiet_until=until)
        RateBudget.objects.hush(connection_id, until.timestamp())
    return until


def edits_wait(connection_id: int) -> bool:
    """Whether somebody's edits are on their way, or about to be: then the background may as well pause."""
    if conf().push not in (PushMode.QUEUED, PushMode.INLINE):
        return False
    now = timezone.now()
    out = Q(state__in=(OutboxState.SENDING, OutboxState.ANSWERED), sent_at__gte=now - FRESH)
    due = Q(state=OutboxState.WAITING, not_before__range=(now - FRESH, now))
    return OutboxEntry.objects.filter(out | due, link__connection=connection_id).exists()


def _give_way(connection_id: int) -> None:
    patience = time.monotonic() + COURTESY
    while time.monotonic() < patience and edits_wait(connection_id):
        time.sleep(BLINK)


def _rate(kind: str) -> float:
    if kind == BudgetKind.WRITE:
        return conf().writes_per_second
    return conf().reads_per_second * (SHARE if kind == BudgetKind.BACKGROUND else 1)


def _wait(turn: float) -> None:
    wait = _be_patient(turn)
    if wait > 0:
        time.sleep(wait)


def _be_patient(turn: float) -> float:
    wait = turn - time.time()
    if wait > PATIENCE:
        raise NotSent("The request budget is spent for now; the request waits for its turn.")
    return wait
