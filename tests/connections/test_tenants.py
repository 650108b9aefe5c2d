"""Two tenants whose ids are all the same: what is announced, merged or decided in one never reaches the other."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.test import Client

from attio_mirror import tasks
from attio_mirror.core.merge import Policy
from attio_mirror.models import AttributePolicy, Company, Conflict, Connection, Deal, HistoryWish, InboxEntry, Link
from attio_mirror.sandbox import Deliveries
from attio_mirror.sync import inbox
from attio_mirror.sync.conflicts import decide_always
from attio_mirror.sync.connecting import provision
from attio_mirror.sync.inbox import read_inbox
from attio_mirror.testing import Attio

SECRETS = {"default": "secret-of-the-tests", "other": "secret-of-the-other-tenant"}


def row(of: Attio, record_id: str) -> Company:
    link = Link.objects.get(connection=of.connection, object="companies", record_id=record_id)
    return Company.objects.get(pk=link.object_id)


@pytest.fixture
def twins(attio: Attio, other: Attio) -> list[str]:
    """Two companies in each tenant, under the same ids."""
    ids = [
        [one.create("companies", name=f"{place} {n}", domains=[f"{place}{n}.example"]) for n in (1, 2)]
        for one, place in ((attio, "Here"), (other, "There"))
    ]
    assert ids[0] == ids[1]
    attio.pull_all()
    other.pull_all()
    return ids[0]


@pytest.fixture
def listening(attio: Attio, other: Attio, twins: list[str]) -> dict[str, Deliveries]:
    """Both announce to their own address, by their own secret."""

    def post(url: str, headers: Any, body: bytes) -> int:
        path = url.removeprefix("https://crm.example.com")
        return Client().post(path, body, content_type="application/json", headers=dict(headers)).status_code

    made: dict[str, Deliveries] = {}
    for alias, one in (("default", attio), ("other", other)):
        made[alias] = Deliveries(one.world, post)
        webhook = provision(one.connection, f"https://crm.example.com/attio/webhook/{alias}/").webhook
        one.world.webhooks[webhook.webhook_id].secret = SECRETS[alias]
    return made


def test_an_announced_edit_changes_the_row_of_its_own_tenant(
    attio: Attio, other: Attio, twins: list[str], listening: dict[str, Deliveries]
) -> None:
    other.edit(row(other, twins[0]), name="There, renamed")
    listening["other"].deliver()
    attio.gate.forget()
    for of in (attio, other):
        read_inbox(of.connection.pk)
    assert (row(attio, twins[0]).name, row(other, twins[0]).name) == ("Here 1", "There, renamed")
    assert attio.gate.log == []


def test_a_delivery_of_one_tenant_is_not_authentic_at_the_address_of_the_other(
    attio: Attio, other: Attio, twins: list[str], listening: dict[str, Deliveries]
) -> None:
    webhook = next(iter(other.world.webhooks.values()))
    webhook.target_url = webhook.target_url.replace("/other/", "/default/")
    other.edit(row(other, twins[0]), name="There, renamed")
    assert listening["other"].deliver() == [403]
    assert not InboxEntry.objects.exists()


def test_one_key_may_name_a_delivery_of_each(attio: Attio, other: Attio) -> None:
    for of in (attio, other):
        InboxEntry.objects.create(connection=of.connection, idempotency_key="the same", body={"events": []})
    assert InboxEntry.objects.count() == 2


def test_a_merge_in_one_tenant_leaves_the_originals_of_the_other_alive(
    attio: Attio, other: Attio, twins: list[str], listening: dict[str, Deliveries]
) -> None:
    body = {"data": {"primary_record_id": twins[0], "secondary_record_id": twins[1]}}
    survivor = other.ask("POST", "/v2/objects/companies/records/merge", body)["data"]["new_record_id"]
    listening["other"].deliver()
    for of in (attio, other):
        read_inbox(of.connection.pk)
    links = Link.objects.filter(object="companies")
    assert links.alive().filter(connection=attio.connection).count() == 2
    assert [link.record_id for link in links.alive().filter(connection=other.connection)] == [survivor]
    assert set(links.filter(merged_into=survivor).values_list("connection", flat=True)) == {other.connection.pk}
    assert row(attio, twins[1]).name == "Here 2"


def test_a_policy_decides_in_its_own_tenant_only(attio: Attio, other: Attio, twins: list[str]) -> None:
    decide_always(other.connection, "companies", "name", Policy.DJANGO)
    for of in (attio, other):
        company = row(of, twins[0])
        of.edit(company, name="Ben's")
        company.name = "Ours"
        company.save(update_fields=["name"])
        of.drain()
    assert AttributePolicy.objects.count() == 1
    assert Conflict.objects.get(resolved_at=None).link.connection == attio.connection
    assert other.record(row(other, twins[0]))["name"] == "Ours"
    assert attio.record(row(attio, twins[0]))["name"] == "Ben's"


def test_an_alias_that_is_configured_no_more_is_left_alone(attio: Attio, other: Attio, configured: Any) -> None:
    stranger = Connection.objects.create(alias="forgotten", webhook_id="hook")
    assert Client().post("/attio/webhook/forgotten/", b"{}", content_type="application/json").status_code == 404
    stranger.refresh_from_db()
    assert stranger.state == "unchecked"


def announced(of: Attio) -> None:
    """A deal made in Attio whose delivery waits to be read."""
    record_id = of.create("deals", name=of.connection.alias, stage="Lead", owner="ada@example.com")
    owner = of.connection.objects_mirrored.get(slug="deals").object_id
    event = {"event_type": "record.created", "id": {"object_id": owner, "record_id": record_id}}
    InboxEntry.objects.create(connection=of.connection, idempotency_key="one", body={"events": [event]})


def test_the_tick_passes_over_a_tenant_whose_token_was_taken_out_of_the_settings(
    attio: Attio, other: Attio, configured: Any
) -> None:
    announced(attio)
    announced(other)
    configured(default={"TOKEN": ""})
    tasks.tick()
    assert [deal.name for deal in Deal.objects.all()] == ["other"]


def test_care_and_audit_pass_over_it_too(attio: Attio, other: Attio, configured: Any) -> None:
    for of in (attio, other):
        of.create("deals", name="Tea", stage="Lead", owner="ada@example.com")
        of.pull_all()
        made = provision(of.connection, f"https://crm.example.com/attio/webhook/{of.connection.alias}/").webhook
        of.world.webhooks[made.webhook_id].target_url = "https://elsewhere.example/"
    configured(default={"TOKEN": ""})
    tasks.care()
    tasks.audit()
    assert {hook.target_url for hook in other.world.webhooks.values()} == {
        "https://crm.example.com/attio/webhook/other/"
    }
    assert HistoryWish.objects.of(other.connection).exclude(read_at=None).exists()


@pytest.mark.parametrize(
    ("visit", "task"),
    [("care.look_after", tasks.care), ("care.follow_schema", tasks.care), ("history.audit.audit", tasks.audit)],
)
def test_what_nobody_foresaw_in_one_tenant_stops_no_other(
    attio: Attio, other: Attio, monkeypatch: pytest.MonkeyPatch, visit: str, task: Callable[[], None]
) -> None:
    visited: list[str] = []

    def stumble(connection: Connection) -> None:
        visited.append(connection.alias)
        raise OSError("The disk is full.")

    module, _, name = visit.rpartition(".")
    monkeypatch.setattr(import_module(f"attio_mirror.sync.{module}"), name, stumble)
    task()
    assert visited == ["default", "other"]


def test_what_nobody_foresaw_in_one_tenant_stops_the_tick_of_no_other(
    attio: Attio, other: Attio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    announced(attio)
    announced(other)

    def pull(connection: Connection, *given: Any, **how: Any) -> Any:
        if connection.alias == "default":
            raise OSError("The disk is full.")
        return really(connection, *given, **how)

    really = inbox.pull
    watched: list[bool] = []
    monkeypatch.setattr(inbox, "pull", pull)
    monkeypatch.setattr("attio_mirror.sync.tick.watch", lambda: watched.append(True))
    tasks.tick()
    assert [deal.name for deal in Deal.objects.all()] == ["other"]
    assert watched, "and alerts are told"
    assert "Connection default: its tick failed" in caplog.text
