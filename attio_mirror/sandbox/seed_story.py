"""The demo's agenda: what happens when, over two years, always the same."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from .answer import Json
from .seed_cast import Demo
from .world import World

SPAN = timedelta(days=730)
Act = Callable[[], None]
T = TypeVar("T")


class Story:
    """Walks the world's clock from one appointment to the next; what would happen after the end does not happen."""

    def __init__(self, world: World, cast: Demo) -> None:
        self.world, self.cast = world, cast
        self.rng = Random(7)
        self.begin = world.clock.now()
        self.end = self.begin + SPAN
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._numbers = 0

    def on(self, day: float, act: Act) -> None:
        """On that day of the story, at some minute of it."""
        self._enter(self.begin + timedelta(days=day, minutes=self.rng.randrange(600)), act)

    def after(self, days: float, act: Act) -> None:
        """That many days from the present moment of the story."""
        self._enter(self.world.clock.now() + timedelta(days=days, seconds=self.rng.randrange(20_000)), act)

    def play(self) -> None:
        """Everything, in order."""
        while self._agenda:
            moment, _, act = heapq.heappop(self._agenda)
            self._wait_for(moment)
            act()
        self._wait_for(self.end)

    def today(self, days: float = 0) -> datetime:
        """The present moment of the story, or one that many days off."""
        return self.world.clock.now() + timedelta(days=days)

    def days_left(self) -> float:
        """How many days the story still lasts."""
        return (self.end - self.world.clock.now()) / timedelta(days=1)

    def one_of(self, choices: Mapping[T, float] | list[T] | tuple[T, ...]) -> T:
        """A random choice, weighted when the weights are given."""
        if isinstance(choices, Mapping):
            return self.rng.choices(list(choices), weights=list(choices.values()))[0]
        return self.rng.choice(choices)

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.rng.random() < share

    def member(self) -> str:
        """Some member's id."""
        return self.one_of(list(self.cast.members.values()))

    def ask(self, method: str, path: str, body: dict[str, Json], **who: Any) -> Any:
        """One request, by a member in Attio's own pages unless told otherwise."""
        said = self.world.ask_or_raise(method, path, body={"data": body}, **(who or {"member": self.member()}))
        return said["data"]

    def create(self, slug: str, values: dict[str, Json], **who: Any) -> str:
        """A new record; its id."""
        made = self.ask("POST", f"/v2/objects/{slug}/records", {"values": values}, **who)
        return str(made["id"]["record_id"])

    def edit(self, slug: str, record_id: str, values: dict[str, Json], **who: Any) -> None:
        """A change to a record."""
        self.ask("PATCH", f"/v2/objects/{slug}/records/{record_id}", {"values": values}, **who)

    def _enter(self, moment: datetime, act: Act) -> None:
        moment = at_work(moment)
        if moment < self.end:
            self._numbers += 1
            heapq.heappush(self._agenda, (moment, self._numbers, act))

    def _wait_for(self, moment: datetime) -> None:
        """Stamps of many changes in one moment run ahead of the clock by milliseconds, so it may already be later."""
        self.world.clock.advance(max(0.0, (moment - self.world.clock.now()).total_seconds()))


def at_work(moment: datetime) -> datetime:
    """The same moment, or the next one at which somebody is at work: not at night, not on a weekend."""
    if not 8 <= moment.hour < 18:
        moment += timedelta(hours=(8 - moment.hour) % 24)
    return moment + timedelta(days=max(0, 7 - moment.weekday()) if moment.weekday() > 4 else 0)


def link(slug: str, record_id: str) -> dict[str, str]:
    """A reference to a record, as it is written."""
    return {"target_object": slug, "target_record_id": record_id}


def colleague(member_id: str) -> dict[str, str]:
    """A reference to a member, as it is written."""
    return {"referenced_actor_type": "workspace-member", "referenced_actor_id": member_id}
