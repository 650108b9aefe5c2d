"""What a save does and does not do."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from attio_mirror.conf import conf
from attio_mirror.models import Company, Deal, Link, LinkState, OutboxEntry, Person, Workspace
from attio_mirror.sync.find import find
from attio_mirror.sync.push import pump
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio

from .test_main_job import make_deal


class Rolled(Exception):
    """To leave a transaction."""


def settings_with(**changes: Any) -> dict[str, Any]:
    from django.conf import settings

    return {**settings.ATTIO_MIRROR, **changes}


def test_a_rolled_back_save_leaves_nothing(attio: Attio) -> None:
    def save_and_fail() -> None:
        with transaction.atomic():
            make_deal(attio)
            raise Rolled

    with pytest.raises(Rolled):
        save_and_fail()
    assert (OutboxEntry.objects.count(), Link.objects.exclude(object="@attributes").count()) == (0, 0)


def test_a_dead_broker_breaks_no_save_and_the_tick_delivers(
    attio: Attio, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def dead(*_: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("attio_mirror.sync.wake.enqueue", dead)
    with override_settings(ATTIO_MIRROR=settings_with(PUSH="queued")):
        with django_capture_on_commit_callbacks(execute=True):
            deal = make_deal(attio)
        assert attio.state(deal) == LinkState.WAITING
        tick()
    assert attio.state(deal) == LinkState.IN_STEP


def test_a_burst_of_saves_wakes_one_pump_and_sends_one_request(
    attio: Attio, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[tuple[object, ...]] = []
    monkeypatch.setattr("attio_mirror.sync.wake.enqueue", lambda *task: woken.append(task))
    deal = make_deal(attio)
    attio.drain()
    attio.gate.forget()
    with override_settings(ATTIO_MIRROR=settings_with(PUSH="queued")):
        for number in range(100):
            with django_capture_on_commit_callbacks(execute=True):
                deal.name = f"Tea {number}"
                deal.save(update_fields=["name"])
    assert woken == [("attio_mirror.tasks.push", attio.connection.pk)]
    attio.drain()
    assert len(attio.gate.writes()) == 1
    assert attio.record(deal)["name"] == "Tea 99"


def test_inline_pushes_right_after_the_commit(attio: Attio, django_capture_on_commit_callbacks: Any) -> None:
    changes = settings_with(PUSH="inline", LINGER=0.0)
    with override_settings(ATTIO_MIRROR=changes), django_capture_on_commit_callbacks(execute=True):
        deal = make_deal(attio)
    assert attio.state(deal) == LinkState.IN_STEP
    assert conf().push == "off"


def test_shadow_sends_nothing(attio: Attio) -> None:
    attio.gate.forget()
    with override_settings(ATTIO_MIRROR=settings_with(PUSH="shadow")):
        deal = make_deal(attio)
        attio.drain()
    assert attio.state(deal) == LinkState.WAITING
    assert attio.gate.log == []


def test_changes_no_signal_announced_are_found(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    Deal.objects.update(name="Coffee")
    Deal.objects.bulk_create([Deal(name="Bulk", stage=attio.stage("Lead"), owner=attio.member("Ada"))])
    assert find(attio.connection) == 2
    assert find(attio.connection) == 0
    attio.drain()
    assert {r["name"] for r in attio.records("deals")} == {"Coffee", "Bulk"}
    deal.refresh_from_db()
    assert attio.state(deal) == LinkState.IN_STEP


def test_a_relation_changed_from_its_other_end_is_sent(attio: Attio) -> None:
    ann = Person.objects.create(full_name="Ann", email_addresses=["ann@example.com"])
    deal, other = make_deal(attio), make_deal(attio)
    attio.drain()
    ann.deals.add(deal, other)
    attio.drain()
    assert attio.record(deal)["associated_people"] == attio.link(ann).record_id
    ann.deals.remove(other)
    attio.drain()
    assert attio.record(other)["associated_people"] is None


@pytest.mark.django_db(transaction=True)
def test_a_relation_cleared_from_its_other_end_is_sent(attio: Attio) -> None:
    ann = Person.objects.create(full_name="Ann", email_addresses=["ann@example.com"])
    deal = make_deal(attio)
    deal.associated_people.add(ann)
    attio.drain()
    ann.deals.clear()
    attio.drain()
    assert attio.record(deal)["associated_people"] is None


def test_rows_that_point_to_each_other_are_both_created(attio: Attio) -> None:
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    ann = Person.objects.create(full_name="Ann", email_addresses=["ann@example.com"], company=company)
    company.team.add(ann)
    attio.drain()
    assert attio.record(ann)["company"] == attio.link(company).record_id
    assert attio.record(company)["team"] == attio.link(ann).record_id
    assert {attio.state(ann), attio.state(company)} == {LinkState.IN_STEP}


def test_a_deal_waits_for_its_refused_company_and_follows_when_it_is_mended(attio: Attio) -> None:
    company = Company.objects.create(name="Acme", domains=["not a domain"])
    deal = make_deal(attio, associated_company=company)
    attio.drain()
    assert attio.state(company) == LinkState.REFUSED
    assert attio.state(deal) == LinkState.WAITING
    company.domains = ["acme.example"]
    company.save()
    attio.drain()
    assert attio.record(deal)["associated_company"] == attio.link(company).record_id


def test_a_workspace_made_again_under_its_key_is_one_record(attio: Attio) -> None:
    workspace = Workspace.objects.create(workspace_id="w-1", name="Tea")
    attio.drain()
    [write] = [w for w in attio.gate.writes() if "workspaces" in w.path]
    assert (write.method, write.query) == ("POST", {})
    workspace.delete()
    again = Workspace.objects.create(workspace_id="w-1", name="Tea again")
    attio.drain()
    assert [r["name"] for r in attio.records("workspaces")] == ["Tea again"] or attio.state(again) == LinkState.CONFLICT
    assert len(attio.records("workspaces")) == 1


def test_a_deleted_row_leaves_its_record_and_does_not_come_back(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    deal.delete()
    attio.drain()
    attio.pull_all()
    assert Deal.objects.count() == 0
    assert len(attio.records("deals")) == 1
    assert Link.objects.tombstones().count() == 1


def test_a_reference_to_a_record_not_mirrored_yet_binds_when_it_arrives(attio: Attio) -> None:
    company = attio.create("companies", name="Acme", domains=["acme.example"])
    reference = {"target_object": "companies", "target_record_id": company}
    attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com", associated_company=reference)
    from attio_mirror.sync.pull import pull_all

    pull_all(attio.connection, "deals")
    deal = Deal.objects.get()
    assert deal.associated_company is None
    attio.gate.forget()
    deal.save()
    attio.drain()
    assert attio.gate.writes() == [], "an unbound reference is no clearing"
    pull_all(attio.connection, "companies")
    deal.refresh_from_db()
    assert deal.associated_company == Company.objects.get()
    deal.save()
    attio.drain()
    assert attio.gate.writes() == []


def test_a_pump_at_work_is_the_only_one_that_is_woken_and_sees_what_is_marked_till_it_leaves(
    attio: Attio, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[tuple[object, ...]] = []
    monkeypatch.setattr("attio_mirror.sync.wake.enqueue", lambda *task: woken.append(task))
    pumping = import_module("attio_mirror.sync.push.pump")
    deal, clear = make_deal(attio), pumping.clear_wake_up

    def save(name: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            deal.name = name
            deal.save(update_fields=["name"])

    def save_and_clear(connection_id: int) -> None:
        if attio.state(deal) == LinkState.IN_STEP and deal.name == "Tea":
            save("Green tea")
        clear(connection_id)

    monkeypatch.setattr(pumping, "clear_wake_up", save_and_clear)
    with override_settings(ATTIO_MIRROR=settings_with(PUSH="queued")):
        pump(attio.connection.pk)
        assert (woken, attio.record(deal)["name"]) == ([], "Green tea")
        save("Coffee")
    assert woken == [("attio_mirror.tasks.push", attio.connection.pk)]
