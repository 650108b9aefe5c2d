"""Match: rows and records that are twins already, found by the value of one attribute before a first pull."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import models, transaction

from ..core.codecs import InvalidValue, decode_values
from ..core.values import Canonical, keys
from ..mirrors.attributes import Slot
from ..mirrors.directory import chunks, content_type_id
from ..models import Connection, Link
from ..service import Record
from .connections import attio
from .frame import Frame
from .pull import PAGE, mirror_of
from .push.settle import adopt

BATCH = 500


class Unmatchable(Exception):
    """The attribute to match by is not one the mirror binds."""


@dataclass(slots=True)
class Matching:
    """Which rows without a record are which records without a row; rows by primary key, records by id."""

    object: str
    slug: str
    twins: dict[str, str] = field(default_factory=dict)
    """Row to record."""
    ambiguous_rows: list[str] = field(default_factory=list)
    """Their value is that of several rows, or of several records."""
    ambiguous_records: list[str] = field(default_factory=list)
    valueless_rows: list[str] = field(default_factory=list)
    """They hold no value, or none that Attio could hold."""
    lonely_rows: list[str] = field(default_factory=list)
    lonely_records: list[str] = field(default_factory=list)

    @property
    def unmatched_rows(self) -> int:
        """Rows that stay without a record."""
        return len(self.ambiguous_rows) + len(self.valueless_rows) + len(self.lonely_rows)

    @property
    def unmatched_records(self) -> int:
        """Records that the pull will make rows of."""
        return len(self.ambiguous_records) + len(self.lonely_records)


def match(connection: Connection, object_slug: str, slug: str) -> Matching:
    """Compare all rows and records that have no twin yet; writes nothing. Raises AttioError and Unmatchable."""
    frame = Frame.of(connection, mirror_of(object_slug))
    slot = frame.slots.get(slug)
    if slot is None:
        known = ", ".join(sorted(frame.slots))
        raise Unmatchable(f"The mirror of “{object_slug}” binds no attribute “{slug}”. It binds: {known}.")
    found = Matching(object_slug, slug)
    rows = _rows(frame, slot, found)
    _pair(rows, _records(frame, slot), found)
    return found


def adopt_twins(connection: Connection, found: Matching) -> int:
    """Link every pair; how many were linked. The next pull merges them, with nothing agreed yet on either side."""
    frame = Frame.of(connection, mirror_of(found.object))
    linked = 0
    for pk, record_id in found.twins.items():
        with transaction.atomic():
            link, _ = Link.objects.get_or_create(
                connection=connection,
                content_type_id=content_type_id(frame.model),
                object_id=pk,
                defaults={"object": found.object},
            )
            linked += link.record_id is None and adopt(frame, link, record_id)
    return linked


def _rows(frame: Frame, slot: Slot, found: Matching) -> dict[str, set[str]]:
    """Row to the keys of its value, of the rows without a record."""
    kept: dict[str, set[str]] = {}
    for row in _without_record(frame):
        try:
            value = slot.local(row, None)
        except InvalidValue:
            value = None
        if held := keys(value):
            kept[str(row.pk)] = held
        else:
            found.valueless_rows.append(str(row.pk))
    return kept


def _without_record(frame: Frame) -> Iterator[models.Model]:
    links = Link.objects.filter(content_type_id=content_type_id(frame.model)).exclude(record_id=None)
    taken = set(links.values_list("object_id", flat=True))
    manager = frame.model._base_manager
    pks = [pk for pk in manager.order_by("pk").values_list("pk", flat=True) if str(pk) not in taken]
    for chunk in chunks(pks, BATCH):
        for row in manager.filter(pk__in=chunk).order_by("pk"):
            if frame.mirror.connection_for(row) == frame.connection.alias:
                yield row


def _records(frame: Frame, slot: Slot) -> dict[str, set[str]]:
    """Record to the keys of its value, of the records without a living row."""
    links = Link.objects.filter(connection=frame.connection, object=frame.object, row_gone_at=None)
    taken = set(links.exclude(record_id=None).values_list("record_id", flat=True))
    return {record.record_id: keys(_value(slot, record)) for record in _all(frame) if record.record_id not in taken}


def _all(frame: Frame) -> Iterator[Record]:
    """Every record, oldest first; pages overlap by one, so that one deleted meanwhile hides no other."""
    service, offset = attio(frame.connection), 0
    sorts = [{"direction": "asc", "attribute": "created_at"}]
    while True:
        records = service.query(frame.object, sorts=sorts, limit=PAGE, offset=offset).records
        yield from records
        if len(records) < PAGE:
            return
        offset += len(records) - 1


def _value(slot: Slot, record: Record) -> Canonical:
    try:
        return decode_values(slot.spec, record.values.get(slot.slug, ()))
    except InvalidValue:
        return None


def _pair(rows: dict[str, set[str]], records: dict[str, set[str]], found: Matching) -> None:
    """Twins are a row and a record that share a value which nobody else has on either side."""
    rows_of, records_of = _holders(rows), _holders(records)
    taken: set[str] = set()
    for pk, held in rows.items():
        mine = _together(held, records_of)
        theirs = next(iter(mine), "")
        if not mine:
            found.lonely_rows.append(pk)
        elif len(mine) > 1 or len(_together(records[theirs], rows_of)) > 1:
            found.ambiguous_rows.append(pk)
            taken |= mine
        else:
            found.twins[pk] = theirs
            taken.add(theirs)
    paired = set(found.twins.values())
    found.ambiguous_records = sorted(taken - paired)
    found.lonely_records = sorted(records.keys() - taken)


def _holders(values: dict[str, set[str]]) -> dict[str, set[str]]:
    """Value to those who hold it."""
    found: dict[str, set[str]] = {}
    for one, held in values.items():
        for value in held:
            found.setdefault(value, set()).add(one)
    return found


def _together(held: Iterable[str], holders: dict[str, set[str]]) -> set[str]:
    """All who hold any of these values."""
    return set[str]().union(*(holders.get(value, set()) for value in held))
