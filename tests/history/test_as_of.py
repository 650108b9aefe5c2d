"""Rows as they were: values, relations, and what exists no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attio_mirror.mirrors.past import Unchangeable
from attio_mirror.models import Company, Deal, Link, Person
from attio_mirror.models.past import Past
from attio_mirror.testing import Attio

from .kit import read, rewrite


def later(attio: Attio, **step: float) -> datetime:
    """The moment now; then time passes over there."""
    moment = attio.world.clock.now()
    attio.world.clock.advance(**step or {"hours": 1})
    return moment


@pytest.fixture
def life(attio: Attio, one_clock: None) -> tuple[Deal, list[datetime]]:
    """A deal with three days behind it."""
    ann, bob = (
        {"target_object": "people", "target_record_id": attio.create("people", name=name, email_addresses=[email])}
        for name, email in (("Arbor, Ann", "ann@example.com"), ("Bee, Bob", "bob@example.com"))
    )
    acme = {"target_object": "companies", "target_record_id": attio.create("companies", name="Acme")}
    record_id = attio.create(
        "deals",
        name="Tea",
        stage="Lead",
        owner="ada@example.com",
        value=10,
        associated_people=[ann],
        associated_company=acme,
    )
    attio.pull_all()
    [deal] = Deal.objects.by_record_id(record_id)
    moments = [later(attio, days=1)]
    attio.edit(deal, stage="In Progress", value=20, associated_people=[ann, bob])
    attio.pull(deal)
    moments.append(later(attio, days=1))
    chloe = {"referenced_actor_type": "workspace-member", "referenced_actor_id": attio.members["Chloé"]}
    attio.edit(deal, by="Chloé", stage="Won 🎉", owner=chloe, value=[], associated_company=[])
    attio.edit(deal, associated_people=[bob])
    attio.pull(deal)
    moments.append(later(attio, days=1))
    return deal, moments


def test_a_row_is_as_it_was(attio: Attio, life: tuple[Deal, list[datetime]]) -> None:
    deal, moments = life
    first, second, third = (Deal.objects.as_of(moment).get(deal.pk) for moment in moments)
    assert [one.name for one in (first, second, third)] == ["Tea"] * 3
    assert [one.stage and one.stage.title for one in (first, second, third)] == ["Lead", "In Progress", "Won 🎉"]
    assert [one.owner and one.owner.first_name for one in (first, second, third)] == ["Ada", "Ada", "Chloé"]
    assert [one.value for one in (first, second, third)] == [Decimal(10), Decimal(20), None]
    assert [one.value_currency for one in (first, second)] == ["USD", "USD"]
    assert [one.associated_company and one.associated_company.name for one in (first, second, third)] == [
        "Acme",
        "Acme",
        None,
    ]
    people = [sorted(str(person) for person in one.associated_people.all()) for one in (first, second, third)]
    assert people == [["Ann Arbor"], ["Ann Arbor", "Bob Bee"], ["Bob Bee"]]
    assert str(first) == "Tea"


def test_now_is_the_row_itself(attio: Attio, life: tuple[Deal, list[datetime]]) -> None:
    deal, _ = life
    deal.refresh_from_db()
    now = Deal.objects.as_of(attio.world.clock.now()).get(deal.pk)
    for field in Deal._meta.concrete_fields:
        if field.name == "value_currency":  # the row keeps the code of a value that was cleared
            continue
        assert getattr(now, field.attname) == getattr(deal, field.attname), field.name
    assert set(now.associated_people.all()) == set(deal.associated_people.all())


def test_relations_can_be_filtered_and_counted_as_they_were(attio: Attio, life: tuple[Deal, list[datetime]]) -> None:
    deal, moments = life
    then = Deal.objects.as_of(moments[0]).get(deal.pk)
    assert then.associated_people.count() == 1
    assert then.associated_people.filter(full_name="Bob Bee").exists() is False


def test_what_it_pointed_to_is_as_it_was_too(attio: Attio, life: tuple[Deal, list[datetime]]) -> None:
    deal, moments = life
    acme = Company.objects.get()
    attio.edit(acme, name="Zeta")
    attio.pull(acme)
    then = Deal.objects.as_of(moments[1]).get(deal.pk)
    assert then.associated_company is not None
    assert then.associated_company.name == "Acme"
    assert Company.objects.get().name == "Zeta"


def test_what_is_gone_by_now_was_there(attio: Attio, life: tuple[Deal, list[datetime]]) -> None:
    deal, moments = life
    Company.objects.all().delete()
    Person.objects.all().delete()
    pk = deal.pk
    deal.delete()
    then = Deal.objects.as_of(moments[1]).get(pk)
    assert then.associated_company is not None
    assert then.associated_company.name == "Acme"
    assert sorted(person.full_name for person in then.associated_people.all()) == ["Ann Arbor", "Bob Bee"]
    assert list(Deal.objects.as_of(timezone.now() + timedelta(days=9))) == []


def test_a_record_deleted_in_attio_ends_there(attio: Attio, life: tuple[Deal, list[datetime]]) -> None:
    deal, moments = life
    attio.delete(deal)
    attio.pull(deal)
    assert Deal.objects.as_of(moments[0]).count() == 1
    after = later(attio)
    assert Deal.objects.as_of(after).count() == 0
    assert Deal.objects.as_of(after).counts("stage") == {}


def test_before_its_creation_there_is_no_row(attio: Attio, life: tuple[Deal, list[datetime]]) -> None:
    deal, moments = life
    earlier = moments[0] - timedelta(days=30)
    assert list(Deal.objects.as_of(earlier)) == []
    with pytest.raises(Deal.DoesNotExist, match="no deal"):
        Deal.objects.as_of(earlier).get(deal.pk)


def test_a_past_told_afterwards_reaches_back_before_the_record(attio: Attio, deal: Deal) -> None:
    rewrite(attio, deal, "stage", ("Lead", "01-01", "03-01"), ("Won 🎉", "03-01", None))
    attio.pull(deal)
    read(attio)
    [then] = Deal.objects.as_of(datetime(2025, 2, 1, tzinfo=UTC))
    assert (then.stage, then.name) == (attio.stage("Lead"), "")
    assert Deal.objects.as_of(datetime(2025, 2, 1, tzinfo=UTC)).counts("stage") == {attio.stage("Lead"): 1}


def test_a_row_of_the_past_cannot_be_changed(attio: Attio, life: tuple[Deal, list[datetime]]) -> None:
    deal, moments = life
    then = Deal.objects.as_of(moments[0]).get(deal.pk)
    then.name = "Coffee"
    for verb in (then.save, then.delete):
        with pytest.raises(Unchangeable):
            verb()
    deal.refresh_from_db()
    assert deal.name == "Tea"


def test_rows_come_in_pages_and_can_be_narrowed(attio: Attio) -> None:
    lead, won, ada = attio.stage("Lead"), attio.stage("Won 🎉"), attio.member("Ada")
    for number in range(5):
        Deal.objects.create(name=f"Deal {number}", stage=won if number % 2 else lead, owner=ada, value=number)
    attio.drain()
    then = Deal.objects.as_of(attio.world.clock.now())
    assert len(then) == 5
    assert [deal.name for deal in then[1:3]] == ["Deal 1", "Deal 2"]
    assert then[4].name == "Deal 4"
    assert [deal.name for deal in then.where(stage=won)] == ["Deal 1", "Deal 3"]
    assert [deal.name for deal in then.where(stage="Lead", owner=ada, value=4)] == ["Deal 4"]
    assert then.where(associated_company=None).count() == 5
    assert then.where(owner=attio.member("Ben")).count() == 0
    assert then.counts("stage") == {lead: 3, won: 2}
    assert then.where(stage=won).counts("owner") == {ada: 2}
    assert then.of(attio.connection).count() == 5
    assert [deal.name for deal in Deal.objects.filter(name="Deal 2").as_of(attio.world.clock.now())] == ["Deal 2"]


def test_a_page_costs_the_same_few_queries_however_long(attio: Attio) -> None:
    acme = Company.objects.create(name="Acme", domains=["acme.example"])
    for number in range(9):
        deal = Deal.objects.create(
            name=str(number), stage=attio.stage("Lead"), owner=attio.member("Ada"), associated_company=acme
        )
        deal.associated_people.add(Person.objects.create(email_addresses=[f"{number}@example.com"]))
    attio.drain()

    def queries(length: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            for deal in Deal.objects.as_of(attio.world.clock.now())[:length]:
                assert deal.associated_company
                assert deal.stage
                assert deal.owner
                assert len(deal.associated_people.all()) == 1
        return len(queries)

    assert queries(2) == queries(9) < 30


def test_what_is_not_mirrored_has_no_past(attio: Attio) -> None:
    with pytest.raises(LookupError, match="not mirrored"):
        Past(Link, timezone.now())
