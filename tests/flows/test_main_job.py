"""Save a deal, and it is in Attio; Attio's answer is in the row and in its history."""

from __future__ import annotations

from decimal import Decimal

from attio_mirror.models import AttributeValue, Company, Deal, LinkState, Person
from attio_mirror.testing import Attio


def make_deal(attio: Attio, **values: object) -> Deal:
    given = {"name": "Tea", "stage": attio.stage("Lead"), "owner": attio.member("Ada"), **values}
    return Deal.objects.create(**given)


def rename(row: Deal | Company, name: str) -> None:
    """Save a new name and nothing else."""
    row.name = name
    row.save(update_fields=["name"])


def test_a_new_deal_is_created_once_and_in_step(attio: Attio) -> None:
    deal = make_deal(attio, value=Decimal("4200.50"))
    assert attio.state(deal) == LinkState.WAITING
    attio.drain()
    there = attio.record(deal)
    assert (there["name"], there["stage"], there["value"]) == ("Tea", "Lead", 4200.5)
    assert attio.state(deal) == LinkState.IN_STEP
    assert len(attio.records("deals")) == 1
    deal.refresh_from_db()
    assert deal.value_currency == "USD"


def test_only_what_changed_is_sent_and_history_shows_both_stages(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.gate.forget()
    deal.stage = attio.stage("In Progress")
    deal.save(update_fields=["stage"])
    attio.drain()
    [write] = attio.gate.writes()
    assert (write.method, write.body) == (
        "PATCH",
        {"data": {"values": {"stage": [{"status": deal.stage.option_id}]}}},
    )
    stages = AttributeValue.objects.filter(attribute__slug="stage", superseded_at=None)
    assert [(s.text, s.active_until is None) for s in stages] == [("Lead", False), ("In Progress", True)]
    assert {s.actor_type for s in stages} == {"api-token"}


def test_a_removed_person_is_really_removed(attio: Attio) -> None:
    ann, bob = (Person.objects.create(full_name=n, email_addresses=[f"{n}@example.com"]) for n in ("ann", "bob"))
    deal = make_deal(attio)
    deal.associated_people.set([ann, bob])
    attio.drain()
    assert len(attio.record(deal)["associated_people"]) == 2
    attio.gate.forget()
    deal.associated_people.remove(ann)
    attio.drain()
    assert attio.record(deal)["associated_people"] == attio.link(bob).record_id
    [write] = attio.gate.writes()
    assert write.method == "PUT"
    assert list(write.body["data"]["values"]) == ["associated_people"]


def test_a_company_that_exists_only_here_is_created_before_its_deal(attio: Attio) -> None:
    acme = Company.objects.create(name="Acme", domains=["acme.example"])
    deal = make_deal(attio, associated_company=acme)
    attio.drain()
    assert attio.record(deal)["associated_company"] == attio.link(acme).record_id
    paths = [w.path for w in attio.gate.writes()]
    assert paths == ["/v2/objects/companies/records", "/v2/objects/deals/records"]


def test_a_record_made_in_attio_becomes_a_row_and_is_not_sent_back(attio: Attio) -> None:
    attio.create("deals", name="Kaffee ☕", stage="Lead", owner="ada@example.com", value=12)
    attio.pull_all()
    deal = Deal.objects.get()
    assert (deal.name, deal.stage, deal.owner, deal.value) == (
        "Kaffee ☕",
        attio.stage("Lead"),
        attio.member("Ada"),
        12,
    )
    assert attio.state(deal) == LinkState.IN_STEP
    attio.gate.forget()
    deal.save()
    attio.drain()
    assert attio.gate.writes() == []
