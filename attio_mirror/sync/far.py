"""The far side of a mirror: reading and writing over there. Records and attributes differ in it; no one else cares."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.utils import timezone

from ..core.codecs import encode_values
from ..core.errors import Json, NotFound
from ..core.values import AttributeSpec, Canonical
from ..models import ATTRIBUTES, Attribute, Verb
from ..service import Attio, AttributeInfo, Record
from ..service.records import OLDEST_FIRST, SMALLEST
from .connections import attio
from .frame import SETTINGS_OF_AN_ATTRIBUTE, Decoded, Frame, Seen


@dataclass(frozen=True, slots=True)
class Order:
    """One request to be made, complete: a thread can carry it out without the database."""

    verb: Verb
    object: str
    record_id: str = ""
    values: Mapping[str, Json] = field(default_factory=dict)
    matching: str = ""
    where: tuple[str, str] = ("", "")
    """For an attribute: its target (objects or lists) and its owner's id."""


@dataclass(frozen=True, slots=True)
class Told:
    """What Attio answered, as it goes into the outbox: JSON, with the times that say how fresh it is."""

    wire: Json
    asked_at: datetime
    answered_at: datetime


class Far(Protocol):
    """What push and pull ask of a far side."""

    def read(self, record_ids: Iterable[str]) -> list[Seen]:
        """The records that there are among these, as they are now. Raises AttioError."""

    def exists(self, record_id: str) -> bool:
        """Whether one is still there, asked by its id. Raises AttioError."""

    def encode(self, spec: AttributeSpec, value: Canonical) -> Json:
        """A canonical value as it is sent. Raises InvalidValue."""

    def where(self, row: object) -> tuple[str, str]:
        """The `Order.where` of a row."""

    def send(self, order: Order) -> Json:
        """Make the request; the record as JSON. Raises AttioError. Touches no database."""

    def told(self, told: Told) -> Seen:
        """An answer as reconcile wants it: as fresh as the moment it was given."""


def far_side(frame: Frame) -> Far:
    """The far side of a frame's mirror."""
    service = attio(frame.connection)
    return AttributesFar(service, frame) if frame.object == ATTRIBUTES else RecordsFar(service, frame)


class RecordsFar:
    """Records of one object."""

    def __init__(self, service: Attio, frame: Frame) -> None:
        self.service, self.frame = service, frame

    def read(self, record_ids: Iterable[str]) -> list[Seen]:
        """One query for many."""
        asked_at = timezone.now()
        return [
            self.seen(record, asked_at, asked_at) for record in self.service.read_many(self.frame.object, record_ids)
        ]

    def exists(self, record_id: str) -> bool:
        """By its id: absence from a query is no proof."""
        try:
            self.service.get(self.frame.object, record_id)
        except NotFound:
            return False
        return True

    def encode(self, spec: AttributeSpec, value: Canonical) -> Json:
        """Through the codec of its type."""
        return encode_values(spec, value)

    def where(self, row: object) -> tuple[str, str]:
        """Nothing beyond the record's id."""
        return "", ""

    def send(self, order: Order) -> Json:
        """The verb of the order."""
        match order.verb:
            case Verb.CREATE | Verb.KEYED:
                record = self.service.create(order.object, order.values)
            case Verb.ASSERT:
                record = self.service.assert_(order.object, order.values, matching=order.matching)  # noqa: PT009  # Attio's word for upsert, no unittest
            case Verb.UPDATE:
                record = self.service.update(order.object, order.record_id, order.values)
            case Verb.OVERWRITE:
                record = self.service.overwrite(order.object, order.record_id, order.values)
            case Verb.DELETE:
                return self._delete(order)
        return as_json(record)

    def _delete(self, order: Order) -> Json:
        try:
            self.service.delete(order.object, order.record_id)
        except NotFound:
            return {}  # gone is what was wanted
        return {}

    def told(self, told: Told) -> Seen:
        """A write's answer is the state at least as of its arrival."""
        return self.seen(from_json(told.wire), told.asked_at, told.answered_at)

    def find(self, filters: Mapping[str, Json]) -> list[Seen]:
        """Records by a filter that few match, for keys."""
        asked_at = timezone.now()
        page = self.service.query(self.frame.object, filter=filters)
        return [self.seen(record, asked_at, asked_at) for record in page.records]

    def since(self, moment: str) -> Iterator[list[Seen]]:
        """All records made since then, the oldest first, by pages: for doubts. A short page may be capped by Attio."""
        offset, size = 0, SMALLEST
        while size >= SMALLEST:
            asked_at, filters = timezone.now(), {"created_at": {"$gte": moment}}
            page = self.service.query(self.frame.object, filter=filters, sorts=OLDEST_FIRST, offset=offset)
            yield [self.seen(record, asked_at, asked_at) for record in page.records]
            size = len(page.records)
            offset += size

    def seen(self, record: Record, asked_at: datetime, speaks_of: datetime) -> Seen:
        """A record, to be decoded by the schema at hand."""
        return Seen(
            record_id=record.record_id,
            values=Decoded(self.frame.slots, record.values),
            wires=record.values,
            asked_at=asked_at,
            speaks_of=speaks_of,
            created_at=record.created_at,
            web_url=record.web_url,
            fingerprint=fingerprint(record.values, self.frame.signature),
        )


