"""Sweeps run by the clock, unless the operator says otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import Schedule

from attio_mirror import schedules, tasks
from attio_mirror.models import Company, OutboxEntry, Sweep, SweepState
from attio_mirror.queue import run_now
from attio_mirror.testing import Attio

from .kit import sow, sweep


@pytest.mark.django_db
def test_schedules_are_laid_down_once_and_never_overwritten() -> None:
    schedules.lay_down()
    wanted = {schedules.TICK: 1, schedules.LIGHT: 5, schedules.LOCAL: 60, schedules.FULL: 24 * 60}
    laid = dict(Schedule.objects.filter(name__in=wanted).values_list("name", "minutes"))
    assert laid == wanted
    Schedule.objects.filter(name=schedules.FULL).update(minutes=60)
    Schedule.objects.filter(name=schedules.LIGHT).update(repeats=0)
    schedules.lay_down()
    assert Schedule.objects.get(name=schedules.FULL).minutes == 60
    assert Schedule.objects.get(name=schedules.LIGHT).repeats == 0
    assert Schedule.objects.filter(name__in=wanted).count() == 4


@pytest.mark.django_db
def test_nothing_is_due_right_after_an_installation() -> None:
    """All at once they would keep every worker from what is delivered just then."""
    Schedule.objects.all().delete()
    schedules.lay_down()
    assert not Schedule.objects.filter(next_run__lte=timezone.now() + timedelta(seconds=50)).exists()


@pytest.mark.django_db
def test_each_schedule_names_a_task_that_is_there() -> None:
    schedules.lay_down()
    for schedule in Schedule.objects.filter(name__startswith="attio_mirror"):
        assert schedule.args is None, "tasks of the clock take no arguments"
        run_now(schedule.func)


def test_the_daily_task_sweeps_what_was_mirrored_once(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr("attio_mirror.sync.sweep.control.wake", lambda sweep: woken.append(sweep.pk))
    monkeypatch.setattr("attio_mirror.sync.sweeps.wake", lambda sweep: woken.append(sweep.pk))
    sow(attio, 2)
    sow(attio, 2, "deals")
    sweep(attio)
    tasks.full_sweep()
    [pk] = woken
    tasks.sweep(pk)
    begun = Sweep.objects.get(pk=pk)
    assert (begun.object, begun.state, begun.seen) == ("companies", SweepState.DONE, 2)


def test_the_hourly_task_marks_what_no_signal_announced(attio: Attio) -> None:
    sow(attio, 2)
    sweep(attio)
    Company.objects.update(name="Quietly")
    tasks.local_sweep()
    assert OutboxEntry.objects.open().count() == 2
