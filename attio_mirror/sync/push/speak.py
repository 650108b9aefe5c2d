"""Speaking: many orders at once through a pool of threads that do nothing but HTTP."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from ...conf import conf
from ...core.errors import AttioError, Json, NotSent, RateLimited
from ...core.values import Canonical
from ...models import BudgetKind, OutboxEntry, OutboxState
from ..budget import Turn, prepaid, reserve
from ..far import Far, Order
from ..frame import Frame
from .claim import put_back
from .outcome import failed, move


@dataclass(frozen=True, slots=True)
class Speech:
    """One entry, its request, and what it says in canonical form."""

    entry: OutboxEntry
    order: Order
    said: dict[str, Canonical]
    removed: dict[str, Canonical] = field(default_factory=dict)


@dataclass(slots=True)
class Spoken:
    """What came of speaking. Whatever is in neither failed, or was somebody else's meanwhile."""

    answered: list[OutboxEntry] = field(default_factory=list)
    held_back: list[OutboxEntry] = field(default_factory=list)
    """Never sent, because there was to be silence: they wait on as if nobody had claimed them."""


def speak(frame: Frame, far: Far, speeches: Sequence[Speech]) -> Spoken:
    """Send, and write each answer down as it comes. Turns are drawn as threads come free, so that all share fairly."""
    spoken, waiting, silence = Spoken(), deque(speeches), threading.Event()
    if not speeches:
        return spoken
    threads = min(conf().threads, len(speeches))
    with ThreadPoolExecutor(threads, thread_name_prefix="attio-push") as pool:
        out: dict[Future[Json], Speech] = {}
        while out or (waiting and not silence.is_set()):
            for speech, turn in _turns(frame, waiting, threads - len(out), silence):
                if _announce(speech):
                    out[pool.submit(_send, far, speech.order, turn)] = speech
            done, _ = wait(out, return_when=FIRST_COMPLETED)
            for future in done:
                _hear(frame, out.pop(future), future, spoken)
    for speech in waiting:
        put_back(speech.entry)
        spoken.held_back.append(speech.entry)
    return spoken


def _turns(
    frame: Frame, waiting: deque[Speech], room: int, silence: threading.Event
) -> list[tuple[Speech, Turn]]:  # fmt: skip
    """The next speeches with their turns; none once there is silence or the connection is paused."""
    n = min(room, len(waiting))
    if not n or silence.is_set():
        return []
    try:
        turns = reserve(frame.connection.pk, BudgetKind.WRITE, n)
    except NotSent:
        silence.set()
        return []
    return [(waiting.popleft(), Turn(at, silence)) for at in turns]


def _announce(speech: Speech) -> bool:
    """Before a word is said it is written down what will be said: a crash from here on is known to be one."""
    with transaction.atomic():
        return move(
            speech.entry,
            OutboxState.SENDING,
            said=speech.said,
            removed=speech.removed,
            verb=speech.order.verb,
            sent_at=timezone.now(),
            unsure_since=speech.entry.unsure_since,
            error={},
        )


def _send(far: Far, order: Order, turn: Turn) -> Json:
    with prepaid(turn):
        try:
            return far.send(order)
        except RateLimited:
            turn.silence.set()
            raise


def _hear(frame: Frame, speech: Speech, future: Future[Json], spoken: Spoken) -> None:
    error = future.exception()
    if isinstance(error, AttioError):
        failed(frame, speech.entry, error, dict(speech.order.values))
    elif error is not None:
        raise error
    elif move(speech.entry, OutboxState.ANSWERED, answer=future.result(), answered_at=timezone.now()):
        spoken.answered.append(speech.entry)
