"""The attribute routes of objects and lists."""

from __future__ import annotations

from . import announce, show
from .answer import Json
from .call import Call
from .definition import (
    EDIT,
    NEW,
    allowed_objects,
    check_default,
    check_kind,
    check_slug,
    check_unique,
    read_default,
)
from .errors import Refusal, not_allowed, system_edit
from .lookup import find_attribute, find_object, find_target
from .nouns import AttioObject, Attribute, Target
from .shapes import demand
from .state import State
from .store import index


def list_all(call: Call) -> Json:
    target = find_target(call)
    wanted = target.attributes if call.flag("show_archived") else target.visible()
    return call.page([show.attribute(call.state, attribute) for attribute in wanted])


def read(call: Call) -> Json:
    target = find_target(call)
    return {"data": show.attribute(call.state, find_attribute(target, call.params["attribute"]))}


def create(call: Call) -> Json:
    """One attribute; with `relationship` its reverse on the other object too."""
    target = find_target(call)
    demand(NEW, call.body)
    given = call.body["data"]
    check_kind(call.state, target, given)
    check_slug(target, given["api_slug"])
    made = _new(call.state, target, given)
    made.default = read_default(call.state, made, given.get("default_value"))
    reverse = _reverse(call.state, made, given.get("relationship"))
    for attribute in (made, reverse):
        if attribute is not None:
            attribute.target.attributes.add(attribute)
            announce.attribute_changed(call.state, attribute, "created", call.actor)
    return {"data": show.attribute(call.state, made)}


def update(call: Call) -> Json:
    """Attributes are never deleted, only archived; what may change on a system attribute is little."""
    attribute = find_attribute(find_target(call), call.params["attribute"])
    demand(EDIT, call.body)
    given = call.body["data"]
    _check_edit(call.state, attribute, given)
    before = show.attribute(call.state, attribute)
    _edit(call.state, attribute, given)
    after = show.attribute(call.state, attribute)
    if after != before:
        announce.attribute_changed(call.state, attribute, "updated", call.actor)
    return {"data": after}


def _new(state: State, target: Target, given: Json) -> Attribute:
    attribute = Attribute(
        state.ids.uuid(),
        given["api_slug"],
        given["title"],
        given["type"],
        state.clock.stamp(),
        target,
        description=given["description"],
        required=given["is_required"],
        unique=given["is_unique"],
        multi=given["is_multiselect"],
    )
    currency = given["config"].get("currency", {"default_currency_code": "USD", "display_type": "symbol"})
    if attribute.type == "currency":
        attribute.currency_code, attribute.display_type = currency["default_currency_code"], currency["display_type"]
    if attribute.type == "record-reference":
        attribute.allowed = allowed_objects(state, given["config"])
    return attribute


def _reverse(state: State, made: Attribute, wanted: Json) -> Attribute | None:
    """The other side of a relationship, tied to `made`."""
    if wanted is None:
        return None
    if made.type != "record-reference" or not isinstance(made.target, AttioObject):
        raise not_allowed('A relationship can only be used with attributes of type "record-reference" on objects.')
    other = find_object(state, wanted["object"])
    if made.allowed not in ([], [other.id]):
        raise not_allowed("config.record_reference.allowed_objects must contain only the relationship object.")
    check_slug(other, wanted["api_slug"])
    if other is made.target and wanted["api_slug"] == made.slug:
        raise not_allowed("The two sides of a relationship need different slugs.")
    reverse = Attribute(
        state.ids.uuid(),
        wanted["api_slug"],
        wanted["title"],
        made.type,
        made.created_at,
        other,
        multi=wanted["is_multiselect"],
        allowed=[made.target.id],
        partner=made,
    )
    made.partner, made.allowed = reverse, [other.id]
    return reverse


def _check_edit(state: State, attribute: Attribute, given: dict[str, Json]) -> None:
    if attribute.system and (not attribute.writable or given.keys() - state.readings.system_attribute_edits):
        raise system_edit()
    slug = given.get("api_slug", attribute.slug)
    if slug != attribute.slug:
        check_slug(attribute.target, slug)
    if given.get("is_unique") and not attribute.unique:
        check_unique(attribute.target, attribute.type)
    check_default(attribute.target, given)
    read_default(state, attribute, given.get("default_value"))
    config = given.get("config", {})
    if "record_reference" in config:
        allowed = allowed_objects(state, config)
        if attribute.partner is not None and allowed != [attribute.partner.target.id]:
            raise Refusal(400, "validation_type", "The object of a relationship cannot be changed.")


def _edit(state: State, attribute: Attribute, given: dict[str, Json]) -> None:
    attribute.title = given.get("title", attribute.title)
    attribute.description = given.get("description", attribute.description)
    attribute.required = given.get("is_required", attribute.required)
    attribute.archived = given.get("is_archived", attribute.archived)
    if "api_slug" in given and given["api_slug"] != attribute.slug:
        attribute.target.attributes.rename(attribute, given["api_slug"])
    if "default_value" in given:
        attribute.default = read_default(state, attribute, given["default_value"])
    config = given.get("config", {})
    if attribute.type == "currency" and "currency" in config:
        attribute.currency_code = config["currency"]["default_currency_code"]
        attribute.display_type = config["currency"]["display_type"]
    if attribute.type == "record-reference" and "record_reference" in config:
        attribute.allowed = allowed_objects(state, config)
    _set_unique(state, attribute, unique=given.get("is_unique", attribute.unique))


def _set_unique(state: State, attribute: Attribute, *, unique: bool) -> None:
    """The rule holds for new data only: values that already clash stay."""
    if unique == attribute.unique:
        return
    attribute.unique = unique
    attribute.target.unique.pop(attribute.id, None)
    for holder in attribute.target.holders.values():
        index(state, holder, attribute, [], holder.elements(attribute))
