"""Pointing: references whose target has just got a row. Who awaited it points to it; so does who lost sight of it.

A base says all along what Attio says; a row says what it can, which is nothing while the record pointed to has no row.
Once it has one, a row that does not point to it would be taken for one that somebody edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import models

from ..core.values import Canonical, Element, elements
from ..mirrors.attributes import Slot
from ..mirrors.references import Pointing, Reference, pair, through_columns
from ..mirrors.registry import registry
from ..models import AwaitedReference, Link
from .frame import Frame, agreed, come_into_sight
from .repoint import point, references_to


def bind_arrivals(frame: Frame, record_ids: Sequence[str]) -> None:
    """Records of this object have just got rows: let the rows that awaited them point to them."""
    if not record_ids:
        return
    awaiting = AwaitedReference.objects.filter(
        link__connection=frame.connection, target_object=frame.object, target_record_id__in=record_ids
    ).select_related("link__connection")
    by_object: dict[str, list[AwaitedReference]] = {}
    for awaited in awaiting:
        by_object.setdefault(awaited.link.object, []).append(awaited)
    for object_slug, group in by_object.items():
        _bind_group(frame, object_slug, group)


def bind_again(frame: Frame, record_id: str) -> None:
    """A record whose row was deleted here has one again: let the rows that still point to it in Attio point to that.

    No index helps to find them. It reads the bases of all that may point to the object; rows are seldom made again.
    """
    AwaitedReference.objects.bulk_create(_out_of_sight(frame, record_id), ignore_conflicts=True)
    bind_arrivals(frame, [record_id])


def _out_of_sight(frame: Frame, record_id: str) -> Iterator[AwaitedReference]:
    for mirror, reference in references_to(frame.model):
        links = Link.objects.alive().filter(connection=frame.connection, object=mirror.options.object)
        for link in links.filter(base__icontains=record_id):
            if _element(record_id, agreed(link, reference.slug)) is not None:
                awaited = {"target_object": frame.object, "target_record_id": record_id}
                yield AwaitedReference(link=link, slug=reference.slug, **awaited)


def _bind_group(frame: Frame, object_slug: str, group: list[AwaitedReference]) -> None:
    """Set the fields of rows whose references have just become meaningful. Their bases already say so."""
    mirror = registry.of_object(object_slug)
    if mirror is not None:
        theirs = Frame.of(frame.connection, mirror)
        alive = {awaited.link_id: awaited.link for awaited in group if awaited.link.is_alive}
        found = theirs.rows(alive.values(), lock=True)
        held = Link.objects.select_for_update().filter(pk__in=alive).order_by("pk")
        links = {link.pk: link for link in held}  # after their rows, as a save does it
        seen: dict[int, Link] = {}
        for awaited in group:
            row, slot = found.get(awaited.link.object_id), theirs.slots.get(awaited.slug)
            link = links.get(awaited.link_id)
            if row is not None and link is not None and slot is not None and isinstance(slot.attribute, Reference):
                element = _element(awaited.target_record_id, agreed(link, awaited.slug))
                points = _point(row, slot.attribute, element, slot)
                if points is None:
                    link.seen_hash = None  # the next sweep tries again, and says why not
                if points is None or (points and come_into_sight(link, awaited.slug)):
                    seen[link.pk] = link
        Link.objects.bulk_update(seen.values(), ["base", "seen_hash"], batch_size=100)
    AwaitedReference.objects.filter(pk__in=[awaited.pk for awaited in group]).delete()


def _element(record_id: str, base: Canonical) -> Element | None:
    """The reference to a record, where the base holds one."""
    return next((e for e in elements(base) if isinstance(e, dict) and e.get("target_record_id") == record_id), None)


def _point(row: models.Model, attribute: Pointing, element: Element | None, slot: Slot) -> bool | None:
    """Let a row point to what it awaited, unless it has come to point elsewhere meanwhile; whether it does.

    None: a rule of its table leaves no room for it.
    """
    pk = None if element is None else attribute.pk_of(element, slot)
    if pk is None:
        return False
    if attribute.is_many:
        through, source, target = through_columns(attribute)
        through._default_manager.bulk_create([pair(through, source, str(row.pk), target, pk)], ignore_conflicts=True)
        return True
    column = attribute.model_field.attname
    pointed = point(row.__class__._base_manager.filter(pk=row.pk, **{column: None}), column, pk)
    return None if pointed is None else pointed == 1
