"""Belonging: what a row points to has to be of the row's own Attio tenant, for another's ids mean nothing there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models

from ..conf import conf
from ..mirrors.directory import chunks
from ..mirrors.registry import AnyMirror, registry
from ..models import Connection, Link, Member, Option
from .connections import connection
from .tenants import narrowed, tenants_of


def home_of(mirror: AnyMirror | None, row: models.Model, link: Link | None) -> Connection | None:
    """The connection a row belongs to, or will; None where it is mirrored nowhere."""
    if link is not None:
        return link.connection
    alias = mirror.connection_for(row) if mirror else ""
    return connection(alias) if alias in conf().connections else None


def strangers(tenant: Connection, rows: Iterable[models.Model]) -> list[tuple[models.Model, str]]:
    """Those of rows of one model that are not of a tenant, each with the alias it is of instead."""
    listed = list(rows)
    if not listed:
        return []
    homes = _homes(listed)
    return [(row, home[0]) for row, home in zip(listed, homes, strict=True) if home and tenant.alias not in home]


def residents(tenant: Connection, rows: models.QuerySet[Any]) -> Iterator[models.QuerySet[Any]]:
    """Those of a queryset's rows that are of a tenant, some at a time; all at once where there is no other tenant."""
    if not Connection.objects.exclude(pk=tenant.pk).exists():
        yield rows
        return
    manager = rows.model._base_manager
    for pks in chunks(list(rows.values_list("pk", flat=True))):
        away = {row.pk for row, _ in strangers(tenant, manager.filter(pk__in=pks))}
        yield manager.filter(pk__in=[pk for pk in pks if pk not in away])


def unseen(user: Any, rows: Sequence[models.Model]) -> set[Any]:
    """The keys of those of rows of one model that a user may not see: for him they do not exist."""
    if not rows or tenants_of(user) is None:
        return set()
    keys = {row.pk for row in rows}
    return keys - set(narrowed(type(rows[0])._base_manager.filter(pk__in=keys), user).values_list("pk", flat=True))


def crossing(row: models.Model, alias: str, tenant: Connection) -> str:
    """Why a row of a tenant cannot point to one that is of `alias`."""
    return (
        f"“{row}” is of the connection {alias}, and this row is of {tenant.alias}: "
        "a reference from one to the other can never be sent."
    )


def _homes(rows: Sequence[Any]) -> list[list[str]]:
    """The aliases each row is of: those it has a link to, else the one it will get; none where it is mirrored nowhere.

    An option and a member are of one connection and know it.
    """
    if isinstance(rows[0], Option):
        return [[option.attribute.connection.alias] for option in rows]
    if isinstance(rows[0], Member):
        return [[member.connection.alias] for member in rows]
    linked: dict[str, list[str]] = {}
    links = Link.objects.for_rows(type(rows[0]), [row.pk for row in rows]).order_by("pk")
    for key, alias in links.values_list("object_id", "connection__alias"):
        linked.setdefault(key, []).append(alias)
    mirror = registry.of_model(type(rows[0]))
    return [linked.get(str(row.pk)) or ([mirror.connection_for(row)] if mirror else []) for row in rows]
