"""Filters Attio does not accept."""

from __future__ import annotations

import pytest

from tests.sandbox.contract.shelf import custom
from tests.sandbox.contract.voice import Api, Json, Reply


def refused(api: Api, condition: Json, object_slug: str = "deals") -> Reply:
    reply = api.post(f"/v2/objects/{object_slug}/records/query", {"filter": condition})
    assert reply.status == 400, reply.json
    return reply


@pytest.mark.parametrize("condition", [{"updated_at": {"$gte": "2024-01-01"}}, {"nothing": "x"}, {"$gt": 5}])
def test_an_unknown_slug_is_named(api: Api, condition: Json) -> None:
    """Seen on the live service: there is no updated_at; an operator where a slug belongs is an unknown slug."""
    assert refused(api, condition).error == (400, "unknown_filter_attribute_slug")


def test_not_takes_one_simple_condition(api: Api) -> None:
    """Seen on the live service: $not around $or looks for an attribute called $or."""
    condition = {"$not": {"$or": [{"name": "a"}, {"name": "b"}]}}
    assert refused(api, condition).error == (400, "unknown_filter_attribute_slug")


@pytest.mark.parametrize(
    ("slug", "condition"),
    [
        ("name", {"$gt": "a"}),
        ("value", {"$contains": "1"}),
        ("stage", {"$in": ["Lead"]}),
        ("name", {"$ne": "a"}),
        ("name", {"$empty": True}),
    ],
)
def test_an_operator_must_fit_the_type(api: Api, slug: str, condition: Json) -> None:
    """Seen on the live service: invalid_filter_operator; there is no $ne and no $empty."""
    assert refused(api, {slug: condition}).error == (400, "invalid_filter_operator")


def test_e_mails_have_no_not_empty(api: Api) -> None:
    """Attio's docs: the operators of e-mail addresses."""
    condition = {"email_addresses": {"$not_empty": True}}
    assert refused(api, condition, "people").error == (400, "invalid_filter_operator")


@pytest.mark.parametrize("recipe", ["checkbox", "select"])
def test_some_types_know_equality_only(api: Api, recipe: str) -> None:
    """Attio's docs: checkbox and select take $eq."""
    assert refused(api, {custom(api, recipe): {"$contains": "e"}}).error == (400, "invalid_filter_operator")


@pytest.mark.parametrize(("slug", "field"), [("name", "nothing"), ("value", "amount"), ("stage", "colour")])
def test_a_property_must_belong_to_the_type(api: Api, slug: str, field: str) -> None:
    """Seen on the live service: invalid_filter_field."""
    assert refused(api, {slug: {field: "x"}}).error == (400, "invalid_filter_field")


def test_coordinates_cannot_be_filtered(api: Api) -> None:
    """Attio's docs: no latitude, no longitude."""
    assert refused(api, {custom(api, "location"): {"latitude": "1"}}).error == (400, "invalid_filter_field")


def test_an_owner_needs_type_and_id(api: Api) -> None:
    """Attio's docs: both properties are required."""
    refused(api, {"owner": {"referenced_actor_id": "11111111-2222-4333-8444-555555555555"}})


def test_a_filter_error_says_where(api: Api) -> None:
    """Seen on the live service: a top-level path beside the message."""
    assert refused(api, {"name": {"$gt": "a"}}).json["path"][0] == "name"


def test_filter_and_view_exclude_each_other(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: filter or filter_view_id."""
    body = {"filter": {"name": "a"}, "filter_view_id": "11111111-2222-4333-8444-555555555555"}
    assert api.post("/v2/objects/deals/records/query", body).status == 400


def test_a_query_of_a_missing_object_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404 not_found."""
    assert api.post("/v2/objects/nowhere/records/query", {}).error == (404, "not_found")


def test_a_filter_is_an_object(api: Api) -> None:
    """Attio's OpenAPI document: type object."""
    refused(api, ["name"])
