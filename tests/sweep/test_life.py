"""The life of a sweep in the background: few pages per task, one at a time, taken over, paused, resumed, given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attio_mirror import tasks
from attio_mirror.core.errors import AttioError, NoAnswer, Refused, Unauthorized
from attio_mirror.models import Connection, ConnectionState, Link, Sweep, SweepState, SweptPage
from attio_mirror.models.sweep import SweepQuerySet
from attio_mirror.sandbox import faults
from attio_mirror.sync import sweeps
from attio_mirror.sync.sweep import Busy, begin, cancel, drive, go_on, pause, reading, resume
from attio_mirror.testing import Attio

from .kit import in_tasks, listings, mirrored, small_pages, sow, sweep
from .test_moving import QUERY, after


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The tasks that were queued."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr("attio_mirror.sync.sweep.control.enqueue", lambda task, pk: found.append((task, pk)))
    return found


@pytest.fixture
def short_tasks(monkeypatch: pytest.MonkeyPatch, attio: Attio) -> None:
    """Two pages of five records per task."""
    monkeypatch.setattr(drive, "TURNS", 2)
    small_pages(attio, 5)


def test_a_task_reads_some_pages_and_calls_the_next(
    attio: Attio, short_tasks: None, woken: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    there = sow(attio, 20)
    with django_capture_on_commit_callbacks(execute=True):
        begun = in_tasks(attio)
    assert (begun.state, begun.seen, begun.lease_until) == (SweepState.RUNNING, 8, None)
    assert woken == [("attio_mirror.tasks.sweep", begun.pk)]
    assert SweptPage.objects.count() == 2
    for _ in range(10):
        tasks.sweep(begun.pk)
    begun.refresh_from_db()
    assert begun.state == SweepState.DONE
    assert mirrored() == set(there)


def test_one_sweep_per_object_runs_at_a_time(attio: Attio, short_tasks: None) -> None:
    sow(attio, 20)
    first = in_tasks(attio)
    assert begin(attio.connection, "companies") == first
    assert begin(attio.connection, "deals") != first
    Sweep.objects.filter(pk=first.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    attio.gate.forget()
    go_on(first.pk)
    assert attio.gate.log == []
    with pytest.raises(Busy, match="Another process is sweeping companies"):
        sweep(attio)


def test_the_sweep_of_a_dead_process_is_taken_over(attio: Attio, short_tasks: None, woken: list[Any]) -> None:
    there = sow(attio, 20)
    begun = in_tasks(attio)
    Sweep.objects.filter(pk=begun.pk).update(lease_until=timezone.now() - timedelta(seconds=1), not_before=None)
    attio.gate.forget()
    done = sweep(attio).sweep
    assert done == begun
    assert listings(attio)[0].body["offset"] == begun.cursor
    assert mirrored() == set(there)


def test_a_process_that_was_taken_for_dead_writes_nothing_more(attio: Attio, short_tasks: None) -> None:
    sow(attio, 20)
    others = timezone.now() + timedelta(minutes=5)

    def take_over() -> None:
        Sweep.objects.update(lease_until=others, cursor=77)

    with pytest.raises(Busy, match="taken over"):
        sweep(attio, tell=after(1, take_over))
    left = Sweep.objects.get()
    assert (left.cursor, left.lease_until, left.state) == (77, others, SweepState.RUNNING)


def test_a_paused_sweep_rests_and_goes_on_where_it_stopped(attio: Attio, short_tasks: None, woken: list[Any]) -> None:
    there = sow(attio, 20)
    begun = in_tasks(attio)
    assert pause(begun)
    attio.gate.forget()
    go_on(begun.pk)
    assert attio.gate.log == []
    assert begin(attio.connection, "companies") == begun, "a paused sweep stands in the way of others"
    assert resume(begun)
    for _ in range(10):
        go_on(begun.pk)
    begun.refresh_from_db()
    assert (begun.state, begun.seen) == (SweepState.DONE, 20)
    assert listings(attio)[0].body["offset"] > 0
    assert mirrored() == set(there)


@pytest.mark.parametrize(("stop", "word"), [(pause, "paused"), (cancel, "cancelled")])
def test_a_word_stops_the_process_that_is_at_it(attio: Attio, stop: Any, word: str) -> None:
    small_pages(attio, 5)
    sow(attio, 20)
    with pytest.raises(Busy, match=word):
        sweep(attio, tell=after(2, lambda: stop(Sweep.objects.get())))
    stopped = Sweep.objects.get()
    assert (stopped.state, stopped.seen) == (SweepState(word), 8)


def test_a_cancelled_sweep_is_over_and_what_it_brought_stays(attio: Attio, short_tasks: None) -> None:
    sow(attio, 20)
    begun = in_tasks(attio)
    assert cancel(begun)
    assert (begun.state, begun.running_slot) == (SweepState.CANCELLED, None)
    assert SweptPage.objects.count() == 0
    assert len(mirrored()) == 8
    assert not resume(begun)
    assert not cancel(begun)
    assert begin(attio.connection, "companies") != begun


def test_nothing_is_resumed_beside_another(attio: Attio, short_tasks: None) -> None:
    sow(attio, 20)
    halted = in_tasks(attio)
    Sweep.objects.filter(pk=halted.pk).update(state=SweepState.FAILED, running_slot=None)
    halted.refresh_from_db()
    begun = begin(attio.connection, "companies")
    assert begun != halted
    Sweep.objects.filter(pk=halted.pk).update(state=SweepState.FAILED)
    assert not resume(halted)


@pytest.mark.parametrize("in_background", [True, False])
def test_a_token_revoked_on_the_way_stops_the_sweep_with_the_reason(
    attio: Attio, short_tasks: None, in_background: bool, woken: list[Any]
) -> None:
    there = sow(attio, 20)
    token = attio.connection.conf.token

    if in_background:
        begun = in_tasks(attio)
        attio.world.revoke_token(token)
        go_on(begun.pk)
    else:
        with pytest.raises(Unauthorized):
            sweep(attio, tell=after(2, lambda: attio.world.revoke_token(token)))
        begun = Sweep.objects.get()
    begun.refresh_from_db()
    assert (begun.state, begun.seen, begun.running_slot) == (SweepState.FAILED, 8, None)
    assert "401" in begun.error
    connection = Connection.objects.get()
    assert connection.state == ConnectionState.REVOKED
    assert Link.objects.exclude(record_gone_at=None).count() == 0
    assert sweeps.revive() == sweeps.sweep_all() == 0

    attio.world.tokens[token].revoked = False
    Connection.objects.update(state=ConnectionState.ACTIVE)
    done = sweep(attio).sweep
    assert done == begun
    assert mirrored() == set(there)


PASSING = [faults.status(503), faults.timeout_after, faults.unreachable, faults.malformed]


@pytest.mark.parametrize("fault", PASSING, ids=lambda f: f.kind)
def test_in_the_background_a_failed_page_is_tried_again_later(
    attio: Attio, short_tasks: None, fault: faults.Fault, woken: list[Any]
) -> None:
    there = sow(attio, 20)
    begun = in_tasks(attio)
    attio.gate.faults.add(fault, method="POST", path=QUERY)
    go_on(begun.pk)
    begun.refresh_from_db()
    assert (begun.state, begun.attempts, begun.lease_until) == (SweepState.RUNNING, 1, None)
    assert begun.error
    assert begun.not_before is not None
    assert sweeps.revive() == 0, "it waits for its time"
    Sweep.objects.filter(pk=begun.pk).update(not_before=timezone.now())
    assert sweeps.revive() == 1
    for _ in range(10):
        go_on(begun.pk)
    begun.refresh_from_db()
    assert (begun.state, begun.error, begun.attempts) == (SweepState.DONE, "", 0)
    assert mirrored() == set(there)


def test_a_429_hushes_the_whole_connection(attio: Attio, short_tasks: None) -> None:
    sow(attio, 20)
    begun = in_tasks(attio)
    attio.gate.faults.add(faults.rate_limited(30), method="POST", path=QUERY)
    go_on(begun.pk)
    attio.gate.forget()
    go_on(begun.pk)
    begun.refresh_from_db()
    assert begun.state == SweepState.RUNNING
    assert attio.gate.log == []


def test_what_attio_refuses_halts_the_sweep(attio: Attio, short_tasks: None) -> None:
    sow(attio, 20)
    begun = in_tasks(attio)
    attio.gate.faults.add(faults.status(403), method="POST", path=QUERY)
    go_on(begun.pk)
    begun.refresh_from_db()
    assert (begun.state, "403" in begun.error) == (SweepState.FAILED, True)


def test_an_unforeseen_error_is_noted_without_values(
    attio: Attio, short_tasks: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret value")

    sow(attio, 3)
    begun = begin(attio.connection, "companies")
    monkeypatch.setattr("attio_mirror.sync.sweep.run.bring_home", stumble)
    go_on(begun.pk)
    begun.refresh_from_db()
    assert (begun.state, begun.error) == (SweepState.FAILED, "ZeroDivisionError; the log says more.")
    with pytest.raises(ZeroDivisionError):
        sweep(attio)


def test_a_paused_connection_reads_nothing(attio: Attio, short_tasks: None) -> None:
    sow(attio, 20)
    begun = in_tasks(attio)
    Connection.objects.update(paused_at=timezone.now())
    attio.gate.forget()
    go_on(begun.pk)
    with pytest.raises(AttioError, match="is paused"):
        sweep(attio)
    assert attio.gate.log == []
    Connection.objects.update(paused_at=None)
    assert sweep(attio).sweep == begun


def test_the_kill_switch_stops_a_sweep_between_two_pages(attio: Attio) -> None:
    small_pages(attio, 5)
    sow(attio, 20)
    with pytest.raises(AttioError, match="is paused"):
        sweep(attio, tell=after(2, lambda: Connection.objects.update(paused_at=timezone.now())))
    assert len(listings(attio)) == 2


def test_a_lost_task_is_made_up_for_by_the_tick(attio: Attio, short_tasks: None, woken: list[Any]) -> None:
    sow(attio, 20)
    begun = in_tasks(attio)
    assert sweeps.revive() == 0, "the next task may be on its way"
    Sweep.objects.filter(pk=begun.pk).update(not_before=timezone.now())
    tasks.tick()
    assert sweeps.revive() == 1


def test_a_dead_broker_breaks_nothing(
    attio: Attio, short_tasks: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def dead(*_: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("attio_mirror.sync.sweep.control.enqueue", dead)
    sow(attio, 20)
    with django_capture_on_commit_callbacks(execute=True):
        begun = in_tasks(attio)
    assert begun.state == SweepState.RUNNING


def test_a_sweep_that_failed_long_ago_begins_anew(attio: Attio, short_tasks: None) -> None:
    there = sow(attio, 20)
    halted = in_tasks(attio)
    past = timezone.now() - timedelta(hours=2)
    Sweep.objects.update(state=SweepState.FAILED, running_slot=None, finished_at=past)
    attio.gate.forget()
    done = sweep(attio).sweep
    assert done != halted
    assert listings(attio)[0].body["offset"] == 0
    halted.refresh_from_db()
    assert (halted.state, "newer sweep" in halted.error) == (SweepState.CANCELLED, True)
    assert mirrored() == set(there)


def test_ctrl_c_lets_go_of_the_sweep(attio: Attio) -> None:
    small_pages(attio, 5)
    there = sow(attio, 20)

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(attio, tell=after(2, interrupt))
    assert sweep(attio).seen == 20
    assert mirrored() == set(there)


def test_eta_follows_the_pace_and_what_was_known_before() -> None:
    sweep = Sweep(object="deals", expected=1000, seen=250, worked=5.0)
    assert (sweep.share, sweep.eta) == (0.25, 15.0)
    assert Sweep(object="deals", seen=250, worked=5.0).eta is None
    assert Sweep(object="deals", expected=10, seen=20, worked=5.0).eta == 0


@pytest.fixture
def meddling(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What happens while a page is brought home, once each."""
    waiting: list[Any] = []

    def bring_home(*given: Any, **more: Any) -> Any:
        if waiting:
            waiting.pop(0)()
        return reading.bring_home(*given, **more)

    monkeypatch.setattr("attio_mirror.sync.sweep.run.bring_home", bring_home)
    return waiting


