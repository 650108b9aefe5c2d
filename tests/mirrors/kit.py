"""Slots without Attio: a declared binding, a made-up attribute, and a directory that knows options and members."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.contrib.contenttypes.models import ContentType
from django.db import models

from attio_mirror.core.values import AttributeSpec, AttributeType
from attio_mirror.mirrors.attributes import Attribute, Slot
from attio_mirror.mirrors.directory import Directory
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import AttioObject, Connection, Link, Member, Option
from attio_mirror.models import Attribute as AttributeRow

NAMESPACE = UUID("6f1c9a52-8a3c-4c3e-9f66-3d1b6a7f2c11")
TITLES = ("Red", "Green", "Blue")
PEOPLE = ("Ada", "Ben", "Chloé")


def an_id(name: str) -> str:
    """The same id for the same name, always."""
    return str(uuid5(NAMESPACE, name))


OPTION_IDS = tuple(an_id(title) for title in TITLES)
MEMBER_IDS = tuple(an_id(person) for person in PEOPLE)


def spec(slug: str, kind: AttributeType, *, multi: bool = False) -> AttributeSpec:
    """What Attio would say of an attribute."""
    return AttributeSpec(slug, kind, multi=multi, attribute_id=an_id("attribute"))


def furnish() -> Directory:
    """A connection with options of one attribute, and members."""
    connection = Connection.objects.get_or_create(alias="default")[0]
    owner = AttioObject.objects.create(connection=connection, object_id=an_id("books"), slug="books")
    attribute = AttributeRow.objects.create(
        connection=connection, target="objects", object=owner, attribute_id=an_id("attribute"), slug="x", type="select"
    )
    for title, option_id in zip(TITLES, OPTION_IDS, strict=True):
        Option.objects.create(attribute=attribute, option_id=option_id, title=title)
    for person, member_id in zip(PEOPLE, MEMBER_IDS, strict=True):
        email = f"{person.lower()}@example.com"
        Member.objects.create(connection=connection, member_id=member_id, first_name=person, email_address=email)
    return Directory(connection)


def link(row: models.Model, name: str) -> str:
    """Let a row mirror a record called `name`; the record's id."""
    mirror = registry.of_model(type(row))
    assert mirror is not None
    record_id = an_id(name)
    Link.objects.create(
        connection=Connection.objects.get(),
        object=mirror.options.object,
        record_id=record_id,
        content_type=ContentType.objects.get_for_model(type(row)),
        object_id=str(row.pk),
    )
    return record_id


def binding(model: type[models.Model], slug: str) -> Attribute:
    """The declared binding of an attribute; the remainder for one that is not declared."""
    mirror = registry.of_model(model)
    assert mirror is not None
    found = mirror.declared.get(slug) or mirror.remainder
    assert found is not None
    return found


def slot(model: type[models.Model], kind: AttributeType, slug: str, directory: Directory, *, multi: bool) -> Slot:
    """A declared binding with an attribute of that type."""
    return Slot(binding(model, slug), spec(slug, kind, multi=multi), directory)
