"""PUT with matching_attribute: create or update by a unique value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.contract.kit import (
    deal_values,
    make_company,
    make_deal,
    make_person,
    make_user,
    one,
    put_by,
    query,
    read,
    records,
    said,
    to,
    unique,
    unique_domain,
    unique_email,
    unique_slug,
)
from tests.sandbox.contract.shelf import custom
from tests.sandbox.contract.voice import Api, Json


def test_nothing_matching_creates(api: Api) -> None:
    """Attio's OpenAPI document: assert creates when nothing is found."""
    domain = unique_domain()
    company = put_by(api, "companies", "domains", domains=[domain], name="New").data
    assert [one(row) for row in query(api, "companies", filter={"domains": domain})] == [one(company)]


def test_a_match_is_updated(api: Api) -> None:
    """Attio's OpenAPI document: assert updates the record it finds."""
    domain = unique_domain()
    company = make_company(api, domains=[domain], description="old")
    again = put_by(api, "companies", "domains", domains=[domain], description="new").data
    assert one(again) == one(company)
    assert said(again, "description") == ["new"]


def test_asserting_twice_is_asserting_once(api: Api) -> None:
    """Seen on the live service: the second assert returns the same record."""
    key = unique("key")
    values = deal_values(api) | {custom(api, "key"): key}
    first, second = (put_by(api, "deals", custom(api, "key"), **values).data for _ in range(2))
    assert one(first) == one(second)


def test_what_is_not_sent_stays(api: Api) -> None:
    """Attio's OpenAPI document: other attributes are untouched."""
    domain = unique_domain()
    make_company(api, domains=[domain], description="kept")
    assert said(put_by(api, "companies", "domains", domains=[domain]).data, "description") == ["kept"]


def test_an_attribute_id_can_match(api: Api) -> None:
    """Attio's OpenAPI document: matching_attribute is a slug or an id."""
    domain = unique_domain()
    company = make_company(api, domains=[domain])
    attribute_id = api.get("/v2/objects/companies/attributes/domains").data["id"]["attribute_id"]
    assert one(put_by(api, "companies", attribute_id, domains=[domain]).data) == one(company)


def test_the_matching_attribute_must_be_given(api: Api) -> None:
    """Attio's OpenAPI document: a required query parameter."""
    refusal = api.put(records("companies"), {"data": {"values": {"domains": [unique_domain()]}}})
    assert refusal.error == (400, "validation_type")


def test_the_matching_attribute_is_not_read_from_the_body(api: Api) -> None:
    """Attio's OpenAPI document: query parameter only; several public clients get this wrong."""
    body = {"data": {"values": {"domains": [unique_domain()]}, "matching_attribute": "domains"}}
    assert api.put(records("companies"), body).status == 400


def test_an_unknown_matching_attribute_is_named(api: Api) -> None:
    """Attio's OpenAPI document: value_not_found."""
    refusal = put_by(api, "companies", "nothing", name="x")
    assert refusal.error == (400, "value_not_found")
    assert refusal.message == 'No attribute was found for matching_attribute slug/ID "nothing".'


def test_a_matching_attribute_must_be_unique(api: Api) -> None:
    """Seen on the live service: its own code."""
    refusal = put_by(api, "companies", "description", description="x")
    assert refusal.error == (400, "matching_attribute_definition_not_unique")


def test_deals_have_nothing_of_their_own_to_match_by(api: Api) -> None:
    """Attio's docs: deals cannot be asserted without a custom unique attribute."""
    refusal = put_by(api, "deals", "name", **deal_values(api))
    assert refusal.error == (400, "matching_attribute_definition_not_unique")


def test_the_matching_value_must_be_sent(api: Api) -> None:
    """Attio's OpenAPI document: the attribute's value is what is looked for."""
    assert put_by(api, "companies", "domains", name=unique()).status == 400


def test_a_multi_valued_match_gains_values(api: Api) -> None:
    """Attio's OpenAPI document: new values of the matching attribute are added, existing ones not deleted."""
    old, new = unique_domain(), unique_domain()
    make_company(api, domains=[old])
    company = put_by(api, "companies", "domains", domains=[old, new]).data
    assert set(said(company, "domains", "domain")) == {old, new}


