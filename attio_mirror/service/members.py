"""Who is asking, and who works in the tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ..core.errors import Json, Refused, Unauthorized
from .door import Door, path
from .wire import blank, flag, maybe, text


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token this is. An inactive one knows nothing else about itself."""

    active: bool
    scopes: frozenset[str] = frozenset()
    client_id: str = ""
    """The actor id of what this token writes (seen on the live service)."""
    workspace_id: str = ""
    workspace_name: str = ""
    workspace_slug: str = ""
    workspace_logo_url: str | None = None
    authorized_by: str | None = None
    """The member who made the key or installed the app."""

    @classmethod
    def read(cls, wire: Json) -> Self:
        """Seen on the live service: an unknown or revoked token answers 200 with nothing but `active: false`."""
        if not flag(wire, "active"):
            return cls(active=False)
        return cls(
            active=True,
            scopes=frozenset(text(wire, "scope").split()),
            client_id=text(wire, "client_id"),
            workspace_id=text(wire, "workspace_id"),
            workspace_name=blank(wire, "workspace_name"),
            workspace_slug=blank(wire, "workspace_slug"),
            workspace_logo_url=maybe(wire, "workspace_logo_url"),
            authorized_by=maybe(wire, "authorized_by_workspace_member_id"),
        )


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """A person who works in Attio."""

    member_id: str
    workspace_id: str
    first_name: str
    last_name: str
    email: str
    access_level: str
    """`admin`, `member` or `suspended`."""
    avatar_url: str | None
    created_at: str

    @classmethod
    def read(cls, wire: Json) -> Self:
        """A row of `GET /v2/workspace_members`."""
        return cls(
            member_id=text(wire, "id", "workspace_member_id"),
            workspace_id=text(wire, "id", "workspace_id"),
            first_name=blank(wire, "first_name"),
            last_name=blank(wire, "last_name"),
            email=blank(wire, "email_address"),
            access_level=blank(wire, "access_level"),
            avatar_url=maybe(wire, "avatar_url"),
            created_at=blank(wire, "created_at"),
        )


class Members(Door):
    """The token and the people."""

    def whoami(self) -> Identity:
        """Whose token this is; needs no scope. Seen on the live service: here a malformed token is a 400, not a 401."""
        try:
            return self._ask(lambda response: Identity.read(response.json), "GET", path("self"))
        except Refused as refusal:
            if refusal.code != "missing_value":
                raise
            raise Unauthorized(
                refusal.message,
                method=refusal.method,
                path=refusal.path,
                status=refusal.status,
                type=refusal.type,
                code=refusal.code,
            ) from refusal

    def members(self) -> list[MemberInfo]:
        """Everyone, the suspended too; Attio does not page them."""
        return self._all(MemberInfo.read, "GET", path("workspace_members"))

    def member(self, member_id: str) -> MemberInfo:
        """One person."""
        return self._one(MemberInfo.read, "GET", path("workspace_members", member_id))
