"""What to do about a request that failed. The error holds the facts, this is the policy; doing it is the caller's.

429                                 come back when Attio says, or by back-off: it was not executed (Attio's docs)
401, 403                            come back in five minutes: the connection is ill, not this entry
not sent, being merged, 409         come back by back-off: nothing happened over there
5xx, no answer, anything unclear    the same if repeating is harmless; else in doubt: look before repeating
other 4xx                           give up: the same request will be refused again
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import AttioError, Merging, NotSent, RateLimited, Refused, Unauthorized, WriteConflict

SOON = timedelta(milliseconds=50)
LONGEST = timedelta(minutes=10)
LONGEST_HUSH = timedelta(seconds=30)
ILL_CONNECTION = timedelta(minutes=5)
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Send it again, not before `at` (aware)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Repeating will not help; a person or another edit must."""


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It may have taken effect; repeating could do it twice."""


Decision = RetryAt | GiveUp | InDoubt


def decide(error: AttioError, *, attempts: int, now: datetime, repeatable: bool, salt: int = 0) -> Decision:
    """What comes after `error`. `attempts` counts the tries so far (1 or more), `now` is aware.

    `repeatable` is false for a bare create, which repeating would do twice. `salt` (an entry's id) spreads entries that
    failed together. There is no last attempt: trouble on the way is no reason to drop an accepted edit.
    """
    if isinstance(error, RateLimited):
        return RetryAt(_when_hushed(error.retry_at, attempts, now))
    if isinstance(error, Unauthorized):
        return RetryAt(now + ILL_CONNECTION)
    if isinstance(error, Refused) and not isinstance(error, Merging | WriteConflict):
        return GiveUp()
    if repeatable or isinstance(error, NotSent | Merging | WriteConflict):
        return RetryAt(now + backoff(attempts, salt=salt))
    return InDoubt()


def backoff(
    attempts: int, *, first: timedelta = timedelta(seconds=1), most: timedelta = LONGEST, salt: int = 0
) -> timedelta:
    """The wait after this many tries: doubling from `first` to `most`, less up to a quarter that `salt` picks."""
    doublings = min(max(attempts, 1) - 1, 30)
    spread = (attempts + salt) * _GOLDEN % 1.0
    return min(first * (1 << doublings), most) * (1 - spread / 4)


def _when_hushed(said: datetime | None, attempts: int, now: datetime) -> datetime:
    """Attio's time, within ten minutes; but each time it proves too early, wait longer than the last time."""
    own = now + max(SOON, backoff(attempts, first=SOON, most=LONGEST_HUSH))
    return own if said is None else max(own, min(said, now + LONGEST))
