"""The frame of one batch: whose records, which mirror, which attributes, and the ids at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.db import models

from ..core.codecs import InvalidValue, decode_values
from ..core.errors import Json
from ..core.merge import Policy
from ..core.values import AttributeSpec, AttributeType, Canonical, same
from ..mirrors.attributes import Slot
from ..mirrors.directory import Directory
from ..mirrors.mirror import Local, read_row
from ..mirrors.registry import AnyMirror
from ..models import ATTRIBUTES, AttioObject, Attribute, AttributePolicy, Connection, Link
from ..models.schema import SPECIFIED, spec_of

SETTINGS_OF_AN_ATTRIBUTE = (
    "title",
    "description",
    "api_slug",
    "is_required",
    "is_unique",
    "default_value",
    "config",
    "is_archived",
)
"""What Attio lets one change of an attribute (the owner's page on updating attributes)."""


UNSEEN = "unseen"
"""Key of an entry of a base whose value the row could not show when it took it."""
SAID = "said"
"""Key of an entry of a base for what we have said upon it since, and never heard of: a value, or elements added."""
TAKEN = "taken"
"""Key of an entry of a base for the elements we have taken away from it since, which are still seen."""


@dataclass(frozen=True)
class Decided:
    """What people decided about single attributes of an object."""

    connection: Connection
    object: str

    @cached_property
    def policies(self) -> dict[str, Policy]:
        """By the slug of the attribute; read when first asked for, as most frames never see both sides change."""
        rows = AttributePolicy.objects.filter(connection=self.connection, object=self.object)
        return {slug: Policy(policy) for slug, policy in rows.values_list("slug", "policy")}


@dataclass(frozen=True, slots=True)
class Frame:
    """Made anew for every batch, so that nothing in it grows old."""

    connection: Connection
    mirror: AnyMirror
    directory: Directory
    slots: Mapping[str, Slot]
    known: frozenset[str]
    """The slugs of all attributes of the object, bound or not."""
    signature: str
    """Changes when the same answer would be read differently: another schema or another declaration."""
    decided: Decided

    @classmethod
    def of(cls, connection: Connection, mirror: AnyMirror) -> Frame:
        """Read the schema of the mirror's object."""
        directory = Directory(connection)
        schema = specs(connection, mirror.options.object)
        slots = mirror.slots(schema, directory)
        reading = ";".join(f"{s.slug}:{s.spec.type}:{s.spec.multi}:{s.attribute.field}" for s in slots.values())
        signature = hashlib.blake2b(reading.encode(), digest_size=16).hexdigest()
        known = frozenset(spec.slug for spec in schema)
        decided = Decided(connection, mirror.options.object)
        return cls(connection, mirror, directory, slots, known, signature, decided)

    def fresh(self) -> Frame:
        """The same schema with no ids known."""
        directory = Directory(self.connection)
        slots = {slug: replace(slot, directory=directory) for slug, slot in self.slots.items()}
        return replace(self, directory=directory, slots=slots)

    @property
    def object(self) -> str:
        """The slug of the object."""
        return self.mirror.options.object

    @property
    def model(self) -> type[models.Model]:
        """The model its records are mirrored to."""
        return self.mirror.model

    def policy(self, slot: Slot) -> Policy:
        """What happens when both sides changed a value: as a person decided, else as the mirror declares."""
        return self.decided.policies.get(slot.slug) or self.mirror.policy(slot)

    def read(self, row: models.Model, link: Link) -> Local:
        """What a row says, given what was agreed."""
        return read_row(row, self.slots, link.base)

    def rows(self, links: Iterable[Link], *, lock: bool = False) -> dict[str, models.Model]:
        """The rows of links, by primary key as text, with what reading them will need prefetched."""
        manager = self.model._base_manager
        query = manager.select_for_update() if lock else manager.all()
        found = {str(row.pk): row for row in query.filter(pk__in=[link.object_id for link in links]).order_by("pk")}
        self.mirror.know(list(found.values()), self.directory)
        return found


class Decoded(Mapping[str, Canonical]):
    """The values of one record by slug, decoded when first asked for: most records of a sweep are never looked at.

    What cannot be read is left out, and so stays as the base says.
    """

    def __init__(self, slots: Mapping[str, Slot], wires: Mapping[str, Sequence[Mapping[str, Json]]]) -> None:
        self._slots, self._wires = slots, wires

    @cached_property
    def _values(self) -> dict[str, Canonical]:
        found: dict[str, Canonical] = {}
        for slug, slot in self._slots.items():
            if slug in self._wires:
                with suppress(InvalidValue):
                    found[slug] = decode_values(slot.spec, self._wires[slug])
        return found

    def __getitem__(self, slug: str) -> Canonical:
        return self._values[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, slots=True)
class Seen:
    """One record as Attio told it."""

    record_id: str
    values: Mapping[str, Canonical]
    wires: Mapping[str, Sequence[Mapping[str, Json]]]
    asked_at: datetime
    """When the request that told it was sent."""
    speaks_of: datetime
    """The earliest moment the answer can be about: the sending of a read, the answering of a write."""
    created_at: str = ""
    web_url: str | None = None
    fingerprint: int | None = None
    """A hash of the wire values: equal fingerprints mean nothing changed."""

    def since(self, slug: str) -> str | None:
        """When the newest active value of an attribute began, raw."""
        return max(
            (str(wire["active_from"]) for wire in self.wires.get(slug, ()) if wire.get("active_from")), default=None
        )


def specs(connection: Connection, object_slug: str) -> list[AttributeSpec]:
    """The attributes of an object as the mirrored schema knows them; those of ATTRIBUTES are fixed."""
    if object_slug == ATTRIBUTES:
        return [AttributeSpec(slug, AttributeType.TEXT) for slug in SETTINGS_OF_AN_ATTRIBUTE]
    columns = Attribute.objects.of_object(connection, object_slug).values_list(*SPECIFIED, "config")
    objects = _Objects(connection)
    found = ((spec_of(*named), _allowed(config)) for *named, config in columns)
    return [replace(spec, targets=_Targets(objects, allowed)) if allowed else spec for spec, allowed in found]


def _allowed(config: Mapping[str, Json] | None) -> Sequence[str]:
    """The ids of the objects a reference may point to: shorthand writes need their slugs."""
    return ((config or {}).get("record_reference") or {}).get("allowed_object_ids") or ()


@dataclass(frozen=True)
class _Objects:
    """The slugs of a connection's objects by id."""

    connection: Connection

    @cached_property
    def slugs(self) -> Mapping[str, str]:
        mirrored = AttioObject.objects.filter(connection=self.connection)
        return dict(mirrored.order_by().values_list("object_id", "slug"))


@dataclass(frozen=True, slots=True, eq=False)
class _Targets(Collection[str]):
    """The slugs of the objects a reference may point to; read when first asked for, as most frames are not asked."""

    objects: _Objects
    ids: Sequence[str]

    def __iter__(self) -> Iterator[str]:
        return (self.objects.slugs.get(one, one) for one in self.ids)

    def __contains__(self, slug: object) -> bool:
        return slug in list(self)

    def __len__(self) -> int:
        return len(self.ids)


def agreed(link: Link, slug: str) -> Canonical:
    """The base of one attribute."""
    value: Canonical = (link.base.get(slug) or {}).get("value")
    return value


def agreement(value: Canonical, since: str | None = None, *, unseen: bool = False) -> dict[str, Json]:
    """The entry of an attribute in a base: what both sides agree on, and whether the row took it and cannot show it."""
    entry: dict[str, Json] = {"value": value, "since": since}
    return {**entry, UNSEEN: True} if unseen else entry


def is_unseen(link: Link, slug: str) -> bool:
    """Whether the row shows nothing of what the base holds: who edits the attribute here does not know of it."""
    return UNSEEN in (link.base.get(slug) or {})


def known(link: Link, slug: str, local: Canonical) -> Canonical:
    """The base as far as who made the row say this knew it: nothing, where the row could not show it."""
    base = agreed(link, slug)
    return None if is_unseen(link, slug) and not same(local, base) else base


def is_blind(link: Link) -> bool:
    """Whether anything of what the base holds is unseen: then news of the row is news, though Attio has none."""
    return any(is_unseen(link, slug) for slug in link.base)


def come_into_sight(link: Link, slug: str) -> bool:
    """The row shows it now; whether that changed the base."""
    return (link.base.get(slug) or {}).pop(UNSEEN, None) is not None
