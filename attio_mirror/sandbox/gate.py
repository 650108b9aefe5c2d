"""Everything between the doors and the world: tokens, rate limits, scripted faults, and the log of what was asked."""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from . import limits, reply
from .answer import Answer, Json
from .faults import Fault, Faults, Kind
from .reply import Cut, NoAnswer, Reply, TimedOut, Unreachable
from .world import World

LOG_LENGTH = 20_000
NOT_JSON = "The request body is not valid JSON."


@dataclass(slots=True)
class Logged:
    """One request that reached the gate. `status` is 0 while, and if, no answer was given."""

    number: int
    method: str
    path: str
    query: Mapping[str, str]
    body: Json
    at: datetime
    kind: str
    status: int = 0


class Gate:
    """The one way to the world for everyone outside. Requests pass one at a time."""

    def __init__(
        self,
        world: World,
        *,
        rate_limits: bool = False,
        reads_per_second: int = limits.READS_PER_SECOND,
        writes_per_second: int = limits.WRITES_PER_SECOND,
    ) -> None:
        self.world = world
        self.faults = Faults()
        self.log: list[Logged] = []
        self.lock = threading.RLock()
        self._limits = limits.Limits({"read": reads_per_second, "write": writes_per_second}) if rate_limits else None
        self._numbers = 0

    def answer(
        self, method: str, path: str, *, query: Mapping[str, str], headers: Mapping[str, str], body: bytes | None
    ) -> Reply:
        """One request, answered as Attio would, or as the faults say; `NoAnswer` for the doors to act out."""
        with self.lock:
            try:
                asked, readable = (json.loads(body) if body else None), True
            except ValueError:
                asked, readable = None, False
            entry = self._note(method, path, query, asked)
            answer = self._refused(entry) or (None if readable else Answer(400, reply.refusal(400, NOT_JSON), {}))
            sent = reply.reply(answer, entry.at) if answer else self._let_in(entry, bearer(headers))
            entry.status = sent.status
            return sent

    def writes(self) -> list[Logged]:
        """The requests that asked for a change, in order."""
        return [entry for entry in self.log if entry.kind == "write"]

    def reads(self) -> list[Logged]:
        """The requests that only asked, in order."""
        return [entry for entry in self.log if entry.kind == "read"]

    def forget(self) -> None:
        """Empty the log; numbering goes on."""
        self.log.clear()

    def _note(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Logged:
        self._numbers += 1
        now, kind = self.world.clock.now(), limits.kind(method, path)
        entry = Logged(self._numbers, method, path, dict(query), body, now, kind)
        self.log.append(entry)
        if len(self.log) > LOG_LENGTH:
            del self.log[: LOG_LENGTH // 2]
        return entry

    def _refused(self, entry: Logged) -> Answer | None:
        until = self._limits.refused_until(entry.kind, entry.at) if self._limits else None
        return reply.too_many(until) if until else None

    def _let_in(self, entry: Logged, token: str | None) -> Reply:
        fault = self.faults.pick(entry.method, entry.path)
        if fault is None:
            return self._served(entry, token)
        return spoil(fault, self._served(entry, token) if fault.after else None, entry.at)

    def _served(self, entry: Logged, token: str | None) -> Reply:
        answer = self.world.ask(entry.method, entry.path, query=entry.query, body=entry.body, token=token)
        return reply.reply(answer, self.world.clock.now())


def spoil(fault: Fault, served: Reply | None, now: datetime) -> Reply:
    """What the fault makes of the answer; `served` is the world's own, when the effect came first."""
    if fault.kind is Kind.STATUS:
        return _error(fault, now)
    if fault.kind is Kind.RATE_LIMITED:
        return reply.reply(reply.too_many(now + timedelta(seconds=fault.seconds)), now)
    if fault.kind is Kind.SLOW and served:
        return replace(served, delay=fault.seconds)
    if fault.kind is Kind.MALFORMED and served:
        return _halved(served, len(served.content) // 2)
    raise _silence(fault, served)


def _error(fault: Fault, now: datetime) -> Reply:
    if isinstance(fault.body, str):
        return reply.page(fault.body, now, fault.code)
    return reply.reply(Answer(fault.code, fault.body or reply.refusal(fault.code), {}), now)


def _halved(served: Reply, length: int) -> Reply:
    return replace(served, content=served.content[:length], headers={**served.headers, "Content-Length": str(length)})


def _silence(fault: Fault, served: Reply | None) -> NoAnswer:
    if fault.kind is Kind.UNREACHABLE:
        return Unreachable("No connection could be made.")
    if fault.kind is Kind.TIMEOUT:
        return TimedOut("No answer came in time.")
    return Cut(served if fault.kind is Kind.CUT_MIDWAY else None)


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token: `Bearer <token>`, or Basic with the token as user name (Attio's guide on authentication)."""
    given = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    scheme, _, rest = given.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
