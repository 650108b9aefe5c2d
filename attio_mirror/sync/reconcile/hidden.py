"""Hidden values: Attio computes some attributes only where the plan includes them, and else returns nothing (its docs).

One record may have lost its value; where many have and none shows one, the plan is the likelier reason.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...core.plan import Deed
from ..frame import Frame, agreed
from ..gates import lift, suspect
from .decide import Decision

MANY = 10
"""Records that lost their value at once."""


def notice(frame: Frame, decisions: Sequence[Decision]) -> None:
    """Remember the computed attributes that went from all records of a batch; forget those that are back."""
    shown: set[str] = set()
    for slug in [slug for slug, slot in frame.slots.items() if not slot.spec.writable]:
        told = [one for one in decisions if slug in one.seen.values]
        if any(one.seen.values[slug] not in (None, []) for one in told):
            shown.add(slug)
        elif sum(agreed(one.link, slug) not in (None, []) for one in told) >= MANY:
            suspect(frame.connection, frame.object, slug)
    lift(frame.connection, frame.object, Deed.VALUES, shown)
