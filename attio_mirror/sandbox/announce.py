"""Telling what happened to a record or an entry, as events."""

from __future__ import annotations

from collections.abc import Iterable

from .nouns import Actor, Attribute, Entry, Holder
from .state import State, target_key
from .store import Writing


def created(state: State, holder: Holder, actor: Actor) -> None:
    _say(state, holder, "created", actor)
    if state.readings.create_emits_updates:
        for attribute in holder.target.visible():
            if attribute.writable and holder.values.get(attribute.id):
                _say(state, holder, "updated", actor, attribute)


def updated(writing: Writing, holder: Holder | None) -> None:
    """One event per touched attribute; partners are those of other holders than the one written to."""
    for touched, attribute in writing.touched:
        if touched is holder or writing.state.readings.partner_emits_updated:
            _say(writing.state, touched, "updated", writing.actor, attribute)


def partners_updated(writing: Writing, born: Holder) -> None:
    """After a creation: only what happened elsewhere."""
    writing.touched = {pair: None for pair in writing.touched if pair[0] is not born}
    updated(writing, None)


def deleted(state: State, holders: Iterable[Holder], actor: Actor) -> None:
    for holder in holders:
        _say(state, holder, "deleted", actor)


def attribute_changed(state: State, attribute: Attribute, verb: str, actor: Actor) -> None:
    """object-attribute.* or list-attribute.*"""
    key = target_key(attribute.target)
    noun = "object-attribute" if key == "object_id" else "list-attribute"
    state.emit(f"{noun}.{verb}", {key: attribute.target.id, "attribute_id": attribute.id}, actor)


def _say(state: State, holder: Holder, verb: str, actor: Actor, attribute: Attribute | None = None) -> None:
    at = {"attribute_id": attribute.id} if attribute else {}
    if isinstance(holder, Entry):
        ids = {"list_id": holder.target.id, "entry_id": holder.id, **at}
        parent = {"parent_object_id": holder.parent.target.id, "parent_record_id": holder.parent.id}
        state.emit(f"list-entry.{verb}", ids, actor, **parent)
    else:
        state.emit(f"record.{verb}", {"object_id": holder.target.id, "record_id": holder.id, **at}, actor)
