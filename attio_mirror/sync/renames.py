"""Renames: an attribute keeps its id and changes its slug; all that is kept under the old one follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models

from ..mirrors.registry import registry
from ..models import (
    Attribute,
    AttributePolicy,
    BatchedEdit,
    Conflict,
    Connection,
    Link,
    OutboxEntry,
    PushBatch,
    Target,
)
from .belonging import residents


def follow_renames(renames: Iterable[tuple[Attribute, str]]) -> None:
    """Bring attributes to the slugs they have by now. Where one has taken another's, both first leave theirs."""
    pairs = list(renames)
    renamed = [(attribute, slug) for attribute, slug in pairs if attribute.slug != slug]
    if {slug for _, slug in renamed} & {attribute.slug for attribute, _ in pairs}:
        for attribute, _ in renamed:
            _follow(attribute, attribute.attribute_id)
    for attribute, slug in renamed:
        _follow(attribute, slug)


def follow_objects(connection: Connection, renames: Mapping[str, str]) -> None:
    """Bring what is kept by the slugs of objects from the old ones to the new ones, which others may have had."""
    kept: tuple[type[models.Model], ...] = (Link, AttributePolicy, PushBatch)
    for model in kept:
        rows = model._base_manager.filter(connection=connection)
        for old in renames:
            rows.filter(object=old).update(object=f" {old}")  # no slug begins with a space
        for old, new in renames.items():
            rows.filter(object=f" {old}").update(object=new)


def follow_answers(connection: Connection, slugs: Mapping[str, str]) -> None:
    """Follow what Attio answered about attributes: attribute id to slug."""
    named = Attribute.objects.filter(connection=connection, attribute_id__in=list(slugs))
    follow_renames((one, slugs[one.attribute_id]) for one in named.select_related("object", "connection"))


def _follow(attribute: Attribute, slug: str) -> None:
    """Bring everything kept under an attribute's old slug to its new one. Rows of declared fields keep their field."""
    old = attribute.slug
    attribute.slug = slug
    Attribute.objects.filter(pk=attribute.pk).update(slug=slug)
    if attribute.target != Target.OBJECTS or attribute.object is None:
        return
    links = Link.objects.filter(connection=attribute.connection, object=attribute.object.slug)
    conflicts = Conflict.objects.filter(link__in=links, slug=old)
    for conflict in conflicts:
        open_slot = Conflict.slot(conflict.link_id, slug) if conflict.open_slot else None
        Conflict.objects.filter(pk=conflict.pk).update(slug=slug, open_slot=open_slot)
    policies = AttributePolicy.objects.filter(connection=attribute.connection, object=attribute.object.slug)
    policies.filter(slug=slug).delete()  # of an attribute that had this slug before and has it no longer
    policies.filter(slug=old).update(slug=slug)
    _rename_batches(attribute, attribute.object.slug, old)
    _rename_words(links, old, slug)
    for link in links.iterator(chunk_size=500):
        if old in link.base:
            link.base[slug] = link.base.pop(old)
            Link.objects.filter(pk=link.pk).update(base=link.base, seen_hash=None)
    _rename_remainder(attribute, attribute.object.slug, old)


def _rename_batches(attribute: Attribute, object_slug: str, old: str) -> None:
    """What waits for approval goes on waiting, and what was done can be undone."""
    batches = PushBatch.objects.filter(connection=attribute.connection, object=object_slug, slug=old)
    for edit in BatchedEdit.objects.filter(batch__in=batches).exclude(held_slot=None).only("link"):
        held_slot = BatchedEdit.slot(edit.link_id, attribute.slug)
        BatchedEdit.objects.filter(pk=edit.pk).update(held_slot=held_slot)
    batches.update(slug=attribute.slug)


def _rename_words(links: models.QuerySet[Link], old: str, slug: str) -> None:
    """What was said and not heard is our own word under the new name, too."""
    for entry in OutboxEntry.objects.unfinished().filter(link__in=links).only("said", "removed", "error"):
        changes = {
            name: {**{key: value for key, value in told.items() if key != old}, slug: told[old]}
            for name in ("said", "removed")
            if old in (told := getattr(entry, name))
        }
        if entry.error.get("slug") == old:
            changes["error"] = {**entry.error, "slug": slug}
        if changes:
            OutboxEntry.objects.filter(pk=entry.pk).update(**changes)


def _rename_remainder(attribute: Attribute, object_slug: str, old: str) -> None:
    """In the rows of the attribute's own tenant: another may have an attribute of the old name."""
    mirror = registry.of_object(object_slug)
    if mirror is None or mirror.remainder is None:
        return
    field = mirror.remainder.field
    holding: models.QuerySet[models.Model] = mirror.model._base_manager.filter(**{f"{field}__has_key": old})
    for rows in residents(attribute.connection, holding):
        for row in rows.iterator(chunk_size=500):
            held = dict(getattr(row, field))
            held[attribute.slug] = held.pop(old)
            mirror.model._base_manager.filter(pk=row.pk).update(**{field: held})
