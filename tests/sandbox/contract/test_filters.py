"""Filters: the grammar, and each type's operators."""

from __future__ import annotations

import pytest

from tests.sandbox.contract.kit import (
    found,
    make_company,
    make_deal,
    make_person,
    member_id,
    members,
    one,
    said,
    stages,
    to,
    unique,
    unique_domain,
    write,
)
from tests.sandbox.contract.shelf import with_values, within
from tests.sandbox.contract.voice import Api, Json

NOBODY = "11111111-2222-4333-8444-555555555555"


def test_a_filter_by_plain_value_is_equality(api: Api) -> None:
    """Attio's docs: the shorthand compares the main property."""
    name = unique()
    deal = make_deal(api, name=name)
    make_deal(api)
    assert found(api, "deals", {"name": name}) == {one(deal)}


def test_several_keys_must_all_fit(api: Api) -> None:
    """Attio's docs: keys beside each other are a conjunction."""
    slug, deals = with_values(api, "number", 1, 2)
    name = said(deals[0], "name")[0]
    assert within(api, deals, {slug: 1, "name": name}) == [True, False]
    assert within(api, deals, {slug: 2, "name": name}) == [False, False]


def test_several_operators_must_all_fit(api: Api) -> None:
    """Attio's docs: operators in one object are a conjunction."""
    slug, deals = with_values(api, "number", 1, 2, 3)
    assert within(api, deals, {slug: {"$gt": 1, "$lt": 3}}) == [False, True, False]


def test_and_or_and_not(api: Api) -> None:
    """Attio's docs: the three connectives."""
    slug, deals = with_values(api, "number", 1, 2, 3)
    assert within(api, deals, {"$or": [{slug: 1}, {slug: 3}]}) == [True, False, True]
    assert within(api, deals, {"$and": [{slug: {"$gte": 2}}, {slug: {"$lte": 2}}]}) == [False, True, False]
    assert within(api, deals, {"$not": {slug: 2}}) == [True, False, True]


def test_an_attribute_id_works_in_a_filter(api: Api) -> None:
    """Attio's docs: slugs or ids."""
    slug, deals = with_values(api, "number", 1, 2)
    attribute_id = api.get(f"/v2/objects/deals/attributes/{slug}").data["id"]["attribute_id"]
    assert within(api, deals, {attribute_id: 2}) == [False, True]


def test_many_records_by_their_ids(api: Api) -> None:
    """Attio's docs: $in on record_id is the bulk read."""
    deals = [make_deal(api) for _ in range(3)]
    wanted = {one(deal) for deal in deals[:2]}
    assert found(api, "deals", {"record_id": {"$in": [*wanted, NOBODY]}}) == wanted


@pytest.mark.parametrize(
    ("condition", "hits"),
    [
        ({"$eq": "Alpha beta"}, [True, False, False]),
        ({"$in": ["Alpha beta", "Gamma"]}, [True, True, False]),
        ({"$contains": "beta"}, [True, False, False]),
        ({"$starts_with": "Alpha"}, [True, False, False]),
        ({"$ends_with": "mma"}, [False, True, False]),
        ({"$not_empty": True}, [True, True, False]),
        ({"value": {"$eq": "Gamma"}}, [False, True, False]),
        ({"value": "Gamma"}, [False, True, False]),
    ],
)
def test_texts(api: Api, condition: Json, hits: list[bool]) -> None:
    """Attio's docs: the operators of text."""
    slug, deals = with_values(api, "text", "Alpha beta", "Gamma", [])
    assert within(api, deals, {slug: condition}) == hits


@pytest.mark.parametrize("condition", [{"$contains": "BETA"}, {"$eq": "alpha BETA"}, "ALPHA beta"])
def test_texts_are_compared_without_capitals(api: Api, condition: Json) -> None:
    """Attio's docs for $contains; seen on the live service for equality."""
    slug, deals = with_values(api, "text", "Alpha beta")
    assert within(api, deals, {slug: condition}) == [True]


@pytest.mark.parametrize(
    ("condition", "hits"),
    [
        (2, [False, True, False]),
        ({"$eq": 1}, [True, False, False]),
        ({"$lt": 2}, [True, False, False]),
        ({"$lte": 2}, [True, True, False]),
        ({"$gt": 1}, [False, True, False]),
        ({"$gte": 1}, [True, True, False]),
    ],
)
@pytest.mark.parametrize("recipe", ["number", "rating", "currency"])
def test_numbers_ratings_and_money(api: Api, recipe: str, condition: Json, hits: list[bool]) -> None:
    """Attio's docs: comparisons; what is unset is never hit."""
    slug, deals = with_values(api, recipe, 1, 2, [])
    assert within(api, deals, {slug: condition}) == hits


def test_money_may_be_compared_with_a_text(api: Api) -> None:
    """Attio's docs: JSON number or string."""
    slug, deals = with_values(api, "currency", 1, "2.50")
    assert within(api, deals, {slug: {"currency_value": {"$gte": "2.5"}}}) == [False, True]


@pytest.mark.parametrize(("ticked", "hits"), [(True, [True, False, False]), (False, [False, True, True])])
def test_an_unset_checkbox_counts_as_false(api: Api, ticked: bool, hits: list[bool]) -> None:
    """Seen on the live service: although it reads as []."""
    slug, deals = with_values(api, "checkbox", True, False, [])
    assert within(api, deals, {slug: ticked}) == hits