def test_a_task_that_was_overtaken_ends_quietly(attio: Attio, short_tasks: None, meddling: list[Any]) -> None:
    sow(attio, 20)
    begun = begin(attio.connection, "companies")
    meddling.append(lambda: cancel(Sweep.objects.get()))
    go_on(begun.pk)
    begun.refresh_from_db()
    assert (begun.state, begun.seen, begun.error) == (SweepState.CANCELLED, 0, "")


@pytest.mark.parametrize("error", [NoAnswer("late"), Refused("no", status=403), ZeroDivisionError()])
def test_a_failure_says_nothing_of_a_sweep_that_was_cancelled(
    attio: Attio, short_tasks: None, meddling: list[Any], error: Exception
) -> None:
    def cancel_and_fail() -> None:
        cancel(Sweep.objects.get())
        raise error

    sow(attio, 20)
    begun = begin(attio.connection, "companies")
    meddling.append(cancel_and_fail)
    go_on(begun.pk)
    begun.refresh_from_db()
    assert (begun.state, begun.error) == (SweepState.CANCELLED, "")


def test_of_two_that_begin_at_once_one_wins(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[Sweep] = []
    looked = SweepQuerySet.of

    def race(self: SweepQuerySet, *which: Any) -> SweepQuerySet:
        if not others:
            slot = Sweep.slot(attio.connection.pk, "companies")
            others.append(Sweep.objects.create(connection=attio.connection, object="companies", running_slot=slot))
        return looked(self, *which)

    monkeypatch.setattr(SweepQuerySet, "of", race)
    assert [begin(attio.connection, "companies")] == others


def test_a_pull_carries_a_paused_sweep_on(attio: Attio, short_tasks: None) -> None:
    there = sow(attio, 20)
    begun = in_tasks(attio)
    pause(begun)
    assert sweep(attio).sweep == begun
    assert mirrored() == set(there)


def test_pages_that_do_not_fit_together_end_in_a_halt(attio: Attio) -> None:
    """A server that heeds no offset: nothing is called complete, nothing is buried."""
    small_pages(attio, 5)
    there = sow(attio, 12)
    sweep(attio)
    page = attio.ask("POST", "/v2/objects/companies/records/query", {"limit": 5})
    attio.gate.faults.add(faults.status(200, page), method="POST", path=QUERY, times=1000)
    halted = sweep(attio).sweep
    assert halted is not None
    assert (halted.state, "do not fit together" in halted.error) == (SweepState.FAILED, True)
    assert mirrored() == set(there)
