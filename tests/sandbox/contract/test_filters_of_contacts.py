"""Filters by e-mail address, domain, phone number, place, name and interaction."""

from __future__ import annotations

import pytest

from tests.sandbox.contract.kit import (
    found,
    make_company,
    make_person,
    one,
    person_name,
    place,
    unique,
    unique_domain,
    unique_email,
)
from tests.sandbox.contract.shelf import with_values, within
from tests.sandbox.contract.voice import Api, Json


@pytest.mark.parametrize(
    "condition",
    [
        lambda local, domain: f"{local}@{domain}",
        lambda local, domain: {"email_domain": domain},
        lambda local, domain: {"email_root_domain": domain.removeprefix("app.")},
        lambda local, domain: {"email_local_specifier": local, "email_domain": domain},
        lambda local, domain: {"$starts_with": local},
        lambda local, domain: {"$ends_with": domain},
        lambda local, domain: {"email_address": {"$contains": domain}},
    ],
)
def test_e_mails(api: Api, condition: Json) -> None:
    """Attio's docs: the properties and operators of e-mail addresses."""
    email = unique_email(f"app.{unique_domain()}")
    person = make_person(api, email_addresses=[email])
    make_person(api, email_addresses=[unique_email()])
    assert found(api, "people", {"email_addresses": condition(*email.split("@"))}) == {one(person)}


@pytest.mark.parametrize(
    "condition",
    [
        lambda domain: f"app.{domain}",
        lambda domain: {"root_domain": domain},
        lambda domain: {"domain": {"$contains": domain.removesuffix(".com")}},
        lambda domain: {"$starts_with": f"app.{domain}"},
        lambda domain: {"root_domain": {"$eq": domain}, "domain": {"$not_empty": True}},
    ],
)
def test_domains(api: Api, condition: Json) -> None:
    """Attio's docs: the properties and operators of domains."""
    domain = unique_domain()
    company = make_company(api, domains=[f"app.{domain}"])
    make_company(api, domains=[unique_domain()])
    assert found(api, "companies", {"domains": condition(domain)}) == {one(company)}


@pytest.mark.parametrize(
    ("condition", "hit"),
    [
        ("+442079460958", True),
        ("442079460958", True),
        ("020 7946 0958", False),
        ({"country_code": "GB"}, True),
        ({"country_code": "US"}, False),
        ({"phone_number": {"$starts_with": "+4420"}}, True),
    ],
)
def test_phone_numbers(api: Api, condition: Json, hit: bool) -> None:
    """Seen on the live service: digits with or without plus match, the national form does not."""
    slug, deals = with_values(api, "phone", "+442079460958")
    assert within(api, deals, {slug: condition}) == [hit]


@pytest.mark.parametrize(
    ("condition", "hit"),
    [
        ({"locality": "Paris"}, True),
        ({"country_code": "FR"}, True),
        ({"country_code": {"$eq": "GB"}}, False),
        ({"line_1": {"$contains": "rue"}}, True),
        ({"postcode": {"$starts_with": "75"}}, True),
    ],
)
def test_locations(api: Api, condition: Json, hit: bool) -> None:
    """Attio's docs: lines, locality, region, postcode and country."""
    spot = place(line_1="1 rue Oberkampf", locality="Paris", postcode="75011", country_code="FR")
    slug, deals = with_values(api, "location", spot)
    assert within(api, deals, {slug: condition}) == [hit]


@pytest.mark.parametrize(
    "condition",
    [
        {"interacted_at": {"$gte": "2020-01-01T00:00:00Z"}},
        {"interaction_type": "email"},
        {"interaction_type": {"$not_empty": True}},
    ],
)
def test_interactions_of_those_who_had_none(api: Api, condition: Json) -> None:
    """Attio's docs: times are compared, types are equal or not empty."""
    person = make_person(api)
    ours = {"record_id": {"$in": [one(person)]}}
    assert found(api, "people", {"$and": [ours, {"last_interaction": condition}]}) == set()


@pytest.mark.parametrize("field", ["first_name", "last_name", "full_name"])
def test_names_of_people(api: Api, field: str) -> None:
    """Attio's docs: the three properties of a personal name."""
    name = person_name(unique("first"), unique("last"))
    person = make_person(api, name=name)
    assert found(api, "people", {"name": {field: name[field]}}) == {one(person)}
    assert found(api, "people", {"name": {field: {"$starts_with": name[field].upper()}}}) == {one(person)}
    assert found(api, "people", {"name": name["full_name"]}) == {one(person)}
