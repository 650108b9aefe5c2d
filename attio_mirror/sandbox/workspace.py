"""The routes about the workspace itself: the token's own description, and the members."""

from __future__ import annotations

from . import show
from .answer import Json
from .call import Call
from .errors import not_found
from .nouns import Token
from .state import State

SCOPES = (
    *("call_recording", "comment", "file", "list_configuration", "list_entry", "meeting", "note"),
    *("object_configuration", "private_collection", "public_collection", "record_permission", "scim_management"),
    *("task", "user_management", "webhook"),
)


def list_members(call: Call) -> Json:
    return {"data": [show.member(call.state, member) for member in call.state.members.values()]}


def read_member(call: Call) -> Json:
    key = call.params["workspace_member_id"]
    member = call.state.members.get(key.lower())
    if member is None:
        raise not_found(f'Workspace member with ID "{key}" not found.')
    return {"data": show.member(call.state, member)}


def describe(state: State, token: Token) -> Json:
    """What `GET /v2/self` says: flat, without `data`; a revoked token is merely not active."""
    if token.revoked:
        return {"active": False}
    scopes = [f"{name}:read-write" for name in SCOPES] if token.scopes is None else sorted(token.scopes)
    return {
        "active": True,
        "scope": " ".join(scopes),
        "client_id": token.client_id,
        "token_type": "Bearer",
        "exp": None,
        "iat": token.issued_at,
        "sub": state.workspace_id,
        "aud": token.client_id,
        "iss": "attio.com",
        "authorized_by_workspace_member_id": next(iter(state.members), token.authorized_by),
        "workspace_id": state.workspace_id,
        "workspace_name": state.name,
        "workspace_slug": state.slug,
        "workspace_logo_url": None,
    }
