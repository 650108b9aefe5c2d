"""The budget at work: shared by threads and processes, within Attio's count, first for those somebody waits for."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from attio_mirror.core.errors import NotSent, RateLimited
from attio_mirror.models import BudgetKind, Connection, Deal, OutboxEntry, RateBudget
from attio_mirror.sandbox import Gate, WallClock, faults
from attio_mirror.sync import budget
from attio_mirror.sync.connections import attio as service_of
from attio_mirror.sync.push import pump
from attio_mirror.testing import Attio, sandboxed


@pytest.fixture
def of(db: None) -> Connection:
    return Connection.objects.create(alias="default")


@pytest.fixture
def rates(configured: Callable[..., None]) -> Callable[..., None]:
    """Change how many requests go in a second."""
    return configured


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long requests would have slept, instead of sleeping."""
    slept: list[float] = []
    monkeypatch.setattr("attio_mirror.sync.budget.time.sleep", slept.append)
    return slept


def gaps(turns: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(turns)]


def arrival(kind: str = "write") -> float:
    return RateBudget.objects.get(kind=kind).arrival / 1e6


def test_turns_are_spread_evenly_whoever_draws_them(of: Connection, rates: Any) -> None:
    rates(WRITES_PER_SECOND=1)
    assert gaps(budget.reserve(of.pk, "write", 5)) == pytest.approx([1] * 4, abs=0.001)
    began = arrival()
    for _ in range(3):
        budget.reserve(of.pk, "write", 5)
    assert arrival() - began == pytest.approx(15, abs=0.001)


def test_reads_and_writes_are_counted_apart(of: Connection, rates: Any) -> None:
    rates(WRITES_PER_SECOND=1, READS_PER_SECOND=1)
    budget.reserve(of.pk, "write", 5)
    assert budget.reserve(of.pk, "read")[0] < time.time() + 0.5


def test_connections_are_counted_apart(of: Connection, rates: Any) -> None:
    rates(WRITES_PER_SECOND=1)
    budget.reserve(of.pk, "write", 5)
    other = Connection.objects.create(alias="other")
    assert budget.reserve(other.pk, "write")[0] < time.time() + 0.5


def test_a_pause_is_not_saved_up(of: Connection, rates: Any) -> None:
    rates(WRITES_PER_SECOND=10)
    budget.reserve(of.pk, "write")
    RateBudget.objects.update(arrival=0)
    assert gaps(budget.reserve(of.pk, "write", 3)) == pytest.approx([0.1, 0.1], abs=0.001)


def test_no_lock_is_held_and_one_statement_decides(of: Connection, django_assert_num_queries: Any) -> None:
    budget.reserve(of.pk, "write")
    if database.vendor in ("sqlite", "postgresql"):
        with django_assert_num_queries(1):
            budget.reserve(of.pk, "write")


def test_databases_that_return_nothing_from_updates_keep_the_same_budget(
    of: Connection, rates: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(database.features), "can_return_rows_from_bulk_insert", False)
    rates(WRITES_PER_SECOND=1)
    assert gaps(budget.reserve(of.pk, "write", 5)) == pytest.approx([1] * 4, abs=0.001)
    began = arrival()
    budget.reserve(of.pk, "write", 5)
    assert arrival() - began == pytest.approx(5, abs=0.001)
    Connection.objects.update(paused_at=timezone.now())
    with pytest.raises(budget.Paused):
        budget.reserve(of.pk, "write")


@pytest.mark.django_db(transaction=True)
def test_no_two_threads_draw_the_same_turn(rates: Any) -> None:
    of = Connection.objects.create(alias="default")
    rates(WRITES_PER_SECOND=1)

    def draw(_: int) -> list[float]:
        try:
            return budget.reserve(of.pk, "write", 3)
        finally:
            database.close()

    began = time.time()
    with ThreadPoolExecutor(4) as pool:
        turns = sorted(turn for some in pool.map(draw, range(20)) for turn in some)
    assert len(turns) == 60
    assert arrival() >= began + 60


def test_a_turn_that_is_too_far_away_is_not_waited_for(of: Connection, rates: Any, naps: list[float]) -> None:
    rates(WRITES_PER_SECOND=1)
    budget.reserve(of.pk, "write", 30)
    with pytest.raises(NotSent, match="waits for its turn"):
        budget.spend(of.pk, "write")
    assert naps == []


def test_the_background_leaves_a_share_of_the_reads(of: Connection, rates: Any, naps: list[float]) -> None:
    rates(READS_PER_SECOND=1)
    with budget.background():
        budget.spend(of.pk, "read")
        before = arrival("background"), arrival("read")
        for _ in range(4):
            budget.spend(of.pk, "read")
    assert arrival("background") - before[0] == pytest.approx(4 / budget.SHARE, abs=0.001)
    assert arrival("read") - before[1] == pytest.approx(4, abs=0.001)


