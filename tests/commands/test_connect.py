"""attio_connect: whose workspace, what may we not do, and the webhook."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Connection, ConnectionState
from attio_mirror.sandbox import faults
from attio_mirror.sync.connecting import OF_AN_OBJECT, OF_ANY_LIST
from attio_mirror.testing import Attio

from .conftest import Run

TOKEN = "token-of-the-tests"
URL = "https://crm.example.com/attio/webhook/default/"
ENOUGH = ["record_permission:read-write", "object_configuration:read", "user_management:read"]


def webhooks(attio: Attio) -> list[Any]:
    return list(attio.world.webhooks.values())


def test_it_names_the_tenant_and_our_actor(attio: Attio, run: Run) -> None:
    said = run("attio_connect")
    assert not said.failed
    assert "Acme (acme)" in said.out
    assert attio.connection.actor_id in said.out
    assert "missing" not in said.out


def test_no_token_is_ever_shown(attio: Attio, run: Run) -> None:
    for said in (run("attio_connect"), run("attio_connect", webhook=URL)):
        assert TOKEN not in said.out + said.err + said.error


def test_missing_scopes_are_named_exactly_and_fail(attio: Attio, run: Run) -> None:
    attio.world.set_scopes(TOKEN, ["record_permission:read", "object_configuration:read-write", "user_management:read"])
    said = run("attio_connect")
    assert said.failed
    assert "record_permission:read-write  (needed)" in said.out
    assert "object_configuration" not in said.out
    assert Connection.objects.get().state == ConnectionState.LIMITED


def test_scopes_for_extras_may_be_missing(attio: Attio, run: Run) -> None:
    attio.world.set_scopes(TOKEN, ENOUGH)
    said = run("attio_connect")
    assert not said.failed
    assert "webhook:read-write" in said.out


@pytest.mark.parametrize("answer", [{"active": False}, None])
def test_a_revoked_token_fails_and_says_what_to_do(attio: Attio, run: Run, answer: Any) -> None:
    if answer:
        attio.gate.faults.add(faults.status(200, answer), path="/v2/self")
    else:
        attio.world.revoke_token(TOKEN)
    said = run("attio_connect")
    assert said.failed
    assert Connection.objects.get().state == ConnectionState.REVOKED


def test_an_alias_nobody_configured_fails(db: None, run: Run) -> None:
    assert "CONNECTIONS" in run("attio_connect", "nobody").error


def test_attio_out_of_reach_fails(attio: Attio, run: Run) -> None:
    attio.gate.faults.add(faults.unreachable)
    assert "BASE_URL" in run("attio_connect").error


def test_the_webhook_is_made_once_and_its_secret_shown_once(attio: Attio, run: Run) -> None:
    said = run("attio_connect", webhook=URL)
    (webhook,) = webhooks(attio)
    assert f"ATTIO_WEBHOOK_SECRET={webhook.secret}" in said.out
    assert webhook.target_url == URL
    again = run("attio_connect", webhook=URL)
    assert webhooks(attio) == [webhook]
    assert "unchanged" in again.out
    assert webhook.secret not in again.out
    attio.connection.refresh_from_db()
    assert attio.connection.webhook_id == webhook.id


def test_it_subscribes_to_the_mirrored_objects_and_to_nothing_else(attio: Attio, run: Run) -> None:
    attio.ask("POST", "/v2/objects", {"data": {"api_slug": "pets", "singular_noun": "Pet", "plural_noun": "Pets"}})
    attio.refresh()
    run("attio_connect", webhook=URL)
    (webhook,) = webhooks(attio)
    mirrored = {mirror.options.object for mirror in registry.all()}
    ids = {one.object_id for one in attio.connection.objects_mirrored.filter(slug__in=mirrored)}
    filters = {one["event_type"]: one["filter"] for one in webhook.subscriptions}
    assert set(filters) == {kind.value for kind in (*OF_AN_OBJECT, *OF_ANY_LIST)}
    for kind in OF_AN_OBJECT:
        assert {part["value"] for part in filters[kind]["$or"]} == ids
    assert filters["list-attribute.updated"] is None


def test_an_origin_is_completed_with_our_own_path(attio: Attio, run: Run) -> None:
    run("attio_connect", webhook="https://crm.example.com/")
    assert webhooks(attio)[0].target_url == URL


def test_an_origin_is_no_use_where_our_urls_are_not_mounted(attio: Attio, run: Run, settings: Any) -> None:
    settings.ROOT_URLCONF = "django.contrib.auth.urls"
    assert "attio_mirror.urls" in run("attio_connect", webhook="https://crm.example.com").error


@pytest.mark.parametrize("status", ["degraded", "inactive"])
def test_a_webhook_attio_gave_up_on_is_made_again(attio: Attio, run: Run, status: str) -> None:
    run("attio_connect", webhook=URL)
    (old,) = webhooks(attio)
    old.status = status
    said = run("attio_connect", webhook=URL)
    (new,) = webhooks(attio)
    assert "repaired" in said.out
    assert new.id != old.id
    assert new.secret in said.out


def test_a_webhook_somebody_deleted_is_made_again(attio: Attio, run: Run) -> None:
    run("attio_connect", webhook=URL)
    attio.world.webhooks.clear()
    assert "created" in run("attio_connect", webhook=URL).out
    assert len(webhooks(attio)) == 1


def test_a_webhook_that_vanishes_while_it_is_repaired_is_made_again(attio: Attio, run: Run) -> None:
    run("attio_connect", webhook=URL)
    webhooks(attio)[0].status = "inactive"
    attio.gate.faults.add(faults.status(404, after=True), method="DELETE")
    assert "repaired" in run("attio_connect", webhook=URL).out


def test_a_webhook_that_was_changed_is_put_right(attio: Attio, run: Run) -> None:
    run("attio_connect", webhook=URL)
    (webhook,) = webhooks(attio)
    webhook.subscriptions = [one for one in webhook.subscriptions if one["event_type"] != "record.merged"]
    assert "changed" in run("attio_connect", webhook=URL).out
    assert "record.merged" in {one["event_type"] for one in webhook.subscriptions}
    run("attio_connect", webhook="https://other.example.com/hook/")
    assert [one.target_url for one in webhooks(attio)] == ["https://other.example.com/hook/"]


def test_a_webhook_we_lost_the_note_of_is_found_by_its_address(attio: Attio, run: Run) -> None:
    run("attio_connect", webhook=URL)
    Connection.objects.update(webhook_id="")
    assert "unchanged" in run("attio_connect", webhook=URL).out


def test_a_lost_secret_is_replaced_on_request(attio: Attio, run: Run, settings: Any) -> None:
    run("attio_connect", webhook=URL)
    (old,) = webhooks(attio)
    settings.ATTIO_MIRROR = {"CONNECTIONS": {"default": {"TOKEN": TOKEN}}}
    assert "--new-secret" in run("attio_connect", webhook=URL).out
    assert "repaired" in run("attio_connect", webhook=URL, new_secret=True).out
    assert webhooks(attio)[0].secret != old.secret
    assert "--webhook" in run("attio_connect", new_secret=True).error


def test_what_attio_refuses_is_told_in_its_words(attio: Attio, run: Run) -> None:
    assert "https" in run("attio_connect", webhook="http://crm.example.com/hook/").error


def test_where_nothing_mirrored_is_enabled_there_is_nothing_to_announce(attio: Attio, run: Run) -> None:
    attio.gate.faults.add(faults.status(200, {"data": []}), path="/v2/objects$")
    assert "Enable one" in run("attio_connect", webhook=URL).error
