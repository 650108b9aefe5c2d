"""Search: fuzzy, and eventually consistent."""

from __future__ import annotations

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import (
    make_company,
    make_person,
    member_id,
    members,
    one,
    person_name,
    unique,
    unique_domain,
)
from tests.sandbox.contract.voice import Api, Json

SEARCH = "/v2/objects/records/search"
AS_WORKSPACE = {"type": "workspace"}


def body(text: str, **chosen: Json) -> Json:
    return {"query": text, "objects": ["people", "companies"], "request_as": AS_WORKSPACE} | chosen


def hits(api: Api, text: str, **chosen: Json) -> list[str]:
    return [row["id"]["record_id"] for row in api.post(SEARCH, body(text, **chosen)).data]


def test_a_company_is_found_by_its_name(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: labels are matched; live, a fresh write may not be found yet."""
    name = unique()
    company = make_company(api, name=name)
    [row] = api.post(SEARCH, body(name)).data
    assert (row["id"]["record_id"], row["object_slug"], row["record_text"]) == (one(company), "companies", name)


def test_a_company_is_found_by_its_domain(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: domains are matched and shown."""
    domain = unique_domain()
    company = make_company(api, domains=[domain])
    [row] = api.post(SEARCH, body(domain)).data
    assert (row["id"]["record_id"], row["domains"]) == (one(company), [domain])


def test_a_person_is_found_by_name_and_shown_with_addresses(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: e-mails and phones are part of a person's row."""
    name = unique()
    email = f"amc@{unique_domain()}"
    make_person(api, name=person_name("Ada", name), email_addresses=[email], phone_numbers=["+15558675309"])
    [row] = api.post(SEARCH, body(name)).data
    assert (row["email_addresses"], row["phone_numbers"]) == ([email], ["+15558675309"])


def test_only_the_named_objects_are_searched(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: objects, by slug or id."""
    name = unique()
    make_company(api, name=name)
    assert hits(api, name, objects=["people"]) == []


def test_a_search_must_say_for_whom(api: Api) -> None:
    """Seen on the live service: without request_as it is a validation error that says where."""
    asked = body("x")
    del asked["request_as"]
    refusal = api.post(SEARCH, asked)
    assert refusal.error == (400, "validation_type")
    assert refusal.json["validation_errors"][0]["path"] == ["request_as"]


@pytest.mark.parametrize("key", ["workspace_member_id", "email_address"])
def test_a_search_may_be_for_a_member(api: Api, key: str) -> None:
    """Attio's OpenAPI document: by id or e-mail address."""
    member = members(api)[0]
    whom = {"workspace_member_id": member_id(member), "email_address": member["email_address"]}[key]
    assert api.post(SEARCH, body("x", request_as={"type": "workspace-member", key: whom})).status == 200


@pytest.mark.parametrize("wrong", [{"objects": []}, {"query": "x" * 257}, {"limit": 26}, {"limit": 0}])
def test_a_search_has_bounds(api: Api, wrong: Json) -> None:
    """Attio's OpenAPI document: an object at least, 256 characters, 25 rows."""
    assert api.post(SEARCH, body("x") | wrong).error == (400, "validation_type")


def test_a_missing_object_is_a_missing_value(api: Api) -> None:
    """Attio's OpenAPI document: 400 value_not_found here."""
    refusal = api.post(SEARCH, body("x", objects=["foobar"]))
    assert refusal.error == (400, "value_not_found")
    assert refusal.message == 'Object with slug/ID "foobar" not found.'
