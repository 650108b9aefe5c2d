"""References from record to record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.contract.kit import (
    deal_values,
    make_company,
    make_deal,
    make_person,
    make_user,
    make_workspace,
    one,
    read,
    records,
    said,
    to,
    unique_domain,
    unique_email,
    write,
)
from tests.sandbox.contract.shelf import custom, refused
from tests.sandbox.contract.voice import Api, Json

NOBODY = "11111111-2222-4333-8444-555555555555"


def target(record: Json, slug: str) -> list[str]:
    return said(record, slug, "target_record_id")


def test_a_reference_by_id(api: Api) -> None:
    """Attio's OpenAPI document: target_object and target_record_id."""
    company = make_company(api)
    [value] = make_deal(api, associated_company=to("companies", company))["values"]["associated_company"]
    assert (value["target_object"], value["target_record_id"]) == ("companies", one(company))


def test_the_object_of_a_reference_may_be_an_id(api: Api) -> None:
    """Attio's OpenAPI document: slug or id in, slug out."""
    company = make_company(api)
    deal = make_deal(api, associated_company=to(company["id"]["object_id"], company))
    assert said(deal, "associated_company", "target_object") == ["companies"]


def test_a_reference_by_e_mail(api: Api) -> None:
    """Attio's OpenAPI document: by a unique attribute of the target."""
    email = unique_email()
    person = make_person(api, email_addresses=[email])
    by_email = {"target_object": "people", "email_addresses": [{"email_address": email}]}
    assert target(make_deal(api, associated_people=[by_email]), "associated_people") == [one(person)]


def test_a_reference_by_domain(api: Api) -> None:
    """Attio's OpenAPI document: by a unique attribute of the target."""
    domain = unique_domain()
    company = make_company(api, domains=[domain])
    by_domain = {"target_object": "companies", "domains": [{"domain": domain}]}
    assert target(make_deal(api, associated_company=by_domain), "associated_company") == [one(company)]


def test_a_reference_by_a_unique_text(api: Api) -> None:
    """Attio's OpenAPI document: the inner key is `value`."""
    user = make_user(api)
    by_user_id = {"target_object": "users", "user_id": [{"value": said(user, "user_id")[0]}]}
    assert target(make_workspace(api, users=[by_user_id]), "users") == [one(user)]


def test_a_reference_by_attribute_id(api: Api) -> None:
    """Attio's OpenAPI document: slug or id of the matching attribute."""
    domain = unique_domain()
    company = make_company(api, domains=[domain])
    attribute_id = api.get("/v2/objects/companies/attributes/domains").data["id"]["attribute_id"]
    by_domain = {"target_object": "companies", attribute_id: [{"domain": domain}]}
    assert target(make_deal(api, associated_company=by_domain), "associated_company") == [one(company)]


def test_a_reference_by_attribute_names_one_value(api: Api) -> None:
    """Attio's OpenAPI document: exactly one element."""
    first, second = unique_domain(), unique_domain()
    make_company(api, domains=[first, second])
    by_both = {"target_object": "companies", "domains": [{"domain": first}, {"domain": second}]}
    body = {"data": {"values": deal_values(api) | {"associated_company": by_both}}}
    assert api.post(records("deals"), body).status == 400


def test_a_company_by_its_bare_domain(api: Api) -> None:
    """Attio's docs: a shorthand where exactly one standard object is allowed."""
    domain = unique_domain()
    company = make_company(api, domains=[domain])
    assert target(make_deal(api, associated_company=domain), "associated_company") == [one(company)]


def test_people_by_their_bare_e_mails(api: Api) -> None:
    """Attio's docs: a shorthand, in a list too."""
    email = unique_email()
    person = make_person(api, email_addresses=[email])
    assert target(make_deal(api, associated_people=[email]), "associated_people") == [one(person)]


def test_users_by_their_bare_user_id(api: Api) -> None:
    """Attio's docs: user_id is the shorthand of users."""
    user = make_user(api)
    assert target(make_workspace(api, users=said(user, "user_id")), "users") == [one(user)]


def test_no_shorthand_where_two_objects_are_allowed(api: Api) -> None:
    """Attio's docs: the shorthand would not say which."""
    domain = unique_domain()
    make_company(api, domains=[domain])
    refused(api, "either", [domain])


def test_deals_have_no_shorthand(api: Api) -> None:
    """Attio's docs: deals and custom objects need the object form."""
    refused(api, "deal", said(make_deal(api), "name")[0])


@pytest.mark.parametrize(
    "missing",
    [
        {"target_object": "companies", "target_record_id": NOBODY},
        {"target_object": "companies", "domains": [{"domain": "amc-nowhere.com"}]},
        "amc-nowhere.com",
    ],
)
def test_the_target_must_exist(api: Api, missing: Json) -> None:
    """Attio's docs: otherwise the whole write fails with value_not_found."""
    body = {"data": {"values": deal_values(api) | {"associated_company": missing}}}
    assert api.post(records("deals"), body).error == (400, "value_not_found")


def test_the_target_must_be_of_an_allowed_object(api: Api) -> None:
    """Attio's OpenAPI document: allowed_object_ids of the attribute."""
    body = {"data": {"values": deal_values(api) | {"associated_company": to("people", make_person(api))}}}
    assert api.post(records("deals"), body).status == 400


def test_two_kinds_of_target_fit_where_allowed(api: Api) -> None:
    """Attio's OpenAPI document: an attribute may allow several objects."""
    slug = custom(api, "either")
    person, company = make_person(api), make_company(api)
    deal = make_deal(api, **{slug: [to("people", person), to("companies", company)]})
    assert set(said(deal, slug, "target_object")) == {"people", "companies"}


def test_a_reference_is_strict_about_its_keys(api: Api) -> None:
    """Attio's OpenAPI document: additionalProperties is false on the form by id."""
    refused(api, "person", to("people", make_person(api)) | {"because": "x"})


def test_a_reference_can_be_cleared(api: Api) -> None:
    """Seen on the live service: [] clears."""
    deal = make_deal(api, associated_company=to("companies", make_company(api)))
    assert write(api, deal, associated_company=[]).data["values"]["associated_company"] == []


@pytest.mark.parametrize("reading", [True, False])
def test_references_to_a_deleted_record(sandbox: Callable, reading: bool) -> None:
    """Undocumented: whether they end with it."""
    api, _ = sandbox(delete_closes_references=reading)
    person, slug = make_person(api), custom(api, "person")
    deal = make_deal(api, **{slug: to("people", person)})
    api.delete(f"{records('people')}/{one(person)}")
    assert target(read(api, deal), slug) == ([] if reading else [one(person)])
