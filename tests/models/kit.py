"""Rows of our own tables, made with as little as they need."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from attio_mirror.models import (
    AttioObject,
    Attribute,
    AttributeValue,
    Connection,
    Deal,
    Link,
    OutboxEntry,
    OutboxState,
)

LONG_AGO = timezone.now() - timedelta(days=1000)


def connection(alias: str = "default") -> Connection:
    return Connection.objects.get_or_create(alias=alias)[0]


def link(object_id: object = 1, record_id: str | None = "", **more: Any) -> Link:
    """A link of a deal; its record id is made up unless given, None for none."""
    given: dict[str, Any] = {
        "connection": connection(),
        "object": "deals",
        "content_type": ContentType.objects.get_for_model(Deal),
        "record_id": str(uuid4()) if record_id == "" else record_id,
        "object_id": str(object_id),
    }
    return Link.objects.create(**{**given, **more})


def entry(of: Link, state: OutboxState = OutboxState.WAITING, **more: Any) -> OutboxEntry:
    """An outbox entry, with the slot its state gives it."""
    return OutboxEntry.objects.create(link=of, state=state, waiting_slot=of.pk if state.is_open else None, **more)


def attribute(slug: str = "stage", **more: Any) -> Attribute:
    owner = AttioObject.objects.get_or_create(connection=connection(), object_id="o-1", slug="deals")[0]
    given: dict[str, Any] = {"target": "objects", "object": owner, "type": "text", "attribute_id": f"a-{slug}"}
    return Attribute.objects.create(connection=connection(), slug=slug, api_slug=slug, **{**given, **more})


def version(of: Link, named: Attribute, **more: Any) -> AttributeValue:
    given: dict[str, Any] = {"value": {"value": "x"}, "place": 7, "active_from": LONG_AGO}
    return AttributeValue.objects.create(link=of, attribute=named, **{**given, **more})
