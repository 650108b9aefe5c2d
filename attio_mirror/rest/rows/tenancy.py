"""What a row points to has to be of the row's own Attio tenant: another tenant's ids mean nothing there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from rest_framework import serializers

from ...conf import conf
from ...mirrors.registry import AnyMirror, registry
from ...models import Connection, Link, Member, Option
from ...sync.connections import connection


def tenant_of(mirror: AnyMirror | None, row: models.Model, link: Link | None) -> Connection | None:
    """The connection a row belongs to, or will; None where it is mirrored nowhere."""
    if link is not None:
        return link.connection
    alias = mirror.connection_for(row) if mirror else ""
    return connection(alias) if alias in conf().connections else None


def refuse_strangers(tenant: Connection, given: Mapping[str, Any], held: models.Model | None) -> None:
    """Raises ValidationError for every field that would point out of the tenant; what the row holds may stay."""
    complaints = {
        name: [f'Invalid pk "{strangers[0].pk}" - object does not exist.']
        for name, value in given.items()
        if (strangers := _strangers(tenant, _new(name, value, held)))
    }
    if complaints:
        raise serializers.ValidationError(complaints, code="does_not_exist")


def _new(name: str, value: Any, held: models.Model | None) -> list[models.Model]:
    """The rows a field is to point to and does not yet."""
    if isinstance(value, models.Model):
        return [] if held is not None and getattr(held, f"{name}_id", None) == value.pk else [value]
    if isinstance(value, list) and value and isinstance(value[0], models.Model):
        known = set() if held is None else {row.pk for row in getattr(held, name).all()}
        return [row for row in value if row.pk not in known]
    return []


def _strangers(tenant: Connection, rows: Iterable[Any]) -> list[models.Model]:
    listed = list(rows)
    if not listed:
        return []
    if isinstance(listed[0], Option):
        return [option for option in listed if option.attribute.connection_id != tenant.pk]
    if isinstance(listed[0], Member):
        return [member for member in listed if member.connection_id != tenant.pk]
    links = Link.objects.for_rows(type(listed[0]), [row.pk for row in listed])
    homes = dict(links.order_by("-pk").values_list("object_id", "connection__alias"))
    mirror = registry.of_model(type(listed[0]))
    return [row for row in listed if (homes.get(str(row.pk)) or _will_be(mirror, row)) not in (tenant.alias, None)]


def _will_be(mirror: AnyMirror | None, row: models.Model) -> str | None:
    return mirror.connection_for(row) if mirror else None
