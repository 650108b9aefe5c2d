"""Objects: what kinds of record a workspace has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import create, one, unique_slug
from tests.sandbox.contract.voice import Api, Json

BOOKKEEPING = ["record_id", "created_at", "created_by"]


def test_people_and_companies_are_always_listed(api: Api) -> None:
    """Attio's docs: the two objects every workspace has."""
    assert {"people", "companies"} <= {found["api_slug"] for found in api.get("/v2/objects").data}


def test_an_object_is_the_same_by_slug_and_by_id(api: Api) -> None:
    """Attio's OpenAPI document: slugs may stand wherever an object id may."""
    by_slug = api.get("/v2/objects/people").data
    assert api.get(f"/v2/objects/{by_slug['id']['object_id']}").data == by_slug


@pytest.mark.parametrize(
    ("slug", "singular", "plural"),
    [("people", "Person", "People"), ("companies", "Company", "Companies"), ("deals", "Deal", "Deal")],
)
def test_standard_objects_have_their_nouns(api: Api, slug: str, singular: str, plural: str) -> None:
    """Attio's docs: deals are `Deal` in the plural too."""
    found = api.get(f"/v2/objects/{slug}").data
    assert (found["singular_noun"], found["plural_noun"]) == (singular, plural)


def test_an_empty_update_of_an_object_is_refused(api: Api) -> None:
    """Attio's OpenAPI document: "You passed an empty payload…"."""
    refusal = api.patch("/v2/objects/people", {"data": {}})
    assert refusal.error == (400, "validation_type")
    assert refusal.message.startswith("You passed an empty payload.")


def test_a_disabled_object_is_not_listed(sandbox: Callable) -> None:
    """Seen on the live service: deals, users and workspaces appear only once an admin has enabled them."""
    api, _ = sandbox(enabled=set())
    assert {found["api_slug"] for found in api.get("/v2/objects").data} == {"people", "companies"}


@pytest.mark.parametrize(
    ("reading", "error"),
    [("not_found", (404, "not_found")), ("standard_object_disabled", (400, "standard_object_disabled"))],
)
def test_writing_to_a_disabled_object_fails(sandbox: Callable, reading: str, error: tuple[int, str]) -> None:
    """Undocumented: that it fails is certain, with which code is not."""
    api, _ = sandbox(enabled=set(), disabled_object=reading)
    assert api.post("/v2/objects/deals/records", {"data": {"values": {}}}).error == error


def make_object(api: Api) -> Json:
    slug = unique_slug("object")
    return api.post("/v2/objects", {"data": {"api_slug": slug, "singular_noun": slug, "plural_noun": f"{slug}s"}}).data


def test_a_custom_object_keeps_its_own_books(api: Api, sandbox_only: World) -> None:
    """Attio's docs: every object has record_id, created_at and created_by, which nobody can write."""
    slug = make_object(api)["api_slug"]
    attributes = {found["api_slug"]: found for found in api.get(f"/v2/objects/{slug}/attributes").data}
    assert all(not attributes[name]["is_writable"] for name in BOOKKEEPING)


def test_a_custom_object_takes_records_at_once(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: the record routes are the same for any object."""
    slug = make_object(api)["api_slug"]
    assert create(api, slug)["values"]["created_by"]


@pytest.mark.parametrize("reading", [True, False])
def test_the_name_of_a_custom_object(sandbox: Callable, reading: bool) -> None:
    """Undocumented: usual, but nobody says that it is always there."""
    api, _ = sandbox(custom_object_has_name=reading)
    slugs = [found["api_slug"] for found in api.get(f"/v2/objects/{make_object(api)['api_slug']}/attributes").data]
    assert ("name" in slugs) is reading


def test_a_custom_object_goes_with_its_records(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document of 2026-10: DELETE takes the records along."""
    slug = make_object(api)["api_slug"]
    record = create(api, slug)
    assert api.delete(f"/v2/objects/{slug}").json == {}
    assert api.get(f"/v2/objects/{slug}/records/{one(record)}").error == (404, "not_found")


def test_a_standard_object_cannot_be_deleted(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document of 2026-10: custom objects only."""
    assert api.delete("/v2/objects/companies").error == (400, "system_edit_unauthorized")


def test_the_slug_of_an_object_is_taken_once(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: 409 slug_conflict."""
    slug = make_object(api)["api_slug"]
    refusal = api.post("/v2/objects", {"data": {"api_slug": slug, "singular_noun": "A", "plural_noun": "B"}})
    assert refusal.error == (409, "slug_conflict")
    assert refusal.message == "Failed to create object. Please ensure your api_slug and names are unique."


def test_an_object_can_be_renamed(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: any of api_slug and the two nouns may be patched; the id stays."""
    old = make_object(api)
    new = api.patch(f"/v2/objects/{old['api_slug']}", {"data": {"singular_noun": "Ship"}}).data
    assert new == old | {"singular_noun": "Ship"}


@pytest.mark.parametrize("missing", ["api_slug", "singular_noun", "plural_noun"])
def test_an_object_needs_slug_and_nouns(api: Api, missing: str) -> None:
    """Attio's OpenAPI document: all three are required to create an object."""
    body = {"api_slug": unique_slug(), "singular_noun": "A", "plural_noun": "B"}
    body.pop(missing)
    assert api.post("/v2/objects", {"data": body}).error == (400, "validation_type")
