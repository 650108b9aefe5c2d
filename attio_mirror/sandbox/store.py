"""Putting values in and taking them out: versions, the unique index, and both sides of relationships.

Nothing is refused here; `writing` has said yes already. Every change of one request carries one stamp.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from .nouns import SYSTEM, Actor, Attribute, Element, Holder, Value
from .state import State
from .values import CODECS


@dataclass(frozen=True, slots=True)
class Change:
    """What the active values of an attribute shall be. `fresh` makes a new version even of an equal value."""

    attribute: Attribute
    after: list[Element]
    fresh: bool = False


@dataclass(slots=True)
class Writing:
    """One request's changes under way: who, when, and what was touched, partners included."""

    state: State
    actor: Actor
    stamp: str
    touched: dict[tuple[Holder, Attribute], None] = field(default_factory=dict)

    def apply(self, holder: Holder, changes: Iterable[Change]) -> None:
        for change in changes:
            added, removed = self._put(holder, change.attribute, change.after, self.actor, fresh=change.fresh)
            if change.attribute.partner is not None:
                self._unlink(holder, change.attribute.partner, removed)
                self._link(holder, change.attribute, change.attribute.partner, added)

    def _put(
        self, holder: Holder, attribute: Attribute, after: list[Element], actor: Actor, *, fresh: bool = False
    ) -> tuple[list[Element], list[Element]]:
        """Make the active values these, keep the versions that stay. Answers what came and what went."""
        identity = CODECS[attribute.type].identity
        before = holder.values.get(attribute.id, [])
        held = {} if fresh else {identity(value.element): value for value in before}
        added = [each for each in after if identity(each) not in held]
        now = [held[key] if (key := identity(each)) in held else self._version(each, actor) for each in after]
        staying = {identity(each) for each in after}
        gone = before if fresh else [value for key, value in held.items() if key not in staying]
        self._end(holder, attribute, gone)
        holder.values[attribute.id] = now
        removed = [value.element for value in gone]
        if added or removed:
            self.touched[holder, attribute] = None
            index(self.state, holder, attribute, removed, added)
        return added, removed

    def _version(self, element: Element, actor: Actor) -> Value:
        return Value(element, self.stamp, None, actor)

    def _end(self, holder: Holder, attribute: Attribute, gone: list[Value]) -> None:
        """Close versions; one that began in this very request never was."""
        for value in gone:
            value.active_until = self.stamp
        closed = [value for value in gone if value.active_from != self.stamp]
        if closed:
            holder.past.setdefault(attribute.id, []).extend(closed)

    def _unlink(self, holder: Holder, partner: Attribute, removed: list[Element]) -> None:
        """The records no longer pointed to stop pointing back."""
        for other in self._others(removed):
            self._drop(other, partner, holder)

    def _link(self, holder: Holder, attribute: Attribute, partner: Attribute, added: list[Element]) -> None:
        """The records newly pointed to point back; a single-value side is stolen from whoever held it."""
        me = (holder.target.id, holder.id)
        for other in self._others(added):
            held = other.elements(partner)
            if me in held:
                continue
            if not partner.multi:
                for loser in self._others(held):
                    self._drop(loser, attribute, other)
                held = []
            self._put(other, partner, [me, *held], self._partner_actor)

    def _drop(self, holder: Holder, attribute: Attribute, target: Holder) -> None:
        """Take one reference away."""
        gone = (target.target.id, target.id)
        after = [each for each in holder.elements(attribute) if each != gone]
        self._put(holder, attribute, after, self._partner_actor)

    def _others(self, elements: Iterable[Element]) -> list[Holder]:
        pairs = (cast("tuple[str, str]", element) for element in elements)
        found = (self.state.record(*pair) for pair in pairs)
        return [holder for holder in found if holder is not None]

    @property
    def _partner_actor(self) -> Actor:
        return SYSTEM if self.state.readings.partner_actor == "system" else self.actor

    def forget(self, holder: Holder) -> None:
        """Take a record or entry out of all indexes; references to a record end."""
        if self.state.readings.delete_closes_references:
            for other, attribute in list(self.state.incoming.get(holder.id, ())):
                self._drop(other, attribute, holder)
        for attribute in holder.target.attributes:
            index(self.state, holder, attribute, holder.elements(attribute), [])
        del holder.target.holders[holder.id]
        self.state.incoming.pop(holder.id, None)
        self.touched = {pair: None for pair in self.touched if pair[0] is not holder}


def index(
    state: State, holder: Holder, attribute: Attribute, removed: Iterable[Element], added: Iterable[Element]
) -> None:
    """Keep the unique index and the list of incoming references in step."""
    if attribute.unique:
        identity = CODECS[attribute.type].identity
        owners = holder.target.unique.setdefault(attribute.id, {})
        for element in removed:
            _discard(owners, identity(element), holder.id)
        for element in added:
            owners.setdefault(identity(element), {})[holder.id] = None
    elif attribute.type == "record-reference":
        for element in removed:
            state.incoming.get(cast("tuple[str, str]", element)[1], {}).pop((holder, attribute), None)
        for element in added:
            state.incoming.setdefault(cast("tuple[str, str]", element)[1], {})[holder, attribute] = None


def _discard(owners: dict[Element, dict[str, None]], identity: Element, holder_id: str) -> None:
    holders = owners.get(identity, {})
    holders.pop(holder_id, None)
    if not holders:
        owners.pop(identity, None)
