"""The one door to django-q2. A queued task is a wake-up, never a message: it may be lost, doubled or late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule
from django_q.tasks import async_task


def enqueue(task: str, *ids: int) -> None:
    """Queue `task` (a dotted path) with ids as its only arguments. Raises whatever the broker raises."""
    _async_task: Any = async_task
    _async_task(task, *ids, group="attio_mirror")


def run_now(task: str, *ids: int) -> None:
    """Run a task here, without a worker. Raises whatever the task raises."""
    import_string(task)(*ids)


def schedule(task: str, name: str, *, minutes: int) -> None:
    """Have a task run every so many minutes, first when these have passed.

    A schedule of that name is left as it is: it is the operator's now.
    """
    when = {"minutes": minutes, "repeats": -1, "next_run": timezone.now() + timedelta(minutes=minutes)}
    Schedule.objects.get_or_create(name=name, defaults={"func": task, "schedule_type": Schedule.MINUTES, **when})
