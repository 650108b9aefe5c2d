"""The three-way merge of one attribute: what the row should hold, what both sides agree on, what is still owed.

Every edit ends in one of four places: in the row, owed to Attio, in an open clash, or yielded by a stated policy.
Multi-values never clash: each side's additions and removals are applied to the other's set.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .stamps import complete, to_stamp
from .values import Canonical, Element, elements, key, keys, same, union


class Policy(StrEnum):
    """Who wins when both sides changed a single value."""

    ATTIO = "attio"
    DJANGO = "django"
    NEWEST = "newest"
    """The later edit, Attio's where both are of one moment; HOLD where a time is unknown (a cleared value has none)."""
    HOLD = "hold"
    """Nobody: a person decides."""


@dataclass(frozen=True, slots=True)
class Sides:
    """One attribute seen from both sides: `base` is what they last agreed on.

    `local_at` is aware, `remote_at` a stamp (the value's active_from); both only matter to NEWEST, None for unknown.
    """

    base: Canonical
    local: Canonical
    remote: Canonical
    local_at: datetime | None = None
    remote_at: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """The verdict on one attribute."""

    row: Canonical
    """What the row should hold."""
    base: Canonical
    """What both sides have in common from now on."""
    owed: bool = False
    """The row differs from Attio and must be pushed."""
    clash: bool = False
    """Both changed and nobody may decide: keep the row, keep the old base, push nothing, open a conflict."""
    yielded: bool = False
    """A local edit lost to a policy."""


def merge(sides: Sides, *, policy: Policy, multi: bool) -> Merged:
    """Settle one attribute. Repeating it with its own outcome changes nothing."""
    base, local, remote = sides.base, sides.local, sides.remote
    if same(local, remote) or same(local, base):
        return Merged(row=remote, base=remote)
    if same(remote, base):
        return Merged(row=local, base=remote, owed=True)
    if multi:
        row = _merged_set(base, local, remote)
        return Merged(row=row, base=remote, owed=not same(row, remote))
    match _winner(sides, policy):
        case Policy.ATTIO:
            return Merged(row=remote, base=remote, yielded=True)
        case Policy.DJANGO:
            return Merged(row=local, base=remote, owed=True)
        case _:
            return Merged(row=local, base=base, clash=True)


@dataclass(frozen=True, slots=True)
class Word:
    """What we said of one attribute."""

    said: Canonical
    removed: Canonical = None
    """Of a multi-value: the elements we took away. Others `said` does not hold, we may not have known of."""


def acknowledge(base: Canonical, word: Word, remote: Canonical, *, multi: bool) -> Canonical:
    """The base after we spoke and then read `remote`: whatever of `remote` is our own voice is agreed on.

    An edit made after we spoke is then compared with what we said, not with the older base.
    """
    if not multi:
        return word.said if same(remote, word.said) else base
    now = keys(remote)
    arrived = [element for element in elements(word.said) if key(element) in now]
    taken = keys(word.removed) - now
    return union(arrived, [element for element in elements(base) if key(element) not in taken])


def hear(base: Canonical, word: Word) -> list[Element]:
    """The base of a multi-value once Attio answered: all we said is agreed on, and all we took away."""
    taken = keys(word.removed)
    return union(elements(word.said), [element for element in elements(base) if key(element) not in taken])


def _merged_set(base: Canonical, local: Canonical, remote: Canonical) -> list[Element]:
    """Attio's set less our removals, our additions in front, where Attio's PATCH puts them (its OpenAPI document)."""
    removed = keys(base) - keys(local)
    added = [element for element in elements(local) if key(element) not in keys(base) | keys(remote)]
    return union(added, [element for element in elements(remote) if key(element) not in removed])


def _winner(sides: Sides, policy: Policy) -> Policy:
    if policy is not Policy.NEWEST:
        return policy
    if sides.local_at is None or sides.remote_at is None:
        return Policy.HOLD
    return Policy.DJANGO if to_stamp(sides.local_at) > complete(sides.remote_at) else Policy.ATTIO
