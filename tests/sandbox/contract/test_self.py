"""What a token says about itself."""

from __future__ import annotations

import re

import pytest
import requests

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import make_company, said
from tests.sandbox.contract.voice import Api

UNKNOWN = "0" * 64


def test_self_is_flat_without_a_data_wrapper(api: Api) -> None:
    """Attio's OpenAPI document: /v2/self answers the fields themselves."""
    me = api.get("/v2/self")
    assert me.status == 200
    assert me.json["active"] is True
    assert "data" not in me.json


def test_self_names_the_workspace_twice(api: Api) -> None:
    """Attio's OpenAPI document: `sub` is the workspace id."""
    me = api.get("/v2/self").json
    assert me["sub"] == me["workspace_id"]
    assert me["workspace_slug"]


def test_self_names_the_token_as_client_and_audience(api: Api) -> None:
    """Seen on the live service: for an API key both are the token's own id."""
    me = api.get("/v2/self").json
    assert me["client_id"] == me["aud"]


def test_values_written_by_an_api_key_carry_the_client_id_as_their_actor(api: Api) -> None:
    """Seen on the live service: `client_id` of /v2/self is the actor id on values."""
    me = api.get("/v2/self").json
    company = make_company(api)
    assert said(company, "name", "created_by_actor") == [{"type": "api-token", "id": me["client_id"]}]


def test_a_token_never_expires_and_is_a_bearer_token(api: Api) -> None:
    """Attio's OpenAPI document: `exp` is null, `token_type` Bearer, `iss` attio.com."""
    me = api.get("/v2/self").json
    assert (me["exp"], me["token_type"], me["iss"]) == (None, "Bearer", "attio.com")


def test_scopes_are_one_text_of_names_and_levels(api: Api) -> None:
    """Attio's OpenAPI document: a space-separated list of `name:read` or `name:read-write`."""
    scopes = api.get("/v2/self").json["scope"].split(" ")
    assert all(re.fullmatch(r"[a-z_]+:(read|read-write)", scope) for scope in scopes)


def test_the_member_who_authorised_the_token_is_a_member_of_the_workspace(api: Api) -> None:
    """Seen on the live service: present for API keys too."""
    known = {member["id"]["workspace_member_id"] for member in api.get("/v2/workspace_members").data}
    assert api.get("/v2/self").json["authorized_by_workspace_member_id"] in known


def test_an_unknown_token_is_inactive_not_refused(api: Api) -> None:
    """Seen on the live service: 200 with only {"active": false}, so the flag must be looked at."""
    me = api.with_token(UNKNOWN).get("/v2/self")
    assert (me.status, me.json) == (200, {"active": False})


@pytest.mark.parametrize("token", [None, "short"])
def test_a_missing_or_malformed_token_is_a_missing_value_on_self(api: Api, token: str | None) -> None:
    """Seen on the live service: 400 here, where every other route answers 401."""
    assert api.with_token(token).get("/v2/self").error == (400, "missing_value")


def test_the_token_may_come_as_a_basic_user_name(api: Api) -> None:
    """Attio's docs: HTTP Basic with the token as user name and no password."""
    answer: requests.Response = api.session.get(f"{api.origin}/v2/self", auth=(str(api.token), ""))
    assert answer.json()["active"] is True


def test_self_needs_no_scope(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: no scope is required for /v2/self."""
    sandbox_only.add_token("n" * 64, scopes=())
    assert api.with_token("n" * 64).get("/v2/self").json["active"] is True


def test_a_revoked_token_becomes_inactive(api: Api, sandbox_only: World) -> None:
    """Seen on the live service: a revoked token looks like an unknown one."""
    sandbox_only.add_token("r" * 64)
    sandbox_only.revoke_token("r" * 64)
    assert api.with_token("r" * 64).get("/v2/self").json == {"active": False}


def test_a_token_of_an_app_writes_as_that_app(api: Api, sandbox_only: World) -> None:
    """Seen on the live service: OAuth tokens leave {"type": "app"} with the app's client id."""
    client = sandbox_only.add_token("a" * 64, kind="app")
    company = make_company(api.with_token("a" * 64))
    assert said(company, "name", "created_by_actor") == [{"type": "app", "id": client}]