class AttributesFar:
    """The settings of attributes: `GET` and `PATCH /v2/{objects|lists}/{id}/attributes/{id}`."""

    def __init__(self, service: Attio, frame: Frame) -> None:
        self.service, self.frame = service, frame

    def read(self, record_ids: Iterable[str]) -> list[Seen]:
        """One request each: Attio has no query for attributes."""
        wanted = Attribute.objects.filter(connection=self.frame.connection, attribute_id__in=list(record_ids))
        found: list[Seen] = []
        for row in wanted.select_related("object", "list"):
            asked_at = timezone.now()
            target, owner = self.where(row)
            try:
                info = self.service.attribute(target, owner, row.attribute_id)  # type: ignore[arg-type]  # one of the two targets
            except NotFound:
                continue
            found.append(settings_seen(info, asked_at, asked_at))
        return found

    def exists(self, record_id: str) -> bool:
        """An attribute cannot be deleted, only archived (Attio's docs); its object can."""
        return bool(self.read([record_id]))

    def encode(self, spec: AttributeSpec, value: Canonical) -> Json:
        """As it is, but for the config, whose written form differs from the read one (Attio's OpenAPI document)."""
        return written_config(value) if spec.slug == "config" else value

    def where(self, row: object) -> tuple[str, str]:
        """Target and owner."""
        assert isinstance(row, Attribute)  # noqa: S101  # the mirror's model; narrows the type
        owner = row.object.object_id if row.object else row.list.list_id if row.list else ""
        return row.target, owner

    def send(self, order: Order) -> Json:
        """PATCH what changed."""
        target, owner = order.where
        info = self.service.update_attribute(target, owner, order.record_id, order.values)  # type: ignore[arg-type]  # one of the two targets
        return {"attribute_id": info.attribute_id, "settings": settings_of(info)}

    def told(self, told: Told) -> Seen:
        """The settings as answered."""
        return Seen(told.wire["attribute_id"], told.wire["settings"], {}, told.asked_at, told.answered_at)


def settings_seen(info: AttributeInfo, asked_at: datetime, speaks_of: datetime) -> Seen:
    """An attribute's settings as reconcile wants them."""
    settings = settings_of(info)
    return Seen(info.attribute_id, settings, {}, asked_at, speaks_of, fingerprint=_hash(settings))


def settings_of(info: AttributeInfo) -> dict[str, Json]:
    """What of an attribute can be changed, by the names of Attio's PATCH."""
    given = {
        "title": info.title,
        "description": info.description,
        "api_slug": info.slug,
        "is_required": info.required,
        "is_unique": info.unique,
        "default_value": info.default_value,
        "config": dict(info.config),
        "is_archived": info.archived,
    }
    return {name: given[name] for name in SETTINGS_OF_AN_ATTRIBUTE}


def written_config(config: Json) -> Json:
    """The config to send: only what is set, and `allowed_objects` for what is read as `allowed_object_ids`."""
    sent: dict[str, Json] = {}
    currency = (config or {}).get("currency") or {}
    if currency.get("default_currency_code"):
        sent["currency"] = {name: value for name, value in currency.items() if value is not None}
    allowed = ((config or {}).get("record_reference") or {}).get("allowed_object_ids")
    if allowed:
        sent["record_reference"] = {"allowed_objects": allowed}
    return sent


def as_json(record: Record) -> Json:
    """A record for the outbox."""
    return {
        "id": {"object_id": record.object_id, "record_id": record.record_id, "workspace_id": record.workspace_id},
        "created_at": record.created_at,
        "web_url": record.web_url,
        "values": {slug: list(values) for slug, values in record.values.items()},
    }


def from_json(wire: Json) -> Record:
    """A record out of the outbox."""
    return Record.read(wire)


def fingerprint(values: Mapping[str, Sequence[Mapping[str, Json]]], signature: str) -> int:
    """A signed 64-bit hash of a record's values and of how we would read them."""
    return _hash(values, signature)


def _hash(wire: Json, salt: str = "") -> int:
    """Of the structure as `marshal` writes it: several times as fast as JSON. Version 2 depends on the values alone.

    Another order of keys, or another Python, gives another hash: then a record is looked at once without need. SHA-1,
    which processors have built in, is three times as fast as BLAKE2: every record of every sweep passes here.
    """
    digest = hashlib.sha1(salt.encode() + marshal.dumps(wire, 2), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
