"""The object routes."""

from __future__ import annotations

from . import announce, show
from .answer import Json
from .call import Call
from .errors import not_allowed, slug_conflict, system_edit
from .lookup import find_object
from .nouns import AttioObject
from .records import remove
from .shapes import demand, fields, filled
from .standard import OPTIONAL, furnish_custom
from .store import Writing

NAMES = {"api_slug": filled, "singular_noun": filled, "plural_noun": filled}
NEW = fields({"data": fields(NAMES)})
EDIT = fields({"data": fields({}, NAMES)})


def list_all(call: Call) -> Json:
    return {"data": [show.attioobject(call.state, target) for target in call.state.objects]}


def read(call: Call) -> Json:
    return {"data": show.attioobject(call.state, find_object(call.state, call.params["object"]))}


def create(call: Call) -> Json:
    demand(NEW, call.body)
    state, given = call.state, call.body["data"]
    if state.objects.find(given["api_slug"]) or given["api_slug"] in OPTIONAL:
        raise slug_conflict("Failed to create object. Please ensure your api_slug and names are unique.")
    target = AttioObject(
        state.ids.uuid(),
        given["api_slug"],
        state.clock.stamp(),
        singular=given["singular_noun"],
        plural=given["plural_noun"],
    )
    state.objects.add(target)
    furnish_custom(state, target)
    return {"data": show.attioobject(state, target)}


def update(call: Call) -> Json:
    target = find_object(call.state, call.params["object"])
    demand(EDIT, call.body)
    given = call.body["data"]
    if not given:
        raise not_allowed(
            "You passed an empty payload. Please ensure you are updating at least one property in your request."
        )
    slug = given.get("api_slug", target.slug)
    if slug != target.slug:
        _rename(call, target, slug)
    target.singular = given.get("singular_noun", target.singular)
    target.plural = given.get("plural_noun", target.plural)
    return {"data": show.attioobject(call.state, target)}


def delete(call: Call) -> Json:
    """A custom object with all its records; no event exists for it."""
    target = find_object(call.state, call.params["object"])
    if target.standard:
        raise system_edit("Standard objects cannot be deleted.")
    writing = Writing(call.state, call.actor, call.state.clock.stamp())
    holders = list(target.holders.values())
    for holder in holders:
        remove(writing, holder)
    if call.state.readings.object_delete_emits_deleted:
        announce.deleted(call.state, holders, call.actor)
    announce.updated(writing, None)
    _cut_relationships(call, target)
    call.state.objects.remove(target)
    return {}


def _rename(call: Call, target: AttioObject, slug: str) -> None:
    if target.standard:
        raise system_edit("The slug of a standard object cannot be changed.")
    if call.state.objects.find(slug) or slug in OPTIONAL:
        raise slug_conflict("Failed to update object. Please ensure api_slug is unique.")
    call.state.objects.rename(target, slug)


def _cut_relationships(call: Call, target: AttioObject) -> None:
    """Attributes elsewhere that only pointed here go with it; lists of its records too."""
    for other in (*call.state.objects, *call.state.lists):
        for attribute in list(other.attributes):
            if attribute.partner is not None and attribute.partner.target is target:
                attribute.partner = None
            if target.id in attribute.allowed:
                attribute.allowed.remove(target.id)
                if not attribute.allowed:
                    other.attributes.remove(attribute)
    for gone in [each for each in call.state.lists if each.parent is target]:
        call.state.lists.remove(gone)
