"""The schema, mirrored: objects, lists, attributes, options and members; renames are followed by id."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.errors import Refused
from ..models import AttioList, AttioObject, Connection, Member, Option, Target
from ..service import Attio
from .attributes import refresh_attributes
from .connections import attio
from .renames import follow_objects
from .upsert import upsert


@dataclass(frozen=True, slots=True)
class Schema:
    """What a refresh saw."""

    objects: int
    lists: int
    attributes: int
    options: int
    members: int


def refresh(connection: Connection) -> Schema:
    """Read all of the tenant's schema and follow it. Raises AttioError; then what was read so far stands."""
    service = attio(connection)
    members = refresh_members(connection)
    objects = _objects(connection, service)
    lists = _lists(connection, service)
    attributes = sum(refresh_attributes(connection, Target.OBJECTS, owner) for owner in objects)
    attributes += sum(refresh_attributes(connection, Target.LISTS, owner) for owner in lists)
    options = Option.objects.filter(attribute__connection=connection).count()
    return Schema(len(objects), len(lists), attributes, options, members)


def refresh_object(connection: Connection, slug: str) -> int:
    """Read the schema of one object; how many attributes it has. Raises AttioError where Attio has no such object."""
    info = attio(connection).object(slug)
    row, _ = AttioObject.objects.update_or_create(
        connection=connection,
        object_id=info.object_id,
        defaults={"slug": info.slug, "singular_noun": info.singular, "plural_noun": info.plural, "gone_at": None},
    )
    return refresh_attributes(connection, Target.OBJECTS, row)


def refresh_members(connection: Connection) -> int:
    """The tenant's members. Those that left stay: values point to them."""
    infos = attio(connection).members()
    rows = [
        Member(
            connection=connection,
            member_id=info.member_id,
            first_name=info.first_name or "",
            last_name=info.last_name or "",
            email_address=info.email or "",
            access_level=info.access_level or "",
            avatar_url=info.avatar_url,
        )
        for info in infos
    ]
    upsert(Member.objects.filter(connection=connection), rows, "member_id")
    return len(infos)


def _objects(connection: Connection, service: Attio) -> list[AttioObject]:
    rows = [
        AttioObject(
            connection=connection,
            object_id=info.object_id,
            slug=info.slug,
            singular_noun=info.singular,
            plural_noun=info.plural,
        )
        for info in service.objects()
    ]
    objects = AttioObject.objects.filter(connection=connection)
    before = dict(objects.values_list("object_id", "slug"))
    upsert(objects, rows, "object_id", gone=True)
    called = {before[row.object_id]: row.slug for row in rows if row.object_id in before}
    follow_objects(connection, {old: new for old, new in called.items() if old != new})
    return list(objects.filter(gone_at=None))


def _lists(connection: Connection, service: Attio) -> list[AttioList]:
    """Lists need a scope of their own; without it there are simply none."""
    try:
        infos = service.lists()
    except Refused:
        return []
    rows = [
        AttioList(
            connection=connection,
            list_id=info.list_id,
            slug=info.slug,
            name=info.name,
            parent_objects=list(info.parents),
        )
        for info in infos
    ]
    lists = AttioList.objects.filter(connection=connection)
    upsert(lists, rows, "list_id", gone=True)
    return list(lists.filter(gone_at=None))
