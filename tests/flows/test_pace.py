"""How many records one transaction settles, and when we rest."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper

from attio_mirror.models import Company, Link
from attio_mirror.signals import reconciled
from attio_mirror.sync.reconcile import batch, pace
from attio_mirror.sync.reconcile.pace import FEWEST, POLITE_FOR, REST, SPAN, TOGETHER, Pace
from attio_mirror.testing import Attio


@dataclass
class Clock:
    """A clock that only work and rests move."""

    now: float = 1000.0
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


@dataclass
class File:
    """A database on SQLite that we write to, and another connection to it."""

    ours: DatabaseWrapper
    other: sqlite3.Connection

    def somebody_writes(self) -> None:
        self.other.execute("INSERT INTO notes VALUES (1)")
        self.other.commit()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[File]:
    name = str(tmp_path / "file.sqlite3")
    other = sqlite3.connect(name)
    other.execute("CREATE TABLE notes (one INTEGER)")
    ours = DatabaseWrapper({**connection.settings_dict, "NAME": name, "OPTIONS": {}})
    monkeypatch.setattr(pace, "connections", {"default": ours})
    yield File(ours, other)
    ours.close()
    other.close()


def worked(of: Pace, clock: Clock, records: int, each: float, file: File | None = None) -> list[int]:
    """The sizes of the parts, when a record takes `each` seconds. With a file, somebody writes to it all the time."""
    sizes = []
    for part in of.parts(Link, range(records)):
        sizes.append(len(part))
        clock.now += each * len(part)
        if file is not None:
            file.somebody_writes()
    assert sum(sizes) == records
    return sizes


@pytest.mark.parametrize("each", [0.0005, 0.001, 0.002, 0.004])
def test_transactions_come_to_last_as_long_as_a_save_may_wait(clock: Clock, file: File, each: float) -> None:
    sizes = worked(Pace(), clock, 3000, each, file)
    assert sizes[-2] * each == pytest.approx(SPAN, rel=0.1)


def test_a_slow_machine_still_gets_on_and_a_quick_one_does_not_run_away(clock: Clock, file: File) -> None:
    assert worked(Pace(), clock, 400, 1.0, file)[-2] == FEWEST
    assert max(worked(Pace(), clock, 5000, 0.0, file)) == 2 * TOGETHER


def test_one_quick_part_at_most_doubles_the_next() -> None:
    ours = Pace()
    before = ours.size
    ours.learn(before, 0.0)
    assert ours.size == 2 * before


def test_a_few_records_teach_nothing() -> None:
    ours = Pace()
    before = ours.size
    ours.learn(FEWEST - 1, 5.0)
    assert ours.size == before


def test_it_rests_between_transactions_and_not_after_the_last(clock: Clock, file: File) -> None:
    ours = Pace()
    sizes = worked(ours, clock, 500, 0.002, file)
    assert clock.rests == [REST] * (len(sizes) - 2), "the first part could not know"
    clock.rests.clear()
    assert worked(ours, clock, 3, 0.002, file) == [3]
    assert clock.rests == []


def test_while_nobody_else_writes_nobody_is_waited_for(clock: Clock, file: File) -> None:
    ours = Pace()
    assert worked(ours, clock, 250, 1.0) == [TOGETHER, TOGETHER, 250 - 2 * TOGETHER]
    file.somebody_writes()  # between two pages
    assert worked(ours, clock, 100, 0.002) == [50, 50]
    assert clock.rests == [REST]
    clock.now += POLITE_FOR
    assert worked(ours, clock, 100, 0.002) == [TOGETHER]


def test_where_rows_are_locked_one_by_one_nobody_waits_for_us(
    clock: Clock, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file.ours, "vendor", "postgresql")
    assert worked(Pace(), clock, 250, 1.0, file) == [TOGETHER, TOGETHER, 250 - 2 * TOGETHER]
    assert clock.rests == []


def test_inside_a_transaction_of_a_host_nobody_can_get_in_between(clock: Clock, file: File) -> None:
    ours = Pace()
    worked(ours, clock, 100, 0.001, file)
    file.somebody_writes()
    file.ours.in_atomic_block = True
    assert worked(ours, clock, 250, 1.0) == [TOGETHER, TOGETHER, 250 - 2 * TOGETHER]
    assert clock.rests == []


@pytest.mark.django_db(transaction=True)
def test_what_a_sweep_brings_is_settled_part_by_part(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "TOGETHER", 2)
    monkeypatch.setattr(batch, "PACE", Pace())  # that of the process has heard what other tests write
    for number in range(5):
        attio.create("companies", name=f"Company {number}")
    told: list[int] = []

    def hear(created: list[Company], **_: object) -> None:
        told.append(len(created))  # once for each transaction

    reconciled.connect(hear, sender=Company)
    try:
        attio.pull_all()
    finally:
        reconciled.disconnect(hear, sender=Company)
    assert told == [2, 2, 1]
