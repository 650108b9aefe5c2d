"""Whose is what: which connections a user may see, and rows narrowed to them.

A host with several tenants names a function in `ATTIO_MIRROR["TENANTS_OF_USER"]`: user → aliases, None for all.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import connections, models, router
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Cast, Replace
from django.utils.module_loading import import_string

from ..conf import conf
from ..mirrors.directory import content_type_id
from ..mirrors.registry import registry
from ..models import (
    Alert,
    AttioList,
    AttioObject,
    Attribute,
    AttributePolicy,
    AttributeValue,
    AwaitedReference,
    BatchedEdit,
    Conflict,
    Connection,
    HistoryWish,
    InboxEntry,
    Link,
    Member,
    Operations,
    Option,
    OutboxEntry,
    PushBatch,
    RateBudget,
    Sweep,
)

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")
LEADS: dict[type[models.Model], str] = {
    **dict.fromkeys((Connection, Operations), ""),
    **dict.fromkeys(
        (
            Alert,
            AttioList,
            AttioObject,
            Attribute,
            AttributePolicy,
            InboxEntry,
            Link,
            Member,
            PushBatch,
            RateBudget,
            Sweep,
        ),
        "connection__",
    ),
    **dict.fromkeys(
        (AttributeValue, AwaitedReference, BatchedEdit, Conflict, HistoryWish, OutboxEntry), "link__connection__"
    ),
    Option: "attribute__connection__",
}
"""The way from our own tables to the connection."""


def tenants_of(user: Any) -> frozenset[str] | None:
    """The aliases of the connections a user may see; None where nothing was said about it, or for all."""
    if not (path := conf().tenants_of_user):
        return None
    aliases = import_string(path)(user)
    return None if aliases is None else frozenset(aliases)


def may_see(user: Any, alias: str) -> bool:
    """Whether a connection is among those a user may see."""
    aliases = tenants_of(user)
    return aliases is None or alias in aliases


def narrowed(rows: Rows, user: Any) -> Rows:
    """Those of the user's tenants. A row that is in no tenant yet is shown only to those who may see all."""
    aliases = tenants_of(user)
    if aliases is None:
        return rows
    model = rows.model
    if model in LEADS:
        return rows.filter(**{f"{LEADS[model]}alias__in": aliases})
    mirror = registry.of_model(model)
    if mirror is None:
        return rows
    links = Link.objects.filter(content_type=content_type_id(mirror.model), connection__alias__in=aliases)
    key: Any = model._meta.pk
    if isinstance(key, models.UUIDField) and not connections[router.db_for_read(model)].features.has_native_uuid_field:
        bare = Replace("object_id", Value("-"), Value(""), output_field=models.CharField())
        return rows.filter(pk__in=links.annotate(row_key=bare).values("row_key"))
    return rows.filter(Exists(links.filter(object_id=Cast(OuterRef("pk"), models.CharField(max_length=64)))))
