"""The list routes."""

from __future__ import annotations

from . import show
from .answer import Json
from .call import Call
from .errors import missing, not_allowed, slug_conflict, value_not_found
from .lookup import find_list
from .nouns import AttioList
from .shapes import array, demand, fields, filled, nullable, one_of, text
from .standard import furnish_list

LEVEL = one_of(["full-access", "read-and-write", "read-only"])
EDITABLE = {
    "name": filled,
    "api_slug": filled,
    "workspace_access": nullable(LEVEL),
    "workspace_member_access": array(fields({"workspace_member_id": text, "level": LEVEL})),
}
NEW = fields({"data": fields({**EDITABLE, "parent_object": filled})})
EDIT = fields({"data": fields({}, EDITABLE)})


def list_all(call: Call) -> Json:
    return {"data": [show.attiolist(call.state, target) for target in call.state.lists]}


def read(call: Call) -> Json:
    return {"data": show.attiolist(call.state, find_list(call.state, call.params["list"]))}


def create(call: Call) -> Json:
    demand(NEW, call.body)
    state, given = call.state, call.body["data"]
    parent = state.objects.find(given["parent_object"])
    if parent is None:
        raise missing("Parent object", given["parent_object"])
    _check_slug(call, given["api_slug"])
    _check_access(call, given["workspace_access"], given["workspace_member_access"])
    target = AttioList(state.ids.uuid(), given["api_slug"], state.clock.stamp(), name=given["name"], parent=parent)
    target.workspace_access = given["workspace_access"]
    target.member_access = list(given["workspace_member_access"])
    target.created_by = call.actor
    state.lists.add(target)
    furnish_list(state, target)
    state.emit("list.created", {"list_id": target.id}, call.actor)
    return {"data": show.attiolist(state, target)}


def update(call: Call) -> Json:
    """Name, slug and access; the parent object is fixed."""
    state, target = call.state, find_list(call.state, call.params["list"])
    demand(EDIT, call.body)
    given = call.body["data"]
    slug = given.get("api_slug", target.slug)
    if slug != target.slug:
        _check_slug(call, slug)
    workspace_access = given.get("workspace_access", target.workspace_access)
    member_access = given.get("workspace_member_access", target.member_access)
    _check_access(call, workspace_access, member_access)
    before = show.attiolist(state, target)
    if slug != target.slug:
        state.lists.rename(target, slug)
    target.name = given.get("name", target.name)
    target.workspace_access, target.member_access = workspace_access, list(member_access)
    if show.attiolist(state, target) != before:
        state.emit("list.updated", {"list_id": target.id}, call.actor)
    return {"data": show.attiolist(state, target)}


def _check_slug(call: Call, slug: str) -> None:
    if call.state.lists.find(slug):
        raise slug_conflict(f'A list with api_slug "{slug}" already exists.')


def _check_access(call: Call, workspace: str | None, members: list[dict[str, str]]) -> None:
    """Members must exist, and someone must have full access, says Attio's document."""
    for access in members:
        if access["workspace_member_id"] not in call.state.members:
            raise value_not_found(f'Workspace member with ID "{access["workspace_member_id"]}" not found.')
    if "full-access" not in (workspace, *(access["level"] for access in members)):
        raise not_allowed("A list needs full-access for the workspace or for at least one workspace member.")
