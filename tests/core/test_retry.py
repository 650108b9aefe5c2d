"""After a failed request: come back, give up, or doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.core.errors import (
    AttioError,
    Merging,
    NoAnswer,
    NotFound,
    NotSent,
    NotUnique,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    WriteConflict,
)
from attio_mirror.core.retry import GiveUp, InDoubt, RetryAt, backoff, decide

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ATTEMPTS = st.integers(1, 10**6)
SALTS = st.integers(0, 10**9)
KINDS = [
    AttioError,
    Merging,
    NoAnswer,
    NotFound,
    NotSent,
    NotUnique,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    WriteConflict,
]


def after(kind, *, attempts=1, repeatable=True, retry_at=None, salt=0):
    return decide(kind("it failed", retry_at=retry_at), attempts=attempts, now=NOW, repeatable=repeatable, salt=salt)


@given(st.sampled_from(KINDS), ATTEMPTS, st.booleans(), SALTS)
def test_every_retry_is_later_and_within_ten_minutes(kind, attempts, repeatable, salt):
    decision = after(kind, attempts=attempts, repeatable=repeatable, salt=salt)
    if isinstance(decision, RetryAt):
        assert NOW + timedelta(milliseconds=50) <= decision.at <= NOW + timedelta(minutes=10)


@pytest.mark.parametrize("kind", [NotFound, NotUnique, Refused])
@pytest.mark.parametrize("repeatable", [False, True])
def test_a_refusal_is_final(kind, repeatable):
    assert after(kind, repeatable=repeatable) == GiveUp()


@given(st.sampled_from([NotSent, Merging, WriteConflict]), ATTEMPTS, st.booleans())
def test_what_did_not_happen_is_repeated_without_end(kind, attempts, repeatable):
    assert isinstance(after(kind, attempts=attempts, repeatable=repeatable), RetryAt)


@given(st.sampled_from([NoAnswer, Unavailable, AttioError]), ATTEMPTS)
def test_what_may_have_happened_is_repeated_only_if_that_is_harmless(kind, attempts):
    assert isinstance(after(kind, attempts=attempts, repeatable=True), RetryAt)
    assert after(kind, attempts=attempts, repeatable=False) == InDoubt()


def test_an_ill_connection_is_looked_at_in_five_minutes():
    assert after(Unauthorized, attempts=9, repeatable=False) == RetryAt(NOW + timedelta(minutes=5))


@given(st.integers(1, 600_000))
def test_attios_time_is_kept(milliseconds):
    said = NOW + timedelta(milliseconds=milliseconds)
    decision = after(RateLimited, retry_at=said, repeatable=False)
    assert decision == RetryAt(max(said, NOW + timedelta(milliseconds=50)))


def test_a_time_in_the_past_is_not_now():
    assert after(RateLimited, retry_at=NOW - timedelta(hours=1)) == RetryAt(NOW + timedelta(milliseconds=50))


def test_a_time_too_far_is_cut_to_ten_minutes():
    assert after(RateLimited, retry_at=NOW + timedelta(days=1)) == RetryAt(NOW + timedelta(minutes=10))


def test_without_attios_time_we_wait_longer_each_time_up_to_thirty_seconds():
    waits = [after(RateLimited, attempts=attempts).at - NOW for attempts in range(1, 30)]
    assert waits[0] == timedelta(milliseconds=50)
    assert timedelta(seconds=20) < waits[-1] <= timedelta(seconds=30)


@given(ATTEMPTS, SALTS)
def test_back_off_doubles_to_ten_minutes_less_a_quarter(attempts, salt):
    whole = min(timedelta(seconds=2 ** min(attempts - 1, 20)), timedelta(minutes=10))
    assert whole * 0.75 <= backoff(attempts, salt=salt) <= whole


def test_entries_that_failed_together_come_back_apart():
    assert len({backoff(3, salt=salt) for salt in range(100)}) == 100


def test_the_same_entry_always_waits_the_same():
    assert backoff(3, salt=7) == backoff(3, salt=7)
