"""POST: a new record."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from tests.sandbox.contract.kit import (
    create,
    deal_values,
    make_company,
    make_deal,
    make_person,
    members,
    one,
    read,
    records,
    said,
    unique,
    unique_domain,
    unique_email,
)
from tests.sandbox.contract.shelf import custom
from tests.sandbox.contract.voice import Api, Json, Reply

NINE_DIGITS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


def post(api: Api, object_slug: str, **values: Json) -> Reply:
    return api.post(records(object_slug), {"data": {"values": values}})


def test_creating_answers_with_the_whole_record(api: Api) -> None:
    """Attio's OpenAPI document: all write answers return the full record."""
    company = make_company(api, description="cheese")
    assert company == read(api, company)


def test_creating_is_200_not_201(api: Api) -> None:
    """Attio's OpenAPI document: 200 for everything, creates included."""
    assert post(api, "companies", name=unique()).status == 200


def test_a_record_is_identified_by_three_ids(api: Api) -> None:
    """Attio's OpenAPI document: workspace, object and record."""
    company = make_company(api)
    assert list(company["id"]) == ["workspace_id", "object_id", "record_id"]
    assert all(UUID(part) for part in company["id"].values())


def test_every_attribute_is_present_and_always_a_list(api: Api) -> None:
    """Seen on the live service: each non-archived attribute by slug; an empty list is no value."""
    company = make_company(api)
    known = {found["api_slug"] for found in api.get("/v2/objects/companies/attributes", limit=500).data}
    assert company["values"].keys() == known
    assert company["values"]["domains"] == []


def test_record_id_comes_first_among_the_values(api: Api) -> None:
    """Seen on the live service: record_id, then the order of attributes."""
    assert next(iter(make_company(api)["values"])) == "record_id"


def test_a_value_is_an_envelope_around_its_type(api: Api) -> None:
    """Seen on the live service: the order of keys in a value."""
    value = make_company(api)["values"]["name"][0]
    assert list(value) == ["active_from", "active_until", "created_by_actor", "value", "attribute_type"]
    assert value["active_until"] is None


def test_times_have_nine_digits(api: Api) -> None:
    """Seen on the live service: milliseconds padded with zeros, in UTC."""
    company = make_company(api)
    assert NINE_DIGITS.fullmatch(company["created_at"])
    assert NINE_DIGITS.fullmatch(company["values"]["name"][0]["active_from"])


def test_a_record_knows_itself(api: Api) -> None:
    """Seen on the live service: record_id is a text attribute too, created_at a timestamp."""
    company = make_company(api)
    assert said(company, "record_id") == [one(company)]
    assert said(company, "created_at")[0][:16] == company["created_at"][:16]


def test_a_record_knows_who_made_it(api: Api) -> None:
    """Seen on the live service: created_by refers to the token."""
    token = api.get("/v2/self").json["client_id"]
    value = make_company(api)["values"]["created_by"][0]
    assert (value["referenced_actor_type"], value["referenced_actor_id"]) == ("api-token", token)


@pytest.mark.parametrize(
    ("make", "segment"),
    [(make_person, "person/"), (make_company, "company/"), (make_deal, "deals/record/")],
)
def test_a_record_has_a_page(api: Api, make: Callable, segment: str) -> None:
    """Seen on the live service: the shapes of web_url."""
    slug = api.get("/v2/self").json["workspace_slug"]
    record = make(api)
    assert record["web_url"] == f"https://app.attio.com/{slug}/{segment}{one(record)}"


def test_people_and_companies_may_be_empty(api: Api) -> None:
    """Seen on the live service: nothing is required of them."""
    assert create(api, "people")["values"]["name"] == []
    assert create(api, "companies")["values"]["name"] == []


@pytest.mark.parametrize("missing", ["name", "stage", "owner"])
def test_a_deal_needs_name_stage_and_owner(api: Api, missing: str) -> None:
    """Attio's docs: required; Attio's OpenAPI document: missing_value names the attribute by id."""
    attribute_id = api.get(f"/v2/objects/deals/attributes/{missing}").data["id"]["attribute_id"]
    values = deal_values(api)
    values.pop(missing)
    refusal = post(api, "deals", **values)
    assert refusal.error == (400, "missing_value")
    assert refusal.message == f'Required value for attribute with ID "{attribute_id}" was not provided.'


def test_an_owner_can_be_given_by_e_mail(api: Api) -> None:
    """Attio's docs: a member by e-mail address."""
    member = members(api)[0]
    deal = make_deal(api, owner=member["email_address"])
    assert said(deal, "owner", "referenced_actor_id") == [member["id"]["workspace_member_id"]]


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value]])
def test_a_single_value_comes_bare_or_in_a_list_of_one(api: Api, wrap: Callable) -> None:
    """Attio's docs: both forms."""
    assert said(make_company(api, description=wrap("cheese")), "description") == ["cheese"]


