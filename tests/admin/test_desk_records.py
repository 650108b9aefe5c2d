"""Choosing records, their history, and what becomes of new ones."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from attio_mirror.models import (
    AttributeValue,
    Company,
    Deal,
    Person,
    Workspace,
)
from attio_mirror.testing import Attio

from .desk import Desk

# -- choosing records --------------------------------------------------------------------------------------------------


def test_references_are_chosen_by_search(customs: Attio, desk: Desk, clerk: Callable[..., Desk]) -> None:
    ann = Person.objects.create(first_name="Ann", full_name="Ann Tea")
    acme = Company.objects.create(name="Tea House")
    customs.drain()
    Person.objects.bulk_create([Person(full_name="Tea Unsent")])
    url = f"/admin/attio_mirror/deal/attio-records/{customs.connection.pk}"
    person = {"id": f"people:{customs.link(ann).record_id}", "text": "Ann Tea"}
    company = {"id": f"companies:{customs.link(acme).record_id}", "text": "Tea House"}
    assert desk.client.get(f"{url}/champion/", {"term": "tea"}).json() == {
        "results": [person],
        "pagination": {"more": False},
    }
    both = desk.client.get(f"{url}/partners/", {"term": "tea"}).json()["results"]
    assert sorted(both, key=str) == sorted([company, person], key=str)
    assert desk.client.get(f"{url}/champion/", {"term": "tea", "page": "2"}).json()["results"] == []
    assert desk.client.get(f"{url}/seats/").json()["results"] == []
    assert desk.client.get(url.replace(str(customs.connection.pk), "999") + "/champion/").json()["results"] == []
    half = clerk("view_deal", "view_company")
    assert half.client.get(f"{url}/partners/", {"term": "tea"}).json()["results"] == [company]


def test_references_are_closed_to_those_who_may_not_see_the_row(customs: Attio, clerk: Callable[..., Desk]) -> None:
    url = f"/admin/attio_mirror/deal/attio-records/{customs.connection.pk}/champion/"
    assert clerk("view_person").client.get(url).status_code == 403


# -- history -----------------------------------------------------------------------------------------------------------


def test_the_history_of_a_record_says_who_what_and_when(customs: Attio, desk: Desk, deal: Deal) -> None:
    customs.edit(deal, stage="In Progress", value=99.5)
    customs.pull(deal)
    desk.open(deal).send(attio__billing_location_locality="Kyoto", stage=customs.stage("Lost").pk)
    customs.drain()
    text = desk.visit("attio_mirror_deal_attio_history", deal.pk)
    for words in ("In Progress", "Lost", "Ben", "Our token", "99.50 USD", "Kyoto", "by push", "by pull", "until"):
        assert words in text, words
    text = desk.visit("attio_mirror_deal_attio_history", deal.pk, attribute="value")
    assert "99.50 USD" in text
    assert "Kyoto" not in text


def test_the_history_has_pages_and_can_show_what_we_once_believed(attio: Attio, desk: Desk, deal: Deal) -> None:
    known = AttributeValue.objects.get(attribute__slug="name")
    AttributeValue.objects.filter(pk=known.pk).update(superseded_at=timezone.now(), superseded_slot=known.pk)
    assert "no longer believed" not in desk.visit("attio_mirror_deal_attio_history", deal.pk)
    assert "no longer believed" in desk.visit("attio_mirror_deal_attio_history", deal.pk, all="1")
    for second in range(250):
        known.pk = None
        known.place = second
        known._state.adding = True
        known.superseded_slot = 0
        known.value = {"odd": True} if second == 249 else known.value
        known.save(force_insert=True)
    assert "Older" in desk.visit("attio_mirror_deal_attio_history", deal.pk)
    assert "Newer" in desk.visit("attio_mirror_deal_attio_history", deal.pk, p="2", attribute="name")


def test_the_history_is_closed_to_strangers(attio: Attio, desk: Desk, clerk: Callable[..., Desk], deal: Deal) -> None:
    assert clerk("view_person").client.get(f"/admin/attio_mirror/deal/{deal.pk}/attio-history/").status_code == 403
    assert desk.client.get("/admin/attio_mirror/deal/999/attio-history/").status_code == 302
    assert "No version" in desk.visit("attio_mirror_deal_attio_history", Deal.objects.create(name="New").pk)


# -- creating ----------------------------------------------------------------------------------------------------------


def test_a_workspace_made_twice_is_one_record(attio: Attio, desk: Desk) -> None:
    attio.create("workspaces", workspace_id="w-1", name="There already")
    desk.open(Workspace).send(workspace_id="w-1", name="Ours")
    attio.drain()
    assert len(attio.records("workspaces")) == 1
    answer = desk.open(Workspace).send(workspace_id="w-1")
    assert answer.context["errors"]


def test_a_new_deal_with_a_new_company_sends_the_company_first(attio: Attio, desk: Desk) -> None:
    desk.open(Company).send(name="Acme", domains="https://www.acme.example/\n")
    company = Company.objects.get()
    assert company.domains == ["www.acme.example"]
    desk.open(Deal).send(
        name="New", stage=attio.stage("Lead").pk, owner=attio.member("Ada").pk, associated_company=company.pk
    )
    attio.gate.forget()
    attio.drain()
    assert [write.path.split("/")[3] for write in attio.gate.writes()] == ["companies", "deals"]


def test_lists_of_addresses_are_merged_and_judged(attio: Attio, desk: Desk) -> None:
    desk.open(Company).send(name="Acme", domains="a.example\nb.example")
    company = Company.objects.get()
    page = desk.open(company)
    Company.objects.update(domains=["a.example", "b.example", "ben.example"])
    page.send(domains="a.example\nmine.example")
    company.refresh_from_db()
    assert company.domains == ["a.example", "ben.example", "mine.example"]
    answer = desk.open(company).send(domains="not a domain")
    assert "Attio takes a domain" in str(answer.context["errors"])


def test_a_row_that_is_gone_redirects(attio: Attio, desk: Desk) -> None:
    assert desk.client.post("/admin/attio_mirror/deal/999/change/", {}).status_code == 302
