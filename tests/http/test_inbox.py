"""Reading the inbox: what colleagues do in Attio reaches the rows, in few requests, whatever the order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attio_mirror import tasks
from attio_mirror.core.errors import RateLimited
from attio_mirror.models import (
    AttioList,
    Attribute,
    ConnectionState,
    Deal,
    InboxEntry,
    InboxState,
    Link,
    Member,
)
from attio_mirror.sandbox import Deliveries, faults
from attio_mirror.sync import inbox
from attio_mirror.sync.connecting import provision
from attio_mirror.sync.inbox import read_inbox
from attio_mirror.sync.push import pump
from attio_mirror.sync.reconcile import Report
from attio_mirror.testing import Attio

pytestmark = pytest.mark.django_db


def states() -> set[str]:
    return set(InboxEntry.objects.values_list("state", flat=True))


def make_deal(attio: Attio, name: str = "Tea") -> str:
    return attio.create("deals", name=name, stage="Lead", owner="ada@example.com")


def entry(attio: Attio, *events: dict[str, Any], key: str = "one") -> InboxEntry:
    body = {"webhook_id": "hook", "events": list(events)}
    return InboxEntry.objects.create(connection=attio.connection, idempotency_key=key, body=body)


def event(kind: str, **ids: str) -> dict[str, Any]:
    return {"event_type": kind, "id": ids, "actor": {"type": "system", "id": None}}


def object_id(attio: Attio, slug: str) -> str:
    return str(attio.connection.objects_mirrored.get(slug=slug).object_id)


def test_a_record_made_and_edited_in_attio_becomes_a_row(attio: Attio, deliveries: Deliveries) -> None:
    make_deal(attio)
    assert set(deliveries.deliver()) == {200}
    tasks.pull(attio.connection.pk)
    deal = Deal.objects.get()
    assert deal.name == "Tea"
    attio.edit(deal, name="Green tea")
    deliveries.deliver()
    tasks.pull(attio.connection.pk)
    deal.refresh_from_db()
    assert deal.name == "Green tea"
    assert states() == {InboxState.DONE}


def test_many_deliveries_about_few_records_cost_few_requests(attio: Attio, deliveries: Deliveries) -> None:
    ids = [make_deal(attio, f"Deal {number}") for number in range(30)]
    for name in ("a", "b", "c"):
        for record_id in ids:
            attio.ask("PATCH", f"/v2/objects/deals/records/{record_id}", {"data": {"values": {"name": name}}})
    deliveries.shuffle(7)
    deliveries.deliver()
    assert InboxEntry.objects.count() == 120
    attio.gate.forget()
    assert read_inbox(attio.connection.pk) == 120
    assert len(attio.gate.log) == 1
    assert set(Deal.objects.values_list("name", flat=True)) == {"c"}


def test_several_events_in_one_delivery_are_all_followed(attio: Attio, deliveries: Deliveries) -> None:
    for name in ("a", "b", "c"):
        make_deal(attio, name)
    deliveries.batch(10)
    deliveries.deliver()
    assert InboxEntry.objects.count() == 1
    read_inbox(attio.connection.pk)
    assert Deal.objects.count() == 3


def test_a_record_deleted_in_attio_leaves_a_tombstone(attio: Attio, deliveries: Deliveries) -> None:
    make_deal(attio)
    deliveries.deliver()
    read_inbox(attio.connection.pk)
    deal = Deal.objects.get()
    attio.delete(deal)
    deliveries.deliver()
    read_inbox(attio.connection.pk)
    assert attio.link(deal).record_gone_at is not None
    assert Deal.objects.count() == 1


def test_of_a_merge_the_survivor_is_read_and_both_originals_become_tombstones(
    attio: Attio, deliveries: Deliveries
) -> None:
    ids = [make_deal(attio, name) for name in ("Tea", "Tea (copy)")]
    deliveries.deliver()
    read_inbox(attio.connection.pk)
    merge = {"data": {"primary_record_id": ids[0], "secondary_record_id": ids[1]}}
    survivor = attio.ask("POST", "/v2/objects/deals/records/merge", merge)["data"]["new_record_id"]
    deliveries.deliver()
    read_inbox(attio.connection.pk)
    assert set(Link.objects.tombstones().filter(object="deals").values_list("record_id", flat=True)) == set(ids)
    assert Link.objects.alive().filter(object="deals", record_id=survivor).exists()


def test_a_new_attribute_is_mirrored_when_attio_announces_it(attio: Attio, deliveries: Deliveries) -> None:
    attio.ask("POST", "/v2/objects/deals/attributes", {"data": attribute("plan")})
    deliveries.deliver()
    read_inbox(attio.connection.pk)
    assert Attribute.objects.filter(slug="plan", object__slug="deals").exists()


def test_an_attribute_of_a_list_is_mirrored_and_an_unknown_list_met(attio: Attio) -> None:
    made = attio.ask(
        "POST",
        "/v2/lists",
        {
            "data": {
                "name": "Renewals",
                "api_slug": "renewals",
                "parent_object": "deals",
                "workspace_access": "full-access",
                "workspace_member_access": [],
            }
        },
    )
    list_id = made["data"]["id"]["list_id"]
    about = {"workspace_id": attio.connection.workspace_id, "list_id": list_id, "attribute_id": "any"}
    entry(attio, event("list-attribute.created", **about))
    read_inbox(attio.connection.pk)
    assert AttioList.objects.get().slug == "renewals"
    attio.ask("POST", "/v2/lists/renewals/attributes", {"data": attribute("risk")})
    attio.gate.forget()
    entry(attio, event("list-attribute.created", **about), key="two")
    read_inbox(attio.connection.pk)
    assert Attribute.objects.filter(slug="risk", list__slug="renewals").exists()
    assert {one.path.split("?")[0] for one in attio.gate.log} == {f"/v2/lists/{list_id}/attributes"}


def test_a_list_or_a_member_that_is_new_is_met(attio: Attio) -> None:
    attio.world.add_member("Dora", "Maar", "dora@example.com")
    entry(attio, event("workspace-member.created", workspace_member_id="any"), event("list.updated", list_id="any"))
    read_inbox(attio.connection.pk)
    assert Member.objects.filter(first_name="Dora").exists()
    assert states() == {InboxState.DONE}


@pytest.mark.parametrize("kind", ["note.created", "weather.changed", "record.updated"])
def test_an_event_nothing_follows_from_is_stored_with_a_note(attio: Attio, kind: str) -> None:
    one = entry(attio, event(kind, note_id="any"))
    assert read_inbox(attio.connection.pk) == 1
    one.refresh_from_db()
    assert one.state == InboxState.DONE
    assert kind in one.error


def test_a_record_of_an_object_nobody_mirrors_is_done_with_a_note(attio: Attio) -> None:
    one = entry(attio, event("record.created", object_id="unknown", record_id="any"))
    read_inbox(attio.connection.pk)
    one.refresh_from_db()
    assert (one.state, one.error) == (InboxState.DONE, inbox.UNMIRRORED)
    assert attio.gate.log == []


def test_an_attribute_of_an_object_we_do_not_know_is_left_alone(attio: Attio) -> None:
    entry(attio, event("object-attribute.updated", object_id="unknown", attribute_id="any"))
    assert read_inbox(attio.connection.pk) == 1
    assert attio.gate.log == []


def test_an_event_of_another_workspace_is_not_followed(attio: Attio) -> None:
    record_id = make_deal(attio)
    ids = {"workspace_id": "another", "object_id": object_id(attio, "deals"), "record_id": record_id}
    one = entry(attio, event("record.created", **ids))
    read_inbox(attio.connection.pk)
    one.refresh_from_db()
    assert (one.state, one.error) == (InboxState.DONE, inbox.ELSEWHERE)
    assert not Deal.objects.exists()


def test_a_stored_body_that_is_no_delivery_fails(attio: Attio) -> None:
    one = InboxEntry.objects.create(connection=attio.connection, idempotency_key="odd", body={"events": 1})
    read_inbox(attio.connection.pk)
    one.refresh_from_db()
    assert (one.state, bool(one.error)) == (InboxState.FAILED, True)


@pytest.mark.parametrize(
    "fault", [faults.unreachable, faults.timeout_after, faults.status(503), faults.rate_limited(60)]
)
def test_trouble_on_the_way_leaves_the_delivery_waiting(
    attio: Attio, deliveries: Deliveries, fault: faults.Fault
) -> None:
    make_deal(attio)
    deliveries.deliver()
    attio.gate.faults.add(fault, path="query")
    assert read_inbox(attio.connection.pk) == 0
    assert states() == {InboxState.WAITING}
    attio.pass_time(61)
    read_inbox(attio.connection.pk)
    assert states() == {InboxState.DONE}
    assert Deal.objects.count() == 1


def test_a_lost_token_leaves_the_delivery_waiting_and_is_known(attio: Attio, deliveries: Deliveries) -> None:
    make_deal(attio)
    deliveries.deliver()
    attio.world.revoke_token("token-of-the-tests")
    assert read_inbox(attio.connection.pk) == 0
    attio.connection.refresh_from_db()
    assert attio.connection.state == ConnectionState.REVOKED
    assert states() == {InboxState.WAITING}


def test_a_missing_scope_leaves_the_delivery_waiting(attio: Attio, deliveries: Deliveries) -> None:
    make_deal(attio)
    deliveries.deliver()
    attio.world.set_scopes("token-of-the-tests", ["object_configuration:read"])
    assert read_inbox(attio.connection.pk) == 0
    assert "scope" in InboxEntry.objects.first().error  # type: ignore[union-attr]  # one was delivered


def test_however_many_are_put_off_what_just_came_is_read_and_the_reader_ends(
    attio: Attio, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deliveries about what the token may not read wait for the scope, in any number."""
    monkeypatch.setattr(inbox, "MANY", 2)
    monkeypatch.setattr(inbox, "NAP", 0.0)
    for number in range(4):
        companies = {"object_id": object_id(attio, "companies"), "record_id": f"{number}" * 36}
        entry(attio, event("record.updated", **companies), key=f"put off {number}")
    make_deal(attio)
    deliveries.deliver()
    attio.gate.faults.add(faults.status(403), path="companies/records", times=100)
    read_inbox(attio.connection.pk)
    assert Deal.objects.count() == 1
    assert InboxEntry.objects.filter(state=InboxState.WAITING).exclude(error="").count() == 4
    assert attio.gate.faults.left() > 80, "and Attio is not asked again and again"


