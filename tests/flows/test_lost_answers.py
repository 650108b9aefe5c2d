"""A request left and no answer came. Nothing is lost and nothing is made twice."""

from __future__ import annotations

from contextvars import Context
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from attio_mirror.mirrors.mirror import WhenGone
from attio_mirror.mirrors.shipped import PersonMirror
from attio_mirror.models import Company, Deal, LinkState, OutboxState, Person, Workspace
from attio_mirror.sandbox import faults
from attio_mirror.sync import line
from attio_mirror.sync.push import pump
from attio_mirror.testing import Attio

from ..machine.pool import replace_pool
from .test_found_by_the_machine import declared
from .test_main_job import make_deal

LOST_AFTER = [
    faults.timeout_after,
    faults.cut_after,
    faults.cut_midway,
    faults.malformed,
    faults.status(502, after=True),
]
LOST_BEFORE = [faults.timeout_before, faults.cut_before, faults.status(503)]


def only_record(attio: Attio, slug: str) -> str:
    [one] = attio.ask("POST", f"/v2/objects/{slug}/records/query", {})["data"]
    return str(one["id"]["record_id"])


@pytest.mark.parametrize("fault", LOST_AFTER, ids=lambda f: f.kind)
def test_a_bare_create_whose_answer_is_lost_makes_one_record(attio: Attio, fault: faults.Fault) -> None:
    attio.gate.faults.add(fault, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    attio.drain()
    assert len(attio.records("deals")) == 1
    assert attio.state(deal) == LinkState.IN_STEP


@pytest.mark.parametrize("fault", LOST_BEFORE, ids=lambda f: f.kind)
def test_a_bare_create_that_never_took_effect_is_sent_again_once_that_is_sure(
    attio: Attio, fault: faults.Fault
) -> None:
    attio.gate.faults.add(fault, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    attio.drain()
    assert attio.state(deal) == LinkState.IN_DOUBT
    assert attio.records("deals") == []
    attio.pass_time(61)
    attio.drain()
    assert len(attio.records("deals")) == 1
    assert attio.state(deal) == LinkState.IN_STEP


@pytest.mark.parametrize("fault", [*LOST_AFTER, *LOST_BEFORE], ids=lambda f: f"{f.kind}-{f.after}")
def test_a_create_with_a_key_whose_answer_is_lost_makes_one_record(attio: Attio, fault: faults.Fault) -> None:
    attio.gate.faults.add(fault, method="POST", path=r"/workspaces/records$")
    workspace = Workspace.objects.create(workspace_id="w-1", name="Tea house")
    attio.drain()
    assert len(attio.records("workspaces")) == 1
    assert attio.state(workspace) == LinkState.IN_STEP


@pytest.mark.parametrize("fault", [*LOST_AFTER, *LOST_BEFORE], ids=lambda f: f"{f.kind}-{f.after}")
def test_a_key_edited_after_its_create_was_lost_makes_no_second_record(attio: Attio, fault: faults.Fault) -> None:
    attio.gate.faults.add(fault, method="POST", path=r"/(workspaces|companies)/records$", times=2)
    workspace = Workspace.objects.create(workspace_id="w-1", name="Tea house")
    company = Company.objects.create(name="Tea house", domains=["tea.example"])
    attio.drain(patient=False)
    workspace.workspace_id, company.domains = "w-2", ["coffee.example"]
    workspace.save(update_fields=["workspace_id"])
    company.save(update_fields=["domains"])
    attio.drain()
    attio.pull_all()
    assert [one["workspace_id"] for one in attio.records("workspaces")] == ["w-2"]
    assert [one["domains"] for one in attio.records("companies")] == ["coffee.example"]
    assert (Workspace.objects.count(), Company.objects.count()) == (1, 1)
    assert {attio.state(workspace), attio.state(company)} == {LinkState.IN_STEP}


@pytest.mark.parametrize("fault", LOST_AFTER, ids=lambda f: f.kind)
def test_a_key_a_colleague_edited_before_we_knew_makes_no_second_record(attio: Attio, fault: faults.Fault) -> None:
    attio.gate.faults.add(fault, method="POST", path=r"/people/records$", times=2)
    ann = Person.objects.create(full_name="Ann", email_addresses=["ann@old.example"])
    attio.drain(patient=False)
    record = only_record(attio, "people")
    attio.ask(
        "PUT", f"/v2/objects/people/records/{record}", {"data": {"values": {"email_addresses": ["ann@new.example"]}}}
    )
    attio.drain()
    attio.pull_all()
    assert [one["email_addresses"] for one in attio.records("people")] == ["ann@new.example"]
    ann.refresh_from_db()
    assert (ann.email_addresses, Person.objects.count()) == (["ann@new.example"], 1)


def test_a_lost_create_is_found_however_many_records_were_made_meanwhile(attio: Attio) -> None:
    usual = attio.world.readings
    attio.world.readings = replace(usual, query_limit_max=50, query_limit_over_max="cap")
    for n in range(60):
        attio.create("deals", name=f"Ben's {n}", stage="Lead", owner="ben@example.com")
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    attio.drain()
    attio.pass_time(61)
    attio.drain()
    attio.world.readings = usual
    assert len(attio.records("deals")) == 61
    assert attio.state(deal) == LinkState.IN_STEP


def test_a_lost_record_is_known_though_an_attribute_of_it_tells_no_history(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    attio.drain(patient=False)
    record = only_record(attio, "deals")
    attio.ask("PATCH", f"/v2/objects/deals/records/{record}", {"data": {"values": {"name": "Coffee"}}}, by="Ben")
    no_history = {"status_code": 400, "type": "invalid_request_error", "code": "validation_type", "message": "COMINT"}
    attio.gate.faults.add(faults.status(400, no_history), path="/attributes/name/values", times=5)
    attio.drain()
    assert len(attio.records("deals")) == 1
    assert attio.state(deal) == LinkState.IN_STEP


def test_a_colleagues_record_with_the_key_we_had_meant_is_left_alone(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_before, method="POST", path=r"/workspaces/records$")
    workspace = Workspace.objects.create(workspace_id="w-1", name="Tea house")
    attio.drain(patient=False)
    attio.create("workspaces", workspace_id="w-1", name="Ben's")
    workspace.workspace_id = "w-2"
    workspace.save(update_fields=["workspace_id"])
    attio.drain()
    assert {one["workspace_id"]: one["name"] for one in attio.records("workspaces")} == {
        "w-1": "Ben's",
        "w-2": "Tea house",
    }


@pytest.mark.parametrize("fault", [*LOST_AFTER, *LOST_BEFORE], ids=lambda f: f"{f.kind}-{f.after}")
def test_an_update_whose_answer_is_lost_arrives(attio: Attio, fault: faults.Fault) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.gate.faults.add(fault, method="PATCH")
    deal.name = "Coffee"
    deal.save(update_fields=["name"])
    attio.drain()
    assert attio.record(deal)["name"] == "Coffee"
    assert attio.state(deal) == LinkState.IN_STEP


def test_an_edit_made_while_a_create_is_in_doubt_survives(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    attio.drain(patient=False)
    deal.name = "Coffee"
    deal.save(update_fields=["name"])
    attio.drain()
    assert [r["name"] for r in attio.records("deals")] == ["Coffee"]
    assert attio.state(deal) == LinkState.IN_STEP


def test_two_like_deals_in_doubt_find_a_record_each(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    attio.gate.faults.add(faults.timeout_before, method="POST", path=r"/deals/records$")
    first, second = make_deal(attio), make_deal(attio)
    attio.drain()
    attio.pass_time(61)
    attio.drain()
    assert len(attio.records("deals")) == 2
    assert attio.link(first).record_id != attio.link(second).record_id
    assert {attio.state(first), attio.state(second)} == {LinkState.IN_STEP}


def test_of_two_like_deals_in_doubt_none_takes_the_record_that_says_all_the_other_said(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_before, method="POST", path=r"/deals/records$")
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    plain, rich = make_deal(attio), make_deal(attio, value=Decimal(500))
    attio.drain()
    attio.pass_time(61)
    attio.drain()
    plain.refresh_from_db()
    rich.refresh_from_db()
    assert (plain.value, rich.value) == (None, Decimal(500))
    assert [attio.record(deal)["value"] for deal in (plain, rich)] == [None, 500]
    assert len(attio.records("deals")) == 2


def test_a_pull_between_a_create_and_its_answer_makes_no_second_row(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    make_deal(attio)
    pump(attio.connection.pk)
    attio.pull_all()
    assert Deal.objects.count() == 1, "the record may be ours"
    attio.drain()
    attio.pull_all()
    assert Deal.objects.count() == 1
    assert len(attio.records("deals")) == 1


def test_a_worker_that_dies_after_sending_is_recovered(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = make_deal(attio)
    attio.drain()
    deal.name = "Coffee"
    deal.save(update_fields=["name"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("attio_mirror.sync.push.batch.settle", _die)
        with pytest.raises(KeyboardInterrupt):
            attio.drain()
    assert attio.entry(deal).state == OutboxState.ANSWERED
    attio.drain()
    assert attio.entry(deal).state == OutboxState.ANSWERED, "the lease of the dead worker is still good"
    attio.pass_time(200)
    attio.drain()
    assert attio.entry(deal).state == OutboxState.SETTLED
    assert attio.state(deal) == LinkState.IN_STEP


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def delete_for_good(attio: Attio, ann: Person) -> None:
    ann.delete()
    attio.drain()
    attio.pull_all()
    attio.drain()
    assert not Person.objects.exists(), "its record is that of the deleted row"


@pytest.mark.parametrize("on_delete", [WhenGone.KEEP, WhenGone.DELETE])
def test_a_row_deleted_before_its_lost_create_is_repeated_does_not_come_back(attio: Attio, on_delete: WhenGone) -> None:
    with declared(PersonMirror, on_delete=on_delete):
        attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/people/records$")
        ann = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
        attio.drain(patient=False)
        delete_for_good(attio, ann)
    kept = [] if on_delete == WhenGone.DELETE else ["Ann"]
    assert [one["name"] for one in attio.records("people")] == kept


@pytest.mark.parametrize("on_delete", [WhenGone.KEEP, WhenGone.DELETE])
def test_a_row_deleted_after_the_process_that_sent_it_died_does_not_come_back(
    attio: Attio, on_delete: WhenGone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with declared(PersonMirror, on_delete=on_delete):
        ann = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
        with monkeypatch.context() as patch:
            patch.setattr("attio_mirror.sync.push.speak.Speaker._hear", _die)
            with pytest.raises(KeyboardInterrupt):
                attio.drain()
        assert attio.entry(ann).state == OutboxState.SENDING
        attio.pass_time(200)
        delete_for_good(attio, ann)
    kept = [] if on_delete == WhenGone.DELETE else ["Ann"]
    assert [one["name"] for one in attio.records("people")] == kept


@pytest.mark.parametrize("twins", [1, 2])
def test_a_process_that_stood_still_makes_no_second_record(
    attio: Attio, monkeypatch: pytest.MonkeyPatch, twins: int
) -> None:
    """A laptop is closed just before a create leaves; another worker looks for the record, finds none, makes it."""
    replace_pool(monkeypatch)
    deals = [make_deal(attio) for _ in range(twins)]
    spend, now, left = line.spend, timezone.now, []

    def stand_still(connection_id: int, kind: str) -> None:
        left.append(kind)
        if left.count("write") == twins:
            monkeypatch.setattr(line, "spend", spend)
            monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(seconds=700))
            attio.world.clock.advance(700)
            Context().run(pump, attio.connection.pk)
            assert len(attio.records("deals")) == twins
        spend(connection_id, kind)

    monkeypatch.setattr(line, "spend", stand_still)
    pump(attio.connection.pk)
    attio.drain()
    assert len(attio.records("deals")) == twins
    assert [attio.state(deal) for deal in deals] == [LinkState.IN_STEP] * twins
