"""The filters that ask: by what a row points to and by an amount, of today and of a moment, for any mirrored model."""

from __future__ import annotations

import csv
import html
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attio_mirror.models import AttributeValue, Company, Deal
from attio_mirror.testing import Attio
from tests.host.models import Author, Book

from ..tenants import Tenants
from .desk import Desk

LIST = "admin:attio_mirror_deal_changelist"


@pytest.fixture
def deals(attio: Attio) -> tuple[Company, Company]:
    """Deals of two companies and of none, in Attio; their companies."""
    acme, globex = (Company.objects.create(name=name, domains=[f"{name}.example"]) for name in ("acme", "globex"))
    for name, company, value in (
        ("Tea", acme, 100),
        ("Coffee", acme, 200),
        ("Cocoa", globex, 300),
        ("Water", None, None),
    ):
        owner, stage = attio.member("Ada"), attio.stage("Lead")
        Deal.objects.create(name=name, associated_company=company, value=value, owner=owner, stage=stage)
    attio.drain()
    return acme, globex


def ask(desk: Desk, **query: Any) -> Any:
    return desk.client.get(reverse(LIST), {name: str(value) for name, value in query.items()})


def rows(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.get("Location")
    return {str(row) for row in answer.context["cl"].result_list}


def moment() -> str:
    """When the newest value became true."""
    return AttributeValue.objects.latest("active_from").active_from.isoformat()


def test_by_company(desk: Desk, deals: tuple[Company, Company]) -> None:
    acme, globex = deals
    assert rows(ask(desk)) == {"Tea", "Coffee", "Cocoa", "Water"}
    assert rows(ask(desk, associated_company=acme.pk)) == {"Tea", "Coffee"}
    assert rows(ask(desk, associated_company=globex.pk)) == {"Cocoa"}
    assert rows(ask(desk, associated_company="")) == {"Tea", "Coffee", "Cocoa", "Water"}


@pytest.mark.parametrize("nonsense", ["1000000", "acme", "1 OR 1=1"])
def test_of_a_company_that_is_none_there_are_no_rows_and_the_form_says_why(
    desk: Desk, deals: tuple[Company, Company], nonsense: str
) -> None:
    answer = ask(desk, associated_company=nonsense)
    assert rows(answer) == set()
    assert "not one of the available choices" in answer.content.decode()


def test_companies_are_searched_and_never_listed(desk: Desk, deals: tuple[Company, Company]) -> None:
    Company.objects.bulk_create(Company(name=f"Company {n}") for n in range(50))
    acme, globex = deals
    text = ask(desk, associated_company=acme.pk).content.decode()
    assert text.count(f'<option value="{acme.pk}" selected>acme</option>') == 1
    assert f'<option value="{globex.pk}"' not in text
    assert 'data-ajax--url="/admin/autocomplete/"' in text
    assert "select2.full" in text
    found = desk.client.get(
        reverse("admin:autocomplete"),
        {"term": "glob", "app_label": "attio_mirror", "model_name": "deal", "field_name": "associated_company"},
    )
    assert [one["text"] for one in found.json()["results"]] == ["globex"]


def test_by_amount(desk: Desk, deals: tuple[Company, Company]) -> None:
    assert rows(ask(desk, value_from=200)) == {"Coffee", "Cocoa"}
    assert rows(ask(desk, value_to="200.00")) == {"Tea", "Coffee"}
    assert rows(ask(desk, value_from=150, value_to=250)) == {"Coffee"}
    assert rows(ask(desk, value_from="", value_to="")) == {"Tea", "Coffee", "Cocoa", "Water"}
    text = ask(desk).content.decode()
    assert "From (USD)" in text
    assert 'name="value_currency"' not in text


def test_what_is_no_amount_is_said_and_shows_nothing(desk: Desk, deals: tuple[Company, Company]) -> None:
    answer = ask(desk, value_from="plenty")
    assert rows(answer) == set()
    assert "Enter a number" in answer.content.decode()


def test_amounts_of_several_currencies_are_not_compared(desk: Desk, deals: tuple[Company, Company]) -> None:
    Deal.objects.filter(name="Cocoa").update(value_currency="JPY")
    Deal.objects.filter(name="Tea").update(value_currency="")
    answer = ask(desk, value_from=150)
    assert rows(answer) == set()
    assert "are not compared" in answer.content.decode()
    assert rows(ask(desk, value_from=150, value_currency="JPY")) == {"Cocoa"}
    assert rows(ask(desk, value_currency="JPY")) == {"Cocoa"}
    mine = rows(ask(desk, value_to=500, value_currency="USD"))
    assert mine == {"Tea", "Coffee"}, "what was not sent yet is of the attribute's currency"
    assert rows(ask(desk, value_from=1, value_currency="XXX")) == set()


def test_they_work_together_and_stay_in_every_link(desk: Desk, deals: tuple[Company, Company]) -> None:
    acme, _ = deals
    answer = ask(desk, associated_company=acme.pk, value_from=150, q="of", o="1")
    assert rows(answer) == {"Coffee"}
    text = html.unescape(answer.content.decode())
    for one in (f'name="associated_company" value="{acme.pk}"', 'name="value_from" value="150"', 'name="q" value="of"'):
        assert f'<input type="hidden" {one}>' in text
    assert answer.context["cl"].has_active_filters
    assert "value_from" not in answer.context["cl"].clear_all_filters_qs
    assert not ask(desk).context["cl"].has_active_filters


def test_the_file_is_narrowed_too(desk: Desk, deals: tuple[Company, Company]) -> None:
    acme, _ = deals
    query = {"associated_company": acme.pk, "value_from": "150"}
    answer: Any = desk.client.get(reverse("admin:attio_mirror_deal_attio_export"), query)
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert len(lines) == 2
    assert "Coffee" in lines[1]


def test_in_the_past_they_ask_what_was_true_then(attio: Attio, desk: Desk, deals: tuple[Company, Company]) -> None:
    acme, globex = deals
    then = moment()
    attio.pass_time(5)
    tea = Deal.objects.get(name="Tea")
    tea.associated_company, tea.value = globex, Decimal(900)
    tea.save()
    attio.drain()
    assert rows(ask(desk, associated_company=globex.pk)) == {"Tea", "Cocoa"}
    assert rows(ask(desk, as_of=then, associated_company=globex.pk)) == {"Cocoa"}
    assert rows(ask(desk, as_of=then, associated_company=acme.pk)) == {"Tea", "Coffee"}
    assert rows(ask(desk, as_of=then, associated_company="1000000")) == set()
    assert rows(ask(desk, value_from=500)) == {"Tea"}
    assert rows(ask(desk, as_of=then, value_from=500)) == set()
    assert rows(ask(desk, as_of=then, value_to=150)) == {"Tea"}
    assert rows(ask(desk, as_of=then, value_from="plenty")) == set()
    assert rows(ask(desk, as_of=then, associated_company=acme.pk, value_from=150)) == {"Coffee"}
    answer = ask(desk, as_of=then, associated_company=acme.pk, value_from=150)
    text = html.unescape(answer.content.decode())
    assert f'<input type="hidden" name="as_of" value="{then}">' in text
    assert answer.context["cl"].clear_all_filters_qs.startswith("?as_of=")
    assert "value_from" not in answer.context["cl"].clear_all_filters_qs
    assert "select2.full" in text


def test_an_amount_of_then_is_of_the_currency_of_then(attio: Attio, desk: Desk, deals: tuple[Company, Company]) -> None:
    then = moment()
    for version in AttributeValue.objects.filter(attribute__slug="value", number=300):
        version.value = {**version.value, "currency_code": "JPY"}
        version.save()
    Deal.objects.filter(name="Cocoa").update(value_currency="JPY")
    assert rows(ask(desk, as_of=then, value_from=150, value_currency="JPY")) == {"Cocoa"}
    assert rows(ask(desk, as_of=then, value_from=150, value_currency="USD")) == {"Coffee"}
    assert rows(ask(desk, as_of=then, value_from=150)) == set()


def queries(desk: Desk, **query: Any) -> int:
    ask(desk, **query)
    with CaptureQueriesContext(database) as caught:
        ask(desk, **query)
    return len(caught)


def test_they_ask_the_same_however_many_rows(attio: Attio, desk: Desk, deals: tuple[Company, Company]) -> None:
    acme, _ = deals
    query = {"associated_company": acme.pk, "value_from": 1, "value_to": 10_000}
    before = queries(desk, **query)
    for n in range(30):
        Deal.objects.create(name=f"Tea {n}", associated_company=acme, value=n + 1, value_currency="USD")
    assert queries(desk, **query) == before


def test_of_another_tenant_no_company_can_be_asked_for(tenants: Tenants, desk: Desk, northerners: None) -> None:
    company = Company.objects.create(name="South Ltd")
    assert "South" not in ask(desk, associated_company=company.pk).content.decode()


def test_without_a_right_to_companies_there_is_no_such_filter(clerk: Any, deals: tuple[Company, Company]) -> None:
    answer = ask(clerk("view_deal"), associated_company=deals[0].pk)
    assert "By company" not in answer.content.decode()


@pytest.mark.urls("tests.admin.urls")
def test_a_host_has_them_for_its_own_models(shop: Attio, desk: Desk) -> None:
    okakura, lu = (Author.objects.create(name=name) for name in ("Okakura", "Lu Yu"))
    Book.objects.create(isbn="1", title="Tea", author=okakura, price=Decimal("12.50"))
    Book.objects.create(isbn="2", title="Cha", author=lu, price=Decimal("30"))
    shop.drain()

    def books(**query: Any) -> set[str]:
        return rows(desk.client.get("/shop/host/book/", query))

    then = moment()
    for query in ({}, {"as_of": then}):
        assert books(author=str(okakura.pk), **query) == {"Tea"}
        assert books(price_to="20", **query) == {"Tea"}
        assert books(price_from="20", author=str(lu.pk), **query) == {"Cha"}
