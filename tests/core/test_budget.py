"""The budget: never more than the rate and the burst in a second, and never idle while requests wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.core.budget import hush, reserve, slot_times, step, tolerance

RATES = st.sampled_from([1.0, 2.0, 24.0, 96.0])
BURSTS = st.sampled_from([1, 2, 5])
PAUSES = st.lists(st.tuples(st.floats(0, 3), st.integers(1, 5)), min_size=1, max_size=40)


def play(pauses, rate, burst, start=1000.0):
    """When each request goes, asked for after each pause in batches, by however many processes."""
    now, arrival, sent = start, 0.0, []
    for pause, n in pauses:
        now += pause
        slot = reserve(arrival, now, rate, burst, n)
        assert slot.at == slot.times[0] >= now
        arrival = slot.arrival
        sent += slot.times
    return sent


@given(PAUSES, RATES, BURSTS)
def test_no_second_sees_more_than_the_rate_and_the_burst(pauses, rate, burst):
    sent = sorted(play(pauses, rate, burst))
    for first in sent:
        assert sum(first <= at < first + 1 - 1e-6 for at in sent) <= rate + burst


@given(PAUSES, RATES, BURSTS)
def test_nobody_overtakes(pauses, rate, burst):
    sent = play(pauses, rate, burst)
    assert sent == sorted(sent)


@given(st.integers(1, 50), RATES, BURSTS)
def test_a_queue_moves_at_the_rate(waiting, rate, burst):
    sent = play([(0, 1)] * waiting, rate, burst)
    assert sent[-1] - 1000.0 == pytest.approx(max(0, waiting - burst) / rate)


@given(st.integers(1, 50), RATES, BURSTS)
def test_a_batch_gets_the_slots_its_requests_would_get_one_by_one(n, rate, burst):
    assert play([(0, n)], rate, burst) == pytest.approx(play([(0, 1)] * n, rate, burst))


@given(BURSTS)
def test_after_a_pause_a_burst_goes_at_once(burst):
    assert reserve(0, 1000, 24, burst, burst).times == (1000,) * burst


@given(st.floats(0, 100), RATES, BURSTS)
def test_after_a_refusal_nobody_goes_before_attios_time(later, rate, burst):
    arrival = hush(0, 1000 + later)
    assert reserve(arrival, 1000, rate, burst).at >= 1000 + later
    assert hush(arrival + 5, 1000) == arrival + 5


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (lambda: step(0), "rate"),
        (lambda: tolerance(24, 0), "burst"),
        (lambda: reserve(0, 0, 24, 1, 0), "at least one"),
        (lambda: slot_times(0, 0, -1, 1), "rate"),
    ],
)
def test_impossible_budgets_are_refused(asked, message):
    with pytest.raises(ValueError, match=message):
        asked()
