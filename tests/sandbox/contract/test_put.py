"""PUT by id: as PATCH, but a multi-value becomes exactly what is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.contract.kit import (
    make_company,
    make_deal,
    make_person,
    one,
    read,
    said,
    to,
    unique_domain,
    unique_email,
    write,
)
from tests.sandbox.contract.shelf import custom
from tests.sandbox.contract.voice import Api


def test_a_multi_value_becomes_the_list(api: Api) -> None:
    """Attio's OpenAPI document: PUT by id overwrites multi-values."""
    kept, lost, new = unique_email(), unique_email(), unique_email()
    person = make_person(api, email_addresses=[kept, lost])
    changed = write(api, person, "PUT", email_addresses=[kept, new]).data
    assert set(said(changed, "email_addresses", "email_address")) == {kept, new}


def test_one_reference_can_be_taken_away(api: Api) -> None:
    """Attio's OpenAPI document: what is missing from the list is deleted."""
    ada, ben = make_person(api), make_person(api)
    deal = make_deal(api, associated_people=[to("people", ada), to("people", ben)])
    changed = write(api, deal, "PUT", associated_people=[to("people", ada)]).data
    assert said(changed, "associated_people", "target_record_id") == [one(ada)]


def test_a_value_that_stays_keeps_its_time(api: Api) -> None:
    """Attio's docs: values are created or deleted only as necessary."""
    domain = unique_domain()
    company = make_company(api, domains=[domain])
    changed = write(api, company, "PUT", domains=[unique_domain(), domain]).data
    by_domain = {value["domain"]: value for value in changed["values"]["domains"]}
    assert by_domain[domain] == company["values"]["domains"][0]


@pytest.mark.parametrize("reading", [True, False])
def test_the_same_values_in_another_order(sandbox: Callable, reading: bool) -> None:
    """Undocumented: whether PUT moves what is already there."""
    api, _ = sandbox(put_reorders=reading)
    company = make_company(api, domains=["one.com", "two.com"])
    changed = write(api, company, "PUT", domains=["two.com", "one.com"]).data
    assert said(changed, "domains", "domain") == (["two.com", "one.com"] if reading else ["one.com", "two.com"])


@pytest.mark.parametrize(("slug", "value"), [("description", "gone"), ("categories", [])])
def test_an_empty_list_clears(api: Api, slug: str, value: object) -> None:
    """Seen on the live service: [] with PUT, single and multi."""
    company = make_company(api, **{slug: value})
    assert write(api, company, "PUT", **{slug: []}).data["values"][slug] == []


def test_an_empty_list_clears_a_multi_value(api: Api) -> None:
    """Seen on the live service: the sure way to empty a multi-value."""
    company = make_company(api, domains=[unique_domain(), unique_domain()])
    assert write(api, company, "PUT", domains=[]).data["values"]["domains"] == []


def test_what_is_not_sent_stays(api: Api) -> None:
    """Attio's OpenAPI document: PUT by id is partial too."""
    company = make_company(api, description="kept", domains=[unique_domain()])
    changed = write(api, company, "PUT", name="New").data
    assert changed["values"]["description"] == company["values"]["description"]
    assert changed["values"]["domains"] == company["values"]["domains"]


def test_putting_twice_is_putting_once(api: Api) -> None:
    """Attio's OpenAPI document: PUT is idempotent."""
    company = make_company(api)
    domains = [unique_domain(), unique_domain()]
    first, second = (write(api, company, "PUT", domains=domains).data for _ in range(2))
    assert first == second


def test_a_single_value_is_replaced(api: Api) -> None:
    """Attio's OpenAPI document: as with PATCH."""
    company = make_company(api, description="old")
    assert said(write(api, company, "PUT", description="new").data, "description") == ["new"]


def test_options_of_a_multi_select_are_overwritten(api: Api) -> None:
    """Attio's OpenAPI document: created or deleted as necessary."""
    slug = custom(api, "selects")
    deal = make_deal(api, **{slug: ["Red", "Green"]})
    changed = write(api, deal, "PUT", **{slug: ["Blue", "Green"]}).data
    assert {option["title"] for option in said(changed, slug, "option")} == {"Blue", "Green"}


def test_a_value_of_another_record_is_a_conflict(api: Api) -> None:
    """Attio's OpenAPI document: unique attributes are checked on overwrite too."""
    taken = unique_domain()
    make_company(api, domains=[taken])
    company = make_company(api, domains=[unique_domain()])
    assert write(api, company, "PUT", domains=[taken]).error == (400, "uniqueness_conflict")
    assert read(api, company)["values"]["domains"] == company["values"]["domains"]


def test_null_is_refused(api: Api) -> None:
    """Seen on the live service: 400 validation_type, as with PATCH."""
    assert write(api, make_company(api), "PUT", domains=None).error == (400, "validation_type")
