"""The world: a workspace that answers requests. Tokens, members, listeners are arranged here; rules live elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from . import access, enrichment, routes
from .answer import Answer, Json
from .call import Call
from .clock import Clock
from .errors import BAD_QUERY, Issue, Refusal, invalid
from .events import Event
from .ids import Ids
from .nouns import SYSTEM, Member, Token
from .readings import Readings
from .standard import OPTIONAL, furnish
from .state import State


class World(State):
    """One Attio workspace in memory. Deterministic: the same seed and the same requests give the same answers."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        readings: Readings | None = None,
        name: str = "Acme",
        slug: str = "acme",
        seed: int = 0,
        enabled: Iterable[str] = OPTIONAL,
        https_only: bool = True,
    ) -> None:
        super().__init__(clock or Clock(), readings or Readings(), Ids(seed), name, slug)
        self.https_only = https_only
        self.listeners: list[Callable[[Event], None]] = []
        self._executions = Ids(seed + 1)
        self._lock = threading.RLock()
        furnish(self, frozenset(enabled))

    def add_token(
        self, token: str, *, scopes: Iterable[str] | None = None, kind: Literal["api-token", "app"] = "api-token"
    ) -> str:
        """Let this bearer token in; answers the client id its writes are signed with. No scopes named: all of them."""
        allowed = None if scopes is None else frozenset(scopes)
        issued = int(self.clock.now().timestamp())
        known = Token(self.ids.uuid(), kind, allowed, issued, self.ids.uuid())
        self.tokens[token] = known
        return known.client_id

    def revoke_token(self, token: str) -> None:
        self.tokens[token].revoked = True

    def set_scopes(self, token: str, scopes: Iterable[str] | None) -> None:
        self.tokens[token].scopes = None if scopes is None else frozenset(scopes)

    def add_member(self, first_name: str, last_name: str, email: str, access_level: str = "admin") -> str:
        """A person of the workspace; answers the workspace_member_id."""
        with self._lock:
            stamp = self.clock.stamp()
            member = Member(self.ids.uuid(), first_name, last_name, email, access_level, stamp)
            self.members[member.id] = member
            self.emit("workspace-member.created", {"workspace_member_id": member.id}, SYSTEM)
            self._tell()
        return member.id

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json = None,
        token: str | None = None,
        member: str | None = None,
        system: bool = False,
    ) -> Answer:
        """One request: with a bearer token, as a person in Attio's own interface, or as Attio itself."""
        with self._lock:
            self.settle()
            headers = {"x-attio-execution-id": self._executions.uuid()}
            try:
                answer = self._answer(method.upper(), path, query or {}, body, (token, member, system), headers)
            except Refusal as refusal:
                answer = Answer(refusal.status, refusal.envelope(), headers)
            enrichment.foresee(self)
            self._tell()
        return answer

    def ask_or_raise(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json = None,
        token: str | None = None,
        member: str | None = None,
        system: bool = False,
    ) -> Json:
        """As `ask`, for seeding and tests: the body alone, AssertionError with the envelope when refused."""
        answer = self.ask(method, path, query=query, body=body, token=token, member=member, system=system)
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer.body}")
        return answer.body

    def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Json,
        who: tuple[str | None, str | None, bool],
        headers: dict[str, str],
    ) -> Answer:
        token, member, system = who
        if (method, path.rstrip("/")) == ("GET", "/v2/self"):
            return Answer(200, access.about_self(self, token), headers)
        caller = access.caller(self, token, member, system=system)
        route, params = routes.find(method, path)
        access.demand_scopes(caller, route.needs(params))
        strange = sorted(set(query) - route.query)
        if strange and self.readings.unknown_query_keys == "refuse":
            message = "Unrecognized key(s) in object: " + ", ".join(map(repr, strange))
            raise invalid([Issue("unrecognized_keys", (), message)], BAD_QUERY)
        call = Call(self, caller, params, query, body, headers=headers)
        shown = route.act(call)
        if method == "GET" or path.endswith("/query"):
            headers["x-accurate-at"] = self.clock.seen()
        return Answer(call.status, shown, headers)

    def settle(self) -> None:
        """Do what has come due by the clock, such as the end of an asynchronous merge. Every request begins with it."""
        with self._lock:
            now = self.clock.seen()
            due = [work for stamp, work in self.pending if stamp <= now]
            self.pending = [(stamp, work) for stamp, work in self.pending if stamp > now]
            for work in due:
                work()
            self._tell()

    def _tell(self) -> None:
        """Let the listeners know, now that the change is complete."""
        while self.unsaid:
            event = self.unsaid.pop(0)
            for listener in list(self.listeners):
                listener(event)
