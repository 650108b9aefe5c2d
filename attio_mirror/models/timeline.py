"""The timeline of one attribute of one row: every version, who made it, and since when we know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from ..core.values import Actor
from .history import AttributeValue
from .link import Link
from .past import reader_of
from .schema import Member


@dataclass(frozen=True, slots=True)
class Span:
    """A version, for people."""

    value: Any
    """As the row's field shows it: an Option, a Member, a row, a Decimal …; one element where there are several."""
    text: str
    """The same in words, as it was called then."""
    active_from: datetime
    active_until: datetime | None
    actor: Actor
    member: Member | None
    """The actor, where it is a member of the tenant."""
    learned_at: datetime
    learned_from: str
    superseded_at: datetime | None
    """When we learned better, if we did."""


def timeline(
    row: models.Model, name: str, *, believed_at: datetime | None = None, everything: bool = False
) -> list[Span]:
    """The versions of an attribute (by field or slug), oldest first, as we believe now or believed then.

    `everything` adds what we once believed and no longer do. Raises FieldDoesNotExist, and LookupError for a model
    that is not mirrored.
    """
    reader = reader_of(type(row))(type(row), None, believed_at)
    link = Link.objects.for_rows(type(row), [row.pk]).first()
    versions = AttributeValue.objects.filter(link=link, attribute__in=reader.attributes(name))
    shown = versions if everything else versions.believed(believed_at)
    listed = list(shown.select_related("attribute").order_by("active_from", "pk"))
    values = reader.shown(listed)
    members = _members(link, {version.actor_id for version in listed})
    return [
        Span(
            value=value,
            text=version.text or "",
            active_from=version.active_from,
            active_until=_until(version, believed_at),
            actor=Actor(version.actor_type, version.actor_id or None),
            member=members.get(version.actor_id) if version.actor_type == "workspace-member" else None,
            learned_at=version.learned_at,
            learned_from=version.learned_from,
            superseded_at=version.superseded_at,
        )
        for version, value in zip(listed, values, strict=True)
    ]


def _until(version: AttributeValue, believed_at: datetime | None) -> datetime | None:
    """An end we had not heard of was none."""
    heard_later = believed_at and version.end_learned_at and version.end_learned_at > believed_at
    return None if heard_later else version.active_until


def _members(link: Link | None, ids: set[str]) -> dict[str, Member]:
    if link is None:
        return {}
    return {one.member_id: one for one in Member.objects.filter(connection=link.connection_id, member_id__in=ids)}
