"""The people of the workspace: read only."""

from __future__ import annotations

from uuid import uuid4

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import member_id
from tests.sandbox.contract.voice import Api

MEMBERS = "/v2/workspace_members"


def test_all_members_come_at_once(api: Api) -> None:
    """Attio's OpenAPI document: unpaged."""
    everyone = api.get(MEMBERS).data
    assert len({member_id(member) for member in everyone}) == len(everyone) >= 1


def test_a_member_is_read_by_id(api: Api) -> None:
    """Attio's OpenAPI document: the same shape as in the list."""
    member = api.get(MEMBERS).data[0]
    assert api.get(f"{MEMBERS}/{member_id(member)}").data == member


def test_a_missing_member_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404 with the id in the message."""
    nobody = uuid4()
    refusal = api.get(f"{MEMBERS}/{nobody}")
    assert refusal.error == (404, "not_found")
    assert refusal.message == f'Workspace member with ID "{nobody}" not found.'


def test_members_cannot_be_written(api: Api) -> None:
    """Attio's OpenAPI document: there is no such route."""
    member = api.get(MEMBERS).data[0]
    assert api.patch(f"{MEMBERS}/{member_id(member)}", {"data": {"first_name": "x"}}).error == (404, "not_found")


def test_a_suspended_member_stays_in_the_list(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: members are never deleted, so that the past keeps its authors."""
    gone = sandbox_only.add_member("Dan", "Gone", f"dan-{uuid4().hex}@acme.test", access_level="suspended")
    assert {member_id(member): member["access_level"] for member in api.get(MEMBERS).data}[gone] == "suspended"
