"""Two tenants side by side: no form takes the key of a row that is not of the row's own tenant, whoever sends it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import reverse

from attio_mirror.admin.records import DealAdmin
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Company, Deal, Link, Member, Option, Person, PushBatch
from attio_mirror.sandbox.seed_schema import lay_out

from ..tenants import Tenants, stage
from .desk import Desk, errors

NOT_A_CHOICE = "not one of the available choices"
THE_OTHER = "is of the connection south"


@pytest.fixture
def deal(tenants: Tenants) -> Deal:
    """A deal of the north, in Attio."""
    north, _ = tenants
    owner = Member.objects.get(first_name="Ada", connection=north.connection)
    made = Deal.objects.create(name="North tea", stage=stage(north), owner=owner)
    north.drain()
    return Deal.objects.get(pk=made.pk)


@pytest.fixture
def strange(tenants: Tenants) -> dict[str, Any]:
    """What is of the south: form field to key."""
    _, south = tenants
    return {
        "stage": stage(south).pk,
        "owner": Member.objects.get(first_name="Ada", connection=south.connection).pk,
        "associated_company": Company.objects.create(name="South Ltd").pk,
        "associated_people": Person.objects.create(full_name="South Ann").pk,
    }


def test_a_key_of_another_tenant_is_none_for_whoever_may_not_see_it(
    deal: Deal, strange: dict[str, Any], desk: Desk, northerners: None
) -> None:
    for name, key in strange.items():
        answer = desk.open(deal).send(**{name: str(key)})
        unborn = desk.open(deal).send(**{name: str(key + 1_000)})
        told, same = errors(answer)[name], errors(unborn)[name]
        assert [one.replace(str(key), "") for one in told] == [one.replace(str(key + 1_000), "") for one in same]
        assert "South" not in answer.content.decode()
    deal.refresh_from_db()
    assert (deal.associated_company, deal.associated_people.count()) == (None, 0)


def test_whoever_sees_both_is_told_that_it_can_never_be_sent(deal: Deal, strange: dict[str, Any], desk: Desk) -> None:
    for name in ("associated_company", "associated_people"):
        told = " ".join(errors(desk.open(deal).send(**{name: str(strange[name])}))[name])
        assert THE_OTHER in told, told
    for name in ("stage", "owner"):
        assert NOT_A_CHOICE in errors(desk.open(deal).send(**{name: str(strange[name])}))[name][0]
    deal.refresh_from_db()
    assert (deal.associated_company, deal.associated_people.count()) == (None, 0)


def test_a_new_row_points_only_to_what_is_of_the_tenant_it_will_belong_to(
    tenants: Tenants, strange: dict[str, Any], desk: Desk
) -> None:
    for name, key in strange.items():
        answer = desk.open(Deal).send(name="North coffee", **{name: str(key)})
        assert THE_OTHER in " ".join(errors(answer)[name]), name
    assert not Deal.objects.exists()
    north, _ = tenants
    native = Company.objects.create(name="North Ltd").pk
    given = {"stage": str(stage(north).pk), "associated_company": str(native)}
    assert errors(desk.open(Deal).send(name="North coffee", **given)) == {}
    assert Deal.objects.get().associated_company_id == native


def test_nobody_makes_a_row_in_a_tenant_he_may_not_see(tenants: Tenants, desk: Desk, northerners: None) -> None:
    answer = desk.open(Company).send(name="South Ltd")
    assert "tenant that is not yours" in str(errors(answer)["__all__"])
    assert not Company.objects.exists()
    assert errors(desk.open(Company).send(name="North Ltd")) == {}


def test_what_the_row_holds_already_stands_in_the_way_of_no_other_edit(
    deal: Deal, strange: dict[str, Any], desk: Desk, northerners: None
) -> None:
    native = Person.objects.create(full_name="North Bo")
    deal.associated_people.add(strange["associated_people"])
    Deal.objects.filter(pk=deal.pk).update(associated_company=strange["associated_company"])
    opened = desk.open(deal)
    held = opened.fields["associated_people"]
    assert errors(opened.send(name="North coffee", associated_people=[*held, str(native.pk)])) == {}
    deal.refresh_from_db()
    assert deal.name == "North coffee"
    assert {person.pk for person in deal.associated_people.all()} == {strange["associated_people"], native.pk}
    assert deal.associated_company_id == strange["associated_company"]


def test_a_free_reference_takes_records_of_its_own_tenant(tenants: Tenants, deal: Deal, desk: Desk) -> None:
    _, south = tenants
    for one in tenants:
        lay_out(one.world, one.members["Ada"])
        one.refresh()
    company = Company.objects.create(name="South Ltd")
    south.drain()
    name = "attio__partners"
    answer = desk.open(deal).send(**{name: f"companies:{south.link(company).record_id}"})
    unborn = desk.open(deal).send(**{name: f"companies:{uuid4()}"})
    assert errors(answer)[name] == errors(unborn)[name]


def test_a_new_row_takes_no_option_of_the_tenant_the_page_was_made_for(
    tenants: Tenants, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only when it is filled in can be told whose row it will be."""
    for one in tenants:
        lay_out(one.world, one.members["Ada"])
        one.refresh()
    mirror = registry.of_model(Deal)
    assert mirror is not None
    monkeypatch.setattr(mirror, "options", replace(mirror.options, connection="north"))
    opened = desk.open(Deal)
    source = Option.objects.filter(attribute__slug="lead_source", attribute__connection=tenants[0].connection)[0]
    filled = {"attio__lead_source": source.option_id}
    south = opened.send(name="South tea", **filled)
    assert "knows no such value" in str(errors(south)["attio__lead_source"])
    assert set(errors(south)) == {"attio__lead_source"} | ({"stage", "owner"} & set(errors(south)))


