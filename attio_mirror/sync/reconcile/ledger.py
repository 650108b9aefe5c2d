"""The ledger learns: every answer's versions are spliced into what we believe. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ...core.codecs import InvalidValue, versions
from ...core.errors import Json
from ...core.history import Known, Splice, apart, place, splice_current
from ...core.stamps import parse_stamp, to_stamp
from ...core.values import AttributeSpec, Version, key
from ...mirrors.attributes import Slot
from ...models import AttributeValue, Link
from ...models.flood import pour
from ..frame import Frame, Seen
from .decide import Decision

Gap = tuple[int, int]
"""The primary keys of a link and an attribute whose history has a hole only Attio can fill."""

BIRTH = timedelta(seconds=2)
"""A version that began so soon after its record was made is taken for the first."""


class Row(NamedTuple):
    """A version as AttributeValue holds it: a first mirror has a million of them."""

    link_id: int
    attribute_id: int
    value: dict[str, Json]
    text: str | None
    number: Decimal | None
    place: int
    active_from: datetime
    active_until: datetime | None
    actor_type: str
    actor_id: str
    learned_at: datetime
    learned_from: str
    superseded_slot: int = 0


@dataclass(slots=True)
class Corrections:
    """What a batch of splices does to the ledger, written at once and learned at one moment."""

    source: str
    now: datetime = field(default_factory=timezone.now)
    add: list[Row] = field(default_factory=list)
    close: list[AttributeValue] = field(default_factory=list)
    supersede: list[int] = field(default_factory=list)
    cut: dict[int, datetime] = field(default_factory=dict)
    backdated: dict[int, str] = field(default_factory=dict)

    def take(self, link: Link, attribute_id: int, splice: Splice) -> None:
        """Note one splice."""
        for pk, until in splice.close:
            ended = AttributeValue(pk=pk, active_until=parse_stamp(until), end_learned_at=self.now)
            self.close.append(ended)
        self.supersede += splice.supersede
        self.cut |= {pk: parse_stamp(until) for pk, until in splice.cut}
        self.add += [self._row(link.pk, attribute_id, version) for version in splice.add]
        self._note_start(link, min((version.active_from for version in splice.add), default=""))

    def write(self) -> None:
        """Supersede first: an added version may begin where a superseded one did."""
        self._write_anew()
        AttributeValue.objects.filter(pk__in=self.supersede).update(
            superseded_at=self.now, superseded_slot=models.F("pk")
        )
        AttributeValue.objects.bulk_update(self.close, ["active_until", "end_learned_at"], batch_size=100)
        pour(AttributeValue, Row._fields, self.add)  # noqa: SLF001  # the documented name of what a NamedTuple has
        for link_id, earliest in self.backdated.items():
            further = Q(backdated_to="") | Q(backdated_to__gt=earliest)
            Link.objects.filter(further, pk=link_id).update(backdated_to=earliest)

    def _write_anew(self) -> None:
        """What is cut was believed with another end until now, and still can be asked for so."""
        for row in AttributeValue.objects.filter(pk__in=self.cut):
            held = {name: getattr(row, name) for name in Row._fields}  # noqa: SLF001  # the documented name of what a NamedTuple has
            held |= {"active_until": self.cut[row.pk], "learned_at": self.now, "learned_from": self.source}
            self.add.append(Row(**held))
            self.supersede.append(row.pk)

    def _note_start(self, link: Link, stamp: str) -> None:
        """A past that reaches back before its record must be found by whoever asks for then."""
        known = self.backdated.get(link.pk) or link.record_created_at
        if stamp and stamp < known and parse_stamp(stamp) + BIRTH < parse_stamp(known):
            self.backdated[link.pk] = stamp

    def _row(self, link_id: int, attribute_id: int, version: Version) -> Row:
        return Row(
            link_id=link_id,
            attribute_id=attribute_id,
            value=dict(version.wire),
            text=_text(version.wire),
            number=_number(version.wire),
            place=place(key(version.element)),
            active_from=parse_stamp(version.active_from),
            active_until=parse_stamp(version.active_until) if version.active_until else None,
            actor_type=version.actor.type,
            actor_id=version.actor.id or "",
            learned_at=self.now,
            learned_from=self.source,
        )


def learn(frame: Frame, decisions: Sequence[Decision], source: str) -> set[Gap]:
    """Splice the current values of a batch into the ledger; the gaps that opened where gaps are to be filled."""
    if not frame.mirror.options.ledger:
        return set()
    pks = frame.directory.attribute_pks
    known = _known(frame, [d for d in decisions if not d.is_new])
    gaps: set[Gap] = set()
    corrections = Corrections(source)
    for decision in decisions:
        for slug in decision.news & frame.slots.keys():
            slot = frame.slots[slug]
            name = (decision.link.pk, pks[slot.spec.attribute_id])
            splice = _splice(slot, decision.seen, known.get(name, []))
            corrections.take(decision.link, name[1], splice)
            if splice.gap and slot.attribute.history and not _is_explained(slot, splice, decision):
                gaps.add(name)
    corrections.write()
    return gaps


def _splice(slot: Slot, seen: Seen, believed: Sequence[Known]) -> Splice:
    born = None
    if slot.attribute.history and seen.created_at:
        born = to_stamp(parse_stamp(seen.created_at) + BIRTH)
    wires = seen.wires.get(slot.slug, ())
    shown = readable(slot.spec, wires)
    if wires and not shown:
        return Splice()
    if not slot.spec.multi and len(shown) > 1:
        shown = apart(shown)
    return splice_current(believed, shown, multi=slot.spec.multi, seen_at=to_stamp(seen.asked_at), born=born)


def _is_explained(slot: Slot, splice: Splice, decision: Decision) -> bool:
    """Whether nothing was missed: Attio answered our own word, and says when what we replaced came to its end."""
    ends_are_known = not splice.close or (bool(splice.add) and not slot.spec.multi)
    return slot.slug in decision.spoken and ends_are_known


def known_rows(spec: AttributeSpec, believed: Iterable[AttributeValue]) -> list[Known]:
    """Believed rows as the splice wants them: raw times from the stored wire form."""
    return [
        Known(row.pk, key(version.element), version.active_from, _until(row, version))
        for row in believed
        for version in readable(spec, [row.value])
    ]


def _until(row: AttributeValue, version: Version) -> str | None:
    """The end as Attio wrote it, all nine digits, where we have that; else as the column holds it."""
    if row.active_until is None:
        return None
    if version.active_until and parse_stamp(version.active_until) == row.active_until:
        return version.active_until
    return to_stamp(row.active_until)


def _known(frame: Frame, decisions: Sequence[Decision]) -> dict[Gap, list[Known]]:
    """All believed versions of what has news: closed ones tell where Attio opened a version again."""
    slots = {frame.directory.attribute_pks[slot.spec.attribute_id]: slot for slot in frame.slots.values()}
    pks = {slot.slug: pk for pk, slot in slots.items()}
    wanted = {(d.link.pk, pks[slug]) for d in decisions for slug in d.news & pks.keys()}
    rows = AttributeValue.objects.believed().filter(
        link__in={link for link, _ in wanted}, attribute__in={attribute for _, attribute in wanted}
    )
    believed: dict[Gap, list[AttributeValue]] = {}
    for row in rows.order_by():
        if (name := (row.link_id, row.attribute_id)) in wanted:
            believed.setdefault(name, []).append(row)
    return {name: known_rows(slots[name[1]].spec, rows) for name, rows in believed.items()}


def readable(spec: AttributeSpec, wires: Sequence[Mapping[str, Json]]) -> list[Version]:
    """The readable versions; one we cannot read stays in Attio and in the base, but not in the ledger."""
    try:
        return [version for version in versions(spec, wires) if version.active_from]
    except InvalidValue:
        return []


def _text(wire: Mapping[str, Json]) -> str | None:
    chosen = wire.get("status") or wire.get("option")
    if isinstance(chosen, dict):
        return str(chosen.get("title") or "")[:500]
    names = ("value", "full_name", "email_address", "domain", "phone_number", "target_record_id", "referenced_actor_id")
    return next((str(wire[name])[:500] for name in names if wire.get(name) not in (None, "")), None)


def _number(wire: Mapping[str, Json]) -> Decimal | None:
    held = wire.get("currency_value", wire.get("value"))
    if held is None or isinstance(held, bool) or wire.get("attribute_type") not in ("number", "currency", "rating"):
        return None
    try:
        return round(Decimal(str(held)), 10)
    except InvalidOperation:
        return None
