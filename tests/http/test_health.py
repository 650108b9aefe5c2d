"""Health is for machines that have no login: a status and seconds, nothing that names anybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from attio_mirror import health
from attio_mirror.models import Connection, ConnectionState, Deal, InboxEntry, OutboxEntry
from attio_mirror.testing import Attio

pytestmark = pytest.mark.django_db


def ask() -> Any:
    return Client().get("/attio/health/")


def test_a_mirror_with_nothing_to_do_is_ok() -> None:
    answer = ask()
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert "no-store" in answer.headers["Cache-Control"]


def test_an_edit_that_just_came_is_no_trouble(attio: Attio) -> None:
    Deal.objects.create(name="Tea")
    answer = ask()
    assert answer.status_code == 200
    assert answer.json()["oldest_waiting_seconds"] < 60


def test_an_edit_that_waits_for_minutes_is_trouble(attio: Attio) -> None:
    Deal.objects.create(name="Tea")
    OutboxEntry.objects.update(not_before=timezone.now() - timedelta(minutes=6))
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["status"] == "degraded"
    assert answer.json()["oldest_waiting_seconds"] > 300


def test_a_delivery_that_waits_for_minutes_is_trouble(attio: Attio) -> None:
    received_at = timezone.now() - timedelta(minutes=6)
    InboxEntry.objects.create(connection=attio.connection, idempotency_key="a", body={}, received_at=received_at)
    assert ask().status_code == 503


def test_a_revoked_token_is_trouble() -> None:
    Connection.objects.create(alias="acme-corp", state=ConnectionState.REVOKED, workspace_name="Acme")
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["revoked_connections"] == 1
    assert b"cme" not in answer.content


def test_a_database_that_is_gone_is_trouble_not_an_error_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Any:
        raise DatabaseError("could not connect to server at 10.0.0.1")

    monkeypatch.setattr(health, "waiting", gone)
    answer = ask()
    assert answer.status_code == 503
    assert answer.json() == {"status": "degraded", "database": False}


def test_health_only_reads() -> None:
    assert Client().post("/attio/health/").status_code == 405