def test_many_rows_are_not_pointed_elsewhere_either(deal: Deal, strange: dict[str, Any], desk: Desk) -> None:
    sent = {
        "action": "change_attribute", "_selected_action": [str(deal.pk)],
        "attribute": "associated_company", "to-associated_company": str(strange["associated_company"]), "look": "1",
    }  # fmt: skip
    answer = desk.client.post(reverse("admin:attio_mirror_deal_changelist"), sent)
    assert THE_OTHER in answer.content.decode()
    answer = desk.client.post(reverse("admin:attio_mirror_deal_changelist"), {**sent, "change": "1"})
    assert THE_OTHER in answer.content.decode()
    assert not PushBatch.objects.exists()


class Pair(admin.TabularInline):
    """Deals and people, as a host may show them in its own admin."""

    model = Deal.associated_people.through
    extra = 1


class Related(admin.TabularInline):
    """Rows of one mirror below those of another."""

    model = Deal
    fields = ["name", "owner", "associated_people"]
    extra = 1


def formset(parent: type[Any], inline: Any, desk: Desk, row: Any, given: dict[str, Any]) -> Any:
    """An inline of a host's page, filled in."""
    page = type("Page", (DealAdmin,), {"inlines": [inline]})(parent, admin.site)
    request = RequestFactory().post("/")
    request.user = desk.user
    [(made, _)] = page.get_formsets_with_inlines(request, row)
    prefix = made.get_default_prefix()
    sent = {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0"}
    filled = QueryDict(mutable=True)
    filled.update({**sent, **{f"{prefix}-0-{name}": str(key) for name, key in given.items()}})
    return made(filled, instance=row)


def test_an_inline_of_a_host_is_no_way_round(deal: Deal, strange: dict[str, Any], desk: Desk) -> None:
    native = Person.objects.create(full_name="North Bo")
    assert formset(Deal, Pair, desk, deal, {"person": native.pk}).is_valid()
    crossing = formset(Deal, Pair, desk, deal, {"person": strange["associated_people"]})
    assert THE_OTHER in str(crossing.errors[0]["person"])
    company = Company.objects.create(name="North Ltd")
    crossing = formset(
        Company, Related, desk, company, {"name": "North", "associated_people": strange["associated_people"]}
    )
    assert THE_OTHER in str(crossing.errors[0]["associated_people"])
    away = formset(Company, Related, desk, company, {"name": "South tea"})
    assert "is of the connection north" in str(away.errors[0])


def test_an_inline_takes_no_key_its_user_may_not_see(
    deal: Deal, strange: dict[str, Any], desk: Desk, northerners: None
) -> None:
    crossing = formset(Deal, Pair, desk, deal, {"person": strange["associated_people"]})
    assert NOT_A_CHOICE in str(crossing.errors[0]["person"])


def test_records_are_not_searched_in_a_tenant_that_is_not_the_users(
    tenants: Tenants, deal: Deal, desk: Desk, northerners: None
) -> None:
    _, south = tenants
    company = Company.objects.create(name="Shared south")
    south.drain()
    link = south.link(company)
    Link.objects.create(
        connection=tenants[0].connection, object="companies", content_type=link.content_type, object_id=link.object_id
    )
    address = reverse("admin:attio_mirror_deal_attio_records", args=[south.connection.pk, "associated_company"])
    assert str(link.record_id) not in desk.client.get(address, {"term": ""}).content.decode()
