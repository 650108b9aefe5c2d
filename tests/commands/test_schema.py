"""attio_schema: what Attio has now, what changed since, and whether the mirrors fit it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models

from attio_mirror import mirrors
from attio_mirror.mirrors.registry import registry
from attio_mirror.mirrors.shipped import DealMirror
from attio_mirror.models import Attribute, Deal, Member
from attio_mirror.sandbox import faults
from attio_mirror.sync.fit import misfits
from attio_mirror.testing import Attio
from tests.host.bookshop import add_attribute, open_shop

from .conftest import Run
from .test_pull import forget_schema

RENEWALS = {
    "name": "Renewals",
    "api_slug": "renewals",
    "parent_object": "deals",
    "workspace_access": "full-access",
    "workspace_member_access": [],
}


def about(attio: Attio, slug: str) -> dict[str, str]:
    """What is wrong with the declarations of one object, by attribute."""
    return {misfit.slug: misfit.message for misfit in misfits(attio.connection) if misfit.object == slug}


@pytest.fixture
def declare() -> Any:
    """Put another mirror in the place of the shipped one of deals."""

    def declare(mirror: Any) -> None:
        registry.unregister(DealMirror)
        registry.register(mirror)

    yield declare
    registry.unregister(registry.of_object("deals").__class__)  # type: ignore[union-attr]  # there is one
    registry.register(DealMirror)
    registry.replaceable.add("deals")


def test_a_refresh_counts_what_it_read(attio: Attio, run: Run) -> None:
    said = run("attio_schema")
    assert "5 objects, 0 lists" in said.out
    assert "3 members" in said.out
    assert "Nothing changed." in said.out


def test_the_first_refresh_lists_no_changes(attio: Attio, run: Run) -> None:
    forget_schema()
    Member.objects.all().delete()
    assert len(run("attio_schema").out.splitlines()) == 1


def test_a_refresh_says_what_changed(attio: Attio, run: Run) -> None:
    add_attribute(attio, "deals", "plan", "text")
    attio.refresh()
    attio.ask("PATCH", "/v2/objects/deals/attributes/plan", {"data": {"title": "Tariff"}})
    attio.ask("POST", "/v2/objects/deals/attributes/stage/statuses", {"data": {"title": "Thinking"}})
    add_attribute(attio, "companies", "risk", "text")
    attio.ask("POST", "/v2/lists", {"data": RENEWALS})
    said = run("attio_schema").out
    assert "attribute deals.plan: title Plan → Tariff" in said
    assert "new option deals.stage “Thinking”" in said
    assert "new attribute companies.risk" in said
    assert "new list renewals" in said
    assert "Nothing changed." in run("attio_schema").out


def test_a_rename_is_told_as_one(attio: Attio, run: Run) -> None:
    add_attribute(attio, "deals", "plan", "text")
    attio.refresh()
    attio.ask("PATCH", "/v2/objects/deals/attributes/plan", {"data": {"api_slug": "tariff"}})
    assert "attribute deals.plan → deals.tariff" in run("attio_schema").out


def test_what_attio_no_longer_lists_is_told_and_so_is_its_return(attio: Attio, run: Run) -> None:
    attio.gate.faults.add(faults.status(200, {"data": []}), path="/v2/objects$")
    assert "object deals: Attio no longer lists it" in run("attio_schema").out
    assert "object deals: there again" in run("attio_schema").out


def test_of_many_changes_some_are_listed(attio: Attio, run: Run) -> None:
    open_shop_unread(attio)
    said = run("attio_schema").out
    assert "more." in said
    assert len(said.splitlines()) == 42


def open_shop_unread(attio: Attio) -> None:
    """The shop's objects in Attio, not in our tables."""
    open_shop(attio, mirrored=False)


def test_attio_out_of_reach_fails(attio: Attio, run: Run) -> None:
    attio.gate.faults.add(faults.unreachable)
    assert run("attio_schema").failed
    assert run("attio_schema", "nobody").failed


def test_the_shipped_mirrors_fit_attio(attio: Attio, run: Run) -> None:
    open_shop_unread(attio)
    before = Attribute.objects.count()
    said = run("attio_schema", check=True)
    assert not said.failed, said.out
    assert "fits" in said.out
    assert Attribute.objects.count() == before


def test_a_declared_object_that_is_not_there_is_a_difference(attio: Attio, run: Run) -> None:
    said = run("attio_schema", check=True)
    assert said.failed
    assert "books: Attio has no such object" in said.out


