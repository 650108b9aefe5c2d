"""W004: settings of django-q2 under which tasks run twice, late or never."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from attio_mirror.checks import check_cluster
from project import settings as demo

GOOD: dict[str, Any] = {
    "name": "shop", "orm": "default", "workers": 2, "queue_limit": 2, "bulk": 1, "timeout": 60, "retry": 180,
    "save_limit": -1, "guard_cycle": 0.5, "catch_up": False,
}  # fmt: skip
SHARED = {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "/nowhere"}}


def told(push: str = "queued", **changes: Any) -> list[str]:
    """The messages, with one good cluster changed."""
    given = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    mirror = {**settings.ATTIO_MIRROR, "PUSH": push}
    with override_settings(ATTIO_MIRROR=mirror, Q_CLUSTER=given, CACHES=SHARED):
        found = check_cluster()
    assert {message.id for message in found} <= {"attio_mirror.W004"}
    assert all("docs/howto/queue.md" in str(message.hint) for message in found)
    return [message.msg for message in found]


def test_good_settings_are_passed_in_silence() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"timeout": None}, "no timeout"),
        ({"timeout": 180}, "not below its retry"),
        ({"retry": None}, "not below its retry"),
        ({"queue_limit": 6}, "so many tasks ahead"),
        ({"queue_limit": None, "workers": 8}, "so many tasks ahead"),
        ({"save_limit": None}, "results of successes"),
        ({"save_limit": 250}, "results of successes"),
        ({"guard_cycle": 0.3}, "no binary fraction"),
        ({"catch_up": None}, "catches up"),
    ],
)
def test_a_setting_that_does_not_hold_up_is_a_warning(changes: dict[str, Any], word: str) -> None:
    [message] = told(**changes)
    assert word in message


@pytest.mark.parametrize("guard_cycle", [0.25, 0.5, 1, 2.0])
def test_binary_fractions_pass(guard_cycle: float) -> None:
    assert told(guard_cycle=guard_cycle) == []


def test_save_limit_may_also_be_none_at_all() -> None:
    assert told(save_limit=0) == []


def test_a_pool_and_the_database_as_broker_do_not_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES, "pooled", {"OPTIONS": {"pool": True}})
    [message] = told(orm="pooled")
    assert "pooled" in message
    assert told(orm=None, redis="redis://127.0.0.1") == []


def test_a_cache_of_one_process_tells_nobody_anything() -> None:
    with override_settings(ATTIO_MIRROR={**settings.ATTIO_MIRROR, "PUSH": "queued"}, Q_CLUSTER=GOOD):
        [message] = check_cluster()
    assert "no other process sees" in message.msg


def test_no_cluster_at_all_is_a_warning() -> None:
    with override_settings(ATTIO_MIRROR={**settings.ATTIO_MIRROR, "PUSH": "shadow"}):
        kept = settings.Q_CLUSTER
        del settings.Q_CLUSTER
        try:
            [message] = check_cluster()
        finally:
            settings.Q_CLUSTER = kept
    assert "not set" in message.msg


@pytest.mark.parametrize("push", ["off", "inline", "sometimes"])
def test_where_nothing_is_queued_nothing_is_said(push: str) -> None:
    assert told(push, timeout=None) == []


def test_the_demo_project_keeps_to_its_own_advice() -> None:
    with override_settings(Q_CLUSTER=demo.Q_CLUSTER, CACHES=demo.CACHES, ATTIO_MIRROR=demo.ATTIO_MIRROR):
        assert check_cluster() == []
