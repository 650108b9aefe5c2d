"""One attribute is set back to an earlier version: an ordinary edit, asked for, pushed and signed."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models.signals import post_save
from django.urls import reverse

from attio_mirror.models import (
    Attribute,
    AttributeValue,
    Company,
    Conflict,
    Deal,
    LinkState,
    Option,
    OutboxEntry,
    Person,
)
from attio_mirror.testing import Attio

from .desk import Desk, said


def moment(row: models.Model, slug: str, *, first: bool = True) -> str:
    """A moment after the first (or last) version of an attribute began."""
    versions = AttributeValue.objects.filter(link__object_id=str(row.pk), attribute__slug=slug)
    versions = versions.filter(link__object={"deal": "deals", "person": "people"}[str(row._meta.model_name)])
    found = versions.earliest("active_from") if first else versions.latest("active_from")
    return (found.active_from + timedelta(microseconds=1)).isoformat()


def address(row: models.Model, slug: str, when: str) -> str:
    opts = row._meta
    page = reverse(f"admin:{opts.app_label}_{opts.model_name}_attio_revert", args=[row.pk])
    return f"{page}?{urlencode({'attribute': slug, 'as_of': when})}"


def ask(desk: Desk, row: models.Model, slug: str, when: str) -> Any:
    """The page that asks."""
    answer = desk.client.get(address(row, slug, when))
    assert answer.status_code == 200
    return answer


def revert(desk: Desk, row: models.Model, slug: str, when: str) -> Any:
    """Press its button."""
    asked = ask(desk, row, slug, when)
    return desk.client.post(address(row, slug, when), {"seen": asked.context["found"].seen}, follow=True)


def why_not(answer: Any) -> str:
    return str(answer.context["obstacle"])


@pytest.fixture
def won(attio: Attio, deal: Deal) -> Deal:
    """The deal was a lead called Tea, worth 10; by now it is won, called Coffee, worth 99."""
    attio.pass_time(5)
    attio.edit(deal, name="Coffee", stage="Won 🎉", value=99)
    attio.pull(deal)
    attio.gate.forget()
    return Deal.objects.get(pk=deal.pk)


def test_it_asks_with_both_values_and_writes_nothing(attio: Attio, desk: Desk, won: Deal) -> None:
    answer = ask(desk, won, "stage", moment(won, "stage"))
    assert (answer.context["now"], answer.context["then"]) == ("Won 🎉", "Lead")
    text = html.unescape(answer.content.decode())
    assert "Revert to “Lead”" in text
    assert Deal.objects.get().stage == attio.stage("Won 🎉")
    assert attio.state(won) == LinkState.IN_STEP


def test_the_one_attribute_is_pushed_and_nothing_else(attio: Attio, desk: Desk, won: Deal) -> None:
    with heard(Deal) as fields:
        answer = revert(desk, won, "stage", moment(won, "stage"))
    assert said(answer) == "Stage is “Lead” again. It waits in the outbox."
    assert answer.redirect_chain[-1][0] == reverse("admin:attio_mirror_deal_change", args=[won.pk])
    assert fields == [frozenset({"stage"})]
    assert OutboxEntry.objects.latest("pk").actor == desk.user
    assert "Reverted Stage (" in str(LogEntry.objects.latest("pk").get_change_message())
    attio.drain()
    [write] = attio.gate.writes()
    assert list(write.body["data"]["values"]) == ["stage"]
    assert (attio.record(won)["stage"], attio.record(won)["name"]) == ("Lead", "Coffee")
    assert attio.state(won) == LinkState.IN_STEP


@contextmanager
def heard(model: type[models.Model]) -> Iterator[list[Any]]:
    """The fields of each save."""
    fields: list[Any] = []

    def listen(update_fields: frozenset[str], **_: object) -> None:
        fields.append(update_fields)

    post_save.connect(listen, sender=model)
    try:
        yield fields
    finally:
        post_save.disconnect(listen, sender=model)


def test_money_and_names_are_reverted(attio: Attio, desk: Desk, won: Deal) -> None:
    revert(desk, won, "value", moment(won, "value"))
    person = Person.objects.create(first_name="Ann", last_name="Lee", full_name="Ann Lee")
    attio.drain()
    attio.pass_time(5)
    person.last_name, person.full_name = "Ray", "Ann Ray"
    person.save()
    attio.drain()
    revert(desk, person, "name", moment(person, "name"))
    attio.drain()
    person.refresh_from_db()
    assert (person.last_name, person.full_name) == ("Lee", "Ann Lee")
    assert attio.record(won)["value"] == 10


def test_relations_are_reverted(attio: Attio, desk: Desk, deal: Deal) -> None:
    ann, bob = (Person.objects.create(full_name=name, first_name=name) for name in ("Ann", "Bob"))
    deal.associated_people.set([ann])
    deal.associated_company = company = Company.objects.create(name="Acme", domains=["acme.example"])
    deal.save()
    attio.drain()
    attio.pass_time(5)
    deal.associated_people.set([bob])
    deal.associated_company = None
    deal.save()
    attio.drain()
    revert(desk, deal, "associated_people", moment(deal, "associated_people"))
    revert(desk, deal, "associated_company", moment(deal, "associated_company"))
    assert [*deal.associated_people.all()] == [ann]
    attio.drain()
    assert attio.record(deal)["associated_people"] == str(attio.link(ann).record_id)
    assert attio.record(deal)["associated_company"] == str(attio.link(company).record_id)
    assert attio.state(deal) == LinkState.IN_STEP


def test_custom_attributes_are_reverted_alone(customs: Attio, desk: Desk) -> None:
    held = {"seats": 5, "next_step": "Call"}
    deal = Deal.objects.create(name="Tea", stage=customs.stage("Lead"), owner=customs.member("Ada"), other_values=held)
    customs.drain()
    customs.pass_time(5)
    customs.edit(deal, seats=12, next_step="Write")
    customs.pull(deal)
    customs.gate.forget()
    revert(desk, deal, "seats", moment(deal, "seats"))
    customs.drain()
    [write] = customs.gate.writes()
    assert list(write.body["data"]["values"]) == ["seats"]
    assert (customs.record(deal)["seats"], customs.record(deal)["next_step"]) == (5, "Write")


def test_a_value_that_changed_meanwhile_is_shown_first(attio: Attio, desk: Desk, won: Deal) -> None:
    when = moment(won, "stage")
    seen = ask(desk, won, "stage", when).context["found"].seen
    attio.edit(won, stage="Lost")
    attio.pull(won)
    answer = desk.client.post(address(won, "stage", when), {"seen": seen})
    assert "It now says “Lost”" in html.unescape(answer.content.decode())
    assert Deal.objects.get().stage == attio.stage("Lost")
    assert desk.client.post(address(won, "stage", when)).status_code == 200
    assert Deal.objects.get().stage == attio.stage("Lost"), "nor without what was seen"
    again = {"seen": answer.context["found"].seen}
    assert desk.client.post(address(won, "stage", when), again).status_code == 302
    assert Deal.objects.get().stage == attio.stage("Lead")


def test_what_attio_changed_meanwhile_becomes_a_conflict(attio: Attio, desk: Desk, won: Deal) -> None:
    attio.edit(won, name="Ben's")
    revert(desk, won, "name", moment(won, "name"))
    attio.drain()
    conflict = Conflict.objects.get(resolved_at=None)
    assert (conflict.ours, conflict.theirs) == ("Tea", "Ben's")


def test_what_it_says_already_is_no_edit(attio: Attio, desk: Desk, won: Deal) -> None:
    answer = revert(desk, won, "stage", moment(won, "stage", first=False))
    assert "says “Won 🎉” already" in html.unescape(answer.content.decode())
    assert attio.state(won) == LinkState.IN_STEP


def test_what_cannot_be_written_says_why(attio: Attio, desk: Desk, won: Deal) -> None:
    when = moment(won, "name")
    assert why_not(revert(desk, won, "created_at", when)) == "Attio sets this itself; its API lets nobody write it."
    assert why_not(revert(desk, won, "no_such", when)) == "The row no longer has this attribute."
    assert "is no date" in why_not(revert(desk, won, "name", ""))
    assert why_not(revert(desk, won, "name", "2001-01-01")) == "There was no such record then."
    attribute = Attribute.objects.get(slug="stage", object__slug="deals")
    page = revert(desk, attribute, "title", when)
    assert why_not(page) == "No history is kept of this row."
    assert Deal.objects.get().name == "Coffee"


def test_what_is_not_there_today_cannot_come_back(attio: Attio, desk: Desk, won: Deal) -> None:
    Option.objects.filter(title="Lead").update(is_archived=True)
    assert why_not(revert(desk, won, "stage", moment(won, "stage"))) == "“Lead” is archived in Attio."
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    won.associated_company = company
    won.save()
    attio.drain()
    attio.pass_time(5)
    won.associated_company = Company.objects.create(name="Brewers", domains=["brewers.example"])
    won.save()
    attio.drain()
    company.delete()
    attio.drain()
    found = why_not(revert(desk, won, "associated_company", moment(won, "associated_company")))
    assert found == "What it pointed to then is no longer here."


def test_what_the_page_of_the_row_does_not_let_be_edited_is_not_reverted(
    attio: Attio, desk: Desk, won: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin.site.get_model_admin(Deal), "readonly_fields", ("stage",))
    answer = revert(desk, won, "stage", moment(won, "stage"))
    assert why_not(answer) == "It cannot be edited on the page of the row."
    assert Deal.objects.get().stage == attio.stage("Won 🎉")


def test_a_required_attribute_is_not_emptied(attio: Attio, desk: Desk, deal: Deal) -> None:
    when = moment(deal, "name")
    attio.pass_time(5)
    deal.associated_company = Company.objects.create(name="Acme", domains=["acme.example"])
    deal.save()
    attio.drain()
    required = Attribute.objects.filter(slug="associated_company", object__slug="deals")
    required.update(is_required=True)
    assert "Attio requires a value" in why_not(revert(desk, deal, "associated_company", when))
    required.update(is_required=False)
    revert(desk, deal, "associated_company", when)
    assert Deal.objects.get().associated_company is None, "what was empty is emptied"


def test_it_needs_the_right_to_change(attio: Attio, clerk: Callable[..., Desk], won: Deal) -> None:
    viewer = clerk("view_deal")
    where = address(won, "stage", moment(won, "stage"))
    assert viewer.client.get(where).status_code == 403
    assert viewer.client.post(where, {"seen": "null"}).status_code == 403
    assert Deal.objects.get().stage == attio.stage("Won 🎉")


def test_the_history_offers_it_and_says_why_not(attio: Attio, desk: Desk, won: Deal) -> None:
    text = desk.visit("attio_mirror_deal_attio_history", won.pk, attribute="stage")
    assert text.count("Revert to this") == 1, "what is still so cannot be reverted to"
    assert urlencode({"as_of": moment(won, "stage")}) in text
    fixed = desk.visit("attio_mirror_deal_attio_history", won.pk, attribute="created_at")
    assert "It cannot be reverted: Attio sets this itself" in fixed
    assert "Revert to this" not in fixed
