"""The token: what a check learns, and what becomes of edits while Attio does not let us in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from attio_mirror.core.errors import AttioError
from attio_mirror.models import ConnectionState, Deal, LinkState, OutboxState
from attio_mirror.sandbox import faults
from attio_mirror.sync.connections import NotConfigured, check, connection, missing_scopes
from attio_mirror.sync.connections import attio as service_of
from attio_mirror.sync.push import pump
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio

from ..flows.test_main_job import make_deal
from ..flows.test_saving import settings_with

TOKEN = "token-of-the-tests"
REVOKED = faults.status(401, {"status_code": 401, "type": "auth_error", "code": "unauthorized", "message": "No key."})


def test_a_check_writes_down_who_we_are(attio: Attio) -> None:
    identity = check(attio.connection)
    of = connection()
    assert identity.active
    assert (of.state, of.workspace_name, of.workspace_slug) == (ConnectionState.ACTIVE, "Acme", "acme")
    assert of.actor_id == identity.client_id
    assert of.missing_scopes == []
    assert of.checked_at is not None


def test_a_token_attio_does_not_know_is_revoked(attio: Attio) -> None:
    long_one = "0" * 64
    changed = settings_with(CONNECTIONS={"default": {"TOKEN": long_one, "BASE_URL": "https://api.attio.com"}})
    with override_settings(ATTIO_MIRROR=changed):
        assert not check(attio.connection).active
    assert connection().state == ConnectionState.REVOKED
    assert "does not know this token" in connection().error
    assert long_one not in connection().error
    check(attio.connection)
    assert (connection().state, connection().error) == (ConnectionState.ACTIVE, "")


@pytest.mark.parametrize(
    ("scopes", "state", "missing"),
    [
        (
            ["record_permission:read-write", "object_configuration:read-write", "user_management:read",
             "list_configuration:read", "list_entry:read", "webhook:read-write"],
            ConnectionState.ACTIVE, [],
        ),
        (
            ["record_permission:read-write", "object_configuration:read", "user_management:read"],
            ConnectionState.ACTIVE,
            ["object_configuration:read-write", "list_configuration:read", "list_entry:read", "webhook:read-write"],
        ),
        (
            ["record_permission:read", "object_configuration:read-write", "user_management:read-write",
             "list_configuration:read-write", "list_entry:read-write", "webhook:read-write"],
            ConnectionState.LIMITED, ["record_permission:read-write"],
        ),
    ],
)  # fmt: skip
def test_missing_scopes_are_named(attio: Attio, scopes: list[str], state: str, missing: list[str]) -> None:
    attio.world.set_scopes(TOKEN, scopes)
    check(attio.connection)
    assert (connection().state, connection().missing_scopes) == (state, missing)
    assert missing_scopes(frozenset(scopes)) == missing


def test_a_check_that_fails_leaves_the_state_and_says_why(attio: Attio) -> None:
    attio.gate.faults.add(faults.status(500), times=9)
    with pytest.raises(AttioError):
        check(attio.connection)
    assert connection().state == ConnectionState.ACTIVE
    assert connection().error


def test_an_alias_that_is_not_configured_says_what_to_add(attio: Attio) -> None:
    with pytest.raises(NotConfigured, match=r"north.*CONNECTIONS"):
        connection("north")
    with (
        override_settings(ATTIO_MIRROR=settings_with(CONNECTIONS={"default": {"TOKEN": ""}})),
        pytest.raises(NotConfigured, match="has no TOKEN"),
    ):
        service_of(attio.connection)


def test_rows_of_a_mirror_without_a_connection_are_simply_not_marked(attio: Attio) -> None:
    with override_settings(ATTIO_MIRROR=settings_with(CONNECTIONS={})):
        deal = make_deal(attio)
        tick()
    assert not attio.connection.links.filter(object="deals").exists()
    deal.save()
    attio.drain()
    assert attio.state(deal) == LinkState.IN_STEP


@pytest.mark.parametrize("moment", ["listening", "speaking"])
def test_edits_wait_while_the_token_is_refused_and_go_after_a_check(attio: Attio, moment: str) -> None:
    deal = make_deal(attio)
    attio.drain()
    method = "POST" if moment == "listening" else "PATCH"
    attio.gate.faults.add(REVOKED, method=method)
    deal.name = "Coffee"
    deal.save()
    attio.drain(patient=False)
    assert connection().state == ConnectionState.REVOKED
    assert (attio.entry(deal).state, attio.state(deal)) == (OutboxState.WAITING, LinkState.WAITING)
    attio.gate.forget()
    for _ in range(3):
        attio.drain()
    assert attio.gate.log == [], "a revoked token is not knocked with"
    tick()  # asks whether Attio takes the token again, and it does
    assert attio.record(deal)["name"] == "Coffee"
    assert attio.state(deal) == LinkState.IN_STEP


def test_a_429_makes_everybody_hush_until_attios_moment(attio: Attio) -> None:
    deals = [make_deal(attio) for _ in range(3)]
    attio.drain()
    attio.gate.faults.add(faults.rate_limited(30), method="PATCH")
    Deal.objects.update(name="Coffee")
    for deal in deals:
        deal.refresh_from_db()
        deal.save()
    attio.drain(patient=False)
    quiet = connection().quiet_until
    assert quiet is not None
    assert quiet > timezone.now()
    attio.gate.forget()
    attio.drain(patient=False)
    tick()
    assert attio.gate.log == []
    attio.pass_time(31)
    attio.drain(patient=False)
    assert [record["name"] for record in attio.records("deals")] == ["Coffee"] * 3
    assert {attio.state(deal) for deal in deals} == {LinkState.IN_STEP}


def test_a_paused_connection_sends_and_reads_nothing(attio: Attio) -> None:
    deal = make_deal(attio)
    type(attio.connection).objects.update(paused_at=timezone.now())
    attio.gate.forget()
    attio.drain()
    tick()
    assert attio.gate.log == []
    type(attio.connection).objects.update(paused_at=None)
    attio.drain()
    assert attio.state(deal) == LinkState.IN_STEP


def test_a_doubt_is_not_resolved_while_attio_wants_silence(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    pump(attio.connection.pk)
    assert attio.state(deal) == LinkState.IN_DOUBT
    changes: dict[str, Any] = {"quiet_until": "2999-01-01T00:00Z"}
    type(attio.connection).objects.update(**changes)
    attio.gate.forget()
    attio.drain()
    assert attio.gate.log == []
    type(attio.connection).objects.update(quiet_until=None)
    attio.drain()
    assert attio.state(deal) == LinkState.IN_STEP
    assert len(attio.records("deals")) == 1
