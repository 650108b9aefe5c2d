"""The account of all edits: at the end, every one that was accepted must be accounted for.

An edit *knows* the edits whose value its author saw. What is known has been overwritten by somebody who saw it; so an
edit is accounted for when it, or one that knows it, is the value of a side, is named by a conflict, or lost to a
policy that says so. Single values are unique texts wherever the type allows it, so that a value names its edit.

Of a multi-value each element is an account of its own: an element added once and removed by anybody is gone, an
element nobody removed is there, and where one element went to and fro, the last words of both sides must agree or
either may stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from .facets import Plain


class Side(StrEnum):
    """Who edits."""

    HERE = "here"
    THERE = "there"


@dataclass(frozen=True)
class Edit:
    """A single value was set. `subject` is spelled like a reference: `row deals 1` or `record <id>`."""

    n: int
    side: Side
    subject: str
    slug: str
    value: Plain
    saw: Plain


@dataclass(frozen=True)
class Move:
    """An element was added to a multi-value, or taken away."""

    n: int
    side: Side
    subject: str
    slug: str
    element: str
    added: bool


@dataclass
class Account:
    """All edits, in order, and those that nobody could have kept."""

    n: int = 0
    edits: list[Edit] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    excused: set[int] = field(default_factory=set)
    """Edits in Attio that our request overwrote in the instant between our looking and its arriving."""
    merged: set[str] = field(default_factory=set)
    """Records that were merged, and what became of them: which value won, Attio decides; that is not asked after."""

    def tick(self) -> int:
        self.n += 1
        return self.n

    def set(self, side: Side, subject: str, slug: str, value: Plain, saw: Plain) -> None:
        self.edits.append(Edit(self.tick(), side, subject, slug, value, saw))

    def move(self, side: Side, subject: str, slug: str, element: str, *, added: bool) -> None:
        self.moves.append(Move(self.tick(), side, subject, slug, element, added))

    def overwritten(self, subject: str, slug: str, value: Plain, since: int) -> None:
        """A request of ours replaced this value in Attio, last read at `since`."""
        mine = [
            e for e in self.edits if e.side == Side.THERE and (e.subject, e.slug, e.value) == (subject, slug, value)
        ]
        if mine and mine[-1].n > since:
            self.excused.add(mine[-1].n)

    def pushed_aside(self, subject: str, slug: str, element: str, since: int) -> None:
        """A request of ours turned this element's being there around."""
        mine = [
            m for m in self.moves if m.side == Side.THERE and (m.subject, m.slug, m.element) == (subject, slug, element)
        ]
        if mine and mine[-1].n > since:
            self.excused.add(mine[-1].n)


@dataclass(frozen=True)
class Ending:
    """How one single value of one subject ended. Values are spelled as the links tell, the same for both sides."""

    here: Plain
    there: Plain
    named: frozenset[Plain] = frozenset()
    """Values that conflicts name."""
    yielded_there: frozenset[Plain] = frozenset()
    """Values of Attio that a policy may drop: we had read them."""


def lost(
    edits: Iterable[Edit],
    ending: Ending,
    excused: set[int],
    same: Callable[[Plain], Plain],
    *,
    unique: bool,
    told: bool,
) -> list[Edit]:
    """The edits of one value of one subject that are not accounted for.

    `unique`: a value tells its edit. `told`: we learned of each of our words whether it had arrived.
    """
    mine = list(edits)

    def of(value: Plain) -> list[Edit]:
        return [edit for edit in mine if same(edit.value) == value]

    kept = [edit for value in {ending.here, ending.there, *ending.named} for edit in of(value)]
    kept += [edit for edit in mine if edit.n in excused]
    known = known_to(kept, mine, same)
    ours = [edit for edit in mine if edit.n in known and edit.side == Side.HERE]
    dropped = [e for value in ending.yielded_there for e in of(value) if e.side == Side.THERE]
    known |= known_to(
        [edit for edit in dropped if _has_rival(edit, ours, mine, same, told=unique and told)], mine, same
    )
    while joined := [edit for edit in mine if edit.n not in known and _has_joined(edit, known, mine, same)]:
        known |= known_to(joined, mine, same)
    left = [edit for edit in mine if edit.n not in known and not _is_withdrawn(edit, mine, same, unique=unique)]
    return [edit for edit in left if told or not _takes_back(edit, mine, same)]


