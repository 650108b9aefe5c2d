"""The value routes: all versions of one attribute of a record or an entry, and rewriting them."""

from __future__ import annotations

from dataclasses import dataclass

from . import moments, show
from .answer import Json
from .call import Call
from .errors import Path, Refusal, invalid_at, missing_value, not_allowed, system_edit
from .lookup import find_attribute, find_entry, find_list, find_object, find_record
from .nouns import AttioObject, Attribute, Element, Holder, Value
from .shapes import anything, array, boolean, demand, fields, nullable, text
from .store import index
from .values import CODECS
from .writing import Draft

BODY = fields(
    {
        "data": fields(
            {
                "values": array(fields({"value": anything, "active_from": text, "active_until": nullable(text)}), 1),
                "replace_history": boolean,
            }
        )
    }
)
MOST = 400
VALUES: Path = ("data", "values")


def read(call: Call) -> Json:
    """Active values, or with show_historic all of them, oldest first."""
    holder = _holder(call, write=False)
    attribute = find_attribute(holder.target, call.params["attribute"])
    versions = list(holder.values.get(attribute.id, ()))
    if call.flag("show_historic"):
        if not attribute.historic:
            raise not_allowed("Cannot set show_historic param to true when querying a COMINT attribute.")
        versions = _by_age([*holder.past.get(attribute.id, ()), *versions])
    return call.page([show.value(call.state, attribute, version) for version in versions])


def rewrite(call: Call) -> Json:
    """Replace all versions. Fires no webhooks, says Attio's document."""
    holder = _holder(call, write=True)
    attribute = find_attribute(holder.target, call.params["attribute"])
    demand(BODY, call.body)
    given = call.body["data"]
    _check_rewritable(attribute, given)
    versions = [_version(call, holder, attribute, row) for row in given["values"]]
    _check_versions(call, holder, attribute, versions)
    before = holder.elements(attribute)
    holder.past[attribute.id] = [version for version in versions if version.active_until is not None]
    holder.values[attribute.id] = [version for version in versions if version.active_until is None]
    index(call.state, holder, attribute, before, holder.elements(attribute))
    return {"data": [show.value(call.state, attribute, version) for version in _by_age(versions)]}


@dataclass(frozen=True, slots=True)
class _Span:
    """A version's interval, in a form that sorts."""

    identity: Element
    begins: str
    ends: str


def _holder(call: Call, *, write: bool) -> Holder:
    params = call.params
    if "object" in params:
        target = find_object(call.state, params["object"])
        return _record(call, target, params["record_id"], write=write)
    return find_entry(find_list(call.state, params["list"]), params["entry_id"])


def _record(call: Call, target: AttioObject, record_id: str, *, write: bool) -> Holder:
    """A record that is not there is value_not_found to the rewriting route, says Attio's document of 2026-10."""
    if write and record_id.lower() not in target.holders and record_id.lower() not in call.state.merging:
        raise Refusal(404, "value_not_found", f'Record with ID "{record_id}" not found.')
    return find_record(call.state, target, record_id, write=write)


def _by_age(versions: list[Value]) -> list[Value]:
    return sorted(versions, key=lambda version: version.active_from)


def _check_rewritable(attribute: Attribute, given: Json) -> None:
    if not attribute.writable:
        raise system_edit()
    if attribute.partner is not None:
        raise not_allowed("The history of relationship attributes cannot be written.")
    if given["replace_history"] is not True:
        raise invalid_at(("data", "replace_history"), "Invalid literal value, expected true", "invalid_literal")
    if len(given["values"]) > MOST:
        raise invalid_at(VALUES, f"Array must contain at most {MOST} element(s)", "too_big")


def _version(call: Call, holder: Holder, attribute: Attribute, row: dict[str, Json]) -> Value:
    draft = Draft(call.state, holder.target, holder, call.actor, call.caller.system, "", ("data",))
    elements = draft.read(attribute, "values", [row["value"]])
    begins = moments.stamp(row["active_from"])
    ends = None if row["active_until"] is None else moments.stamp(row["active_until"])
    if not elements or begins is None or (ends is None and row["active_until"] is not None):
        raise invalid_at(VALUES, "Invalid input")
    now = call.state.clock.seen()
    if begins > now or (ends is not None and not begins < ends <= now):
        raise invalid_at(VALUES, "A version begins before it ends, and neither lies in the future.")
    return Value(elements[0], begins, ends, call.actor)


def _check_versions(call: Call, holder: Holder, attribute: Attribute, versions: list[Value]) -> None:
    identity = CODECS[attribute.type].identity
    spans = [_Span(identity(each.element), each.active_from, each.active_until or "~") for each in versions]
    spans.sort(key=lambda span: span.begins)
    for place, span in enumerate(spans):
        for later in spans[place + 1 :]:
            if later.begins >= span.ends:
                break
            if not attribute.multi:
                message = f'Overlapping values were passed to single-value attribute with slug "{attribute.slug}".'
                raise Refusal(400, "multiple_values_for_single_value_attribute", message)
            if later.identity == span.identity:
                message = f'The same value twice at a time was passed to attribute with slug "{attribute.slug}".'
                raise Refusal(400, "duplicate_values", message)
    active = [each.element for each in versions if each.active_until is None]
    if attribute.required and not active:
        raise missing_value(attribute.id)
    if attribute.unique:
        draft = Draft(call.state, holder.target, holder, call.actor, call.caller.system, "", VALUES)
        draft.check_unique(attribute, active)
