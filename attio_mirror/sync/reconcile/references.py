"""References: prefetched for a batch, remembered while their target is not mirrored, bound when it arrives."""

from __future__ import annotations

from collections.abc import Iterable

from ...core.values import Canonical, Element, elements
from ...mirrors.references import PENDING, Reference
from ...mirrors.registry import registry
from ...models import AwaitedReference
from ..frame import Frame, Seen, agreed
from . import rows
from .decide import Decision


def know(frame: Frame, batch: Iterable[Seen]) -> None:
    """Prefetch the rows of all records the batch points to."""
    slugs = [slug for slug, slot in frame.slots.items() if isinstance(slot.attribute, Reference)]
    frame.directory.know_records(
        (str(e["target_object"]), str(e["target_record_id"]))
        for one in batch
        for slug in slugs
        for e in elements(one.values.get(slug))
        if isinstance(e, dict) and "target_record_id" in e
    )


def bind(frame: Frame, decisions: list[Decision]) -> None:
    """Remember what these records point to in vain, and let others point to those that are new."""
    _await(frame, decisions)
    bind_arrivals(frame, [str(d.link.record_id) for d in decisions if d.is_new])


def bind_arrivals(frame: Frame, record_ids: list[str]) -> None:
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


def _await(frame: Frame, decisions: list[Decision]) -> None:
    wanted: list[AwaitedReference] = []
    for decision in decisions:
        for slug, slot in frame.slots.items():
            if isinstance(slot.attribute, Reference) and slug in decision.take:
                wanted += _unmet(decision, slot.attribute, slug, frame)
    AwaitedReference.objects.bulk_create(wanted, ignore_conflicts=True)


def _unmet(decision: Decision, attribute: Reference, slug: str, frame: Frame) -> list[AwaitedReference]:
    slot = frame.slots[slug]
    return [
        AwaitedReference(
            link=decision.link,
            slug=slug,
            target_object=element["target_object"],
            target_record_id=element["target_record_id"],
        )
        for element in elements(decision.take[slug])
        if isinstance(element, dict) and PENDING not in element and attribute.pk_of(element, slot) is None
    ]


def _bind_group(frame: Frame, object_slug: str, group: list[AwaitedReference]) -> None:
    """Set the fields of rows whose references have just become meaningful. Their bases already say so."""
    mirror = registry.of_object(object_slug)
    if mirror is not None:
        theirs = Frame.of(frame.connection, mirror)
        links = {awaited.link_id: awaited.link for awaited in group if awaited.link.is_alive}
        found = theirs.rows(links.values(), lock=True)
        for awaited in group:
            row, slot = found.get(awaited.link.object_id), theirs.slots.get(awaited.slug)
            if row is not None and slot is not None and isinstance(slot.attribute, Reference):
                rows.point(row, slot.attribute, _element(awaited, agreed(awaited.link, awaited.slug)), slot)
    AwaitedReference.objects.filter(pk__in=[awaited.pk for awaited in group]).delete()


def _element(awaited: AwaitedReference, base: Canonical) -> Element | None:
    """The awaited element, where the base still holds it."""
    wanted = awaited.target_record_id
    return next((e for e in elements(base) if isinstance(e, dict) and e.get("target_record_id") == wanted), None)