@pytest.mark.parametrize(
    ("condition", "hits"),
    [
        ("2024-02-29", [False, True]),
        ({"$lt": "2024-02-29"}, [True, False]),
        ({"$lte": "2024-02-29"}, [True, True]),
        ({"$gt": "2023-05-01"}, [False, True]),
        ({"value": {"$gte": "2023-05-01"}}, [True, True]),
    ],
)
def test_dates(api: Api, condition: Json, hits: list[bool]) -> None:
    """Attio's docs: the operators of date."""
    slug, deals = with_values(api, "date", "2023-05-01", "2024-02-29")
    assert within(api, deals, {slug: condition}) == hits


@pytest.mark.parametrize(
    ("condition", "hits"),
    [
        ({"$eq": "2023-05-01T12:00:00.000000000Z"}, [True, False]),
        ({"$lt": "2023-05-01T13:00:00Z"}, [True, False]),
        ({"$gte": "2023-05-01T14:00:00+01:00"}, [False, True]),
    ],
)
def test_timestamps(api: Api, condition: Json, hits: list[bool]) -> None:
    """Attio's docs: the operators of timestamp, with date and time."""
    slug, deals = with_values(api, "timestamp", "2023-05-01T12:00:00Z", "2023-05-01T13:00:00Z")
    assert within(api, deals, {slug: condition}) == hits


def test_records_made_since_a_time(api: Api) -> None:
    """Seen on the live service: created_at is an attribute like any other, and finds new records."""
    old, new = make_deal(api), make_deal(api)
    since = new["values"]["created_at"][0]["value"]
    hits = found(api, "deals", {"created_at": {"$gte": since}})
    assert one(new) in hits
    assert one(old) not in hits


def test_selects_by_title_and_by_id(api: Api) -> None:
    """Attio's docs: either."""
    slug, deals = with_values(api, "select", "Red", "Blue", [])
    option = said(deals[1], slug, "option")[0]["id"]["option_id"]
    assert within(api, deals, {slug: "Red"}) == [True, False, False]
    assert within(api, deals, {slug: {"$eq": option}}) == [False, True, False]
    assert within(api, deals, {slug: {"option": "Blue"}}) == [False, True, False]


def test_one_of_several_options_is_enough(api: Api) -> None:
    """Attio's docs: a multi-value fits if one of its values does."""
    slug, deals = with_values(api, "selects", ["Red", "Blue"], ["Green"])
    assert within(api, deals, {slug: "Blue"}) == [True, False]


def test_options_chosen_since_a_time(api: Api) -> None:
    """Attio's docs: active_from of a select, compared."""
    slug, (before, after) = with_values(api, "select", "Red", "Red")
    [since] = said(after, slug, "active_from")
    assert within(api, [before, after], {slug: {"active_from": {"$gte": since}}}) == [False, True]
    assert within(api, [before, after], {slug: {"active_from": {"$lt": since}}}) == [True, False]


def test_stages_by_title_and_by_id(api: Api) -> None:
    """Attio's docs: either."""
    first, second = stages(api)[:2]
    deals = [make_deal(api, stage=stage["title"]) for stage in (first, second)]
    assert within(api, deals, {"stage": first["title"]}) == [True, False]
    assert within(api, deals, {"stage": {"$eq": second["id"]["status_id"]}}) == [False, True]
    assert within(api, deals, {"stage": {"status": second["title"]}}) == [False, True]


def test_stages_entered_since_a_time(api: Api) -> None:
    """Attio's docs: active_from of a status finds recent moves."""
    still, moved = make_deal(api), make_deal(api)
    moved = write(api, moved, stage=stages(api)[1]["title"]).data
    [since] = said(moved, "stage", "active_from")
    assert within(api, [still, moved], {"stage": {"active_from": {"$gte": since}}}) == [False, True]


def test_references_by_their_target(api: Api) -> None:
    """Attio's docs: target_object and target_record_id."""
    company = make_company(api)
    deals = [make_deal(api, associated_company=to("companies", company)), make_deal(api)]
    assert within(api, deals, {"associated_company": to("companies", company)}) == [True, False]
    by_ids = {"target_object": "companies", "target_record_id": {"$in": [one(company), NOBODY]}}
    assert within(api, deals, {"associated_company": by_ids}) == [True, False]


def test_references_by_a_path_into_the_target(api: Api) -> None:
    """Attio's docs: drill down with path and constraints."""
    domain = unique_domain()
    company = make_company(api, domains=[domain])
    deals = [make_deal(api, associated_company=to("companies", company)), make_deal(api)]
    path = [["deals", "associated_company"], ["companies", "domains"]]
    assert within(api, deals, {"path": path, "constraints": {"domain": domain}}) == [True, False]


def test_references_by_a_path_of_two_steps(api: Api) -> None:
    """Attio's docs: a path may go on from record to record."""
    name = unique()
    company = make_company(api, name=name)
    person = make_person(api, company=to("companies", company))
    deals = [make_deal(api, associated_people=[to("people", person)]), make_deal(api)]
    path = [["deals", "associated_people"], ["people", "company"], ["companies", "name"]]
    assert within(api, deals, {"path": path, "constraints": {"value": name}}) == [True, False]


def test_owners_by_type_and_id(api: Api) -> None:
    """Attio's docs: both are needed."""
    deal = make_deal(api)
    [owner] = said(deal, "owner", "referenced_actor_id")
    condition = {"owner": {"referenced_actor_type": "workspace-member", "referenced_actor_id": owner}}
    assert within(api, [deal], condition) == [True]
    others = [member_id(member) for member in members(api) if member_id(member) != owner] or [NOBODY]
    condition["owner"]["referenced_actor_id"] = others[0]
    assert within(api, [deal], condition) == [False]
