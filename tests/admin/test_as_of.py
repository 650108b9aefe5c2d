"""The list and the page of a row as they were at a moment: looked at, never edited, and always said to be the past."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attio_mirror.models import AttributeValue, Company, Deal
from attio_mirror.testing import Attio

from .desk import Desk

LIST = "admin:attio_mirror_deal_changelist"
PAGE = "admin:attio_mirror_deal_change"


@pytest.fixture
def then(attio: Attio, deal: Deal) -> str:
    """A moment; since then the deal was renamed and won, and another one was made."""
    moment = began(deal)
    attio.pass_time(5)
    attio.edit(deal, name="Coffee", stage="Won 🎉", value=99)
    attio.pull(deal)
    Deal.objects.create(name="Late", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.drain()
    assert Deal.objects.get(pk=deal.pk).name == "Coffee"
    return moment


def began(deal: Deal | None = None) -> str:
    """When the newest value (of a deal) became true."""
    of = {"link__object_id": str(deal.pk)} if deal else {}
    return AttributeValue.objects.filter(**of).latest("active_from").active_from.isoformat()


def rows(answer: Any) -> list[str]:
    """The names on a list."""
    return [str(row) for row in answer.context["cl"].result_list]


def test_the_list_shows_rows_as_they_were_and_says_so(desk: Desk, deal: Deal, then: str) -> None:
    today = desk.client.get(reverse(LIST))
    assert rows(today) == ["Late", "Coffee"]
    assert "This is the past" not in today.content.decode()
    answer = desk.client.get(reverse(LIST), {"as_of": then})
    assert rows(answer) == ["Tea"]
    text = html.unescape(answer.content.decode())
    assert "This is the past" in text
    assert "Lead" in text
    assert 'href="?">Back to now' in text
    assert "attio_state" not in text
    assert 'name="action"' not in text
    assert "object-tools" not in text


def test_the_day_stays_in_links_filters_and_search(attio: Attio, desk: Desk, deal: Deal, then: str) -> None:
    lead, won = (str(attio.stage(title).pk) for title in ("Lead", "Won 🎉"))
    assert rows(desk.client.get(reverse(LIST), {"as_of": then, "stage": lead})) == ["Tea"]
    assert rows(desk.client.get(reverse(LIST), {"as_of": then, "stage": won})) == []
    assert rows(desk.client.get(reverse(LIST), {"as_of": then, "stage": "1000000"})) == []
    assert rows(desk.client.get(reverse(LIST), {"as_of": then, "owner": str(attio.member("Ada").pk)})) == ["Tea"]
    assert rows(desk.client.get(reverse(LIST), {"as_of": then, "owner": "none"})) == []
    assert rows(desk.client.get(reverse(LIST), {"as_of": then, "q": "te"})) == ["Tea"]
    assert rows(desk.client.get(reverse(LIST), {"as_of": then, "q": "coffee"})) == []
    answer = desk.client.get(reverse(LIST), {"as_of": then, "stage": lead, "q": "tea"})
    text = html.unescape(answer.content.decode())
    kept = answer.context["moment"].query
    [link] = re.findall(rf'href="({reverse(PAGE, args=[deal.pk])}[^"]*)"', text)
    assert kept in link.split("&"), "the page of a row is of the same moment"
    assert f'name="as_of" value="{then}"' in text, "the search form keeps it"
    assert re.findall(r'href="\?"', text) == [], "there is one way back to now, and it says so"
    assert f"?{kept}&q=tea&stage={won}" in text, "so does a filter"
    assert f'name="stage" value="{lead}"' in text, "and another day keeps the filter"


def test_what_only_today_knows_is_left_out_and_said(desk: Desk, deal: Deal, then: str) -> None:
    answer = desk.client.get(reverse(LIST), {"as_of": then, "attio": "in_step", "o": "1"}, follow=True)
    assert rows(answer) == ["Tea"]
    assert "Only today's rows can be filtered or ordered by attio, o." in html.unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("text", "why"), [("soon", "is no date"), ("2999-01-01", "has not come yet"), ("0001-01-01", "before 1970")]
)
def test_no_date_leads_back_to_now(desk: Desk, deal: Deal, text: str, why: str) -> None:
    for address in (reverse(LIST), reverse(PAGE, args=[deal.pk])):
        answer = desk.client.get(address, {"as_of": text}, follow=True)
        assert answer.redirect_chain == [(address, 302)]
        assert why in answer.content.decode()
        assert "This is the past" not in answer.content.decode()


def test_a_day_means_its_end(attio: Attio, desk: Desk, deal: Deal, then: str) -> None:
    made = AttributeValue.objects.filter(link__object_id=str(deal.pk)).earliest("active_from").active_from
    day = timezone.localdate(made)
    assert rows(desk.client.get(reverse(LIST), {"as_of": day.isoformat()})) in (["Late", "Coffee"], ["Tea"])
    assert rows(desk.client.get(reverse(LIST), {"as_of": (day - timedelta(days=1)).isoformat()})) == []


def test_the_page_shows_both_values_where_they_differ(desk: Desk, deal: Deal, then: str) -> None:
    text = desk.visit("attio_mirror_deal_change", deal.pk, as_of=then)
    assert "This is the past" in text
    lines = {line.label: line for section in sections(desk, deal, then) for line in section.lines}
    assert (lines["Name"].then, lines["Name"].now) == ("Tea", "Coffee")
    assert "Lead" in lines["Stage"].then
    assert lines["Stage"].now == "Won 🎉"
    assert (lines["Value"].then, lines["Value"].now) == ("10.00 USD", "99.00 USD")
    assert lines["Associated company"].now == ""
    assert lines["Name"].revert_url.startswith(reverse("admin:attio_mirror_deal_attio_revert", args=[deal.pk]))
    assert "_save" not in text
    assert f'href="{reverse(PAGE, args=[deal.pk])}">Back to now' in text


def sections(desk: Desk, deal: Deal, then: str) -> Any:
    return desk.client.get(reverse(PAGE, args=[deal.pk]), {"as_of": then}).context["sections"]


def test_related_rows_are_shown_of_the_same_moment(attio: Attio, desk: Desk, deal: Deal) -> None:
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    deal.associated_company = company
    deal.save()
    attio.drain()
    moment = began(deal)
    attio.pass_time(5)
    company.name = "Acme Ltd"
    company.save()
    attio.drain()
    answer = desk.client.get(reverse(PAGE, args=[deal.pk]), {"as_of": moment})
    link = f"{reverse('admin:attio_mirror_company_change', args=[company.pk])}?{answer.context['moment'].query}"
    assert f'<a href="{link}">Acme</a>' in html.unescape(answer.content.decode())
    assert "Acme Ltd" not in desk.visit("attio_mirror_company_change", company.pk, as_of=moment).split("<h1>")[0]


def test_custom_attributes_are_of_then(customs: Attio, desk: Desk) -> None:
    deal = Deal.objects.create(
        name="Tea", stage=customs.stage("Lead"), owner=customs.member("Ada"), other_values={"seats": 5}
    )
    customs.drain()
    moment = began(deal)
    customs.pass_time(5)
    customs.edit(deal, seats=12)
    customs.pull(deal)
    lines = {line.label: line for section in sections(desk, deal, moment) for line in section.lines}
    assert (lines["Seats"].then, lines["Seats"].now) == ("5", "12")


def test_a_row_that_is_gone_can_still_be_looked_at(attio: Attio, desk: Desk, deal: Deal, then: str) -> None:
    key = deal.pk
    deal.delete()
    attio.drain()
    text = desk.visit("attio_mirror_deal_change", key, as_of=then)
    assert "The row no longer exists." in text
    assert "Tea" in text
    assert "attio-revert" not in text


def test_before_the_record_there_is_nothing(desk: Desk, deal: Deal) -> None:
    assert "There was no such record then." in desk.visit("attio_mirror_deal_change", deal.pk, as_of="2001-01-01")


def test_nothing_is_written_in_the_past(desk: Desk, deal: Deal, then: str) -> None:
    for address in (reverse(LIST), reverse(PAGE, args=[deal.pk])):
        sent = {"name": "Juice", "action": "delete_selected", "_selected_action": [str(deal.pk)], "post": "yes"}
        assert desk.client.post(f"{address}?as_of=2026-01-01", sent).status_code == 403
    assert Deal.objects.get(pk=deal.pk).name == "Coffee"


def test_who_may_only_look_is_offered_no_way_to_edit(clerk: Callable[..., Desk], deal: Deal, then: str) -> None:
    viewer = clerk("view_deal")
    text = viewer.visit("attio_mirror_deal_change", deal.pk, as_of=then)
    assert "Tea" in text
    assert "attio-revert" not in text
    assert "Revert to this" not in viewer.visit("attio_mirror_deal_attio_history", deal.pk)
    for address in (reverse(LIST), reverse(PAGE, args=[deal.pk])):
        assert Desk(viewer.client, None).client.get(address, {"as_of": then}).status_code == 200


def test_the_past_is_closed_to_who_may_not_look(clerk: Callable[..., Desk], deal: Deal, then: str) -> None:
    outsider = clerk()
    for address in (reverse(LIST), reverse(PAGE, args=[deal.pk])):
        assert outsider.client.get(address, {"as_of": then}).status_code == 403


def test_the_past_of_another_tenant_is_not_shown(
    attio: Attio, clerk: Callable[..., Desk], deal: Deal, then: str, settings: Any
) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "TENANTS_OF_USER": "tests.admin.test_as_of.none"}
    stranger = clerk("view_deal", "change_deal")
    assert rows(stranger.client.get(reverse(LIST), {"as_of": then})) == []
    assert stranger.client.get(reverse(PAGE, args=[deal.pk]), {"as_of": then}).status_code in (302, 403)


def none(user: Any) -> list[str]:
    return []


def test_rows_a_host_hides_are_hidden_in_the_past(
    attio: Attio, desk: Desk, deal: Deal, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib import admin

    page = admin.site.get_model_admin(Deal)
    for name, wanted in (("Coffee", ["Tea"]), ("Late", [])):
        monkeypatch.setattr(page, "get_queryset", lambda request, name=name: Deal.objects.filter(name=name))
        assert rows(desk.client.get(reverse(LIST), {"as_of": then})) == wanted
        answer = desk.client.get(reverse(PAGE, args=[deal.pk]), {"as_of": then})
        assert answer.status_code == (200 if wanted else 302)


def test_the_list_asks_the_same_queries_however_many_rows(attio: Attio, desk: Desk, deal: Deal) -> None:
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    deal.associated_company = company
    deal.save()
    attio.drain()
    few = asked(desk, began(deal))
    for number in range(12):
        made = Deal(name=f"Tea {number}", stage=attio.stage("Lead"), owner=attio.member("Ben"))
        made.associated_company = company
        made.save()
    attio.drain()
    moment = began()
    assert len(rows(desk.client.get(reverse(LIST), {"as_of": moment}))) == 13
    assert asked(desk, moment) == few


def asked(desk: Desk, moment: str) -> int:
    with CaptureQueriesContext(database) as queries:
        assert desk.client.get(reverse(LIST), {"as_of": moment}).status_code == 200
    return len(queries)


def test_pages_of_the_past_are_turned(attio: Attio, desk: Desk, deal: Deal, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib import admin

    monkeypatch.setattr(admin.site.get_model_admin(Deal), "list_per_page", 2)
    for number in range(4):
        Deal.objects.create(name=f"Tea {number}", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.drain()
    moment = began()
    first = desk.client.get(reverse(LIST), {"as_of": moment})
    assert rows(first) == ["Tea 3", "Tea 2"]
    assert f"?{first.context['moment'].query}&p=2" in html.unescape(first.content.decode())
    assert rows(desk.client.get(reverse(LIST), {"as_of": moment, "p": "3"})) == ["Tea"]
    beyond = desk.client.get(reverse(LIST), {"as_of": moment, "p": "9"}, follow=True)
    assert rows(beyond) == ["Tea 3", "Tea 2"]
