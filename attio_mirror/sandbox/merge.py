"""Merging two records into a new one (beta on the real service).

Attio's document: the primary's values win, both originals become unreadable, repeating the request answers 404.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from . import announce
from .answer import Json
from .call import Call
from .errors import Refusal
from .lookup import find_object, find_record
from .nouns import AttioObject, Attribute, Element, Holder, Value
from .records import identified, remove
from .shapes import demand, fields, filled
from .store import Change, Writing, index
from .values import CODECS

BODY = fields({"data": fields({"primary_record_id": filled, "secondary_record_id": filled})})
OWN = frozenset({"record_id", "created_at", "created_by"})
"""What a merged record does not inherit."""


def merge(call: Call) -> Json:
    """200 when done, 202 when it goes on in the background (a reading of the world)."""
    state = call.state
    target = find_object(state, call.params["object"])
    demand(BODY, call.body)
    given = call.body["data"]
    primary = _original(call, target, given["primary_record_id"])
    secondary = _original(call, target, given["secondary_record_id"])
    if primary is secondary:
        raise Refusal(400, "self_merge", "A record cannot be merged with itself.")
    survivor_id = state.ids.uuid()
    if not state.readings.async_merge:
        _merge(call, primary, secondary, survivor_id)
        return {"data": {"new_record_id": survivor_id}}
    due = state.clock.after(state.readings.async_merge_seconds)
    involved = (primary.id, secondary.id, survivor_id)
    state.merging |= dict.fromkeys(involved, due)

    def finish() -> None:
        for record_id in involved:
            del state.merging[record_id]
        _merge(call, primary, secondary, survivor_id)

    state.pending.append((due, finish))
    call.status = 202
    return {"data": {"new_record_id": survivor_id}}


def _original(call: Call, target: AttioObject, record_id: str) -> Holder:
    """A record that is not there is value_not_found on this route, says Attio's document of 2026-10."""
    try:
        return find_record(call.state, target, record_id, write=True)
    except Refusal as refusal:
        if refusal.code == "not_found":
            raise Refusal(404, "value_not_found", refusal.message) from None
        raise


def _merge(call: Call, primary: Holder, secondary: Holder, survivor_id: str) -> None:
    state, target = call.state, cast("AttioObject", primary.target)
    writing = Writing(state, call.actor, state.clock.stamp())
    survivor = Holder(survivor_id, target, writing.stamp)
    inherited = {attribute: _inherited(call, attribute, primary, secondary) for attribute in target.attributes}
    pointing = _one_sided(call, (primary, secondary))
    entries = {**state.entries.pop(primary.id, {}), **state.entries.pop(secondary.id, {})}
    for original in (primary, secondary):
        remove(writing, original)
    target.holders[survivor.id] = survivor
    _bequeath(call, writing, survivor, inherited)
    _repoint(writing, pointing, (primary, secondary), survivor)
    for entry in entries.values():
        entry.parent = survivor
        state.entries.setdefault(survivor.id, {})[entry.id] = entry
    _announce(call, writing, survivor, primary, secondary)


def _inherited(call: Call, attribute: Attribute, primary: Holder, secondary: Holder) -> list[tuple[Value, Holder]]:
    """The active values the survivor gets for one attribute, each with the record it comes from."""
    gone = [(original.target.id, original.id) for original in (primary, secondary)]
    mine = [(value, primary) for value in primary.values.get(attribute.id, ()) if value.element not in gone]
    theirs = [(value, secondary) for value in secondary.values.get(attribute.id, ()) if value.element not in gone]
    if attribute.partner is not None and attribute.multi and call.state.readings.merge_unites_relationships:
        united = {value.element: (value, holder) for value, holder in (*theirs, *mine)}
        order = dict.fromkeys(value.element for value, _ in (*mine, *theirs))
        return [united[element] for element in order]
    return mine or theirs


def _bequeath(
    call: Call, writing: Writing, survivor: Holder, inherited: dict[Attribute, list[tuple[Value, Holder]]]
) -> None:
    """Plain values keep their versions (a reading); relationships are tied anew, so that both sides agree."""
    created_at, created_by = (survivor.target.attributes.find(slug) for slug in ("created_at", "created_by"))
    changes = identified(survivor, "record_id")
    if created_at and created_by:
        changes += [
            Change(created_at, [writing.stamp]),
            Change(created_by, [(call.actor.type, call.actor.id)]),
        ]
    for attribute, values in inherited.items():
        elements = [value.element for value, _ in values]
        if attribute.slug in OWN or not values:
            continue
        if attribute.partner is None and call.state.readings.merge_keeps_history:
            _copy(call, survivor, attribute, values)
        else:
            changes.append(Change(attribute, elements))
    writing.apply(survivor, changes)


def _copy(call: Call, survivor: Holder, attribute: Attribute, values: list[tuple[Value, Holder]]) -> None:
    source = values[0][1]
    survivor.values[attribute.id] = [replace(value) for value, _ in values]
    survivor.past[attribute.id] = [replace(value) for value in source.past.get(attribute.id, ())]
    for value in survivor.values[attribute.id]:
        value.active_until = None
    index(call.state, survivor, attribute, [], survivor.elements(attribute))


def _one_sided(call: Call, originals: tuple[Holder, Holder]) -> list[tuple[Holder, Attribute, list[Element]]]:
    """References to the originals that are not relationships, with the values they stand among."""
    pairs = [pair for original in originals for pair in call.state.incoming.get(original.id, ())]
    plain = {(holder, attribute): None for holder, attribute in pairs if attribute.partner is None}
    return [(holder, attribute, holder.elements(attribute)) for holder, attribute in plain if holder not in originals]


def _repoint(
    writing: Writing,
    pointing: list[tuple[Holder, Attribute, list[Element]]],
    originals: tuple[Holder, Holder],
    survivor: Holder,
) -> None:
    old = {(original.target.id, original.id) for original in originals}
    new = (survivor.target.id, survivor.id)
    for holder, attribute, elements in pointing:
        identity = CODECS[attribute.type].identity
        moved = (new if element in old else element for element in elements)
        if not writing.state.readings.merge_moves_references:
            moved = (element for element in elements if element not in old)
        after = {identity(each): each for each in moved}
        writing.apply(holder, [Change(attribute, list(after.values()))])


def _announce(call: Call, writing: Writing, survivor: Holder, primary: Holder, secondary: Holder) -> None:
    state, target = call.state, survivor.target
    duplicates = (primary, secondary) if state.readings.merged_event_twice else (secondary,)
    for duplicate in duplicates:
        state.emit(
            "record.merged",
            {"object_id": target.id, "record_id": survivor.id},
            call.actor,
            duplicate_object_id=target.id,
            duplicate_record_id=duplicate.id,
        )
    if state.readings.merge_emits_created_deleted:
        announce.created(state, survivor, call.actor)
        announce.deleted(state, [primary, secondary], call.actor)
    announce.partners_updated(writing, survivor)
