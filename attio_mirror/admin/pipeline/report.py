"""What the tables of the page have in common: the periods, the stages, and the flows, which are asked for once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.utils.formats import date_format

from ...core.pipeline import Books, Flow, Line, Unit
from ...models.pipeline import Pipeline
from .asking import Asked, midnight
from .drill import Ways
from .stages import Stage, stages_of

DAY = timedelta(days=1)
Days = tuple[date, date]
"""The first day, and the one after the last."""


def short(days: Days) -> str:
    """A period by its first day."""
    return str(date_format(days[0], "SHORT_DATE_FORMAT"))


@dataclass
class Report:
    """Lives for one request."""

    pipeline: Pipeline
    asked: Asked
    ways: Ways
    names: Mapping[str, str]
    """What the ledger calls a name to compare by."""
    now: datetime
    close_date: str

    @cached_property
    def days(self) -> list[date]:
        """On which periods begin, and the day after the last."""
        return self.asked.days

    @cached_property
    def moments(self) -> list[datetime]:
        """The same in time."""
        return [midnight(day) for day in self.days]

    @property
    def span(self) -> Days:
        """The whole time."""
        return self.days[0], self.days[-1]

    @cached_property
    def periods(self) -> list[tuple[str, Days]]:
        """With their names."""
        return [(self._name(since, until), (since, until)) for since, until in pairwise(self.days)]

    @cached_property
    def flows_by(self) -> Mapping[Any, Mapping[Flow, int]]:
        """Of all periods, by what is compared. Asked at once with the flows of all: the walk is what takes time."""
        return self.pipeline.flows_by(self.names[self.asked.by], self.moments)

    @cached_property
    def flows(self) -> Mapping[Flow, int]:
        """Of all periods."""
        found: Counter[Flow] = Counter()
        for flows in self.flows_by.values():
            found.update(flows)
        return found

    @cached_property
    def books(self) -> Books:
        """Of all periods."""
        return Books.of(self.flows, len(self.periods))

    @cached_property
    def stages(self) -> list[Stage]:
        """Those of today, and those that somebody was in."""
        places: Collection[int] = {flow.stage for flow in self.flows}  # type: ignore[misc]  # places are numbers
        return stages_of(self.pipeline, places)

    @property
    def won(self) -> tuple[int, ...]:
        """The stages that mean so."""
        return tuple(stage.place for stage in self.stages if stage.is_won)

    @property
    def lost(self) -> tuple[int, ...]:
        """The stages that mean so."""
        return tuple(stage.place for stage in self.stages if stage.is_lost)

    def lines(self, stage: Stage) -> list[Line]:
        """Of one stage, by period."""
        return self.books.account(stage.place).lines()

    def _name(self, since: date, until: date) -> str:
        last = until - DAY
        if since == last:
            return str(date_format(since, "DATE_FORMAT"))
        if self.asked.unit == Unit.MONTH and since.day == 1 and until.day == 1:
            return str(date_format(since, "YEAR_MONTH_FORMAT"))
        return f"{date_format(since, 'SHORT_DATE_FORMAT')} – {date_format(last, 'SHORT_DATE_FORMAT')}"
