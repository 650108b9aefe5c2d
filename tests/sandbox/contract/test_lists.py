"""Lists: views of records of one object, with attributes of their own."""

from __future__ import annotations

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import member_id, members, unique, unique_slug
from tests.sandbox.contract.shelf import kept_list
from tests.sandbox.contract.voice import Api, Json

NOBODY = "11111111-2222-4333-8444-555555555555"


def body(**chosen: Json) -> Json:
    plain = {
        "name": unique("list"),
        "api_slug": unique_slug("list"),
        "parent_object": "people",
        "workspace_access": "full-access",
        "workspace_member_access": [],
    }
    return {"data": plain | chosen}


def test_a_list_is_the_same_by_slug_and_by_id(api: Api) -> None:
    """Attio's OpenAPI document: slug or id in the path."""
    by_slug = api.get(f"/v2/lists/{kept_list(api)}").data
    assert api.get(f"/v2/lists/{by_slug['id']['list_id']}").data == by_slug


def test_all_lists_come_at_once(api: Api) -> None:
    """Attio's OpenAPI document: unpaged."""
    slug = kept_list(api)
    assert slug in [found["api_slug"] for found in api.get("/v2/lists").data]


def test_the_parent_object_is_a_list_of_slugs(api: Api) -> None:
    """Seen on the live service: an array with one slug."""
    assert api.get(f"/v2/lists/{kept_list(api)}").data["parent_object"] == ["companies"]


def test_a_new_list_knows_who_made_it(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: created_by_actor."""
    made = api.post("/v2/lists", body()).data
    assert made["created_by_actor"] == {"type": "api-token", "id": api.get("/v2/self").json["client_id"]}


@pytest.mark.parametrize(
    "missing", ["name", "api_slug", "parent_object", "workspace_access", "workspace_member_access"]
)
def test_a_list_needs_every_key(api: Api, missing: str) -> None:
    """Attio's OpenAPI document: all five are required."""
    wanting = body()
    del wanting["data"][missing]
    assert api.post("/v2/lists", wanting).error == (400, "validation_type")


def test_the_slug_of_a_list_is_taken_once(api: Api) -> None:
    """Attio's OpenAPI document: 409 slug_conflict with the slug in the message."""
    slug = kept_list(api)
    refusal = api.post("/v2/lists", body(api_slug=slug))
    assert refusal.error == (409, "slug_conflict")
    assert refusal.message == f'A list with api_slug "{slug}" already exists.'


def test_the_parent_object_must_exist(api: Api) -> None:
    """Attio's OpenAPI document: 404 not_found."""
    refusal = api.post("/v2/lists", body(parent_object="nowhere"))
    assert refusal.error == (404, "not_found")
    assert refusal.message == 'Parent object with slug/ID "nowhere" not found.'


def test_a_member_with_access_must_exist(api: Api) -> None:
    """Attio's OpenAPI document: 400 value_not_found."""
    access = [{"workspace_member_id": NOBODY, "level": "full-access"}]
    refusal = api.post("/v2/lists", body(workspace_member_access=access))
    assert refusal.error == (400, "value_not_found")
    assert refusal.message == f'Workspace member with ID "{NOBODY}" not found.'


def test_somebody_must_have_full_access(api: Api) -> None:
    """Attio's OpenAPI document: the workspace or a member needs full-access."""
    assert api.post("/v2/lists", body(workspace_access="read-only")).status == 400


def test_a_private_list_has_no_workspace_access(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: null, and members by name."""
    access = [{"workspace_member_id": member_id(members(api)[0]), "level": "full-access"}]
    made = api.post("/v2/lists", body(workspace_access=None, workspace_member_access=access)).data
    assert (made["workspace_access"], made["workspace_member_access"]) == (None, access)


def test_a_list_can_be_renamed(api: Api) -> None:
    """Attio's OpenAPI document: PATCH of the name."""
    path = f"/v2/lists/{kept_list(api)}"
    old, new = api.get(path).data, unique("pipeline")
    assert api.patch(path, {"data": {"name": new}}).data == old | {"name": new}


def test_a_missing_list_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404 with the name in the message."""
    refusal = api.patch("/v2/lists/nowhere", {"data": {"name": "x"}})
    assert refusal.error == (404, "not_found")
    assert refusal.message == 'List with slug/ID "nowhere" not found.'
