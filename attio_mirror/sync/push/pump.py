"""The pump: one woken task drains the outbox until it is empty, so that bursts coalesce."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from ...conf import conf
from ...core.errors import AttioError
from ...models import Connection, ConnectionState, OutboxEntry, OutboxState
from ..budget import BLINK
from ..wake import WAKE_UP_LASTS, clear_wake_up, hold_wake_ups, wake_again
from .batch import Batch, Blocked, conclude, prepare
from .claim import claim, claim_one
from .doubt import resolve
from .recover import recover
from .speak import Speaker

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
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection is None or connection.is_shadow:
        clear_wake_up(connection_id)
        return Pumped()
    hold_wake_ups(connection_id)
    recover(connection_id)
    resolve_doubts(connection_id)
    with Speaker(connection_id) as speaker:
        run = Run(connection_id, speaker, runs_for, linger)
        try:
            while run.goes_on():
                pass
        except Exception:
            clear_wake_up(connection_id)
            raise
    run.total.blocked = len(run.blocked)
    return run.total


class Run:
    """One run of a pump: while requests are out, answers are settled and the next speeches are prepared."""

    def __init__(self, connection_id: int, speaker: Speaker, runs_for: float, linger: float) -> None:
        self.connection_id, self.speaker, self.linger = connection_id, speaker, linger
        self.total = Pumped()
        self.blocked: dict[int, Blocked] = {}
        self.has_settled = False
        """Since the blocked entries were last looked at."""
        self.is_leaving = False
        """Others are woken from now on; one last look."""
        self.holds_until = 0.0
        self.deadline = time.monotonic() + runs_for
        self.rests_at = time.monotonic() + linger

    def goes_on(self) -> bool:
        """Do what comes next; False where nothing does."""
        self._hold_wake_ups()
        self.speaker.go_on()
        if self.speaker.has_news:
            self._note(conclude(self.speaker.next_news()))
        elif not (self.speaker.is_running_low and self._prepare()):
            if self.speaker.is_idle:
                return self._rests()
            self.speaker.go_on(BLINK)
        self.rests_at = time.monotonic() + self.linger
        return True

    def _prepare(self) -> bool:
        """Claim and compose what is to be said next; False where nothing is due, or nothing may be said."""
        if time.monotonic() >= self.deadline:
            return False
        self.speaker.speak_up()
        under_way = self.speaker.objects()
        entries = claim(self.connection_id, limit=conf().batch, skip=self.blocked, beside=under_way)
        if not entries and self.blocked and self.speaker.is_idle:
            return self._look_again()
        if entries:
            self.is_leaving = False
            self.speaker.go_on()
            self._add(prepare(entries, self.speaker))
        return bool(entries)

    def _look_again(self) -> bool:
        """Nothing else can move. Perhaps what the blocked ones wait for is there by now; else one of a circle goes."""
        if self.has_settled:
            self.blocked, self.has_settled = {}, False
            return True
        entries = claim_one(_circle(self.blocked))
        if entries:
            self._add(prepare(entries, self.speaker, force=True))
        return bool(entries)

    def _add(self, batch: Batch) -> None:
        self.speaker.queue.extend(batch.speeches)
        self._note(batch)

    def _note(self, batch: Batch) -> None:
        """Count; and who waits only for what is settled now, waits no longer."""
        self.total.settled += len(batch.settled)
        self.total.failed += len(batch.failed)
        there = {entry.link_id for entry in batch.settled}
        self.blocked = {pk: one for pk, one in self.blocked.items() if not one.waits_for & there} | batch.blocked
        self.has_settled |= bool(there)

    def _rests(self) -> bool:
        """Wait for more to do; False where none is to be expected."""
        if time.monotonic() >= self.deadline:
            clear_wake_up(self.connection_id)
            wake_again(self.connection_id)
            return False
        if time.monotonic() < self.rests_at and _may_talk(self.connection_id):
            time.sleep(BLINK)
            return True
        if not self.is_leaving:  # a mark made until now woke nobody
            self.is_leaving, self.holds_until = True, 0.0
            clear_wake_up(self.connection_id)
            return True
        return bool(self.linger) and _naps(self.connection_id, self.deadline)

    def _hold_wake_ups(self) -> None:
        if not self.is_leaving and time.monotonic() >= self.holds_until:
            hold_wake_ups(self.connection_id)
            self.holds_until = time.monotonic() + WAKE_UP_LASTS.total_seconds() / 2


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
