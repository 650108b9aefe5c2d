"""From a number to its rows: which stays it counts, as an address carries it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from ...models.pipeline import Question
from .asking import BYS, NONE, midnight

LIMIT = 2**63
YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True)
class Drill:
    """Which stays a number counts, as an address carries it: in days, each from its midnight."""

    stages: tuple[int, ...] = ()
    at: date | None = None
    entered: tuple[date, date] | None = None
    left: tuple[date, date] | None = None
    to: tuple[int, ...] = ()
    is_first: bool = False
    is_last: bool = False
    is_latest: bool = False
    of: str = ""
    """A name to compare by, and a group of it: `owner:123`, `currency:EUR`, `company:none`."""

    @classmethod
    def read(cls, asked: QueryDict) -> Drill:
        """Raises ValueError."""
        return cls(
            stages=_numbers(asked.get("stage", "")),
            at=_day(asked.get("at", "")) if asked.get("at") else None,
            entered=_span(asked.get("entered", "")),
            left=_span(asked.get("left", "")),
            to=_numbers(asked.get("to", "")),
            **{f"is_{name}": bool(asked.get(name)) for name in ("first", "last", "latest")},
            of=asked.get("of", ""),
        )

    @property
    def query(self) -> dict[str, str]:
        """What `read` reads."""
        given = {
            "stage": ",".join(map(str, self.stages)),
            "at": self.at.isoformat() if self.at else "",
            "entered": "..".join(day.isoformat() for day in self.entered or ()),
            "left": "..".join(day.isoformat() for day in self.left or ()),
            "to": ",".join(map(str, self.to)),
            "of": self.of,
            **{name: "1" * getattr(self, f"is_{name}") for name in ("first", "last", "latest")},
        }
        return {name: text for name, text in given.items() if text}

    @property
    def question(self) -> Question:
        """To the ledger."""
        return Question(
            stages=frozenset(self.stages),
            standing=midnight(self.at) if self.at else None,
            entered=self.entered and (midnight(self.entered[0]), midnight(self.entered[1])),
            left=self.left and (midnight(self.left[0]), midnight(self.left[1])),
            to=frozenset(self.to),
            is_first=self.is_first,
            is_last=self.is_last,
            is_latest=self.is_latest,
        )

    @property
    def group(self) -> tuple[str, Any]:
        """The name to group by and the group: a place, a currency or None. Raises ValueError."""
        by, _, text = self.of.partition(":")
        if by not in BYS:
            raise ValueError(f"Deals are not compared by “{by[:40]}”.")
        return by, None if text == NONE else text if by == "currency" else next(iter(_numbers(text)), 0)


@dataclass(frozen=True, slots=True)
class Ways:
    """From a number to its rows, with the filters of the page."""

    url: str
    asked: dict[str, str]
    drill: Drill = field(default_factory=Drill)

    def to(self, **drill: Any) -> str:
        """The address."""
        return f"{self.url}?{urlencode({**self.asked, **replace(self.drill, **drill).query})}"


def _numbers(text: str) -> tuple[int, ...]:
    found = tuple(int(part) for part in text.split(",") if part)
    if any(not -LIMIT <= number < LIMIT for number in found):
        raise ValueError("No stage has such a number.")
    return found


def _span(text: str) -> tuple[date, date] | None:
    if not text:
        return None
    since, _, until = text.partition("..")
    return _day(since), _day(until)


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError("Nothing is known of that year.")
    return day
