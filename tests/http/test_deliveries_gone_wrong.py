"""Deliveries that are lost, late, doubled, reordered, forged or replayed; and what a flood of them costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.signals import pre_save
from django.test import Client

from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Deal, InboxEntry, InboxState, Link, Sweep, User
from attio_mirror.sandbox import Deliveries, faults
from attio_mirror.sandbox.readings import Readings
from attio_mirror.sync import inbox
from attio_mirror.sync.inbox import read_inbox, replay
from attio_mirror.sync.status import status
from attio_mirror.sync.sweep import sweep_now
from attio_mirror.testing import Attio

from ..host.models import Shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(attio: Attio, deliveries: Deliveries) -> Deal:
    attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com")
    arrive(attio, deliveries)
    return Deal.objects.get()


def arrive(attio: Attio, deliveries: Deliveries) -> list[int]:
    """What is pending is delivered and read."""
    statuses = deliveries.deliver()
    read_inbox(attio.connection.pk)
    return statuses


def test_the_last_value_is_in_the_row_whatever_became_of_the_deliveries(
    attio: Attio, deliveries: Deliveries, deal: Deal
) -> None:
    for seed, name in enumerate(("Green tea", "Black tea", "Coffee")):
        attio.edit(deal, name=name)
        attio.edit(deal, value=seed)
        deliveries.duplicate(2)
        deliveries.shuffle(seed)
    deliveries.lose(2)
    deliveries.batch(2)
    assert set(arrive(attio, deliveries)) == {200}
    deal.refresh_from_db()
    assert (deal.name, deal.value) == ("Coffee", 2)


def test_a_lost_delivery_is_made_up_for_by_the_next_sweep_and_counted(
    attio: Attio, deliveries: Deliveries, deal: Deal
) -> None:
    mirror = registry.of_object("deals")
    assert mirror is not None
    sweep_now(attio.connection, mirror)
    attio.edit(deal, name="Coffee")
    deliveries.lose()
    attio.pass_time(120)
    sweep_now(attio.connection, mirror)
    deal.refresh_from_db()
    assert deal.name == "Coffee"
    assert Sweep.objects.latest("pk").drift == 1
    assert [day["unannounced"] for day in status(attio.connection).losses.values()] == [1]


def test_an_announced_change_is_no_loss(attio: Attio, deliveries: Deliveries, deal: Deal) -> None:
    mirror = registry.of_object("deals")
    assert mirror is not None
    sweep_now(attio.connection, mirror)
    attio.edit(deal, name="Coffee")
    arrive(attio, deliveries)
    attio.pass_time(120)
    sweep_now(attio.connection, mirror)
    [day] = status(attio.connection).losses.values()
    assert (day["unannounced"], day["deliveries"]) == (0, 2)


def test_a_delivery_we_could_not_take_comes_again_later(
    attio: Attio, deliveries: Deliveries, deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    attio.edit(deal, name="Coffee")
    with monkeypatch.context() as at_rest:
        at_rest.setattr(deliveries, "_post", lambda *_: 0)
        assert deliveries.deliver() == [0]
    assert deliveries.deliver() == []
    attio.world.clock.advance(60)
    assert arrive(attio, deliveries) == [200]
    deal.refresh_from_db()
    assert deal.name == "Coffee"


def test_a_late_delivery_about_an_older_state_takes_nothing_back(
    attio: Attio, deliveries: Deliveries, deal: Deal
) -> None:
    attio.edit(deal, name="Coffee")
    late = deliveries.pending()
    deliveries.lose(len(late))
    deal.name = "Cocoa"
    attio.pull(deal)
    deal.refresh_from_db()
    deal.name = "Cocoa"
    deal.save(update_fields=["name"])
    attio.drain()
    deliveries.lose(len(deliveries.pending()))
    deliveries._waiting = late
    arrive(attio, deliveries)
    deal.refresh_from_db()
    assert (deal.name, attio.record(deal)["name"]) == ("Cocoa", "Cocoa")


def test_our_own_push_coming_back_says_nothing_new(attio: Attio, deliveries: Deliveries, deal: Deal) -> None:
    deal.name = "Coffee"
    deal.save(update_fields=["name"])
    attio.drain()
    attio.gate.forget()
    arrive(attio, deliveries)
    attio.drain()
    assert attio.gate.writes() == []
    assert InboxEntry.objects.filter(state=InboxState.WAITING).count() == 0


def test_a_forged_delivery_is_neither_stored_nor_followed(attio: Attio, deliveries: Deliveries, deal: Deal) -> None:
    attio.edit(deal, name="Coffee")
    webhook = next(iter(attio.world.webhooks.values()))
    known, webhook.secret = webhook.secret, "somebody else's"
    before = InboxEntry.objects.count()
    assert arrive(attio, deliveries) == [403]
    assert InboxEntry.objects.count() == before
    webhook.secret = known
    attio.world.clock.advance(60)
    assert arrive(attio, deliveries) == [200]


def test_a_replayed_delivery_is_a_hint_like_any_other(attio: Attio, deliveries: Deliveries, deal: Deal) -> None:
    sent: list[tuple[str, dict[str, str], bytes]] = []
    post = deliveries._post
    deliveries._post = lambda url, headers, body: sent.append((url, dict(headers), body)) or post(url, headers, body)
    attio.edit(deal, name="Coffee")
    arrive(attio, deliveries)
    url, headers, body = sent[-1]
    path = url.removeprefix("https://crm.example.com")
    before = InboxEntry.objects.count()
    for key in (headers["Idempotency-Key"], "a key made up"):
        again = headers | {"Idempotency-Key": key}
        assert Client().post(path, body, content_type="application/json", headers=again).status_code == 200
    assert InboxEntry.objects.count() == before + 1
    read_inbox(attio.connection.pk)
    deal.refresh_from_db()
    assert deal.name == "Coffee"
    assert Deal.objects.count() == 1


def test_unknown_events_are_counted(attio: Attio) -> None:
    for kind in ("moon.full", "note.created"):
        enter(attio, kind, {"event_type": kind, "id": {}})
    read_inbox(attio.connection.pk)
    assert status(attio.connection).inbox_unknown == 1


def enter(attio: Attio, key: str, event: dict[str, Any]) -> None:
    body = {"webhook_id": "hook", "events": [event]}
    InboxEntry.objects.create(connection=attio.connection, idempotency_key=key, body=body)


def test_a_record_that_is_being_merged_is_read_again_later(attio: Attio) -> None:
    owner = attio.connection.objects_mirrored.get(slug="deals").object_id
    record_id = "9b0f5a3c-0000-4000-8000-000000000001"
    enter(attio, "one", {"event_type": "record.updated", "id": {"object_id": owner, "record_id": record_id}})
    merging = {"status_code": 404, "type": "invalid_request_error", "code": "merge_in_progress", "message": "Merging."}
    attio.gate.faults.add(faults.status(404, merging), method="GET", times=3)
    read_inbox(attio.connection.pk)
    assert InboxEntry.objects.get().state == InboxState.WAITING
    read_inbox(attio.connection.pk)
    assert InboxEntry.objects.get().state == InboxState.DONE


def merge(attio: Attio, first: str, second: str) -> str:
    body = {"data": {"primary_record_id": first, "secondary_record_id": second}}
    return str(attio.ask("POST", "/v2/objects/deals/records/merge", body)["data"]["new_record_id"])


def test_a_merge_that_is_not_finished_waits_and_keeps_nobody_else_waiting(
    attio: Attio, deliveries: Deliveries, deal: Deal
) -> None:
    other = attio.create("deals", name="Tea (copy)", stage="Lead", owner="ada@example.com")
    third = attio.create("deals", name="Coffee", stage="Lead", owner="ada@example.com")
    first = str(attio.link(deal).record_id)
    attio.world.readings = Readings(async_merge=True)
    owner = attio.connection.objects_mirrored.get(slug="deals").object_id
    deliveries.lose(len(deliveries.pending()))
    survivor = merge(attio, first, other)
    gone = {"duplicate_object_id": owner, "duplicate_record_id": first}
    enter(attio, "merge", {"event_type": "record.merged", "id": {"object_id": owner, "record_id": survivor}, **gone})
    enter(attio, "create", {"event_type": "record.created", "id": {"object_id": owner, "record_id": third}})
    read_inbox(attio.connection.pk)
    assert [one.idempotency_key for one in InboxEntry.objects.filter(state=InboxState.WAITING)] == ["merge"]
    assert Deal.objects.filter(name="Coffee").exists()
    attio.world.clock.advance(10)
    arrive(attio, deliveries)
    assert not InboxEntry.objects.filter(state=InboxState.WAITING).exists()
    assert attio.link(deal).merged_into == survivor
    assert Link.objects.alive().filter(object="deals", record_id=survivor).exists()


def test_a_flood_of_events_about_few_records_costs_a_read_per_hundred_records(attio: Attio) -> None:
    ids = [attio.create("deals", name=f"{n}", stage="Lead", owner="ada@example.com") for n in range(250)]
    owner = attio.connection.objects_mirrored.get(slug="deals").object_id
    events = [
        {"event_type": "record.updated", "id": {"object_id": owner, "record_id": one, "attribute_id": str(turn)}}
        for turn in range(5)
        for one in ids
    ]
    InboxEntry.objects.bulk_create(
        InboxEntry(connection=attio.connection, idempotency_key=str(n), body={"webhook_id": "hook", "events": [event]})
        for n, event in enumerate(events)
    )
    attio.gate.forget()
    assert read_inbox(attio.connection.pk) == len(events)
    assert len(attio.gate.log) == 3
    assert Deal.objects.count() == 250


def test_a_burst_of_saves_is_few_writes_even_when_pumps_run_meanwhile(attio: Attio, deal: Deal) -> None:
    attio.gate.forget()
    for number in range(100):
        deal.name = f"Name {number}"
        deal.save(update_fields=["name"])
        if number in (0, 50):
            attio.drain()
    attio.drain()
    assert len(attio.gate.writes()) == 3
    assert attio.record(deal)["name"] == "Name 99"


def test_what_was_read_long_ago_is_forgotten_and_what_failed_is_kept(attio: Attio) -> None:
    for key, state in enumerate(InboxState):
        InboxEntry.objects.create(connection=attio.connection, idempotency_key=str(key), body={}, state=state)
    attio.pass_time(0)
    InboxEntry.objects.update(received_at=attio.world.clock.now() - inbox.KEPT_FOR * 2)
    inbox.forget_old(attio.connection)
    assert set(InboxEntry.objects.values_list("state", flat=True)) == {InboxState.WAITING, InboxState.FAILED}


def test_a_record_no_row_can_be_written_for_is_told_at_its_delivery_and_stops_no_other(
    attio: Attio, deliveries: Deliveries
) -> None:
    User.objects.bulk_create([User(user_id="u-1")])  # not marked
    for key in ("u-1", "u-2"):
        attio.create("users", user_id=key, primary_email_address=f"{key}@example.com")
    arrive(attio, deliveries)
    assert sorted(User.objects.values_list("user_id", flat=True)) == ["u-1", "u-2"]
    [failed] = InboxEntry.objects.filter(state=InboxState.FAILED)
    assert failed.error.startswith("No row could be written for the record: IntegrityError")
    assert "u-1" not in failed.error
    User.objects.get(user_id="u-1").delete()
    assert replay(failed)
    read_inbox(attio.connection.pk)
    failed.refresh_from_db()
    assert failed.state == InboxState.DONE
    assert User.objects.get(user_id="u-1").primary_email_address == "u-1@example.com"


def test_a_bug_of_the_host_holds_up_one_object_and_is_seen(shop: Attio, deliveries: Deliveries) -> None:
    def stumble(**_: Any) -> None:
        raise KeyError("ada@example.com")

    shop.create("deals", name="Tea", stage="Lead", owner="ada@example.com")
    shop.create("shelves", name="Top", capacity=1)
    shop.create("users", user_id="u-1", primary_email_address="ada@example.com")
    pre_save.connect(stumble, sender=Shelf)
    try:
        with pytest.raises(KeyError):
            arrive(shop, deliveries)
    finally:
        pre_save.disconnect(stumble, sender=Shelf)
    assert (Deal.objects.count(), Shelf.objects.count(), User.objects.count()) == (1, 0, 1)
    [left] = InboxEntry.objects.filter(state=InboxState.WAITING)
    assert left.error == "Reading it went wrong here (KeyError) and is tried again; the log of the workers says where."
    read_inbox(shop.connection.pk)
    assert Shelf.objects.count() == 1
    assert not InboxEntry.objects.filter(state=InboxState.WAITING).exists()
