"""A token that is revoked, lacks a scope or opens another workspace: named exactly, nothing lost, mended in flight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attio_mirror.core.errors import Unauthorized
from attio_mirror.core.scopes import needed
from attio_mirror.models import ConnectionState, Deal, InboxEntry, OutboxEntry, OutboxState
from attio_mirror.sandbox import faults
from attio_mirror.sandbox.routes import TABLE
from attio_mirror.sync import care
from attio_mirror.sync.connections import NotConfigured, check
from attio_mirror.sync.connections import attio as service_of
from attio_mirror.sync.drain import drain
from attio_mirror.sync.push import pump
from attio_mirror.sync.status import status
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio

TOKEN = "token-of-the-tests"


def make_deal(attio: Attio) -> Deal:
    return Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))


def state(attio: Attio) -> str:
    attio.connection.refresh_from_db()
    return attio.connection.state


def test_a_revoked_token_stops_everything_says_what_to_do_and_loses_nothing(attio: Attio) -> None:
    make_deal(attio)
    attio.world.revoke_token(TOKEN)
    pump(attio.connection.pk)
    assert state(attio) == ConnectionState.REVOKED
    assert "attio_connect default" in attio.connection.error
    assert TOKEN not in attio.connection.error
    assert OutboxEntry.objects.get().state == OutboxState.WAITING
    attio.gate.forget()
    pump(attio.connection.pk)
    assert attio.gate.log == []
    assert attio.connection.error in drain(attio.connection).obstacle
    assert status(attio.connection).problems == [attio.connection.error]


def test_once_the_token_is_good_again_a_check_lets_at_once_go_what_waited(attio: Attio) -> None:
    make_deal(attio)
    attio.world.revoke_token(TOKEN)
    pump(attio.connection.pk)
    attio.world.tokens[TOKEN].revoked = False
    check(attio.connection)
    pump(attio.connection.pk)
    assert len(attio.records("deals")) == 1


def test_the_tick_finds_out_by_itself_that_a_token_was_replaced(attio: Attio, configured: Callable[..., None]) -> None:
    make_deal(attio)
    attio.world.revoke_token(TOKEN)
    tick()
    assert state(attio) == ConnectionState.REVOKED
    attio.world.add_token("a token made anew")
    configured(default={"TOKEN": "a-token-made-anew"})
    attio.world.tokens["a-token-made-anew"] = attio.world.tokens["a token made anew"]
    tick()
    assert state(attio) == ConnectionState.ACTIVE
    assert len(attio.records("deals")) == 1


def test_a_token_attio_says_is_not_active_is_no_good(attio: Attio) -> None:
    attio.gate.faults.add(faults.status(200, {"active": False}), path="/v2/self")
    assert not check(attio.connection).active
    assert state(attio) == ConnectionState.REVOKED
    assert "Create one" in attio.connection.error


def test_a_token_of_another_workspace_locks_the_connection(attio: Attio, configured: Callable[..., None]) -> None:
    make_deal(attio)
    attio.world.workspace_id, mine = "11111111-0000-4000-8000-000000000000", attio.world.workspace_id
    attio.world.name = "Somebody Else"
    check(attio.connection)
    assert state(attio) == ConnectionState.FOREIGN
    assert attio.connection.workspace_id == mine
    assert "Somebody Else" in attio.connection.error
    attio.gate.forget()
    pump(attio.connection.pk)
    assert attio.gate.log == []
    attio.world.workspace_id = mine
    tick()
    assert state(attio) == ConnectionState.ACTIVE
    assert len(attio.records("deals")) == 1


@pytest.mark.parametrize(
    ("missing", "act"),
    [
        ("object_configuration:read", lambda service: service.objects()),
        ("user_management:read", lambda service: service.members()),
        ("webhook:read", lambda service: service.webhooks()),
        ("webhook:read-write", lambda service: service.create_webhook("https://x.example", [])),
        ("list_configuration:read", lambda service: service.lists()),
        ("record_permission:read", lambda service: service.query("deals")),
        ("record_permission:read-write", lambda service: service.create("deals", {})),
        ("object_configuration:read-write", lambda service: service.update_attribute("objects", "deals", "name", {})),
    ],
)
def test_a_missing_scope_is_named_exactly(attio: Attio, missing: str, act: Callable[[Any], Any]) -> None:
    all_but = {f"{noun}:read-write" for noun in NOUNS} - {missing.partition(":")[0] + ":read-write"}
    if missing.endswith("read-write"):
        all_but.add(missing.partition(":")[0] + ":read")
    attio.world.set_scopes(TOKEN, all_but)
    with pytest.raises(Unauthorized) as refused:
        act(service_of(attio.connection))
    assert refused.value.lacking == (missing,)
    assert missing in refused.value.message


NOUNS = ("object_configuration", "user_management", "webhook", "list_configuration", "record_permission", "list_entry")


def test_a_missing_scope_makes_edits_wait_and_is_shown_and_mended_without_a_restart(attio: Attio) -> None:
    make_deal(attio)
    attio.world.set_scopes(TOKEN, ["record_permission:read", "object_configuration:read", "user_management:read"])
    pump(attio.connection.pk)
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.error["status"]) == (OutboxState.WAITING, 403)
    assert "record_permission:read-write" in entry.error["message"]
    assert entry.not_before > timezone.now() + timedelta(minutes=1)
    assert state(attio) == ConnectionState.LIMITED
    assert "record_permission:read-write" in attio.connection.missing_scopes
    attio.world.set_scopes(TOKEN, None)
    tick()
    assert state(attio) == ConnectionState.ACTIVE
    assert len(attio.records("deals")) == 1


def test_a_scope_only_extras_need_leaves_the_connection_active(attio: Attio) -> None:
    attio.world.set_scopes(TOKEN, ["record_permission:read-write", "object_configuration:read", "user_management:read"])
    attribute = attio.connection.objects_mirrored.get(slug="deals").attributes.get(slug="name")
    attribute.description = "What it is called."
    attribute.save(update_fields=["description"])
    pump(attio.connection.pk)
    assert state(attio) == ConnectionState.ACTIVE
    assert "object_configuration:read-write" in attio.connection.missing_scopes


def test_where_attio_does_not_tell_the_scopes_its_own_words_stay(attio: Attio) -> None:
    attio.world.set_scopes(TOKEN, [])
    attio.gate.faults.add(faults.unreachable, path="/v2/self")
    with pytest.raises(Unauthorized) as refused:
        service_of(attio.connection).objects()
    assert refused.value.lacking == ()


def test_a_403_whose_scopes_nobody_can_tell_stays_in_attios_words(attio: Attio) -> None:
    attio.gate.faults.add(faults.status(403), path="/v2/objects")
    with pytest.raises(Unauthorized) as refused:
        service_of(attio.connection).objects()
    assert refused.value.lacking == ()


def test_a_lost_token_does_not_stop_deliveries_from_being_kept(attio: Attio) -> None:
    body = {"webhook_id": "hook", "events": []}
    InboxEntry.objects.create(connection=attio.connection, idempotency_key="one", body=body)
    attio.world.revoke_token(TOKEN)
    tick()
    assert InboxEntry.objects.get().state in ("waiting", "done")


def test_a_connection_whose_token_was_taken_away_is_not_asked_about(
    attio: Attio, configured: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    attio.world.revoke_token(TOKEN)
    with pytest.raises(Unauthorized):
        service_of(attio.connection).objects()
    check(attio.connection)
    configured(default={"TOKEN": ""})
    care.heal()
    assert "has no TOKEN" in caplog.text
    with pytest.raises(NotConfigured):
        service_of(attio.connection)


def test_the_scopes_we_name_are_those_attio_asks_for() -> None:
    """The sandbox's table of routes was written by somebody else from Attio's OpenAPI document."""
    places = {"target": "objects", "identifier": "deals", "object": "deals", "list": "sales"}
    for method, template, _, scopes, _ in TABLE:
        path = template
        for name in ("target", "identifier", "object", "list"):
            path = path.replace("{" + name + "}", places[name])
        for name in ("attribute", "option", "status", "record_id", "entry_id", "webhook_id", "workspace_member_id"):
            path = path.replace("{" + name + "}", "one")
        wanted = {scope.replace("target_", "object_") for scope in scopes}
        if path.startswith("/v2/lists/deals"):
            continue
        assert set(needed(method, path)) == wanted, (method, path)
    assert needed("GET", "/v2/lists/sales/attributes") == ("list_configuration:read",)
    assert needed("GET", "/v2/self") == needed("GET", "/v2/weather") == ()
