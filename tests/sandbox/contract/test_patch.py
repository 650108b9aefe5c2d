"""PATCH by id: change what is sent, and never take away from a multi-value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.contract.kit import (
    make_company,
    make_deal,
    make_person,
    make_user,
    one,
    read,
    records,
    said,
    to,
    unique_domain,
    unique_email,
    write,
)
from tests.sandbox.contract.shelf import custom
from tests.sandbox.contract.voice import Api


def test_what_is_not_sent_stays(api: Api) -> None:
    """Attio's OpenAPI document: attributes that are not in the body are untouched."""
    company = make_company(api, description="kept", domains=[unique_domain()])
    changed = write(api, company, name="New").data
    assert changed["values"]["description"] == company["values"]["description"]
    assert changed["values"]["domains"] == company["values"]["domains"]


def test_a_single_value_is_replaced(api: Api) -> None:
    """Attio's OpenAPI document: the record shows the new value only."""
    company = make_company(api, description="old")
    assert said(write(api, company, description="new").data, "description") == ["new"]


def test_the_answer_is_what_a_read_says(api: Api) -> None:
    """Attio's OpenAPI document: the full record is returned, in its new state."""
    company = make_company(api)
    assert write(api, company, description="new").data == read(api, company)


def test_multi_values_are_added_in_front(api: Api) -> None:
    """Attio's docs: the values supplied are prepended to those that exist."""
    old, new = unique_domain(), unique_domain()
    company = make_company(api, domains=[old])
    assert said(write(api, company, domains=[new]).data, "domains", "domain") == [new, old]


def test_what_is_already_there_is_neither_doubled_nor_moved(api: Api) -> None:
    """Seen on the live service: measured with e-mail addresses."""
    first, second = unique_email(), unique_email()
    person = make_person(api, email_addresses=[first, second])
    changed = write(api, person, email_addresses=[second]).data
    assert said(changed, "email_addresses", "email_address") == [first, second]


def test_what_is_already_there_keeps_its_time(api: Api) -> None:
    """Attio's docs: prepending leaves existing values active as they are."""
    person = make_person(api, email_addresses=[unique_email()])
    changed = write(api, person, email_addresses=[unique_email()]).data
    assert changed["values"]["email_addresses"][1] == person["values"]["email_addresses"][0]


def test_e_mails_already_there_are_known_by_any_capitals(api: Api) -> None:
    """Seen on the live service: the comparison ignores case."""
    email = unique_email()
    person = make_person(api, email_addresses=[email])
    changed = write(api, person, email_addresses=[email.upper()]).data
    assert said(changed, "email_addresses", "email_address") == [email]


def test_patch_never_removes_from_a_multi_value(api: Api) -> None:
    """Attio's OpenAPI document: use PUT by id for that."""
    ada, ben = make_person(api), make_person(api)
    deal = make_deal(api, associated_people=[to("people", ada)])
    changed = write(api, deal, associated_people=[to("people", ben)]).data
    assert said(changed, "associated_people", "target_record_id") == [one(ben), one(ada)]


def test_an_empty_list_clears_a_single_value(api: Api) -> None:
    """Seen on the live service: with PATCH on a text."""
    company = make_company(api, description="gone")
    assert write(api, company, description=[]).data["values"]["description"] == []


@pytest.mark.parametrize(("reading", "left"), [(True, 0), (False, 1)])
def test_an_empty_list_and_a_multi_value(sandbox: Callable, reading: bool, left: int) -> None:
    """Undocumented: clears, or adds nothing."""
    api, _ = sandbox(patch_empty_list_clears_multi=reading)
    company = make_company(api, domains=["one.com"])
    assert len(write(api, company, domains=[]).data["values"]["domains"]) == left


def test_null_is_refused(api: Api) -> None:
    """Seen on the live service: 400 validation_type."""
    assert write(api, make_company(api), description=None).error == (400, "validation_type")


