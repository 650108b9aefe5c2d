"""What is edited: attributes as both sides show them, each in a plain spelling of its own (text, or None).

Records pointed to are spelled `row <model> <pk>` over here and `record <id>` over there; the links tell that two such
spellings mean one thing. Nothing here uses the codecs that are under test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models

from attio_mirror.models import Company, Connection, Deal, Member, Option, Person

MODELS: dict[str, type[models.Model]] = {"companies": Company, "people": Person, "deals": Deal}
"""In the order in which rows must exist: what is pointed to comes first."""

Plain = str | None


@dataclass(frozen=True)
class Facet:
    """One attribute of one object. The base class: a text column."""

    object: str
    slug: str
    multi: bool = False

    @property
    def is_unique(self) -> bool:
        """Whether each edit writes a value of its own."""
        return type(self) in (Facet, Money, Name, Other)

    def here(self, row: Any) -> list[str]:
        """What the row says."""
        held = getattr(row, self.slug)
        return [] if held in (None, "") else [str(held)]

    def put(self, row: Any, values: Sequence[str], of: Connection) -> tuple[str, ...]:
        """Write it to the row in memory, which is of this connection; the columns that changed."""
        setattr(row, self.slug, values[0] if values else None)
        return (self.slug,)

    def there(self, wires: Sequence[Mapping[str, Any]]) -> list[str]:
        """What Attio says."""
        return [self.plain(wire) for wire in wires]

    def wire(self, values: Sequence[str]) -> list[Any]:
        """What a member would send."""
        return [self.send(value) for value in values]

    def plain(self, wire: Any) -> str:
        """One value of Attio, or one of a conflict or a base, plain."""
        return str(wire["value"] if isinstance(wire, dict) else wire)

    def send(self, value: str) -> Any:
        """One value as it is sent."""
        return value


class Money(Facet):
    """A decimal column."""

    def here(self, row: Any) -> list[str]:
        return [] if row.value is None else [spell(row.value)]

    def put(self, row: Any, values: Sequence[str], of: Connection) -> tuple[str, ...]:
        row.value = Decimal(values[0]) if values else None
        return ("value",)

    def plain(self, wire: Any) -> str:
        return spell(wire["currency_value"] if isinstance(wire, dict) else wire)

    def send(self, value: str) -> Any:
        return float(value)


class Choice(Facet):
    """A foreign key to an option; spelled by the option's id."""

    def here(self, row: Any) -> list[str]:
        return [] if row.stage is None else [row.stage.option_id]

    def put(self, row: Any, values: Sequence[str], of: Connection) -> tuple[str, ...]:
        mine = Option.objects.filter(attribute__connection=of, option_id__in=values)
        row.stage = mine.first()
        return ("stage",)

    def plain(self, wire: Any) -> str:
        return str(wire["status"]["id"]["status_id"] if isinstance(wire, dict) else wire)


class Actor(Facet):
    """A foreign key to a member; spelled by the member's id."""

    def here(self, row: Any) -> list[str]:
        return [] if row.owner is None else [row.owner.member_id]

    def put(self, row: Any, values: Sequence[str], of: Connection) -> tuple[str, ...]:
        row.owner = Member.objects.get(connection=of, member_id=values[0]) if values else None
        return ("owner",)

    def plain(self, wire: Any) -> str:
        return str(wire["referenced_actor_id"])

    def send(self, value: str) -> Any:
        return {"referenced_actor_type": "workspace-member", "referenced_actor_id": value}


class Name(Facet):
    """A person's name, in three columns; spelled by the full one."""

    def here(self, row: Any) -> list[str]:
        return [row.full_name] if row.full_name else []

    def put(self, row: Any, values: Sequence[str], of: Connection) -> tuple[str, ...]:
        full = values[0] if values else ""
        row.first_name, _, row.last_name = full.partition(" ")
        row.full_name = full
        return ("first_name", "last_name", "full_name")

    def plain(self, wire: Any) -> str:
        return str(wire["full_name"])

    def send(self, value: str) -> Any:
        first, _, last = value.partition(" ")
        return {"first_name": first, "last_name": last, "full_name": value}


class Texts(Facet):
    """Several texts in a JSON column: e-mail addresses and domains."""

    def here(self, row: Any) -> list[str]:
        return list(getattr(row, self.slug))

    def put(self, row: Any, values: Sequence[str], of: Connection) -> tuple[str, ...]:
        setattr(row, self.slug, list(values))
        return (self.slug,)

    def plain(self, wire: Any) -> str:
        return str((wire.get("email_address") or wire["domain"]) if isinstance(wire, dict) else wire)


class Other(Facet):
    """A text without a column of its own."""

    def here(self, row: Any) -> list[str]:
        held = row.other_values.get(self.slug)
        return list(held) if isinstance(held, list) else [] if held is None else [str(held)]

    def put(self, row: Any, values: Sequence[str], of: Connection) -> tuple[str, ...]:
        held = {**row.other_values, self.slug: list(values) if self.multi else values[0] if values else None}
        row.other_values = held
        return ("other_values",)


class OtherChoices(Other):
    """Options without a column of their own; spelled by their ids."""

    def plain(self, wire: Any) -> str:
        return str(wire["option"]["id"]["option_id"] if isinstance(wire, dict) else wire)


class Pointer(Facet):
    """A foreign key to another mirrored row."""

    @property
    def target(self) -> str:
        """The object pointed to."""
        return {"associated_people": "people"}.get(self.slug, "companies")

    def here(self, row: Any) -> list[str]:
        pk = getattr(row, f"{self.field}_id")
        return [] if pk is None else [f"row {self.target} {pk}"]

    def put(self, row: Any, values: Sequence[str], of: Connection) -> tuple[str, ...]:
        setattr(row, f"{self.field}_id", int(values[0].rsplit(" ", 1)[1]) if values else None)
        return (self.field,)

    @property
    def field(self) -> str:
        return self.slug

    def plain(self, wire: Any) -> str:
        if isinstance(wire, str):
            return wire
        if "pending_row" in wire:
            label, _, pk = wire["pending_row"].partition(":")
            return f"row {next(slug for slug, model in MODELS.items() if model._meta.label_lower == label)} {pk}"
        return f"record {wire['target_record_id']}"

    def send(self, value: str) -> Any:
        return {"target_object": self.target, "target_record_id": value.removeprefix("record ")}


class Pointers(Pointer):
    """A many-to-many relation to other mirrored rows."""

    def here(self, row: Any) -> list[str]:
        pks = getattr(row, self.slug).order_by("pk").values_list("pk", flat=True)
        return [f"row {self.target} {pk}" for pk in pks]


FACETS = {
    f"{facet.object}.{facet.slug}": facet
    for facet in (
        Facet("deals", "name"),
        Choice("deals", "stage"),
        Money("deals", "value"),
        Actor("deals", "owner"),
        Pointers("deals", "associated_people", multi=True),
        Pointer("deals", "associated_company"),
        Other("deals", "note"),
        OtherChoices("deals", "plan", multi=True),
        Name("people", "name"),
        Facet("people", "job_title"),
        Texts("people", "email_addresses", multi=True),
        Pointer("people", "company"),
        Facet("companies", "name"),
        Texts("companies", "domains", multi=True),
        Other("companies", "note"),
    )
}


def spell(amount: Any) -> str:
    """A decimal without trailing zeros."""
    return format(Decimal(str(amount)).normalize(), "f")
