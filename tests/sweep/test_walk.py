"""The walk through a list that changes: whoever was there all along is met, however pages are cut."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attio_mirror.sync.sweep.walk import Move, Place, step

STRIDE = 500


@dataclass(frozen=True)
class Record:
    record_id: str
    created_at: str


@dataclass
class World:
    """Records by creation; those of one moment are listed in another order each time."""

    records: list[Record]
    cap: int = STRIDE
    heeds_offsets: bool = True
    asked: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def page(self, offset: int) -> list[Record]:
        self.asked += 1
        mixed = sorted(self.records, key=lambda one: (one.created_at, self.chance.random()))
        start = offset if self.heeds_offsets else 0
        return mixed[start : start + self.cap]


def records(count: int, *, moment: Callable[[int], int] = lambda n: n) -> list[Record]:
    return [Record(f"r{n}", f"{moment(n):06}") for n in range(count)]


def walk(world: World, meanwhile: Callable[[int], None] = lambda _: None, *, patience: int = 2000) -> list[str]:
    """All a walk meets, in order, without repeats."""
    place, known = Place(), dict[str, None]()
    for turn in range(patience):
        page = world.page(place.offset)
        taken = step(place, page, known, stride=STRIDE)
        if taken.move != Move.BACK:
            known |= dict.fromkeys(one.record_id for one in page)
        if taken.move == Move.END:
            return list(known)
        place = taken.place
        meanwhile(turn)
    raise AssertionError("The walk does not end.")


@pytest.mark.parametrize("cap", [1, 2, 3, 7, 100, 499, 500])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 499, 500, 501, 1000, 1001])
def test_every_record_is_met_once_whatever_the_pages(count: int, cap: int) -> None:
    world = World(records(count), cap)
    assert walk(world) == [one.record_id for one in world.records]


@pytest.mark.parametrize(
    ("count", "requests"), [(0, 1), (1, 3), (2, 2), (499, 2), (500, 2), (501, 3), (1000, 4), (10_000, 22)]
)
def test_the_end_is_proved_by_one_more_page(count: int, requests: int) -> None:
    world = World(records(count))
    walk(world)
    assert world.asked == requests


@pytest.mark.parametrize("deleted", [1, 2, 3, 499, 500, 900])
def test_records_deleted_behind_us_hide_none_ahead(deleted: int) -> None:
    world = World(records(2000))

    def delete(turn: int) -> None:
        if turn == 1:
            del world.records[:deleted]

    assert {f"r{n}" for n in range(deleted, 2000)} <= set(walk(world, delete))


def test_records_made_meanwhile_are_met_too() -> None:
    world = World(records(600))

    def make(turn: int) -> None:
        if turn < 3:
            world.records.append(Record(f"new {turn}", f"9{turn}"))

    assert {"new 0", "new 1", "new 2"} <= set(walk(world, make))


def test_a_record_listed_late_near_the_end_is_met() -> None:
    world = World(records(500))

    def list_late(turn: int) -> None:
        if turn == 0:
            world.records.append(Record("late", "000450"))

    assert "late" in walk(world, list_late)


def test_a_list_that_runs_dry_ends_at_its_beginning() -> None:
    world = World(records(2000))

    def empty(turn: int) -> None:
        if turn == 2:
            world.records.clear()

    assert len(walk(world, empty)) >= 1000


def test_a_server_that_heeds_no_offset_never_ends_a_walk() -> None:
    with pytest.raises(AssertionError, match="does not end"):
        walk(World(records(600), heeds_offsets=False), patience=50)


@example(count=8, cap=4, tied=2, deletions={2: [0, 1]}, births={})
@given(
    count=st.integers(0, 60),
    cap=st.integers(2, 12),
    tied=st.integers(1, 6),
    deletions=st.dictionaries(st.integers(0, 20), st.lists(st.integers(0, 59), max_size=8), max_size=5),
    births=st.dictionaries(st.integers(0, 20), st.integers(1, 3), max_size=5),
)
def test_whoever_was_there_all_along_is_met(
    count: int, cap: int, tied: int, deletions: dict[int, list[int]], births: dict[int, int]
) -> None:
    """Even where several were made in one moment, as long as a page holds two such moments."""
    world = World(records(count, moment=lambda n: n // min(tied, cap // 2)), cap)

    def change(turn: int) -> None:
        gone = {f"r{n}" for n in deletions.get(turn, ())}
        world.records = [one for one in world.records if one.record_id not in gone]
        world.records += [Record(f"b{turn}-{n}", f"9{turn:05}{n}") for n in range(births.get(turn, 0))]

    met = walk(world, change)
    assert len(met) == len(set(met))
    assert {one.record_id for one in world.records} <= set(met)
