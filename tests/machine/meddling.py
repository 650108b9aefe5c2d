"""Meddling: what happens in the middle of a step of the engine: another edit, another worker, the end of the process.

A step may be interrupted wherever a real one may be: before and after each request, and between any two statements to
the database that are not inside one transaction. A crash may come anywhere, also inside a transaction, which is then
rolled back; from then on the dead process executes nothing, not even its `finally` clauses' statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest
import requests
from django.db import connection
from django.db.backends.utils import CursorWrapper

from attio_mirror.sandbox import Gate, SandboxAdapter
from attio_mirror.sync import line

Watch = Callable[[requests.PreparedRequest], Callable[[requests.Response | None], None]]
"""Called before a request; what it returns is called with the answer, None where there was none."""


class Crash(BaseException):
    """The process is no more. Nobody catches it but the machine."""


class Where(StrEnum):
    """What an interruption counts."""

    REQUEST = "request"
    """Moments around requests: the first is before the first request, the second after its answer, and so on."""
    STATEMENT = "statement"


@dataclass(frozen=True)
class Interruption:
    """At the `nth` moment of a step, `what` happens: some actions of the machine; where there are none, a crash."""

    where: Where
    nth: int
    what: tuple[Any, ...] = ()


@dataclass
class Meddler:
    """Waits for its moments while a step runs."""

    act: Callable[[Any], None]
    waiting: list[Interruption] = field(default_factory=list)
    seen: dict[Where, int] = field(default_factory=dict)
    is_dead: bool = False
    written: list[str] | None = None
    """Statements that changed something, while somebody wants to know."""

    @contextmanager
    def during(self, interruptions: Sequence[Interruption]) -> Iterator[None]:
        """Interrupt what runs inside; a crash ends it without a sound."""
        self.waiting, self.seen = list(interruptions), dict.fromkeys(Where, 0)
        try:
            with connection.execute_wrapper(self._execute):
                yield
        except Crash:
            pass
        finally:
            self.waiting, self.is_dead = [], False

    @contextmanager
    def writes(self) -> Iterator[list[str]]:
        """The statements inside that changed something."""
        self.written = []
        try:
            with connection.execute_wrapper(self._execute):
                yield self.written
        finally:
            self.written = None

    @contextmanager
    def before_turns(self) -> Iterator[None]:
        """A moment before each request, while it may still be called off.

        Nothing happens between that and the wire: who stands still for minutes just there is beyond help.
        """
        spend = line.spend

        def wait_and_spend(connection_id: int, kind: str) -> None:
            self.moment(Where.REQUEST)
            spend(connection_id, kind)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(line, "spend", wait_and_spend)
            yield

    def moment(self, where: Where) -> None:
        """Such a moment has come."""
        if self.is_dead:
            raise Crash
        if not self.waiting:
            return
        self.seen[where] += 1
        due = [one for one in self.waiting if one.where == where and one.nth <= self.seen[where]]
        for one in due:
            if not one.what:
                self.is_dead = True
                raise Crash
            if not connection.in_atomic_block:
                self._interrupt(one)

    def _interrupt(self, one: Interruption) -> None:
        self.waiting.remove(one)
        waiting, self.waiting = self.waiting, []  # whoever interrupts is not interrupted
        seen = dict(self.seen)
        for action in one.what:
            Context().run(self.act, action)  # in another process
        self.waiting, self.seen = waiting, seen

    def _execute(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> CursorWrapper:
        verb = sql[:12].split(maxsplit=1)[0].upper()
        if verb not in ("RELEASE", "ROLLBACK", "COMMIT"):
            self.moment(Where.STATEMENT)
        if self.written is not None and verb in ("INSERT", "UPDATE", "DELETE"):
            self.written.append(sql)
        return execute(sql, params, many, context)


class MeddledAdapter(SandboxAdapter):
    """The sandbox, with a moment after each request, and somebody who watches what is asked."""

    def __init__(self, gate: Gate, meddler: Meddler, watch: Watch) -> None:
        super().__init__(gate)
        self.meddler, self.watch = meddler, watch

    @classmethod
    def silent(cls, gate: Gate) -> MeddledAdapter:
        """Nobody meddles, nobody watches."""
        return cls(gate, Meddler(lambda _: None), lambda _: lambda _: None)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        assert not connection.in_atomic_block, f"{request.method} {request.url} inside a transaction"
        report = self.watch(request)
        response = None
        try:
            response = super().send(request, *args, **options)
        finally:
            report(response)
        self.meddler.moment(Where.REQUEST)
        return response
