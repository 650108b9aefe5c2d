"""W004: settings of django-q2 under which tasks run twice, late or never. docs/howto/queue.md gives the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import frexp
from os import cpu_count
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004  # Django's name for it

from ..conf import PushMode, conf

LOCAL_CACHES = ("locmem.LocMemCache", "dummy.DummyCache")


def check_cluster(**_: Any) -> list[CheckMessage]:
    """Only where tasks are queued at all."""
    try:
        if conf().push not in (PushMode.QUEUED, PushMode.SHADOW):
            return []
    except ValueError:
        return []  # E002 says so
    given: Mapping[str, Any] | None = getattr(settings, "Q_CLUSTER", None)
    if given is None:
        return [_warning("Q_CLUSTER is not set, so tasks would go to a Redis on this machine.", "Set Q_CLUSTER.")]
    return [_warning(message, hint) for message, hint in (*_deadlines(given), *_habits(given), *_surroundings(given))]


def _warning(message: str, hint: str) -> CheckMessage:
    return Warning(message, hint=f"{hint} See docs/howto/queue.md.", id="attio_mirror.W004")


def _deadlines(given: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """`retry` is counted from the moment a task is fetched: it must outlast waiting in line and running."""
    timeout, retry = given.get("timeout"), given.get("retry", 60)
    workers = given.get("workers") or cpu_count() or 1
    in_line = given.get("queue_limit") or workers**2
    if not timeout:
        yield "Q_CLUSTER has no timeout: a stuck task holds its worker for ever.", "Set 'timeout': 60."
    elif timeout >= retry:
        yield "Q_CLUSTER's timeout is not below its retry: a slow task is run twice.", "Set 'retry': 180."
    elif in_line * timeout / workers >= retry:
        yield (
            "Q_CLUSTER fetches so many tasks ahead that the last may be repeated before it is run.",
            "Set 'queue_limit': 2.",
        )


def _habits(given: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if given.get("save_limit", 250) not in (-1, 0):
        yield "Q_CLUSTER keeps results of successes, which slows it ten times.", "Set 'save_limit': -1."
    if frexp(given.get("guard_cycle", 0.5))[0] != 0.5:
        yield "Q_CLUSTER's guard_cycle is no binary fraction: stuck workers are never ended.", "Set 'guard_cycle': 0.5."
    if given.get("catch_up", True):
        yield "Q_CLUSTER catches up on every minute it missed.", "Set 'catch_up': False."


def _surroundings(given: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    broker = given.get("orm")
    if not broker:
        return
    database = settings.DATABASES.get(broker, {})
    if (database.get("OPTIONS") or {}).get("pool"):
        yield (
            "The task cluster shares a pooled database connection across forks, and loses results.",
            "Leave OPTIONS['pool'] out in its process.",
        )
    cache = str(settings.CACHES.get(given.get("cache", "default"), {}).get("BACKEND", ""))
    if cache.endswith(LOCAL_CACHES):
        yield "The cluster's state is kept in a cache no other process sees.", "Use the database, a file or Redis."