def _has_joined(edit: Edit, known: set[int], mine: list[Edit], same: Callable[[Plain], Plain]) -> bool:
    """Whether an edit says what the other side had said before, and somebody who saw that went on from there.

    Values are compared, not edits: who sets a value to what we last read of the other side has nothing to send.
    """
    return any(
        e.n in known and e.side != edit.side and e.n < edit.n and same(e.value) == same(edit.value) for e in mine
    )


def known_to(
    some: Iterable[Edit],
    all_of_them: list[Edit],
    same: Callable[[Plain], Plain],
    surely: Callable[[Edit, Edit], bool] = lambda _edit, _earlier: True,
) -> set[int]:
    """The numbers of some edits and of all that their authors had seen; `surely` may doubt that they had."""
    known: set[int] = set()
    queue = list(some)
    while queue:
        edit = queue.pop()
        if edit.n not in known:
            known.add(edit.n)
            before = [e for e in all_of_them if e.n < edit.n and same(e.value) == same(edit.saw)]
            queue += [e for e in before if surely(edit, e)]
    return known


def tells_its_edit(edit: Edit, earlier: Edit) -> bool:
    """Whether who saw this value must have heard of this edit: both sides may have cleared, without a word between."""
    return edit.side == earlier.side or earlier.value is not None


def _has_rival(theirs: Edit, ours: list[Edit], mine: list[Edit], same: Callable[[Plain], Plain], *, told: bool) -> bool:
    """Whether an edit of ours was made by somebody who had not seen theirs, nor they it: only then a policy decides.

    What the other side has seen is only sure where the value tells its edit (both sides may have cleared it, or chosen
    the same option, without hearing of each other) and where we were `told` that ours had arrived there.
    """

    def surely(edit: Edit, earlier: Edit) -> bool:
        return edit.side == earlier.side or (told and tells_its_edit(edit, earlier))

    past = known_to([theirs], mine, same, surely)
    return any(e.n not in past and theirs.n not in known_to([e], mine, same, surely) for e in ours)


def _takes_back(edit: Edit, mine: list[Edit], same: Callable[[Plain], Plain]) -> bool:
    """Whether somebody over there undid a word of ours: where we had not heard of its arrival, it looks as if it had
    never arrived, and is said again (decision 0013)."""
    ours = [e for e in mine if e.side == Side.HERE and e.n < edit.n and edit.side == Side.THERE]
    return any(same(e.value) == same(edit.saw) and same(e.saw) == same(edit.value) for e in ours)


def _is_withdrawn(edit: Edit, mine: list[Edit], same: Callable[[Plain], Plain], *, unique: bool) -> bool:
    """Whether an edit belongs to a chain of one side that led back to where it began, before the other side heard."""

    def is_heard(one: Edit) -> bool:
        return unique and any(e.side != one.side and e.n > one.n and same(e.saw) == same(one.value) for e in mine)

    chain = [each for each in mine if each.side == edit.side and (each is edit or not is_heard(each))]
    place = chain.index(edit)
    before, after = {same(each.saw) for each in chain[: place + 1]}, {same(each.value) for each in chain[place:]}
    return bool(before & after)


def misplaced(moves: Iterable[Move], *, is_there: bool, excused: set[int]) -> str:
    """What is wrong with one element's being there or not at the end; "" where nothing is."""
    mine = list(moves)
    if any(move.n in excused for move in mine):
        return ""
    added = [move for move in mine if move.added]
    removed = [move for move in mine if not move.added]
    last = {move.side: move.added for move in mine}
    if len(added) <= 1 and removed and is_there:
        return "was removed and is still there"
    if not removed and added and not is_there:
        return "was added and never removed, but is not there"
    if len(set(last.values())) == 1 and is_there not in last.values():
        return "is not what both sides said last"
    return ""