def test_a_refusal_is_kept_and_stops_nobody_else(attio: Attio, deliveries: Deliveries) -> None:
    make_deal(attio)
    attio.create("companies", name="Acme", domains=["acme.example"])
    deliveries.deliver()
    attio.gate.faults.add(faults.status(404), path="deals/records/query")
    read_inbox(attio.connection.pk)
    assert states() == {InboxState.DONE, InboxState.FAILED}
    assert "404" in InboxEntry.objects.filter(state=InboxState.FAILED).first().error  # type: ignore[union-attr]  # it failed


def test_a_record_no_row_can_be_written_for_fails_alone(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    record_id = make_deal(attio)
    ids = {"object_id": object_id(attio, "deals"), "record_id": record_id}
    one = entry(attio, event("record.created", **ids))

    monkeypatch.setattr(inbox, "pull", lambda *_, **__: Report(failed={record_id: "UNIQUE"}))
    read_inbox(attio.connection.pk)
    one.refresh_from_db()
    assert one.state == InboxState.FAILED


def test_the_echo_of_our_own_create_waits_until_that_is_settled(attio: Attio, deliveries: Deliveries) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    pump(attio.connection.pk)
    deliveries.deliver()
    assert read_inbox(attio.connection.pk) == 0
    assert Deal.objects.count() == 1
    attio.drain()
    assert read_inbox(attio.connection.pk) == 1
    assert Deal.objects.get() == deal
    assert len(attio.records("deals")) == 1


def test_what_cannot_be_read_yet_is_tried_again_for_a_while(
    attio: Attio, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    pump(attio.connection.pk)
    deliveries.deliver()
    monkeypatch.setattr("attio_mirror.sync.inbox.time.sleep", lambda _: attio.drain())
    assert read_inbox(attio.connection.pk, linger=30) == 1


def test_a_reader_that_gives_up_leaves_no_delivery_that_just_came(
    attio: Attio, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = make_deal(attio)
    deliveries.deliver()
    late = iter(
        [lambda: entry(attio, event("record.updated", object_id=object_id(attio, "companies"), record_id=ours))]
    )

    def put_off_while_another_comes(*_: Any, **__: Any) -> Report:
        for come in late:
            come()
        return Report(stale=[ours])

    monkeypatch.setattr(inbox, "pull", put_off_while_another_comes)
    monkeypatch.setattr("attio_mirror.sync.inbox.time.sleep", lambda _: None)
    read_inbox(attio.connection.pk)
    assert not InboxEntry.objects.filter(state=InboxState.WAITING, error="").exists()


def test_a_delivery_that_came_again_while_it_was_read_is_read_again(
    attio: Attio, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_deal(attio)
    deliveries.deliver()
    pull, again = inbox.pull, iter([timezone.now() + timedelta(seconds=60)])

    def pull_while_it_comes_again(*args: Any, **kwargs: Any) -> Any:
        for moment in again:
            InboxEntry.objects.update(received_at=moment)
        return pull(*args, **kwargs)

    monkeypatch.setattr(inbox, "pull", pull_while_it_comes_again)
    attio.gate.forget()
    entries = list(InboxEntry.objects.all())
    inbox._mark(entries, inbox._read(attio.connection, entries), timezone.now())
    assert states() == {InboxState.WAITING}


def test_a_paused_connection_reads_nothing(attio: Attio, deliveries: Deliveries) -> None:
    make_deal(attio)
    deliveries.deliver()
    attio.connection.paused_at = timezone.now()
    attio.connection.save()
    assert read_inbox(attio.connection.pk) == 0
    assert states() == {InboxState.WAITING}
    assert attio.gate.log == []


def test_the_tick_reads_what_a_lost_task_left_behind(attio: Attio, deliveries: Deliveries) -> None:
    make_deal(attio)
    deliveries.deliver()
    tasks.tick()
    assert Deal.objects.count() == 1


def test_a_push_that_fails_does_not_keep_the_tick_from_reading(
    attio: Attio, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_deal(attio)
    deliveries.deliver()

    def failing(*_: Any) -> Any:
        raise RateLimited("Slow down.")

    monkeypatch.setattr("attio_mirror.sync.tick.pump", failing)
    tasks.tick()
    assert Deal.objects.count() == 1


def test_a_subscription_brings_all_objects_that_are_mirrored(attio: Attio) -> None:
    done = provision(attio.connection, "https://crm.example.com/hook/")
    assert set(done.objects) == {"companies", "people", "users", "workspaces", "deals"}


def attribute(slug: str) -> dict[str, Any]:
    return {
        "title": slug.title(),
        "description": None,
        "api_slug": slug,
        "type": "text",
        "is_required": False,
        "is_unique": False,
        "is_multiselect": False,
        "config": {},
    }
