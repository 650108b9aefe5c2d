"""Paths through references: [["deals", "associated_company"], ["companies", "domains"]]."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from .answer import Json
from .comparing import refuse
from .nouns import AttioList, Attribute, Entry, Holder, Target
from .state import State

LONGEST = 5
PARENT = "parent_record"


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a record or entry to others, and the attribute looked at there (None: the record reached)."""

    state: State
    steps: tuple[tuple[Attribute | None, str], ...]
    """Through which attribute (None: to the parent record of an entry), and on to which object, by id."""
    end: Target
    attribute: Attribute | None

    def walk(self, holder: Holder) -> Iterator[Holder]:
        return self._walk(holder, 0)

    def _walk(self, holder: Holder, place: int) -> Iterator[Holder]:
        if place == len(self.steps):
            yield holder
            return
        for reached in self._reached(holder, *self.steps[place]):
            yield from self._walk(reached, place + 1)

    def _reached(self, holder: Holder, through: Attribute | None, object_id: str) -> Iterator[Holder]:
        if through is None:
            if isinstance(holder, Entry) and holder.parent.target.id == object_id:
                yield holder.parent
            return
        for element in holder.elements(through):
            target_id, record_id = cast("tuple[str, str]", element)
            found = self.state.record(object_id, record_id) if target_id == object_id else None
            if found is not None:
                yield found


def resolve(state: State, raw: Json, start: Target) -> Path:
    """Check a path segment by segment; the first must name what is queried."""
    if not isinstance(raw, list) or not 1 <= len(raw) <= LONGEST:
        raise refuse(f"A path has between 1 and {LONGEST} segments.", ("path",))
    steps: list[tuple[Attribute | None, str]] = []
    here: Target = start
    for place, segment in enumerate(raw):
        here = _segment_target(state, segment, here if place == 0 else None)
        if place:
            steps[-1] = (steps[-1][0], here.id)
        attribute = _segment_attribute(here, segment[1])
        if attribute is not None and attribute.type != "record-reference" and place < len(raw) - 1:
            raise refuse(f'"{attribute.slug}" does not lead to other records.', ("path",))
        steps.append((attribute, ""))
    last, _ = steps.pop()
    if last is None:
        parent = cast("AttioList", here).parent
        return Path(state, (*steps, (None, parent.id)), parent, None)
    return Path(state, tuple(steps), here, last)


def _segment_target(state: State, segment: Json, expected: Target | None) -> Target:
    if not isinstance(segment, list) or len(segment) != 2 or not all(isinstance(part, str) for part in segment):
        raise refuse("A path segment is a pair of two slugs or ids.", ("path",))
    found: Target | None = state.objects.find(segment[0]) or state.lists.find(segment[0])
    if expected is not None and segment[0] in (expected.slug, expected.id):
        return expected
    if found is None or expected is not None:
        raise refuse(f'"{segment[0]}" is not what this path has reached.', ("path",))
    return found


def _segment_attribute(here: Target, key: str) -> Attribute | None:
    if key == PARENT and isinstance(here, AttioList):
        return None
    attribute = here.attributes.find(key)
    if attribute is None or attribute.archived:
        raise refuse(f'Unknown attribute slug: "{key}".', ("path",), "unknown_filter_attribute_slug")
    return attribute