def test_the_background_lets_edits_go_first_for_a_moment(attio: Attio, rates: Any, monkeypatch: Any) -> None:
    rates(PUSH="queued")
    monkeypatch.setattr("attio_mirror.sync.wake.enqueue", lambda *_: None)
    Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    looks: list[float] = []

    def pushed_meanwhile(seconds: float) -> None:
        looks.append(seconds)
        attio.drain()

    monkeypatch.setattr("attio_mirror.sync.budget.time.sleep", pushed_meanwhile)
    with budget.background():
        service_of(attio.connection).objects()
    assert looks == [budget.BLINK]
    service_of(attio.connection).objects()
    assert [one.status for one in attio.gate.log] == [200] * len(attio.gate.log)


def test_an_edit_that_waits_for_a_person_holds_nobody_up(attio: Attio, rates: Any, monkeypatch: Any) -> None:
    rates(PUSH="queued")
    monkeypatch.setattr("attio_mirror.sync.wake.enqueue", lambda *_: None)
    Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    assert budget.edits_wait(attio.connection.pk)
    OutboxEntry.objects.update(not_before=timezone.now() - timedelta(minutes=1))
    assert not budget.edits_wait(attio.connection.pk)


def test_after_a_429_every_process_hushes_until_attios_moment(of: Connection, naps: list[float]) -> None:
    until = datetime.now(UTC) + timedelta(seconds=5)
    budget.reserve(of.pk, "write")
    budget.hush(of.pk, RateLimited("Slow down.", retry_at=until))
    for kind in BudgetKind:
        assert budget.reserve(of.pk, kind)[0] >= until.timestamp() - 0.001
    of.refresh_from_db()
    assert of.quiet_until == until
    budget.hush(of.pk, RateLimited("Slow down.", retry_at=until - timedelta(seconds=3)))
    of.refresh_from_db()
    assert of.quiet_until == until


def test_a_429_that_names_no_moment_is_a_second_of_silence(of: Connection) -> None:
    until = budget.hush(of.pk, RateLimited("Slow down."))
    assert timedelta(seconds=0.5) < until - datetime.now(UTC) <= timedelta(seconds=1)


def test_a_refused_read_of_a_person_hushes_everybody(attio: Attio) -> None:
    attio.gate.faults.add(faults.rate_limited(60))
    with pytest.raises(RateLimited):
        service_of(attio.connection).objects()
    attio.connection.refresh_from_db()
    assert attio.connection.quiet_until is not None
    with pytest.raises(NotSent):
        service_of(attio.connection).members()


def test_a_429_costs_no_attempt_and_what_was_not_sent_yet_waits_as_if_unclaimed(attio: Attio, rates: Any) -> None:
    rates(THREADS=1)
    for number in range(5):
        Deal.objects.create(name=f"Deal {number}", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.gate.forget()
    attio.gate.faults.add(faults.rate_limited(60), method="POST", path=r"/deals/records$")
    pump(attio.connection.pk)
    assert len(attio.gate.writes()) == 1
    assert set(OutboxEntry.objects.values_list("state", "attempts")) == {("waiting", 0)}
    attio.pass_time(61)
    attio.drain()
    assert len(attio.records("deals")) == 5


def test_turns_that_were_drawn_before_the_429_are_called_off(attio: Attio, rates: Any) -> None:
    rates(THREADS=4, WRITES_PER_SECOND=5)
    for number in range(4):
        Deal.objects.create(name=f"Deal {number}", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.gate.forget()
    attio.gate.faults.add(faults.rate_limited(60), method="POST", path=r"/deals/records$")
    pump(attio.connection.pk)
    assert len(attio.gate.writes()) == 1
    assert set(OutboxEntry.objects.values_list("state", "attempts")) == {("waiting", 0)}


@pytest.fixture
def strict(transactional_db: None, rates: Any) -> Iterator[Attio]:
    """A sandbox that counts, as Attio does; our rates leave a busy machine some room."""
    rates(WRITES_PER_SECOND=15, READS_PER_SECOND=60, THREADS=4)
    with sandboxed() as attio:
        gate = Gate(attio.world, rate_limits=True)
        attio.gate.answer = gate.answer  # type: ignore[method-assign]  # the adapter is mounted already
        attio.gate = gate
        assert isinstance(attio.world.clock, WallClock)
        yield attio


def test_several_pumps_together_never_ask_more_than_attio_allows(strict: Attio) -> None:
    for number in range(40):
        Deal.objects.create(name=f"Deal {number}", stage=strict.stage("Lead"), owner=strict.member("Ada"))

    def run() -> None:
        try:
            pump(strict.connection.pk)
        finally:
            database.close()

    pumps = [threading.Thread(target=run) for _ in range(3)]
    for one in pumps:
        one.start()
    for one in pumps:
        one.join()
    strict.drain()
    assert len(strict.records("deals")) == 40
    strict.pull_all()
    assert 429 not in {entry.status for entry in strict.gate.log}
    for kind, most in (("write", 25), ("read", 100)):
        seconds = Counter(int(entry.at.timestamp()) for entry in strict.gate.log if entry.kind == kind)
        assert max(seconds.values()) <= most