@pytest.mark.parametrize(("reading", "left"), [(True, []), (False, [""])])
def test_an_empty_text(sandbox: Callable, reading: bool, left: list[str]) -> None:
    """Undocumented: said to clear, or stored as it is."""
    api, _ = sandbox(empty_text_clears=reading)
    company = make_company(api, description="old")
    assert said(write(api, company, description="").data, "description") == left


@pytest.mark.parametrize(("reading", "kept"), [(True, "a"), (False, " a ")])
def test_spaces_around_a_text(sandbox: Callable, reading: bool, kept: str) -> None:
    """Undocumented: cut off, or kept."""
    api, _ = sandbox(text_trimmed=reading)
    assert said(make_company(api, description=" a "), "description") == [kept]


@pytest.mark.parametrize("reading", [True, False])
def test_clearing_what_is_required(sandbox: Callable, reading: bool) -> None:
    """Undocumented: refused with missing_value, or done."""
    api, _ = sandbox(empty_required_refused=reading)
    reply = write(api, make_deal(api), name=[])
    assert reply.error == (400, "missing_value") if reading else reply.data["values"]["name"] == []


def test_required_values_need_not_be_sent_again(api: Api) -> None:
    """Attio's OpenAPI document: an update may be partial."""
    assert write(api, make_deal(api), value=5).status == 200


def test_a_value_of_another_record_is_a_conflict(api: Api) -> None:
    """Attio's OpenAPI document: unique attributes are checked on update too."""
    taken = unique_domain()
    make_company(api, domains=[taken])
    assert write(api, make_company(api), domains=[taken]).error == (400, "uniqueness_conflict")


def test_the_own_value_is_no_conflict(api: Api) -> None:
    """Attio's docs: uniqueness is between records."""
    user = make_user(api)
    assert write(api, user, user_id=said(user, "user_id")[0]).status == 200
    [email] = said(user, "primary_email_address", "email_address")
    assert write(api, user, primary_email_address=email.upper()).status == 200


def test_unknown_titles_are_named(api: Api) -> None:
    """Attio's OpenAPI document: value_not_found with the title in the message."""
    refusal = write(api, make_deal(api), stage="No Such Stage")
    assert refusal.error == (400, "value_not_found")
    assert refusal.message == 'Cannot find status attribute with status option title "No Such Stage".'
    refusal = write(api, make_deal(api), **{custom(api, "select"): "Beige"})
    assert refusal.message == 'Cannot find select attribute with select option title "Beige".'


def test_one_bad_value_spoils_the_whole_write(api: Api) -> None:
    """Attio's docs: a write fails as a whole."""
    deal = make_deal(api, value=1)
    assert write(api, deal, value=2, stage="No Such Stage").status == 400
    assert said(read(api, deal), "value", "currency_value") == [1]


def test_an_attribute_id_works_as_a_key(api: Api) -> None:
    """Attio's OpenAPI document: slug or id."""
    attribute_id = api.get("/v2/objects/companies/attributes/description").data["id"]["attribute_id"]
    assert said(write(api, make_company(api), **{attribute_id: "by id"}).data, "description") == ["by id"]


@pytest.mark.parametrize("slug", ["record_id", "created_at", "logo_url"])
def test_what_attio_keeps_cannot_be_changed(api: Api, slug: str) -> None:
    """Attio's OpenAPI document: is_writable is false."""
    assert write(api, make_company(api), **{slug: "2020-01-01"}).status == 400


def test_an_unknown_attribute_is_refused(api: Api) -> None:
    """Seen on the live service: a slip in a slug is not swallowed."""
    assert write(api, make_company(api), no_such_attribute="x").status == 400


def test_the_object_is_looked_up_before_the_record(api: Api) -> None:
    """Attio's OpenAPI document: "Object with slug/ID … not found."."""
    company = make_company(api)
    refusal = api.patch(f"{records('nowhere')}/{one(company)}", {"data": {"values": {}}})
    assert refusal.message == 'Object with slug/ID "nowhere" not found.'
