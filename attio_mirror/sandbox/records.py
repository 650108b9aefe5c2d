"""The record routes: create, assert, update, overwrite, read, delete."""

from __future__ import annotations

from . import announce, show
from .answer import Json
from .call import Call
from .errors import BAD_QUERY, Issue, Refusal, invalid, missing_value, value_not_found
from .lookup import find_object, find_record
from .nouns import AttioObject, Attribute, Entry, Holder, Target
from .shapes import demand, fields, mapping
from .store import Change, Writing
from .values import CODECS
from .values.references import not_unique
from .writing import Draft, Mode

BODY = fields({"data": fields({"values": mapping})})
WHERE = ("data", "values")
BORN_BY = {"people": "email_addresses", "companies": "domains"}
"""Records born through these unique values get ids that look like version 5, as seen on the live service."""


def create(call: Call) -> Json:
    target = find_object(call.state, call.params["object"])
    demand(BODY, call.body)
    return _answer(call, _create(call, target))


def assert_record(call: Call) -> Json:
    """Update the record that holds the matching value, or create one."""
    target = find_object(call.state, call.params["object"])
    body = _without_matching_attribute(call.body)
    demand(BODY, body)
    call.body = body
    matching = _matching_attribute(call, target)
    draft = _draft(call, target, None)
    found = _owner(draft, matching, body["data"]["values"])
    if found is None:
        return _answer(call, _create(call, target))
    return _answer(call, _change(call, found, Mode.EQUAL, matching))


def update(call: Call) -> Json:
    return _by_id(call, Mode.ADD)


def overwrite(call: Call) -> Json:
    return _by_id(call, Mode.EQUAL)


def read(call: Call) -> Json:
    target = find_object(call.state, call.params["object"])
    return _answer(call, find_record(call.state, target, call.params["record_id"]))


def delete(call: Call) -> Json:
    """The record, its list entries, and every reference to it."""
    target = find_object(call.state, call.params["object"])
    holder = find_record(call.state, target, call.params["record_id"], write=True)
    writing = Writing(call.state, call.actor, call.state.clock.stamp())
    entries = remove(writing, holder)
    announce.deleted(call.state, [holder], call.actor)
    if call.state.readings.delete_emits_entry_deleted:
        announce.deleted(call.state, entries, call.actor)
    announce.updated(writing, None)
    return {}


def remove(writing: Writing, holder: Holder) -> list[Entry]:
    """Take a record out of the world; answers the entries that went with it."""
    entries = list(writing.state.entries.pop(holder.id, {}).values())
    for gone in (*entries, holder):
        writing.forget(gone)
    return entries


def list_entries(call: Call) -> Json:
    """Which lists this record is in."""
    target = find_object(call.state, call.params["object"])
    holder = find_record(call.state, target, call.params["record_id"])
    rows: list[Json] = [
        {
            "list_id": entry.target.id,
            "list_api_slug": entry.target.slug,
            "entry_id": entry.id,
            "created_at": entry.created_at,
        }
        for entry in call.state.entries.get(holder.id, {}).values()
    ]
    return call.page(rows, 100, least=1, most=1000)


def born(target: AttioObject, call: Call, changes: list[Change]) -> str:
    """The id of a new record."""
    key = BORN_BY.get(target.slug)
    unique = any(change.attribute.slug == key and change.after for change in changes)
    return call.state.ids.uuid(5 if unique else 4)


def _create(call: Call, target: AttioObject) -> Holder:
    draft = _draft(call, target, None)
    changes = draft.plan(call.body["data"]["values"], Mode.CREATE)
    holder = Holder(born(target, call, changes), target, draft.stamp)
    target.holders[holder.id] = holder
    writing = Writing(call.state, call.actor, draft.stamp)
    writing.apply(holder, [*identified(holder, "record_id"), *changes])
    announce.created(call.state, holder, call.actor)
    announce.partners_updated(writing, holder)
    return holder


def identified(holder: Holder, slug: str) -> list[Change]:
    """The value of the attribute that shows a holder's own id."""
    attribute = holder.target.attributes.find(slug)
    return [Change(attribute, [holder.id])] if attribute else []


def _by_id(call: Call, mode: Mode) -> Json:
    target = find_object(call.state, call.params["object"])
    holder = find_record(call.state, target, call.params["record_id"], write=True)
    demand(BODY, call.body)
    return _answer(call, _change(call, holder, mode))


def _change(call: Call, holder: Holder, mode: Mode, matching: Attribute | None = None) -> Holder:
    draft = _draft(call, holder.target, holder)
    changes = draft.plan(call.body["data"]["values"], mode, matching)
    writing = Writing(call.state, call.actor, draft.stamp)
    writing.apply(holder, changes)
    announce.updated(writing, holder)
    return holder


def _draft(call: Call, target: Target, holder: Holder | None) -> Draft:
    stamp = call.state.clock.stamp()
    return Draft(call.state, target, holder, call.actor, call.caller.system, stamp, WHERE)


def _answer(call: Call, holder: Holder) -> Json:
    target = holder.target
    assert isinstance(target, AttioObject)  # noqa: S101  (records live in objects)
    return {"data": show.records(call.state, target, [holder])[0]}


def _without_matching_attribute(body: Json) -> Json:
    """The matching attribute is a query parameter; beside `data` in the body it is ignored, integrators say."""
    if not isinstance(body, dict):
        return body
    return {key: value for key, value in body.items() if key != "matching_attribute"}


def _matching_attribute(call: Call, target: AttioObject) -> Attribute:
    key = call.query.get("matching_attribute")
    if not key:
        raise invalid([Issue("invalid_type", ("matching_attribute",), "Required")], BAD_QUERY)
    attribute = target.attributes.find(key)
    if attribute is None or attribute.archived:
        raise value_not_found(f'No attribute was found for matching_attribute slug/ID "{key}".')
    if not attribute.unique:
        raise not_unique(key)
    return attribute


def _owner(draft: Draft, matching: Attribute, values: dict[str, Json]) -> Holder | None:
    """The record that holds one of the values sent for the matching attribute."""
    key = next((key for key in (matching.slug, matching.id) if key in values), None)
    elements = draft.read(matching, key, values[key]) if key else []
    if not elements:
        raise missing_value(matching.id)
    identity = CODECS[matching.type].identity
    index = draft.target.unique.get(matching.id, {})
    owners = {owner: None for element in elements for owner in index.get(identity(element), ())}
    if len(owners) > 1 and draft.state.readings.assert_several_matches == "refuse":
        message = f'Several records match the values given for "{matching.slug}".'
        raise Refusal(400, "multiple_match_results", message)
    return draft.target.holders[next(iter(owners))] if owners else None
