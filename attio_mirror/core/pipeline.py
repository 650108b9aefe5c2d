"""The books of a pipeline: how many deals each stage held, got and lost in each period; how long they stayed, where to.

A deal *stays* in a stage over a half-open time [from, until). Time is cut into periods by moments; a stay is told by
the period it began in and the one it ended in, and equal stays are counted together: a *flow*. Books are added up from
flows, so nobody has to hold a hundred thousand deals in memory.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

Stage = Hashable
QUARTERS = (1, 4, 7, 10)
ALMOST = 1e-9
"""What floats may get wrong in a product of shares."""


class Unit(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"

    def begins(self, day: date) -> bool:
        """Whether a period begins on this day."""
        if self == Unit.WEEK:
            return day.weekday() == 0
        return self == Unit.DAY or (day.day == 1 and (self == Unit.MONTH or day.month in QUARTERS))


def cut(first: date, last: date, unit: Unit) -> list[date]:
    """The days on which periods begin, from `first` to `last`, and the day after: the first and last may be shorter."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [*(day for day in days if day == first or unit.begins(day)), last + timedelta(days=1)]


# -- books ------------------------------------------------------------------------------------------------------------


class Flow(NamedTuple):
    """Stays that are alike. Periods are counted from 1."""

    stage: Stage
    to: Stage | None
    """Where they went next. None: out of the pipeline (deleted, merged, or the stage was emptied), or nowhere yet."""
    entered: int
    """The period they began in; 0 before the first."""
    left: int | None
    """The period they ended in; None: not by the end of the last. Stays that ended before the first are no flow."""

    @property
    def coarse(self) -> Flow:
        """The same where all periods are one."""
        return self._replace(entered=min(self.entered, 1), left=None if self.left is None else 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One stage in one period."""

    start: int
    entered: int
    left: int
    end: int


@dataclass(slots=True)
class Account:
    """What happened to one stage, or to the whole pipeline: `entered` and `left` by period."""

    start: int = 0
    entered: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    def lines(self) -> list[Line]:
        """A line per period."""
        changes = [came - went for came, went in zip(self.entered, self.left, strict=True)]
        held = list(accumulate(changes, initial=self.start))
        return [Line(*one) for one in zip(held, self.entered, self.left, held[1:], strict=False)]


@dataclass(slots=True)
class Books:
    """Start + entered - left = end, for every stage and period; for the whole, what only moved inside is left out."""

    periods: int
    stages: dict[Stage, Account] = field(default_factory=dict)
    whole: Account = field(default_factory=Account)

    @classmethod
    def of(cls, flows: Mapping[Flow, int], periods: int) -> Books:
        """Add up."""
        books = cls(periods, whole=Account(0, [0] * periods, [0] * periods))
        for flow, number in flows.items():
            books._add(flow, number)
        return books

    def account(self, stage: Stage) -> Account:
        """Of a stage; one that no deal was in has an empty one."""
        return self.stages.setdefault(stage, Account(0, [0] * self.periods, [0] * self.periods))

    def entered(self, stages: Iterable[Stage]) -> list[int]:
        """How many deals came into any of these stages, by period: won, say."""
        columns = zip(*(self.account(stage).entered for stage in stages), strict=True)
        return [sum(column) for column in columns] or [0] * self.periods

    def _add(self, flow: Flow, number: int) -> None:
        for account in (self.account(flow.stage), self.whole):
            if flow.entered:
                account.entered[flow.entered - 1] += number
            else:
                account.start += number
            if flow.left is not None:
                account.left[flow.left - 1] += number
        if flow.to is not None and flow.left is not None:  # a move: it left here and entered there at one moment
            self.whole.entered[flow.left - 1] -= number
            self.whole.left[flow.left - 1] -= number


# -- conversion -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Conversion:
    """What became of the stays that began in a stage within the periods."""

    entered: int = 0
    still: int = 0
    """Not over yet."""
    to: dict[Stage | None, int] = field(default_factory=dict)
    """Next stage to number; None: out of the pipeline."""

    def share(self, number: int) -> float:
        """A part of them, from 0 to 1."""
        return number / self.entered if self.entered else 0.0


def conversions(flows: Mapping[Flow, int]) -> dict[Stage, Conversion]:
    """By stage. What is still there may yet go anywhere, so the shares of a young period grow."""
    found: dict[Stage, Conversion] = {}
    for flow, number in flows.items():
        if not flow.entered:
            continue
        one = found.setdefault(flow.stage, Conversion())
        one.entered += number
        if flow.left is None:
            one.still += number
        else:
            one.to[flow.to] = one.to.get(flow.to, 0) + number
    return found


# -- time -------------------------------------------------------------------------------------------------------------

Durations = Mapping[tuple[int, bool], int]
"""(whole days, whether it goes on) → how many."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long deals are in a stage, in whole days."""

    number: int
    open: int
    """Those that go on: all that is known of them is that it takes longer."""
    median_over: int | None
    """Of those that are over. Too short a time while many go on, for the slow ones are missing."""
    median: int | None
    """By which half are over, with those that go on as censored (Kaplan and Meier). None: not yet."""


def times(durations: Durations) -> Times:
    """The summary of some durations."""
    over = {days: number for (days, goes_on), number in durations.items() if not goes_on}
    return Times(
        number=sum(durations.values()),
        open=sum(number for (_, goes_on), number in durations.items() if goes_on),
        median_over=_median(over),
        median=next((days for days, share in survival(durations) if share <= 0.5 + ALMOST), None),
    )


def survival(durations: Durations) -> Iterator[tuple[int, float]]:
    """After how many days which share is still there, at each day on which some were over (Kaplan and Meier)."""
    at_risk, share = sum(durations.values()), 1.0
    for day in sorted({days for days, _ in durations}):
        over, censored = durations.get((day, False), 0), durations.get((day, True), 0)
        if over:
            share *= 1 - over / at_risk
            yield day, share
        at_risk -= over + censored


def _median(numbers: Mapping[int, int]) -> int | None:
    """The lower one of an even number."""
    half, passed = (sum(numbers.values()) + 1) // 2, 0
    for days in sorted(numbers):
        passed += numbers[days]
        if passed >= half:
            return days
    return None


# -- slippage ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Slips:
    """How close dates moved since they were first stated."""

    number: int = 0
    later: int = 0
    earlier: int = 0
    days: int = 0
    """Days later in sum; negative: earlier."""

    @property
    def mean(self) -> float:
        """Days later per deal."""
        return self.days / self.number if self.number else 0.0

    def add(self, first: date, last: date, number: int) -> None:
        """So many deals said `first`, and now say `last`."""
        moved = (last - first).days
        self.number += number
        self.days += moved * number
        self.later += number * (moved > 0)
        self.earlier += number * (moved < 0)
