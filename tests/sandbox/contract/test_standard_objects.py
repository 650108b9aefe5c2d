"""The attributes Attio gives its standard objects: the same slugs in every workspace."""

from __future__ import annotations

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import stages
from tests.sandbox.contract.voice import Api, Json

REFERENCE = "record-reference"
DEALS = {
    "name": "text", "stage": "status", "owner": "actor-reference", "value": "currency",
    "associated_people": REFERENCE, "associated_company": REFERENCE,
}  # fmt: skip
WORKSPACES = {
    "workspace_id": "text", "name": "text", "users": REFERENCE, "company": REFERENCE, "avatar_url": "text",
}  # fmt: skip
USERS = {"primary_email_address": "email-address", "user_id": "text", "person": REFERENCE, "workspace": REFERENCE}
COMPANIES = {
    "domains": "domain", "name": "text", "description": "text", "team": REFERENCE, "categories": "select",
    "primary_location": "location", "logo_url": "text", "linkedin": "text", "twitter": "text",
    "twitter_follower_count": "number", "estimated_arr_usd": "select", "employee_range": "select",
    "foundation_date": "date", "last_interaction": "interaction", "first_calendar_interaction": "interaction",
    "strongest_connection_user": "actor-reference", "associated_deals": REFERENCE,
}  # fmt: skip
PEOPLE = {
    "name": "personal-name", "email_addresses": "email-address", "description": "text", "job_title": "text",
    "company": REFERENCE, "avatar_url": "text", "phone_numbers": "phone-number", "primary_location": "location",
    "last_email_interaction": "interaction", "associated_deals": REFERENCE,
}  # fmt: skip
TABLE = [
    ("deals", DEALS), ("workspaces", WORKSPACES), ("users", USERS), ("companies", COMPANIES), ("people", PEOPLE),
]  # fmt: skip
OBJECTS = [name for name, _ in TABLE]
RELATIONSHIPS = [
    ("deals", "associated_people", "people", "associated_deals"),
    ("deals", "associated_company", "companies", "associated_deals"),
    ("workspaces", "users", "users", "workspace"),
    ("workspaces", "company", "companies", "associated_workspaces"),
    ("users", "person", "people", "associated_users"),
    ("people", "company", "companies", "team"),
]


def attributes(api: Api, object_slug: str) -> dict[str, Json]:
    return {found["api_slug"]: found for found in api.get(f"/v2/objects/{object_slug}/attributes", limit=500).data}


@pytest.mark.parametrize(("object_slug", "expected"), TABLE)
def test_standard_attributes_have_their_types(api: Api, object_slug: str, expected: dict[str, str]) -> None:
    """Attio's docs of the standard objects, and seen on the live service."""
    known = attributes(api, object_slug)
    assert {slug: known[slug]["type"] for slug in expected} == expected
    assert all(known[slug]["is_system_attribute"] for slug in expected)


@pytest.mark.parametrize("object_slug", OBJECTS)
def test_every_object_keeps_books_nobody_writes(api: Api, object_slug: str) -> None:
    """Seen on the live service: record_id, created_at, created_by with their dynamic defaults."""
    known = attributes(api, object_slug)
    books = {
        slug: (known[slug]["type"], known[slug]["is_writable"]) for slug in ("record_id", "created_at", "created_by")
    }
    assert books == {
        "record_id": ("text", False),
        "created_at": ("timestamp", False),
        "created_by": ("actor-reference", False),
    }
    assert known["created_at"]["default_value"] == {"type": "dynamic", "template": "PT0S"}
    assert known["created_by"]["default_value"] == {"type": "dynamic", "template": "current-user"}
    assert known["record_id"]["is_unique"] is True


@pytest.mark.parametrize(
    ("object_slug", "required"),
    [
        ("deals", {"name", "stage", "owner"}),
        ("workspaces", {"workspace_id"}),
        ("users", {"primary_email_address", "user_id"}),
        ("companies", set()),
        ("people", set()),
    ],
)
def test_required_standard_attributes(api: Api, object_slug: str, required: set[str]) -> None:
    """Attio's docs of the standard objects; people and companies require nothing (seen on the live service)."""
    known = attributes(api, object_slug).values()
    assert {found["api_slug"] for found in known if found["is_required"] and found["is_system_attribute"]} == required


@pytest.mark.parametrize(
    ("object_slug", "unique"),
    [
        ("deals", set()),
        ("workspaces", {"workspace_id"}),
        ("users", {"primary_email_address", "user_id"}),
        ("companies", {"domains"}),
        ("people", {"email_addresses"}),
    ],
)
def test_unique_standard_attributes(api: Api, object_slug: str, unique: set[str]) -> None:
    """Attio's docs: what each object can be asserted by; deals have nothing of their own."""
    known = attributes(api, object_slug).values()
    system = {found["api_slug"] for found in known if found["is_unique"] and found["is_system_attribute"]}
    assert system - {"record_id"} == unique


@pytest.mark.parametrize(
    ("object_slug", "many"),
    [
        ("deals", {"associated_people"}),
        ("workspaces", {"users"}),
        ("users", {"workspace"}),
        ("companies", {"domains", "team", "categories", "associated_deals"}),
        ("people", {"email_addresses", "phone_numbers", "associated_deals"}),
    ],
)
def test_multi_valued_standard_attributes(api: Api, object_slug: str, many: set[str]) -> None:
    """Attio's docs of the standard objects, and seen on the live service."""
    known = attributes(api, object_slug)
    assert all(known[slug]["is_multiselect"] for slug in many)


@pytest.mark.parametrize(("object_slug", "slug", "other", "partner"), RELATIONSHIPS)
def test_relationships_name_each_other(api: Api, object_slug: str, slug: str, other: str, partner: str) -> None:
    """Attio's docs: a relationship attribute is one of two views on the same link."""
    here, there = attributes(api, object_slug)[slug], attributes(api, other)[partner]
    assert here["relationship"]["id"]["attribute_id"] == there["id"]["attribute_id"]
    assert there["relationship"]["id"]["attribute_id"] == here["id"]["attribute_id"]
    assert (here["relationship"]["object_slug"], here["relationship"]["api_slug"]) == (other, partner)


@pytest.mark.parametrize(
    "slug", ["logo_url", "twitter_follower_count", "last_interaction", "strongest_connection_user"]
)
def test_enriched_attributes_of_companies_are_not_writable(api: Api, slug: str) -> None:
    """Seen on the live service: is_writable is false for what Attio fills in itself."""
    assert attributes(api, "companies")[slug]["is_writable"] is False


def test_the_value_of_a_deal_is_in_dollars_at_first(api: Api, sandbox_only: World) -> None:
    """Attio's docs: USD by default; a workspace can change it."""
    assert attributes(api, "deals")["value"]["config"]["currency"]["default_currency_code"] == "USD"


def test_deals_start_with_four_stages(api: Api, sandbox_only: World) -> None:
    """Attio's docs: Lead, In Progress, Won 🎉 and Lost, in this order; a workspace can change them."""
    assert [stage["title"] for stage in stages(api)] == ["Lead", "In Progress", "Won 🎉", "Lost"]
