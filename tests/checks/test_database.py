"""W005: an SQLite that would answer "database is locked" while records come in."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections

from attio_mirror.checks import check_database

GOOD: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": "/srv/shop.sqlite3",
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=wal;"},
}


def told(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> list[str]:
    monkeypatch.setattr(connections["default"], "settings_dict", {**GOOD, **changes})
    found = check_database()
    assert {message.id for message in found} <= {"attio_mirror.W005"}
    return [message.msg for message in found]


def test_good_settings_are_passed_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch) == []


def test_deferred_transactions_and_a_rollback_journal_are_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = told(monkeypatch, OPTIONS={})
    assert "without the write lock" in first
    assert "readers wait" in second


def test_a_page_view_should_not_take_the_write_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    [message] = told(monkeypatch, ATOMIC_REQUESTS=True)
    assert "ATOMIC_REQUESTS" in message


def test_a_database_in_memory_has_no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, NAME=":memory:", OPTIONS={"transaction_mode": "immediate"}) == []


def test_other_databases_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, ENGINE="django.db.backends.postgresql", OPTIONS={}) == []
