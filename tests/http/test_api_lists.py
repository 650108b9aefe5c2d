"""Lists: narrowed, searched and ordered as asked, in pages that stay right while rows come and go."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.auth.models import User as Login
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attio_mirror.models import Company, Conflict, Deal, OutboxEntry, OutboxState, Person, User, Workspace
from attio_mirror.rest.urls import router
from attio_mirror.rest.views import DealViewSet
from attio_mirror.testing import Attio

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(ada: Login) -> Client:
    """Ada, who may see everything."""
    ada.user_permissions.set(Permission.objects.filter(content_type__app_label="attio_mirror"))
    client = Client()
    client.force_login(ada)
    return client


def ask(api: Client, address: str, **query: Any) -> Any:
    answer = api.get(f"/attio/api/{address}/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def names(api: Client, **query: Any) -> list[str]:
    return [row["name"] for row in ask(api, "deals", **query)["results"]]


def walk(api: Client, **query: Any) -> list[int]:
    """The keys of all pages, one after the other."""
    keys, body = [], ask(api, "deals", **query)
    while True:
        keys += [row["id"] for row in body["results"]]
        if body["next"] is None:
            return keys
        body = api.get(body["next"]).json()


def refused(api: Client, address: str, **query: Any) -> list[str]:
    answer = api.get(f"/attio/api/{address}/", query)
    assert answer.status_code == 400, answer.content
    return sorted(answer.json()["fields"])


@pytest.fixture
def deals(attio: Attio) -> dict[str, Deal]:
    acme = Company.objects.create(name="Acme", domains=["acme.example"])
    ann = Person.objects.create(full_name="Ann", email_addresses=["ann@acme.example"])
    given = [
        ("Green tea", attio.stage("Lead"), 5, acme),
        ("Black tea", attio.stage("In Progress"), 50, None),
        ("Coffee", None, None, acme),
    ]
    made = {
        name: Deal.objects.create(name=name, stage=stage, value=value, associated_company=company)
        for name, stage, value, company in given
    }
    made["Coffee"].associated_people.add(ann)
    return made


def test_lists_are_narrowed_by_what_rows_say(attio: Attio, api: Client, deals: dict[str, Deal]) -> None:
    lead, progress = attio.stage("Lead").pk, attio.stage("In Progress").pk
    acme, ann = Company.objects.get().pk, Person.objects.get().pk
    assert names(api, stage=lead) == ["Green tea"]
    assert names(api, stage=[lead, progress]) == ["Green tea", "Black tea"]
    assert names(api, stage__isnull="true") == ["Coffee"]
    assert names(api, associated_company=acme) == ["Green tea", "Coffee"]
    assert names(api, associated_company=acme, stage__isnull="false") == ["Green tea"]
    assert names(api, associated_people=ann) == ["Coffee"]
    assert names(api, value__gte="5", value__lte="10") == ["Green tea"]
    assert names(api, value="50.0") == ["Black tea"]
    assert names(api, name="Coffee") == ["Coffee"]
    assert names(api, name="coffee") in ([], ["Coffee"]), "some databases compare without case"
    assert names(api, name__contains="TEA") == ["Green tea", "Black tea"]
    assert names(api, connection="default") == list(deals)
    assert names(api, connection="elsewhere") == []


def test_every_word_of_a_search_counts(api: Client, deals: dict[str, Deal]) -> None:
    assert names(api, search="tea green") == ["Green tea"]
    assert names(api, search="tea coffee") == []


def test_an_element_of_a_list_is_found_whole(attio: Attio, api: Client) -> None:
    Company.objects.create(name="Acme", domains=["acme.example", "müller.example"])
    Company.objects.create(name="Other", domains=["other-acme.example"])
    Person.objects.create(full_name="Ann", email_addresses=["ann@acme.example"])
    for domain in ("acme.example", "müller.example"):
        assert [row["name"] for row in ask(api, "companies", domain=domain)["results"]] == ["Acme"]
    assert ask(api, "companies", domain="cme.example")["results"] == []
    assert len(ask(api, "people", email_address="ANN@acme.example")["results"]) == 1


def test_rows_are_found_by_where_they_stand_with_attio(attio: Attio, api: Client, deals: dict[str, Deal]) -> None:
    assert names(api, state="waiting") == list(deals)
    Deal.objects.exclude(pk=deals["Green tea"].pk).update(stage=attio.stage("Lead"))
    Deal.objects.update(owner=attio.member("Ada"))
    attio.drain()
    OutboxEntry.objects.filter(link=attio.link(deals["Coffee"])).update(state=OutboxState.REFUSED)
    Conflict.objects.create(link=attio.link(deals["Black tea"]), slug="name", open_slot="x")
    assert names(api, state="in_step") == ["Green tea"]
    assert names(api, state=["refused", "conflict"]) == ["Black tea", "Coffee"]
    assert names(api, record_id=attio.link(deals["Coffee"]).record_id) == ["Coffee"]
    assert names(api, record_id="unheard of") == []


def test_a_list_is_ordered_by_any_of_its_columns_empty_ones_last(
    attio: Attio, api: Client, deals: dict[str, Deal]
) -> None:
    assert names(api, ordering="name") == ["Black tea", "Coffee", "Green tea"]
    assert names(api, ordering="-pk") == ["Coffee", "Black tea", "Green tea"]
    assert names(api, ordering="value") == ["Green tea", "Black tea", "Coffee"]
    assert names(api, ordering="-value") == ["Black tea", "Green tea", "Coffee"]


@pytest.mark.parametrize(
    ("ordering", "limit"), list(product([None, "name", "-value", "value", "-pk", "stage"], [1, 2]))
)
def test_pages_hold_every_row_once_whatever_the_order(api: Client, ordering: str | None, limit: int) -> None:
    """Ties, empty columns and all."""
    for number in range(7):
        Deal.objects.create(name="tea" if number % 3 else "", value=number % 2 or None, stage=None)
    query = {"limit": limit} | ({"ordering": ordering} if ordering else {})
    whole = walk(api, **{**query, "limit": 500})
    assert sorted(whole) == sorted(Deal.objects.values_list("pk", flat=True))
    assert walk(api, **query) == whole


def test_rows_that_come_and_go_move_no_others_to_another_page(api: Client) -> None:
    rows = [Deal.objects.create(name=name) for name in "bdfh"]
    first = ask(api, "deals", ordering="name", limit=2)
    rows[0].delete()
    rows[1].delete()
    Deal.objects.create(name="a")
    Deal.objects.create(name="g")
    rest = api.get(first["next"]).json()
    assert [row["name"] for row in rest["results"]] == ["f", "g"]


@pytest.mark.parametrize("prefix", [prefix for prefix, _, _ in router.registry])
def test_a_page_costs_the_same_however_many_rows_it_has(attio: Attio, api: Client, prefix: str) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            ask(api, prefix)
        return len(queries)

    sow(attio, 1)
    few, rows = cost(), len(ask(api, prefix)["results"])
    sow(attio, 5)
    assert cost() == few
    assert len(ask(api, prefix)["results"]) > rows


def sow(attio: Attio, number: int) -> None:
    """Some rows of every kind, pointing to each other, in several states."""
    for one in range(number):
        key = f"{number}-{one}"
        company = Company.objects.create(name=f"Acme {key}")
        person = Person.objects.create(full_name=f"Ann {key}", company=company)
        company.team.add(person)
        space = Workspace.objects.create(workspace_id=key, company=company)
        user = User.objects.create(user_id=key, primary_email_address=f"{one}@acme.example", person=person)
        user.workspaces.add(space)
        space.users.add(user)
        deal = Deal.objects.create(name=key, associated_company=company, stage=attio.stage("Lead"))
        deal.associated_people.add(person)
        link = attio.link(deal)
        OutboxEntry.objects.filter(link=link).update(state=OutboxState.REFUSED, error={"message": "No."})
        Conflict.objects.create(link=link, slug="name")
        attio.connection.sweep_set.create(object="deals", running_slot=key)


@pytest.mark.parametrize(
    "query",
    [
        {"stag": "1"},
        {"stage": "Lead"},
        {"stage": "1" * 30},
        {"stage__isnull": "yes"},
        {"value__gte": "much"},
        {"value": "1e400"},
        {"name": ""},
        {"search": "a\0b"},
        {"ordering": "stage__title"},
        {"limit": "0"},
        {"limit": "501"},
        {"limit": ["1", "2"]},
        {"cursor": "nonsense"},
        {"cursor": "WyJuYW1lIiwieCIsMV0"},
        {"cursor": "e30"},
        {"cursor": "WyJwayIseyJhIjoxfV0"},
        {"state": "happy"},
        {"as_of": "2026-03-01"},
        {"as_of": "2026-03-01T00:00:00"},
        {"as_of": "2026-13-01T00:00:00Z"},
        {"as_of": "0001-01-01T00:00:00+02:00"},
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(api: Client, query: dict[str, Any]) -> None:
    """Passed over, a misspelled filter returns everything."""
    assert refused(api, "deals", **query) == list(query)


def test_reading_one_row_knows_no_filters(api: Client) -> None:
    deal = Deal.objects.create(name="Tea")
    assert refused(api, f"deals/{deal.pk}", name="Coffee") == ["name"]


def test_relations_are_read_as_keys_and_not_as_rows(attio: Attio, api: Client, deals: dict[str, Deal]) -> None:
    with CaptureQueriesContext(connection) as queries:
        ask(api, "deals")
    assert not [query for query in queries if "full_name" in query["sql"]]


def test_every_column_that_can_be_ordered_by_is_one() -> None:
    views: list[Any] = [view for _, view, _ in router.registry]
    for view in views:
        for name in getattr(view, "ordered", ()):
            assert name == "pk" or isinstance(view.queryset.model._meta.get_field(name), models.Field)
    assert "value" in DealViewSet.ordered
