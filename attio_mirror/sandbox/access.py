"""Who may ask what: bearer tokens and scopes."""

from __future__ import annotations

from collections.abc import Iterable

from .answer import Json
from .call import Caller
from .errors import Refusal
from .nouns import SYSTEM, Actor, Token
from .state import State
from .workspace import describe

KEY_LENGTH = 64
NOT_FOUND = "The API Key provided could not be found. It may never have existed, or it was deleted or revoked."
WRONG_LENGTH = f"The API Key provided is not valid: an API Key has {KEY_LENGTH} characters."
NO_KEY = "No API Key was provided: send it as a Bearer token in the Authorization header."


def caller(state: State, token: str | None, member: str | None, *, system: bool) -> Caller:
    """Attio itself, a person in Attio's own interface, or the holder of a token."""
    if system:
        return Caller(SYSTEM, system=True)
    if member is not None:
        if member not in state.members:
            raise ValueError(f"There is no workspace member {member!r} in this world.")
        return Caller(Actor("workspace-member", member))
    known = live_token(state, token)
    return Caller(Actor(known.kind, known.client_id), known.scopes)


def live_token(state: State, token: str | None) -> Token:
    known = state.tokens.get(token) if token else None
    if known is None or known.revoked:
        raise Refusal(401, "unauthorized", _objection(state, token), kind="auth_error")
    return known


def about_self(state: State, token: str | None) -> Json:
    """`GET /v2/self`: 400 without a well-formed token, "not active" for one that is unknown or revoked."""
    known = state.tokens.get(token) if token else None
    if known is not None:
        return describe(state, known)
    if token is not None and len(token) == KEY_LENGTH:
        return {"active": False}
    raise Refusal(400, "missing_value", _objection(state, token))


def demand_scopes(caller: Caller, needed: Iterable[str]) -> None:
    """403 naming the first scope that is missing; read-write includes read."""
    if caller.scopes is None:
        return
    for scope in needed:
        if scope not in caller.scopes and f"{scope.partition(':')[0]}:read-write" not in caller.scopes:
            message = f'The token is missing the required scope "{scope}".'
            raise Refusal(403, "unauthorized", message, kind="auth_error")


def _objection(state: State, token: str | None) -> str:
    if not token:
        return NO_KEY
    return NOT_FOUND if token in state.tokens or len(token) == KEY_LENGTH else WRONG_LENGTH
