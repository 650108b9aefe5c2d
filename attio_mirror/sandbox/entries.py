"""The entry routes of a list."""

from __future__ import annotations

from collections.abc import Mapping

from . import announce, show
from .answer import Json
from .call import Call
from .errors import Refusal, invalid_at, not_found, value_not_found
from .lookup import find_entry, find_list
from .nouns import AttioList, Entry, Holder, Target
from .records import identified
from .shapes import Check, anything, demand, fields, filled, mapping
from .store import Writing
from .writing import Draft, Mode

PARENT: Mapping[str, Check] = {"parent_record_id": filled, "parent_object": filled}
NEW = fields({"data": fields({**PARENT, "entry_values": mapping})})
EDIT = fields({"data": fields({"entry_values": mapping}, dict.fromkeys(PARENT, anything))})
WHERE = ("data", "entry_values")


def create(call: Call) -> Json:
    """A record may be in a list several times."""
    target = _list(call, 'Could not find list with slug/ID "{}".')
    demand(NEW, call.body)
    return _answer(call, _create(call, target, _parent(call, target)))


def assert_entry(call: Call) -> Json:
    """The one entry of this parent record, changed, or a new one."""
    target = _list(call, 'List with slug/ID "{}" was not found.')
    demand(NEW, call.body)
    parent = _parent(call, target)
    held = call.state.entries.get(parent.id, {}).values()
    found = [entry for entry in held if entry.target is target]
    if len(found) > 1:
        message = (
            "Multiple entries were founds for the given parent record. "
            "Please remove duplicates or use the update or create entry endpoints instead."
        )
        raise Refusal(400, "multiple_match_results", message)
    if not found:
        return _answer(call, _create(call, target, parent))
    return _answer(call, _change(call, found[0], Mode.EQUAL))


def read(call: Call) -> Json:
    return _answer(call, _entry(call))


def update(call: Call) -> Json:
    return _by_id(call, Mode.ADD)


def overwrite(call: Call) -> Json:
    return _by_id(call, Mode.EQUAL)


def delete(call: Call) -> Json:
    """The entry only; its record stays."""
    entry = _entry(call)
    writing = Writing(call.state, call.actor, call.state.clock.stamp())
    writing.forget(entry)
    call.state.entries[entry.parent.id].pop(entry.id)
    announce.deleted(call.state, [entry], call.actor)
    announce.updated(writing, None)
    return {}


def _list(call: Call, message: str) -> AttioList:
    """Two of the routes word their 404 in their own way."""
    key = call.params["list"]
    found = call.state.lists.find(key)
    if found is None:
        raise not_found(message.format(key))
    return found


def _entry(call: Call) -> Entry:
    return find_entry(find_list(call.state, call.params["list"]), call.params["entry_id"])


def _parent(call: Call, target: AttioList) -> Holder:
    given = call.body["data"]
    parent_object = call.state.objects.find(given["parent_object"])
    if parent_object is None:
        raise value_not_found(f'Object with slug/ID "{given["parent_object"]}" not found.')
    if parent_object is not target.parent:
        raise invalid_at(("data", "parent_object"), f'Records of "{parent_object.slug}" cannot be in this list.')
    parent = parent_object.holders.get(given["parent_record_id"].lower())
    if parent is None:
        raise value_not_found(f'Parent record with slug/ID "{given["parent_record_id"]}" not found.')
    return parent


def _create(call: Call, target: AttioList, parent: Holder) -> Entry:
    draft = _draft(call, target, None)
    changes = draft.plan(call.body["data"]["entry_values"], Mode.CREATE)
    entry = Entry(call.state.ids.uuid(), target, draft.stamp, parent)
    target.holders[entry.id] = entry
    call.state.entries.setdefault(parent.id, {})[entry.id] = entry
    writing = Writing(call.state, call.actor, draft.stamp)
    writing.apply(entry, [*identified(entry, "entry_id"), *changes])
    announce.created(call.state, entry, call.actor)
    announce.partners_updated(writing, entry)
    return entry


def _by_id(call: Call, mode: Mode) -> Json:
    entry = _entry(call)
    demand(EDIT, call.body)
    if PARENT.keys() & call.body["data"].keys():
        message = "The parent record for a list entry cannot be updated once created."
        raise Refusal(400, "immutable_value", message)
    return _answer(call, _change(call, entry, mode))


def _change(call: Call, entry: Entry, mode: Mode) -> Entry:
    draft = _draft(call, entry.target, entry)
    changes = draft.plan(call.body["data"]["entry_values"], mode)
    writing = Writing(call.state, call.actor, draft.stamp)
    writing.apply(entry, changes)
    announce.updated(writing, entry)
    return entry


def _draft(call: Call, target: Target, holder: Entry | None) -> Draft:
    stamp = call.state.clock.stamp()
    return Draft(call.state, target, holder, call.actor, call.caller.system, stamp, WHERE)


def _answer(call: Call, entry: Entry) -> Json:
    target = entry.target
    assert isinstance(target, AttioList)  # noqa: S101  (entries live in lists)
    return {"data": show.entries(call.state, target, [entry])[0]}
