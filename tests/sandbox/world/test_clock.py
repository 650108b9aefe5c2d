"""Time in the world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from attio_mirror.sandbox.clock import Clock, WallClock


def test_a_clock_stands_still_until_moved():
    clock = Clock()
    assert clock.now() == clock.now() == datetime(2026, 1, 5, 9, tzinfo=UTC)
    clock.advance(minutes=2)
    assert clock.now() == datetime(2026, 1, 5, 9, 2, tzinfo=UTC)


def test_stamps_have_nine_digits_and_never_tie():
    clock = Clock()
    stamps = [clock.stamp() for _ in range(1500)]
    assert stamps[0] == "2026-01-05T09:00:00.000000000Z"
    assert stamps[-1] == "2026-01-05T09:00:01.499000000Z"
    assert stamps == sorted(set(stamps))


def test_a_read_sees_no_less_than_the_last_stamp_and_uses_none_up():
    clock = Clock()
    last = [clock.stamp() for _ in range(3)][-1]
    assert clock.seen() == clock.seen() == last
    assert clock.stamp() > last


def test_what_is_due_later_is_due_when_the_clock_has_moved():
    clock = Clock()
    clock.stamp()
    due = clock.after(10)
    assert clock.seen() < due
    clock.advance(10)
    assert clock.seen() >= due


def test_stamps_catch_up_with_a_moved_clock():
    clock = Clock()
    clock.stamp()
    clock.advance(1)
    assert clock.stamp() == "2026-01-05T09:00:01.000000000Z"


@pytest.mark.parametrize("kind", [Clock, WallClock])
def test_no_clock_runs_backwards(kind):
    with pytest.raises(ValueError, match="backwards"):
        kind().advance(-1)


def test_the_wall_clock_follows_the_wall():
    clock = WallClock()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    clock.advance(days=1)
    assert clock.now() - before >= timedelta(days=1)
    assert clock.stamp() < clock.stamp()
