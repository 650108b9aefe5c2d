"""attio_status: how the mirror is, for people and for monitors."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attio_mirror.models import (
    Conflict,
    Connection,
    Deal,
    InboxEntry,
    InboxState,
    OutboxEntry,
    OutboxState,
    Sweep,
    SweepState,
)
from attio_mirror.sync.status import statuses
from attio_mirror.testing import Attio

from .conftest import Run


def report(run: Run) -> Any:
    """The one connection of the JSON report."""
    body = json.loads(run("attio_status", json=True).out)
    (one,) = body["connections"]
    assert body["healthy"] == one["healthy"]
    return one


def make_deal(attio: Attio) -> Deal:
    return Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))


def test_a_connection_that_was_never_used_is_told_as_such(db: None, run: Run) -> None:
    one = report(run)
    assert (one["alias"], one["state"], one["healthy"], one["linked"]) == ("default", "unchecked", True, {})
    assert not Connection.objects.exists()
    assert "nothing yet" in run("attio_status").out


def test_without_any_connection_it_says_how_to_add_one(db: None, run: Run, settings: Any) -> None:
    settings.ATTIO_MIRROR = {}
    said = run("attio_status")
    assert not said.failed
    assert "CONNECTIONS" in said.err
    assert json.loads(run("attio_status", json=True).out) == {"healthy": True, "connections": []}


def test_the_keys_a_monitor_relies_on_are_there(attio: Attio, run: Run) -> None:
    assert set(report(run)) >= {
        "alias",
        "healthy",
        "problems",
        "state",
        "configured",
        "paused",
        "shadow",
        "tenant",
        "missing_scopes",
        "plan_gates",
        "checked_at",
        "error",
        "linked",
        "outbox",
        "oldest_waiting_seconds",
        "inbox_waiting",
        "inbox_oldest_seconds",
        "inbox_failed",
        "inbox_unknown",
        "open_conflicts",
        "sweeps",
        "webhook",
        "losses",
        "last_pull_at",
    }


def test_links_and_entries_are_counted(attio: Attio, run: Run) -> None:
    make_deal(attio)
    attio.drain()
    make_deal(attio)
    OutboxEntry.objects.filter(state="waiting").update(state=OutboxState.REFUSED)
    make_deal(attio)
    InboxEntry.objects.create(connection=attio.connection, idempotency_key="a", body={}, state=InboxState.FAILED)
    Conflict.objects.create(link=attio.link(Deal.objects.earliest("pk")), slug="name", open_slot="x")
    one = report(run)
    assert one["linked"] == {"deals": 1}
    assert one["outbox"] == {"waiting": 1, "sending": 0, "answered": 0, "refused": 1, "in_doubt": 0}
    assert (one["inbox_failed"], one["open_conflicts"], one["tenant"]) == (1, 1, "Acme")
    said = run("attio_status").out
    assert "1 waiting, 1 refused, the oldest for 0:0" in said
    assert "0 waiting, 1 failed" in said
    assert "1 open" in said


def test_an_edit_that_waits_for_minutes_is_a_problem(attio: Attio, run: Run) -> None:
    make_deal(attio)
    assert not run("attio_status").failed
    OutboxEntry.objects.update(not_before=timezone.now() - timedelta(minutes=6))
    said = run("attio_status", json=True)
    assert "An edit has waited for 6 minutes" in said.error
    assert json.loads(said.out)["connections"][0]["oldest_waiting_seconds"] > 300


def test_an_edit_that_is_tried_again_and_again_has_waited_since_it_was_made(attio: Attio, run: Run) -> None:
    make_deal(attio)
    past = timezone.now() - timedelta(minutes=10)
    OutboxEntry.objects.update(attempts=3, created_at=past, not_before=timezone.now() + timedelta(minutes=1))
    assert run("attio_status").failed


def test_an_edit_of_a_row_refused_long_ago_has_waited_since_the_edit(attio: Attio, run: Run) -> None:
    deal = make_deal(attio)
    long_ago = timezone.now() - timedelta(days=9)
    OutboxEntry.objects.update(state=OutboxState.REFUSED, created_at=long_ago, not_before=long_ago, attempts=1)
    deal.name = "Coffee"
    deal.save()
    assert OutboxEntry.objects.get().state == OutboxState.WAITING
    assert not run("attio_status").failed


def test_a_delivery_that_waits_for_minutes_is_a_problem(attio: Attio, run: Run) -> None:
    received_at = timezone.now() - timedelta(minutes=6)
    InboxEntry.objects.create(connection=attio.connection, idempotency_key="a", body={}, received_at=received_at)
    assert "A delivery has waited" in run("attio_status").error


def test_a_revoked_token_is_a_problem_and_says_what_to_do(attio: Attio, run: Run) -> None:
    attio.world.revoke_token("token-of-the-tests")
    run("attio_connect")
    said = run("attio_status")
    assert "attio_connect" in said.error
    assert "default (Acme): Token revoked" in said.out


def test_a_pause_is_shown(attio: Attio, run: Run) -> None:
    attio.connection.paused_at = timezone.now()
    attio.connection.save()
    assert "· paused" in run("attio_status").out


def test_a_connection_the_settings_no_longer_name_is_still_shown(attio: Attio, run: Run) -> None:
    Connection.objects.create(alias="former", workspace_name="Old Corp")
    assert [one.alias for one in statuses()] == ["default", "former"]
    assert "no token for this alias" in run("attio_status").out


def test_the_newest_sweep_of_each_object_is_shown(attio: Attio, run: Run) -> None:
    early, late = timezone.now() - timedelta(hours=2), timezone.now() - timedelta(hours=1)
    Sweep.objects.create(connection=attio.connection, object="deals", state=SweepState.DONE, seen=1, finished_at=early)
    Sweep.objects.create(connection=attio.connection, object="deals", state=SweepState.FAILED, seen=2, finished_at=late)
    one = report(run)
    assert (one["sweeps"]["deals"]["state"], one["sweeps"]["deals"]["seen"]) == ("failed", 2)
    assert one["last_pull_at"] == early.isoformat()
    assert f"last pull  {early:%Y-%m-%d %H:%M}" in run("attio_status").out


@pytest.mark.parametrize("other", ["token-of-the-tests", "secret-of-the-tests"])
def test_no_secret_is_shown(attio: Attio, run: Run, other: str) -> None:
    assert other not in run("attio_status").out + run("attio_status", json=True).out
