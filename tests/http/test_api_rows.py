"""Rows over the API: read with their state; created and changed as Ada, in part, as Attio could hold them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User as Login
from django.db import connection
from django.db.models.signals import post_save
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attio_mirror.mirrors.registry import registry
from attio_mirror.mirrors.shipped import DealMirror
from attio_mirror.models import Attribute, Company, Connection, Deal, Member, Option, OutboxEntry, Person
from attio_mirror.testing import Attio

pytestmark = pytest.mark.django_db


def post(api: Client, path: str, body: dict[str, Any]) -> Any:
    return api.post(f"/attio/api/{path}/", body, content_type="application/json")


def patch(api: Client, deal: Deal, **body: Any) -> Any:
    return api.patch(f"/attio/api/deals/{deal.pk}/", body, content_type="application/json")


@pytest.fixture
def deal(attio: Attio) -> Deal:
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"), value=5)
    attio.drain()
    deal.refresh_from_db()
    attio.gate.forget()
    return deal


def custom(attio: Attio, slug: str, kind: str) -> None:
    attio.ask(
        "POST",
        "/v2/objects/deals/attributes",
        {
            "data": {
                "title": slug,
                "description": None,
                "api_slug": slug,
                "type": kind,
                "is_required": False,
                "is_unique": False,
                "is_multiselect": False,
                "config": {},
            }
        },
    )
    attio.refresh()


def test_a_row_says_where_it_stands(attio: Attio, api: Client, deal: Deal) -> None:
    body = api.get(f"/attio/api/deals/{deal.pk}/").json()
    link = attio.link(deal)
    assert body["attio"] == {
        "connection": "default",
        "record_id": link.record_id,
        "web_url": link.web_url,
        "state": "in_step",
        "refused": None,
    }
    assert (body["name"], body["value"], body["stage"]) == ("Tea", "5.0000", deal.stage_id)


def test_a_row_nobody_mirrors_yet_has_no_record(api: Client) -> None:
    deal = Deal.objects.bulk_create([Deal(name="Tea")])[0]
    body = api.get(f"/attio/api/deals/{deal.pk}/").json()
    assert set(body["attio"].values()) == {None}


def test_pages_follow_a_cursor(api: Client) -> None:
    Deal.objects.bulk_create(Deal(name=str(number)) for number in range(5))
    names, address = [], "/attio/api/deals/?limit=2"
    while address:
        body = api.get(address).json()
        names += [row["name"] for row in body["results"]]
        address = body["next"]
    assert names == ["0", "1", "2", "3", "4"]


def test_a_page_costs_the_same_however_many_rows_it_has(attio: Attio, api: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get("/attio/api/deals/").status_code == 200
        return len(queries)

    Deal.objects.create(name="first").associated_people.add(Person.objects.create())
    few = cost()
    for number in range(8):
        Deal.objects.create(name=str(number)).associated_people.add(Person.objects.create())
    assert cost() == few


def test_a_created_deal_reaches_attio_as_one_request_of_the_users(attio: Attio, api: Client, ada: Login) -> None:
    person = Person.objects.create(full_name="Ann", email_addresses=["ann@example.com"])
    attio.drain()
    attio.gate.forget()
    body = {
        "name": "Tea",
        "stage": attio.stage("Lead").pk,
        "owner": attio.member("Ada").pk,
        "value": "12.5",
        "associated_people": [person.pk],
    }
    answer = post(api, "deals", body)
    assert answer.status_code == 201
    assert answer.json()["attio"]["state"] == "waiting"
    assert OutboxEntry.objects.get(state="waiting").actor == ada
    attio.drain()
    assert len(attio.gate.writes()) == 1
    deal = Deal.objects.get()
    assert attio.record(deal)["associated_people"] == attio.link(person).record_id
    assert attio.record(deal)["value"] == 12.5


def test_only_what_changed_is_saved_and_sent(attio: Attio, api: Client, deal: Deal) -> None:
    attio.edit(deal, name="Ben's tea")
    attio.pull(deal)
    body = {"name": "Ben's tea", "value": "7.00", "stage": deal.stage_id}
    saved: list[frozenset[str]] = []
    post_save.connect(listener := lambda update_fields, **_: saved.append(update_fields), sender=Deal)
    try:
        assert patch(api, deal, **body).status_code == 200
    finally:
        post_save.disconnect(listener, sender=Deal)
    assert saved == [{"value"}]
    attio.gate.forget()
    attio.drain()
    (write,) = attio.gate.writes()
    assert set(write.body["data"]["values"]) == {"value"}
    deal.refresh_from_db()
    assert deal.value == Decimal(7)


def test_a_change_that_changes_nothing_marks_nothing(attio: Attio, api: Client, deal: Deal) -> None:
    assert patch(api, deal, name="Tea", associated_people=[]).status_code == 200
    assert not OutboxEntry.objects.filter(state="waiting").exists()


def test_other_values_are_changed_in_part(attio: Attio, api: Client, deal: Deal) -> None:
    custom(attio, "plan", "text")
    custom(attio, "seats", "number")
    assert patch(api, deal, other_values={"plan": "Pro", "seats": 3}).status_code == 200
    assert patch(api, deal, other_values={"seats": None}).status_code == 200
    attio.drain()
    there = attio.record(deal)
    assert (there["plan"], there["seats"]) == ("Pro", None)


def test_what_was_read_can_be_written_back(attio: Attio, api: Client, deal: Deal) -> None:
    body = api.get(f"/attio/api/deals/{deal.pk}/").json()
    assert "created_at" in body["other_values"]
    assert patch(api, deal, other_values=body["other_values"]).status_code == 200


@pytest.mark.parametrize("given", [{"unheard_of": 1}, {"name": "not here"}, {"created_at": "2020-01-01"}, ["plan"]])
def test_other_values_that_would_go_nowhere_are_refused(attio: Attio, api: Client, deal: Deal, given: Any) -> None:
    answer = patch(api, deal, other_values=given)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["other_values"]


def test_a_value_attio_has_no_form_for_is_refused_beside_its_field(attio: Attio, api: Client, deal: Deal) -> None:
    custom(attio, "seats", "number")
    answer = patch(api, deal, other_values={"seats": "many"})
    assert answer.status_code == 400
    assert "number" in answer.json()["fields"]["other_values"][0]["message"]
    answer = post(api, "companies", {"name": "Acme", "domains": ["no domain"]})
    assert answer.status_code == 400
    assert "domain" in answer.json()["fields"]["domains"][0]["message"]
    assert not Company.objects.exists()


def test_a_stage_of_another_tenant_or_attribute_cannot_be_chosen(attio: Attio, api: Client, deal: Deal) -> None:
    other = Connection.objects.create(alias="other")
    theirs = Attribute.objects.create(
        connection=other, target="objects", attribute_id="x", slug="stage", api_slug="stage", type="status"
    )
    strange = [
        Option.objects.create(attribute=theirs, option_id="y", title="Lead").pk,
        Option.objects.filter(attribute__slug="categories").first().pk,  # type: ignore[union-attr]  # the standard ones
    ]
    for pk in strange:
        assert list(patch(api, deal, stage=pk).json()["fields"]) == ["stage"]
    member = Member.objects.create(connection=other, member_id="z")
    assert list(patch(api, deal, owner=member.pk).json()["fields"]) == ["owner"]


def test_where_the_host_mirrors_the_object_elsewhere_rows_are_ordinary_rows(attio: Attio, api: Client) -> None:
    registry.unregister(DealMirror)
    try:
        answer = post(api, "deals", {"name": "Tea", "other_values": {"anything": 1}})
    finally:
        registry.register(DealMirror)
        registry.replaceable.add("deals")
    assert answer.status_code == 201
    assert answer.json()["attio"]["state"] is None


def test_a_missing_row_is_not_found(api: Client) -> None:
    assert api.get("/attio/api/deals/0/").status_code == 404
