"""Speaking: many orders at once through a pool of threads that do nothing but HTTP."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from django.db import transaction
from django.utils import timezone

from ...conf import conf
from ...core.errors import AttioError, Json, NotSent, RateLimited
from ...core.values import Canonical
from ...models import BudgetKind, OutboxEntry, OutboxState
from ..budget import BLINK, Turn, book, prepaid, reserve
from ..far import Far, Order
from ..frame import Frame
from .claim import put_back, release, renew
from .outcome import failed, move

T = TypeVar("T")

GROUP = 6
"""Answers that are settled together: few enough for no thread to come free meanwhile, or not for long."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One entry, its request, and what it says in canonical form; with the frame it was composed in."""

    frame: Frame
    far: Far
    entry: OutboxEntry
    order: Order
    said: dict[str, Canonical]
    removed: dict[str, Canonical] = field(default_factory=dict)


class Speaker:
    """The voice of one pump: a queue of speeches, those that are out, and those of which something was heard.

    Threads make the requests. Everything else is done by the thread that owns the speaker, whenever it calls `go_on`:
    it alone touches the database, and it may prepare and settle while requests are out.
    """

    def __init__(self, connection_id: int) -> None:
        self.connection_id, self.threads = connection_id, conf().threads
        self.queue: deque[Speech] = deque()
        self.out: dict[Future[Any], Speech] = {}
        self.heard: list[Speech] = []
        """Answered or failed, as their entries say; to be settled."""
        self.silence = threading.Event()
        """Attio wants to be left alone, or somebody paused the connection: nothing more is sent."""
        self._pool = ThreadPoolExecutor(self.threads + 1, thread_name_prefix="attio-push")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, Exception):
                self._end()
        finally:
            self._pool.shutdown()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits, is out, or has to be settled."""
        return not (self.queue or self.out or self.heard)

    @property
    def is_running_low(self) -> bool:
        """Whether more has to be prepared now if the threads are to stay at work; after a silence, if all are back."""
        return not self.out if self.silence.is_set() else len(self.queue) <= conf().batch // 2

    @property
    def has_news(self) -> bool:
        """Whether enough was heard for a group to be settled; whatever there is, where nothing waits to be said."""
        return len(self.heard) >= GROUP or bool(self.heard and not self.queue)

    def objects(self) -> set[str]:
        """What is spoken about just now."""
        return {speech.order.object for speech in (*self.queue, *self.out.values(), *self.heard)}

    def speak_up(self) -> None:
        """End a silence, once all who were to keep it are back: it may have begun just now."""
        if self.silence.is_set() and not self.out:
            self._put_back()
            self.silence = threading.Event()

    def go_on(self, patience: float = 0.0, *also: Future[Any]) -> None:
        """Hand out what threads are free for, and write each answer down; wait so long for one, or for those `also`."""
        if self.silence.is_set():
            self._put_back()
        self._hand_out()
        done, _ = wait([*also, *self.out], timeout=patience, return_when=FIRST_COMPLETED)
        for future in [one for one in self.out if one in done]:
            self._hear(self.out.pop(future), future)

    def aside(self, work: Callable[[], T]) -> T:
        """Let a thread make a read, and go on speaking meanwhile. Raises AttioError."""
        turn = book(self.connection_id, BudgetKind.READ, self.silence)
        future = self._pool.submit(_ask, work, turn)
        while not future.done():
            self.go_on(BLINK, future)
        return future.result()

    def next_news(self) -> list[Speech]:
        """What was heard of one batch."""
        frame = self.heard[0].frame
        group = [speech for speech in self.heard if speech.frame is frame]
        self.heard = [speech for speech in self.heard if speech.frame is not frame]
        return group

    def _hand_out(self) -> None:
        """Turns are drawn as threads come free, so that all processes share them fairly."""
        room = min(self.threads - len(self.out), len(self.queue))
        if room <= 0:
            return
        try:
            turns = reserve(self.connection_id, BudgetKind.WRITE, room)
        except NotSent:
            self.silence.set()
            self._put_back()
            return
        for at in turns:
            speech, leaves = self.queue.popleft(), _moment(at)
            if _announce(speech, leaves):
                turn = Turn(at, self.silence, until=leaves + timedelta(seconds=conf().lease - conf().timeout))
                self.out[self._pool.submit(_ask, partial(speech.far.send, speech.order), turn)] = speech

    def _hear(self, speech: Speech, future: Future[Json]) -> None:
        error = future.exception()
        if isinstance(error, AttioError):
            failed(speech.frame, speech.entry, error, dict(speech.order.values))
        elif error is not None:
            raise error
        else:
            move(speech.entry, OutboxState.ANSWERED, answer=future.result(), answered_at=timezone.now())
        self.heard.append(speech)

    def _put_back(self) -> None:
        """What was never sent waits on as if nobody had claimed it."""
        while self.queue:
            put_back(self.queue.popleft().entry)

    def _end(self) -> None:
        """Something broke: what is out is still heard; a later pump settles it."""
        self._put_back()
        while self.out:
            self.go_on(BLINK)


def _moment(at: float) -> datetime:
    """A turn (Unix time) by the clock that leases go by."""
    return timezone.now() + timedelta(seconds=max(0.0, at - time.time()))


def _announce(speech: Speech, leaves: datetime) -> bool:
    """Before a word is said it is written down what will be said: a crash from here on is known to be one.

    False where it is not to be said any more: its row was edited since it was composed, or its entry is dropped.
    """
    entry = speech.entry
    with transaction.atomic():
        if not renew(entry, leaves):
            return False
        if move(
            entry,
            OutboxState.SENDING,
            said=speech.said,
            removed=speech.removed,
            verb=speech.order.verb,
            sent_at=timezone.now(),
            unsure_since=entry.unsure_since,
            error={},
        ):
            return True
    release([entry.link_id])
    return False


def _ask(work: Callable[[], T], turn: Turn) -> T:
    """In a thread: no database."""
    with prepaid(turn):
        try:
            return work()
        except RateLimited:
            turn.silence.set()
            raise
