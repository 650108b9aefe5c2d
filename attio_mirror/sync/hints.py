"""Hints: what there is to read again because of an event. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..core.events import Event, EventKind

OF_RECORDS = (EventKind.RECORD_CREATED, EventKind.RECORD_UPDATED, EventKind.RECORD_DELETED)
OF_LISTS = (EventKind.LIST_CREATED, EventKind.LIST_UPDATED, EventKind.LIST_DELETED)


class About(StrEnum):
    """What a hint is about, in the order in which hints are followed."""

    MEMBERS = "members"
    LISTS = "lists"
    OBJECT_ATTRIBUTES = "object-attributes"
    LIST_ATTRIBUTES = "list-attributes"
    MERGE = "merge"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to read again. Equal hints are one."""

    about: About
    owner: str = ""
    """The id of the object or list."""
    record_id: str = ""
    """Of a merge, the record that is left."""
    gone_id: str = ""
    """Of a merge, the record that is gone."""


def hints_of(event: Event) -> list[Hint]:
    """What follows from an event; nothing from those that concern nothing we mirror, or that nobody knows yet."""
    kind = event.kind
    if kind == EventKind.RECORD_MERGED:
        return _of_merge(event)
    if kind in OF_RECORDS:
        return _of_record(event)
    if kind.is_about_schema:
        of_object = event.object_id is not None
        owner = event.object_id or event.ids.get("list_id", "")
        return [Hint(About.OBJECT_ATTRIBUTES if of_object else About.LIST_ATTRIBUTES, owner)]
    if kind in OF_LISTS:
        return [Hint(About.LISTS)]
    if kind == EventKind.WORKSPACE_MEMBER_CREATED:
        return [Hint(About.MEMBERS)]
    return []


def _of_record(event: Event) -> list[Hint]:
    if not event.object_id or not event.record_id:
        return []
    return [Hint(About.RECORD, event.object_id, event.record_id)]


def _of_merge(event: Event) -> list[Hint]:
    """Both documented meanings name a record that is left and one that is gone (Attio's OpenAPI document)."""
    if not event.duplicate_record_id:
        return _of_record(event)
    if not event.object_id or not event.record_id:
        return []
    return [Hint(About.MERGE, event.object_id, event.record_id, event.duplicate_record_id)]