def test_a_match_by_one_value_loses_none_of_the_others(api: Api) -> None:
    """Seen on the live service: measured with e-mail addresses."""
    work, home = unique_email(), unique_email()
    make_person(api, email_addresses=[work, home])
    person = put_by(api, "people", "email_addresses", email_addresses=[home]).data
    assert set(said(person, "email_addresses", "email_address")) == {work, home}


def test_other_multi_values_become_what_was_sent(api: Api) -> None:
    """Attio's OpenAPI document: created or deleted as necessary to match the list."""
    key, (ada, ben) = unique("key"), (make_person(api), make_person(api))
    make_deal(api, **{custom(api, "key"): key, "associated_people": [to("people", ada)]})
    deal = put_by(api, "deals", custom(api, "key"), **{custom(api, "key"): key}, associated_people=[to("people", ben)])
    assert said(deal.data, "associated_people", "target_record_id") == [one(ben)]


def test_required_is_asked_when_it_would_create(api: Api) -> None:
    """Attio's OpenAPI document: missing_value."""
    refusal = put_by(api, "users", "user_id", user_id=unique_slug())
    assert refusal.error == (400, "missing_value")


def test_required_is_not_asked_when_it_updates(api: Api) -> None:
    """Attio's OpenAPI document: an existing record already has its required values."""
    user = make_user(api)
    [user_id] = said(user, "user_id")
    assert one(put_by(api, "users", "user_id", user_id=user_id).data) == one(user)


def test_another_unique_value_may_still_conflict(api: Api) -> None:
    """Seen on the live service: only the matching attribute is matched."""
    ada, ben = make_user(api), make_user(api)
    taken: Json = said(ada, "primary_email_address", "email_address")[0]
    refusal = put_by(api, "users", "user_id", user_id=said(ben, "user_id")[0], primary_email_address=taken)
    assert refusal.error == (400, "uniqueness_conflict")


@pytest.mark.parametrize(
    "dress", [str.upper, lambda domain: f"https://{domain}/about?x=1", lambda domain: f"{domain}/"]
)
def test_domains_match_after_tidying(api: Api, dress: Callable[[str], str]) -> None:
    """Attio's docs: scheme, path and capitals do not matter."""
    domain = unique_domain()
    company = make_company(api, domains=[domain])
    assert one(put_by(api, "companies", "domains", domains=[dress(domain)]).data) == one(company)


def test_e_mails_match_whatever_their_capitals(api: Api) -> None:
    """Seen on the live service: comparison ignores case, and nothing is added twice."""
    email = unique_email()
    person = make_person(api, email_addresses=[email])
    again = put_by(api, "people", "email_addresses", email_addresses=[email.upper()]).data
    assert one(again) == one(person)
    assert said(again, "email_addresses", "email_address") == [email]


def test_texts_match_with_their_capitals(api: Api) -> None:
    """Seen on the live service: text uniqueness is case-sensitive."""
    key = unique("key")
    deal = make_deal(api, **{custom(api, "key"): key})
    other = put_by(api, "deals", custom(api, "key"), **(deal_values(api) | {custom(api, "key"): key.upper()})).data
    assert one(other) != one(deal)


def test_nobody_can_choose_a_record_id(api: Api) -> None:
    """Seen on the live service: record_id cannot be used to create at a chosen id."""
    chosen = "11111111-2222-4333-8444-555555555555"
    assert put_by(api, "companies", "record_id", record_id=chosen, name="x").status == 400


def test_a_missing_object_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404."""
    assert put_by(api, "nowhere", "x", x="y").error == (404, "not_found")


def test_an_assert_that_fails_changes_nothing(api: Api) -> None:
    """Attio's docs: a write fails as a whole."""
    domain = unique_domain()
    company = make_company(api, domains=[domain], description="old")
    put_by(api, "companies", "domains", domains=[domain], description="new", categories=["no such category"])
    assert said(read(api, company), "description") == ["old"]


@pytest.mark.parametrize("reading", ["refuse", "first"])
def test_values_that_match_different_records(sandbox: Callable, reading: str) -> None:
    """Undocumented for records: multiple_match_results is known from list entries."""
    api, _ = sandbox(assert_several_matches=reading)
    make_company(api, domains=["one.com"])
    make_company(api, domains=["two.com"])
    refusal = put_by(api, "companies", "domains", domains=["one.com", "two.com"])
    assert refusal.error == (400, "multiple_match_results" if reading == "refuse" else "uniqueness_conflict")
