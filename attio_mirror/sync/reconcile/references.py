"""References: prefetched for a batch, remembered while their target is not mirrored, bound when it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...core.values import Canonical, Element, elements
from ...mirrors.attributes import Slot
from ...mirrors.references import PENDING, Reference
from ...mirrors.registry import registry
from ...models import AwaitedReference, Link
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
    await_targets(frame, ((decision.link, decision.take) for decision in decisions))
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


def await_targets(frame: Frame, taken: Iterable[tuple[Link, Mapping[str, Canonical]]]) -> None:
    """Remember what the values that rows took, by slug, point to in vain."""
    wanted: list[AwaitedReference] = []
    for link, values in taken:
        for slug, slot in frame.slots.items():
            if isinstance(slot.attribute, Reference) and slug in values:
                wanted += _unmet(link, slot.attribute, slot, values[slug])
    AwaitedReference.objects.bulk_create(wanted, ignore_conflicts=True)


def _unmet(link: Link, attribute: Reference, slot: Slot, value: Canonical) -> list[AwaitedReference]:
    return [
        AwaitedReference(
            link=link,
            slug=slot.slug,
            target_object=element["target_object"],
            target_record_id=element["target_record_id"],
        )
        for element in elements(value)
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
