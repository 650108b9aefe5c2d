"""Texts, numbers, ratings, checkboxes and money."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.contract.kit import make_company, make_deal, said, write
from tests.sandbox.contract.shelf import custom, kept, refused
from tests.sandbox.contract.voice import Api, Json


@pytest.mark.parametrize(
    "text", ["plain", "Ünïcödé", "株式会社", "عربى", "Won 🎉", "a\nb\tc", "<b>&amp;</b>", "x" * 5000]
)
def test_texts_come_back_as_they_went(api: Api, text: str) -> None:
    """Attio's docs: a raw text field; no HTML escaping was ever reported."""
    assert kept(api, "text", text) == text


def test_a_text_may_be_an_object(api: Api) -> None:
    """Attio's OpenAPI document: a string or {"value"}."""
    assert kept(api, "text", {"value": "wrapped"}) == "wrapped"


@pytest.mark.parametrize(
    ("sent", "number"),
    [(5, 5), (-1.5, -1.5), ("42", 42), ("-0.25", -0.25), ({"value": 7}, 7), (0, 0), (1234567.8912, 1234567.8912)],
)
def test_numbers_may_come_as_texts(api: Api, sent: Json, number: float) -> None:
    """Attio's docs: a number or a numeric string, with four decimals at least."""
    assert kept(api, "number", sent) == number


@pytest.mark.parametrize("sent", ["many", "", {"amount": 5}, [[5]]])
def test_what_is_no_number_is_refused(api: Api, sent: Json) -> None:
    """Attio's docs: numeric only."""
    refused(api, "number", sent)


@pytest.mark.parametrize(("sent", "stars"), [(0, 0), (5, 5), (3, 3), ({"value": 4}, 4)])
def test_ratings_go_from_none_to_five(api: Api, sent: Json, stars: int) -> None:
    """Attio's docs: whole numbers from 0 to 5."""
    assert kept(api, "rating", sent) == stars


@pytest.mark.parametrize("sent", [6, -1, 2.5, "five"])
def test_other_ratings_are_refused(api: Api, sent: Json) -> None:
    """Attio's docs: whole numbers from 0 to 5."""
    refused(api, "rating", sent)


@pytest.mark.parametrize(
    ("sent", "ticked"), [(True, True), (False, False), ("true", True), ("false", False), ({"value": True}, True)]
)
def test_checkboxes_know_two_words(api: Api, sent: Json, ticked: bool) -> None:
    """Attio's OpenAPI document: booleans, and the strings 'true' and 'false'."""
    assert kept(api, "checkbox", sent) is ticked


@pytest.mark.parametrize("sent", ["yes", "maybe", 2, None])
def test_a_checkbox_is_nothing_else(api: Api, sent: Json) -> None:
    """Attio's docs: not even null; write false to untick."""
    refused(api, "checkbox", sent)


def test_an_unset_checkbox_reads_as_nothing(api: Api) -> None:
    """Seen on the live service: [] although filters count it as false."""
    ticked = custom(api, "checkbox")  # made before the deal, if nobody else has
    assert make_deal(api)["values"][ticked] == []


@pytest.mark.parametrize(
    ("sent", "amount"),
    [(4200, 4200), ("99.50", 99.5), ({"currency_value": 1.2345}, 1.2345), (0, 0), (-3, -3)],
)
def test_money_may_come_in_three_ways(api: Api, sent: Json, amount: float) -> None:
    """Attio's docs: a number, a numeric string, or {"currency_value"}."""
    assert kept(api, "currency", sent, "currency_value") == amount


def test_the_currency_belongs_to_the_attribute(api: Api) -> None:
    """Attio's docs: default_currency_code of the attribute's config."""
    assert kept(api, "currency", 1, "currency_code") == "EUR"


def test_the_currency_of_the_deal_value_is_its_attributes(api: Api) -> None:
    """Attio's docs: USD unless the workspace chose another."""
    config = api.get("/v2/objects/deals/attributes/value").data["config"]["currency"]
    assert said(make_deal(api, value=10), "value", "currency_code") == [config["default_currency_code"]]


def test_money_is_strict_about_its_keys(api: Api) -> None:
    """Seen on the live service: {value, currency} is refused as unrecognized keys."""
    refusal = refused(api, "currency", {"value": 5, "currency": "USD"})
    assert "unrecognized_keys" in [entry["code"] for entry in refusal.json["validation_errors"]]


@pytest.mark.parametrize(("reading", "status"), [("refuse", 400), ("ignore", 200)])
def test_a_currency_code_in_a_value(sandbox: Callable, reading: str, status: int) -> None:
    """Undocumented: refused or ignored; never taken."""
    api, _ = sandbox(currency_code_in_value=reading)
    reply = write(api, make_deal(api), value={"currency_value": 5, "currency_code": "EUR"})
    assert reply.status == status
    assert status == 400 or said(reply.data, "value", "currency_code") == ["USD"]


@pytest.mark.parametrize(("reading", "status"), [("round", 200), ("refuse", 400)])
def test_more_than_four_decimals(sandbox: Callable, reading: str, status: int) -> None:
    """Undocumented: rounded, or refused."""
    api, _ = sandbox(currency_excess_places=reading)
    reply = write(api, make_deal(api), value=1.23456)
    assert reply.status == status
    assert status == 400 or said(reply.data, "value", "currency_value") == [1.2346]


def test_a_bad_value_says_which_attribute(api: Api) -> None:
    """Seen on the live service: by attribute id, by slug, or by a path into data.values."""
    attribute = api.get(f"/v2/objects/deals/attributes/{custom(api, 'number')}").data
    refusal = refused(api, "number", "many")
    place = refusal.message + str(refusal.json.get("validation_errors"))
    assert attribute["id"]["attribute_id"] in place or attribute["api_slug"] in place


def test_a_bad_value_is_a_validation_error(api: Api) -> None:
    """Seen on the live service: validation_type for a value of the wrong type."""
    assert refused(api, "number", "many").error == (400, "validation_type")


def test_a_company_name_is_a_text(api: Api) -> None:
    """Seen on the live service: attribute_type repeats the type in each value."""
    assert make_company(api)["values"]["name"][0]["attribute_type"] == "text"