def test_a_single_value_is_not_two(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: more than one element is refused; the code on this route is not stated."""
    assert post(api, "companies", description=["one", "two"]).status == 400


@pytest.mark.parametrize("code", ["multiple_values_for_single_value_attribute", "validation_type"])
def test_the_code_for_two_values(sandbox: Callable, code: str) -> None:
    """Undocumented on this route: known from the history route only."""
    api, _ = sandbox(too_many_values_code=code)
    assert post(api, "companies", description=["one", "two"]).error == (400, code)


@pytest.mark.parametrize(("reading", "status"), [(False, 400), (True, 200)])
def test_a_bare_value_for_a_multi_value(sandbox: Callable, reading: bool, status: int) -> None:
    """Undocumented: the docs want a list, integrators disagree on what happens otherwise."""
    api, _ = sandbox(multi_accepts_bare=reading)
    assert post(api, "companies", domains=unique_domain()).status == status


@pytest.mark.parametrize("value", [None, [None], ["x", None]])
def test_null_is_no_value(api: Api, value: Json) -> None:
    """Seen on the live service: null is refused, bare and inside a list."""
    assert post(api, "companies", description=value).status == 400


@pytest.mark.parametrize("kind", ["name", "value", "stage", "owner", "associated_people", "associated_company"])
def test_null_is_refused_for_every_kind(api: Api, kind: str) -> None:
    """Seen on the live service: 400 validation_type; [] is how to say nothing."""
    assert post(api, "deals", **(deal_values(api) | {kind: None})).error == (400, "validation_type")


def test_an_empty_list_is_no_value(api: Api) -> None:
    """Seen on the live service: [] instead of null."""
    assert make_company(api, description=[], domains=[])["values"]["description"] == []


@pytest.mark.parametrize("slug", ["record_id", "created_at", "created_by", "logo_url"])
def test_what_attio_keeps_cannot_be_written(api: Api, slug: str) -> None:
    """Attio's OpenAPI document: is_writable is false."""
    assert post(api, "companies", **{slug: "2020-01-01"}).status == 400


def test_an_unknown_attribute_is_refused(api: Api) -> None:
    """Seen on the live service: a slip in a slug is not swallowed."""
    assert post(api, "companies", no_such_attribute="x").status == 400


def test_a_taken_unique_value_is_a_conflict(api: Api) -> None:
    """Seen on the live service: 400 uniqueness_conflict; the message names the attribute."""
    domain = unique_domain()
    make_company(api, domains=[domain])
    refusal = post(api, "companies", domains=[domain])
    assert refusal.error == (400, "uniqueness_conflict")
    assert "domains" in refusal.message


def test_a_custom_unique_text_is_a_conflict_too(api: Api) -> None:
    """Seen on the live service: a plain POST with a taken external id is refused."""
    key = unique("key")
    make_deal(api, **{custom(api, "key"): key})
    refusal = post(api, "deals", **(deal_values(api) | {custom(api, "key"): key}))
    assert refusal.error == (400, "uniqueness_conflict")


def test_unique_texts_tell_capitals_apart(api: Api) -> None:
    """Seen on the live service: uniqueness is case-sensitive although filters are not."""
    key = unique("key")
    make_deal(api, **{custom(api, "key"): key})
    assert said(make_deal(api, **{custom(api, "key"): key.upper()}), custom(api, "key")) == [key.upper()]


def test_unique_e_mails_do_not_tell_capitals_apart(api: Api) -> None:
    """Seen on the live service: e-mail addresses are compared after lower-casing."""
    email = unique_email()
    make_person(api, email_addresses=[email])
    assert post(api, "people", email_addresses=[email.upper()]).error == (400, "uniqueness_conflict")


def test_many_records_may_have_no_unique_value(api: Api) -> None:
    """Attio's docs: uniqueness is about values, not about their absence."""
    assert one(make_company(api)) != one(make_company(api))


def test_a_freed_unique_value_can_be_used_again(api: Api) -> None:
    """Attio's docs: a deleted record is gone."""
    domain = unique_domain()
    api.delete(f"{records('companies')}/{one(make_company(api, domains=[domain]))}")
    assert said(make_company(api, domains=[domain]), "domains", "domain") == [domain]


def test_posting_twice_makes_two(api: Api) -> None:
    """Attio's OpenAPI document: POST is not idempotent, and no request key makes it so."""
    values = deal_values(api)
    assert one(create(api, "deals", **values)) != one(create(api, "deals", **values))


@pytest.mark.parametrize(("reading", "status"), [("collapse", 200), ("refuse", 400)])
def test_the_same_value_twice_in_a_list(sandbox: Callable, reading: str, status: int) -> None:
    """Undocumented: `duplicate_values` is known from the history route only."""
    api, _ = sandbox(duplicates_in_list=reading)
    assert post(api, "companies", domains=["twice.com", "twice.com"]).status == status


@pytest.mark.parametrize("reading", [False, True])
def test_a_person_with_a_work_e_mail_and_their_company(sandbox: Callable, reading: bool) -> None:
    """Undocumented, but seen on the live service: a company is made and linked by the system a moment later."""
    api, world = sandbox(person_brings_company=reading)
    person = make_person(api, email_addresses=["ada@engines.example.com"])
    world.clock.advance(seconds=1)
    linked = read(api, person)["values"]["company"]
    assert [value["created_by_actor"]["type"] for value in linked] == (["system"] if reading else [])
