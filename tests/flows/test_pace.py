"""How many records one transaction settles, and when we rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import connection

from attio_mirror.models import Link
from attio_mirror.sync.reconcile import pace
from attio_mirror.sync.reconcile.pace import FEWEST, REST, SPAN, TOGETHER, Pace


@dataclass
class Clock:
    """A clock that only work and rests move."""

    now: float = 0.0
    rests: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ours = Clock()
    monkeypatch.setattr(pace, "time", ours)
    return ours


@pytest.fixture
def one_writer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on SQLite, whatever the tests run on."""
    with monkeypatch.context() as patched:
        patched.setattr(connection.features, "has_select_for_update", False)
        yield


def worked(pace: Pace, clock: Clock, records: int, each: float) -> list[int]:
    """The sizes of the parts, when every record takes `each` seconds."""
    sizes = []
    for part in pace.parts(Link, range(records)):
        sizes.append(len(part))
        clock.now += each * len(part)
    assert sum(sizes) == records
    return sizes


@pytest.mark.usefixtures("one_writer")
@pytest.mark.parametrize("each", [0.0005, 0.001, 0.002, 0.004])
def test_transactions_come_to_last_as_long_as_a_save_may_wait(clock: Clock, each: float) -> None:
    sizes = worked(Pace(), clock, 3000, each)
    assert sizes[-2] * each == pytest.approx(SPAN, rel=0.1)


@pytest.mark.usefixtures("one_writer")
def test_a_slow_machine_still_gets_on_and_a_quick_one_does_not_run_away(clock: Clock) -> None:
    assert worked(Pace(), clock, 200, 1.0)[-1] == FEWEST
    assert max(worked(Pace(), clock, 5000, 0.0)) == 2 * TOGETHER


@pytest.mark.usefixtures("one_writer")
def test_one_quick_part_at_most_doubles_the_next(clock: Clock) -> None:
    ours = Pace()
    before = ours.size
    ours.learn(before, 0.0)
    assert ours.size == 2 * before


@pytest.mark.usefixtures("one_writer")
def test_a_few_records_teach_nothing(clock: Clock) -> None:
    ours = Pace()
    before = ours.size
    worked(ours, clock, 1, 5.0)
    assert ours.size == before


@pytest.mark.usefixtures("one_writer")
def test_it_rests_between_transactions_and_not_after_the_last(clock: Clock) -> None:
    sizes = worked(Pace(), clock, 500, 0.002)
    assert clock.rests == [REST] * (len(sizes) - 1)
    clock.rests.clear()
    worked(Pace(), clock, 3, 0.002)
    assert clock.rests == []


def test_where_rows_are_locked_one_by_one_nobody_waits_for_us(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.features, "has_select_for_update", True)
    assert worked(Pace(), clock, 250, 1.0) == [TOGETHER, TOGETHER, 250 - 2 * TOGETHER]
    assert clock.rests == []
