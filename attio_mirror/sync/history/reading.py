"""Reading what was wished for: the most urgent first, a handful at a time, and edits go before all of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from ...core import retry
from ...core.errors import AttioError, Merging, NotFound, RateLimited, Refused, Unauthorized
from ...core.plan import Deed
from ...models import Attribute, Connection, HistoryWish, WishState
from ..budget import background, edits_wait, hush
from ..connections import lose_token
from ..gates import is_gate, lift, remember
from ..pull import pull
from ..wake import wake_history_again
from .asking import Answer, ask
from .learning import learn

log = logging.getLogger("attio_mirror")

BATCH = 16
"""Requests in one go: half a second in which an edit that has just been saved may have to wait for its worker."""
CLAIM = timedelta(minutes=2)
"""After a crash its batch is due again so much later."""
RUNS_FOR = 20.0
"""Seconds after which a task ends and lets another begin: tasks stay short."""


@dataclass(slots=True)
class Reading:
    """What reading came to."""

    read: int = 0
    changed: int = 0
    """Histories that corrected the ledger."""
    drifted: int = 0
    """Records that turned out to have changed, and were pulled."""
    gone: int = 0
    refused: int = 0
    """Attributes Attio shows no history of; never asked again."""
    later: int = 0
    """Put off: Attio is not to be reached, or the answer was overtaken."""

    def add(self, other: Reading) -> None:
        """Take over another batch's outcome."""
        for name in ("read", "changed", "drifted", "gone", "refused", "later"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def read_wishes(connection_id: int, *, runs_for: float = RUNS_FOR) -> Reading:
    """Read what is wished for, for a while. Safe to run anywhere, any number of times, at once or never.

    Where more is due at the end, another task is called: this one may have given way to somebody's edit.
    """
    total, deadline = Reading(), time.monotonic() + runs_for
    while (connection := talking(connection_id)) is not None:
        batch = read_batch(connection)
        if batch is None:
            return total
        total.add(batch)
        if time.monotonic() >= deadline or edits_wait(connection_id):
            break
    if HistoryWish.objects.of(connection_id).due().exists():
        wake_history_again(connection_id)
    return total


def read_some(connection_id: int) -> Reading:
    """Read a handful, the most urgent, while somebody waits."""
    return read_wishes(connection_id, runs_for=0.0)


def talking(connection_id: int) -> Connection | None:
    """The connection, if it may be asked now."""
    return Connection.objects.talking().filter(pk=connection_id).first()


def read_batch(connection: Connection) -> Reading | None:
    """Read the most urgent wishes; None where none is due. Not inside a transaction."""
    wishes = HistoryWish.objects.all().claim(connection.pk, limit=BATCH, lasts=CLAIM)
    if not wishes:
        return None
    done = Reading()
    try:
        answers = ask(connection, wishes)
    except AttioError as error:  # no turns to be had: nothing was asked
        answers = [Answer(wish, timezone.now(), error=error) for wish in wishes]
    told = [answer for answer in answers if answer.error is None]
    for slug in {answer.wish.link.object for answer in told if answer.wires}:
        mine = {answer.wish.attribute.slug for answer in told if answer.wires and answer.wish.link.object == slug}
        lift(connection, slug, Deed.HISTORY, mine)
    learned = learn(told)
    done.read, done.changed, done.later = len(learned.read), len(learned.changed), len(learned.stale)
    failed = [(answer.wish, answer.error) for answer in answers if answer.error is not None]
    for wish, trouble in failed:
        _fail(connection, wish, trouble, done)
    if done.later:
        log.info("Connection %s: %d histories are read later.", connection.alias, done.later)
    done.drifted = _pull(connection, learned.drifted)
    return done


def _fail(connection: Connection, wish: HistoryWish, error: AttioError, done: Reading) -> None:
    claimed = HistoryWish.objects.waiting().filter(pk=wish.pk, not_before=wish.not_before)
    if isinstance(error, NotFound) and not isinstance(error, Merging):
        done.gone += claimed.update(state=WishState.GONE, error=str(error))
        return
    if is_gate(error):
        remember(connection, error, wish.attribute.slug)
        done.refused += _refuse_all(wish, error)
        return
    if type(error) is Refused and error.status == 400 and not error.is_about_the_limit:
        done.refused += _remember_refusal(wish, error)
        return
    _heed(connection, error)
    attempts = wish.attempts + 1
    decision = retry.decide(error, attempts=attempts, now=timezone.now(), repeatable=True, salt=wish.pk)
    if isinstance(decision, retry.RetryAt):
        done.later += claimed.update(attempts=attempts, error=str(error), not_before=decision.at)
    else:
        done.refused += claimed.update(state=WishState.REFUSED, error=str(error))


def _remember_refusal(wish: HistoryWish, error: AttioError) -> int:
    """One answer speaks for all records. Attio's docs: communication-intelligence and enriched attributes answer so."""
    news = Attribute.objects.filter(pk=wish.attribute_id, refuses_history=False).update(refuses_history=True)
    _refuse_all(wish, error)
    return news


def _refuse_all(wish: HistoryWish, error: AttioError) -> int:
    """What waits for the attribute need not be asked; how many that were."""
    waiting = HistoryWish.objects.waiting().filter(attribute=wish.attribute_id)
    return waiting.update(state=WishState.REFUSED, error=str(error))


def _heed(connection: Connection, error: AttioError) -> None:
    """What an error says about the whole connection."""
    if isinstance(error, RateLimited):
        hush(connection.pk, error)
    elif isinstance(error, Unauthorized) and error.status == 401:
        lose_token(connection, error)


def _pull(connection: Connection, drifted: Sequence[HistoryWish]) -> int:
    """Records whose history ends otherwise than we believed changed unannounced: read them, so that rows follow."""
    objects: dict[str, list[str]] = {}
    for wish in drifted:
        objects.setdefault(wish.link.object, []).append(str(wish.link.record_id))
    for slug, record_ids in objects.items():
        try:
            with background():
                pull(connection, slug, record_ids)
        except (AttioError, LookupError) as error:
            log.warning("Records of %s changed, and could not be read now; a sweep will: %s", slug, error)
    return len(drifted)
