"""A script of failures: the next matching requests fail as told, all others are served.

===================  ==============================================  ============================
fault                what the caller sees                            did the effect happen
===================  ==============================================  ============================
status(code)         an error answer                                 no (yes with ``after=True``)
rate_limited(s)      429 with a Retry-After                          no
unreachable          no connection at all                            no
timeout_before       silence until the caller gives up               no
timeout_after        the same                                        yes
cut_before           the connection closes without an answer         no
cut_after            the same                                        yes
cut_midway           half an answer, then the connection closes      yes
malformed            200 with half a JSON document                   yes
slow(s)              the right answer, late                          yes
===================  ==============================================  ============================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from .answer import Json


class Kind(StrEnum):
    """What a fault looks like from outside."""

    STATUS = "status"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CUT = "cut"
    CUT_MIDWAY = "cut_midway"
    MALFORMED = "malformed"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for a request to fail. `after`: the world has already done what was asked."""

    kind: Kind
    after: bool = False
    code: int = 0
    body: Json = None
    seconds: float = 0


def status(code: int, body: Json = None, *, after: bool = False) -> Fault:
    """An error answer; without a body, one in Attio's envelope. A text body is sent as HTML, as a gateway would."""
    return Fault(Kind.STATUS, after=after, code=code, body=body)


def rate_limited(seconds: float = 1) -> Fault:
    """A 429 that asks to come back after `seconds`, given as an HTTP date like Attio's."""
    return Fault(Kind.RATE_LIMITED, code=429, seconds=seconds)


def slow(seconds: float) -> Fault:
    """The right answer, `seconds` late: a time-out for callers with less patience."""
    return Fault(Kind.SLOW, after=True, seconds=seconds)


unreachable = Fault(Kind.UNREACHABLE)
timeout_before = Fault(Kind.TIMEOUT)
timeout_after = Fault(Kind.TIMEOUT, after=True)
cut_before = Fault(Kind.CUT)
cut_after = Fault(Kind.CUT, after=True)
cut_midway = Fault(Kind.CUT_MIDWAY, after=True)
malformed = Fault(Kind.MALFORMED, after=True)

NAMED = {
    "unreachable": unreachable,
    "timeout_before": timeout_before,
    "timeout_after": timeout_after,
    "cut_before": cut_before,
    "cut_after": cut_after,
    "cut_midway": cut_midway,
    "malformed": malformed,
}


def named(name: str, *, code: int = 500, body: Json = None, seconds: float = 1, after: bool = False) -> Fault:
    """The fault of that name, for scripts that arrive as JSON. Unknown names are a ValueError."""
    if name == "status":
        return status(code, body, after=after)
    if name == "rate_limited":
        return rate_limited(seconds)
    if name == "slow":
        return slow(seconds)
    if name not in NAMED:
        raise ValueError(
            f"No fault is called {name!r}; there are: {', '.join((*NAMED, 'rate_limited, slow, status'))}."
        )
    return NAMED[name]


@dataclass(slots=True)
class Line:
    """One line of the script: which requests it waits for, and how often it strikes."""

    fault: Fault
    method: str | None
    path: re.Pattern[str] | None
    left: int

    def matches(self, method: str, path: str) -> bool:
        return self.method in (None, method) and (self.path is None or self.path.search(path) is not None)


@dataclass(slots=True)
class Faults:
    """The script. Lines strike in the order they were added, each `times` often."""

    lines: list[Line] = field(default_factory=list)

    def add(self, fault: Fault, *, method: str | None = None, path: str | None = None, times: int = 1) -> None:
        """The next `times` requests with this method and a path in which the expression `path` is found fail so."""
        self.lines.append(Line(fault, method and method.upper(), re.compile(path) if path else None, times))

    def pick(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up by asking."""
        for line in self.lines:
            if line.matches(method, path):
                line.left -= 1
                if line.left <= 0:
                    self.lines.remove(line)
                return line.fault
        return None

    def left(self) -> int:
        """How many strikes are still waiting: a test that ends with some waiting did not test what it meant to."""
        return sum(line.left for line in self.lines)

    def clear(self) -> None:
        """Forget the script."""
        self.lines.clear()