def test_a_declared_attribute_that_is_not_there_is_a_difference(attio: Attio, declare: Any) -> None:
    @declare
    class Mistaken(mirrors.Mirror[Deal]):
        name = mirrors.Text("nmae")

        class Meta:
            model = Deal
            object = "deals"
            key = "name"

    assert about(attio, "deals") == {
        "nmae": "Attio has no such attribute.",
        "name": "it is the mirror's key, but not a unique attribute in Attio.",
    }


def test_an_attribute_of_another_type_than_declared_is_a_difference(attio: Attio, declare: Any) -> None:
    @declare
    class Mistaken(mirrors.Mirror[Deal]):
        value = mirrors.Text("name")
        stage = mirrors.Status("owner")
        owner = mirrors.Actor("stage")
        associated_people = mirrors.Reference("value")
        name = mirrors.Currency("associated_company")

        class Meta:
            model = Deal
            object = "deals"

    assert about(attio, "deals") == {
        "name": "it is of type text in Attio; a DecimalField holds currency or number or rating.",
        "owner": "it is of type actor-reference in Attio; mirrors.Chosen holds select or status.",
        "stage": "it is of type status in Attio; mirrors.Owner holds actor-reference.",
        "value": "it is of type currency in Attio; mirrors.Reference holds record-reference.",
        "associated_company": "it is of type record-reference in Attio; mirrors.Currency holds currency.",
    }


def test_one_value_where_attio_holds_several_is_a_difference_and_the_other_way_round(
    attio: Attio, declare: Any
) -> None:
    add_attribute(attio, "deals", "aliases", "email-address", is_multiselect=True)

    @declare
    class Mistaken(mirrors.Mirror[Deal]):
        name = mirrors.Email("aliases")
        associated_company = mirrors.Reference("associated_people")
        associated_people = mirrors.Reference("associated_company")

        class Meta:
            model = Deal
            object = "deals"

    found = about(attio, "deals")
    assert found["aliases"] == "it holds several values in Attio; the field “name” holds one."
    assert found["associated_people"] == "it holds several values in Attio; the field “associated_company” holds one."
    assert found["associated_company"] == "it holds one value in Attio; the field “associated_people” holds several."


def test_a_reference_to_another_object_than_attios_is_a_difference(attio: Attio, declare: Any) -> None:
    add_attribute(
        attio, "deals", "broker", "record-reference", config={"record_reference": {"allowed_objects": ["people"]}}
    )

    @declare
    class Mistaken(mirrors.Mirror[Deal]):
        associated_company = mirrors.Reference("broker")
        stage = mirrors.Reference("associated_company")

        class Meta:
            model = Deal
            object = "deals"

    found = about(attio, "deals")
    assert found["broker"] == "it points to people in Attio; the field “associated_company” points to companies."
    assert found["associated_company"] == "the model that “stage” points to is not mirrored."


def test_an_archived_attribute_is_a_difference(attio: Attio, declare: Any) -> None:
    add_attribute(attio, "deals", "plan", "text")
    attio.ask("PATCH", "/v2/objects/deals/attributes/plan", {"data": {"is_archived": True}})

    @declare
    class Late(mirrors.Mirror[Deal]):
        name = mirrors.Text("plan")

        class Meta:
            model = Deal
            object = "deals"

    assert about(attio, "deals") == {"plan": "it is archived in Attio."}


def test_the_fields_of_the_test_are_those_meant():
    assert isinstance(Deal._meta.get_field("value"), models.DecimalField)


def test_of_a_reshaped_attribute_it_is_told_how_many_rows_hold_a_value(attio: Attio, run: Run) -> None:
    for more in ({"value": 1}, {"value": 2}, {}):
        attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com", **more)
    attio.pull_all()
    euro = {"currency": {"default_currency_code": "EUR", "display_type": "symbol"}}
    attio.ask("PATCH", "/v2/objects/deals/attributes/value", {"data": {"config": euro}})
    said = run("attio_schema").out
    assert "attribute deals.value: currency USD → EUR, 2 rows hold a value and will follow when swept" in said
    attio.pull_all()
    assert set(Deal.objects.exclude(value=None).values_list("value_currency", flat=True)) == {"EUR"}


def test_an_attribute_that_holds_several_values_now_is_told_with_its_rows(attio: Attio, run: Run) -> None:
    add_attribute(attio, "deals", "plan", "text")
    attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com", plan="Pro")
    attio.refresh()
    attio.pull_all()
    plan = attio.world.objects.find("deals").attributes.find("plan")
    plan.type, plan.multi = "select", True
    said = run("attio_schema").out
    assert "attribute deals.plan: type text → select, multiselect False → True, 1 row holds a value" in said
