"""Nothing crosses: whatever is stored belongs to one tenant, and nothing typed in one is anywhere in the other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from django.db import models

from attio_mirror.mirrors.directory import content_type_id
from attio_mirror.models import AttributeValue, Conflict, Connection, Link, OutboxEntry
from attio_mirror.sync.tenants import LEADS

from .doors import FIRST_AMOUNT, HOME, MARK, NEXT_DOOR, alias_of
from .facets import FACETS, MODELS, Pointer
from .tenants import Tenant

TYPED_AT_HOME = rf"\b(?:Tea|(?:name|note|job_title|option|new) \d+)(?!\w|{MARK})"
FOREIGN = {HOME: re.compile(MARK), NEXT_DOOR: re.compile(TYPED_AT_HOME)}
"""What nobody typed in a tenant."""
TELLING: dict[type[models.Model], tuple[str, ...]] = {
    Link: ("base",),
    AttributeValue: ("value", "text"),
    Conflict: ("base", "ours", "theirs"),
    OutboxEntry: ("said", "removed", "answer", "error"),
}
"""The columns in which values are kept."""


def nothing_crosses(tenants: Collection[Tenant]) -> None:
    """Hold every table and both worlds to it. Where one lives alone, nothing may be said of another."""
    aliases = {tenant.connection.alias for tenant in tenants}
    assert set(Connection.objects.values_list("alias", flat=True)) == aliases
    if len(aliases) == 1:
        return
    for tenant in tenants:
        _its_attio_is_its_own(tenant)
        _its_tables_are_its_own(tenant)
        assert tenant.mail.is_in_its_own_inbox(tenant.connection.pk), f"{tenant.connection}: not the mail it was sent"
    for model in MODELS.values():
        _every_row_has_one_owner(model)
    _every_relation_stays_inside()


def _its_attio_is_its_own(tenant: Tenant) -> None:
    alias = tenant.connection.alias
    for slug in MODELS:
        for record_id, values in tenant.scene.records(slug).items():
            assert not FOREIGN[alias].search(str(values)), f"{alias}, record {record_id} of {slug}: {values}"
            amounts = FACETS["deals.value"].there(values.get("value", ()))
            assert all(_is_of(alias, amount) for amount in amounts), f"{alias}, record {record_id}: {amounts}"


def _its_tables_are_its_own(tenant: Tenant) -> None:
    of = tenant.connection
    for model, columns in TELLING.items():
        for told in model._base_manager.filter(**{LEADS[model] + "pk": of.pk}).values_list("pk", *columns):
            assert not FOREIGN[of.alias].search(str(told)), f"{of.alias}, {model.__name__}: {told}"


def _every_row_has_one_owner(model: type[Any]) -> None:
    owners: dict[str, set[str]] = {}
    links = Link.objects.filter(content_type=content_type_id(model)).values_list("object_id", "connection__alias")
    for object_id, alias in links:
        owners.setdefault(object_id, set()).add(alias)
    for row in model._base_manager.all():
        alias = alias_of(row)
        assert owners.get(str(row.pk)) == {alias}, (
            f"{row} {row.pk} is of {alias}, its links of {owners.get(str(row.pk))}"
        )
        words = str({field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields})
        assert not FOREIGN[alias].search(words), f"{alias}, {model.__name__} {row.pk}: {words}"
        if model is MODELS["deals"]:
            assert row.value is None or _is_of(alias, row.value), f"{alias}, deal {row.pk}: {row.value}"
            assert row.stage is None or row.stage.attribute.connection.alias == alias, f"{alias}, deal {row.pk}: stage"
            assert row.owner is None or row.owner.connection.alias == alias, f"{alias}, deal {row.pk}: owner"


def _every_relation_stays_inside() -> None:
    """What a row points to is of its own tenant."""
    rows = {f"row {slug} {row.pk}": row for slug, model in MODELS.items() for row in model._base_manager.all()}
    for name, row in rows.items():
        for target in _targets(name.split()[1], row):
            assert alias_of(rows[target]) == alias_of(row), f"{name} of {alias_of(row)} points to {target}"


def _targets(slug: str, row: Any) -> Iterator[str]:
    for facet in FACETS.values():
        if facet.object == slug and isinstance(facet, Pointer):
            yield from facet.here(row)


def _is_of(alias: str, amount: Any) -> bool:
    return (float(amount) >= FIRST_AMOUNT[NEXT_DOOR]) == (alias == NEXT_DOOR)
