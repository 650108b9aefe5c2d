"""The walk: from one page to the next through a list that changes under our feet. Pure.

Attio pages by offset and tells no total (its OpenAPI document), so a record deleted meanwhile moves all later ones
forward. Sorted by creation, a page that begins with a record we know leaves no gap before it: whatever stands before
that record was there when we passed. Records of one moment may be listed in another order each time, so it must be a
record from before the last moment we have seen. Pages overlap by that much; where one does not begin so, we go back.
The list ends where a page brings nothing but the overlap; a short page proves nothing: Attio may cap pages as it likes.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol


class Listed(Protocol):
    """What the walk looks at in a record."""

    @property
    def record_id(self) -> str:
        """Its id."""

    @property
    def created_at(self) -> str:
        """Attio's raw time of its creation, by which the list is sorted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins, and how many of its first records the page before it had; None where we went back."""

    offset: int = 0
    overlap: int | None = 0
    moment: str = ""
    """When the last record of the page before it was created."""
    frontier: int = 0
    """The offset at which we turned back: up to there we walk among records we know."""

    @property
    def is_known_ground(self) -> bool:
        """Whether a page without news means nothing, because we were here before."""
        return self.overlap is None or 0 < self.offset <= self.frontier


class Move(StrEnum):
    """What a page leads to."""

    ON = "on"
    BACK = "back"
    """There may be a gap before this page: read an earlier one."""
    END = "end"


@dataclass(frozen=True, slots=True)
class Step:
    """A move and the place it leads to."""

    move: Move
    place: Place


def step(place: Place, page: Sequence[Listed], known: Container[str], *, stride: int) -> Step:
    """What comes after a page. `known` tells which of its records were seen before; `stride` is how far to go back."""
    brings_news = any(one.record_id not in known for one in page)
    if _may_follow_a_gap(place, page, known):
        return _back(place, stride)
    if not page and place.offset:  # the page before was too short to overlap: is its record where it was?
        return Step(Move.ON, replace(place, offset=place.offset - 1, overlap=1))
    if not page or (not brings_news and place.overlap is not None and len(page) <= place.overlap):
        return Step(Move.END, place)
    if not brings_news and not place.is_known_ground:  # something slipped in before, or the offset was not heeded
        return _back(place, stride)
    return Step(Move.ON, _after(place, page))


def _may_follow_a_gap(place: Place, page: Sequence[Listed], known: Container[str]) -> bool:
    if place.offset == 0 or place.overlap == 0:
        return False
    if not page or page[0].record_id not in known:
        return True
    return place.overlap != 1 and page[0].created_at >= place.moment


def _back(place: Place, stride: int) -> Step:
    earlier = replace(place, offset=max(0, place.offset - stride), overlap=None)
    return Step(Move.BACK, replace(earlier, frontier=max(place.offset, place.frontier)))


def _after(place: Place, page: Sequence[Listed]) -> Place:
    """Begin the next page one before the records created last, which may be listed in another order next time."""
    last = page[-1].created_at
    start = next(i for i, one in enumerate(page) if one.created_at == last) - 1
    if start < 1:  # all of one moment, or too few to overlap by two
        start = max(1, len(page) - 1)
    return Place(place.offset + start, len(page) - start, last, place.frontier)
