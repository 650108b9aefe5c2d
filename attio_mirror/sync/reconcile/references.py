"""References of a batch: prefetched, remembered while their target is not mirrored, and bound when it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...core.values import Canonical, elements
from ...mirrors.attributes import Slot
from ...mirrors.references import PENDING, Reference
from ...models import AwaitedReference, Link
from ..frame import Frame, Seen
from ..pointing import bind_arrivals
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
