"""Rows that point to rows which are not in Attio yet: who waits for whom, and for how long."""

from __future__ import annotations

import pytest

from attio_mirror.models import Company, Deal, Link, LinkState, OutboxState, Person, User, Workspace
from attio_mirror.sync.push.retry import drop
from attio_mirror.testing import Attio

from ..flows.test_main_job import make_deal


def test_a_refused_row_is_not_tried_again_on_behalf_of_those_that_wait_for_it(attio: Attio) -> None:
    User.objects.create(user_id="u-1", primary_email_address="ann@example.com")
    twin = User.objects.create(user_id="u-2", primary_email_address="ann@example.com")
    workspace = Workspace.objects.create(workspace_id="w-1")
    workspace.users.add(twin)
    attio.drain()
    assert (attio.state(twin), attio.state(workspace)) == (LinkState.REFUSED, LinkState.WAITING)
    attio.gate.forget()
    attio.drain()
    assert attio.gate.writes() == []
    assert attio.entry(twin).state == OutboxState.REFUSED


def test_a_row_made_without_a_signal_is_brought_forward_by_those_that_point_to_it(attio: Attio) -> None:
    [company] = Company.objects.bulk_create([Company(name="Acme", domains=["acme.example"])])
    deal = make_deal(attio, associated_company=Company.objects.get())
    assert not Link.objects.for_rows(Company, [company.pk]).exists()
    attio.drain()
    assert attio.record(deal)["associated_company"] == attio.link(company).record_id


def test_a_company_that_was_dropped_is_brought_forward_when_a_deal_needs_it(attio: Attio) -> None:
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    assert drop(attio.entry(company))
    deal = make_deal(attio, associated_company=company)
    attio.drain()
    assert attio.record(deal)["associated_company"] == attio.link(company).record_id


def test_a_deleted_company_holds_nobody_up(attio: Attio) -> None:
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    deal = make_deal(attio, associated_company=company)
    Deal.objects.filter(pk=deal.pk).update(associated_company=None)
    Company.objects.filter(pk=company.pk)._raw_delete("default")
    attio.drain()
    assert attio.state(deal) == LinkState.IN_STEP
    assert attio.record(deal)["associated_company"] is None


def test_an_update_goes_out_without_the_reference_that_is_not_ready(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    broken = Company.objects.create(name="Acme", domains=["not a domain"])
    deal.name, deal.associated_company = "Coffee", broken
    deal.save()
    attio.drain()
    assert attio.record(deal)["name"] == "Coffee"
    assert attio.record(deal)["associated_company"] is None
    broken.domains = ["acme.example"]
    broken.save()
    deal.save()
    attio.drain()
    assert attio.record(deal)["associated_company"] == attio.link(broken).record_id


@pytest.mark.parametrize("size", [2, 3])
def test_rows_in_a_ring_are_all_created(attio: Attio, size: int) -> None:
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    people = [
        Person.objects.create(full_name=f"P{n}", email_addresses=[f"p{n}@example.com"], company=company)
        for n in range(size)
    ]
    company.team.set(people)
    attio.drain()
    assert len(attio.records("people")) == size
    assert len(attio.records("companies")) == 1
    assert {attio.state(row) for row in (company, *people)} == {LinkState.IN_STEP}


def test_a_row_whose_mirror_was_taken_out_waits_without_harm(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = make_deal(attio)
    with monkeypatch.context() as patch:
        patch.setattr("attio_mirror.sync.push.batch.registry.of_object", lambda _: None)
        attio.drain()
    assert (attio.entry(deal).state, attio.entry(deal).attempts) == (OutboxState.WAITING, 0)
    attio.drain()
    assert attio.state(deal) == LinkState.IN_STEP
