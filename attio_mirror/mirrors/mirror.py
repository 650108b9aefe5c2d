"""The mirror: a ModelForm for the far side. It says which model fields are which Attio attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from ..core.codecs import InvalidValue
from ..core.merge import Policy
from ..core.values import AttributeSpec, Canonical
from .attributes import Attribute, Direction, Slot
from .directory import Directory
from .remainder import Remainder

Row = TypeVar("Row", bound=models.Model)


class Writes(StrEnum):
    """How reconcile writes rows."""

    BULK = "bulk"
    SAVE = "save"
    """`row.save(update_fields=…)`, so that the host's own signals fire."""


class WhenGone(StrEnum):
    """What happens here (there) when the twin over there (here) goes."""

    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Options:
    """`class Meta` of a mirror, with its defaults."""

    model: type[models.Model]
    object: str
    """Attio's slug of the object."""
    key: str = ""
    """The slug of a unique attribute: makes a create repeatable, as Attio refuses a second one."""
    direction: Direction = Direction.BOTH
    on_conflict: Policy = Policy.HOLD
    on_delete: WhenGone = WhenGone.KEEP
    on_remote_delete: WhenGone = WhenGone.KEEP
    writes: Writes = Writes.BULK
    connection: str = "default"
    """The connection new rows belong to."""
    ledger: bool = True


class Mirror(Generic[Row]):
    """Subclass it, declare attributes, give it a `class Meta` with `model` and `object`, register it."""

    options: ClassVar[Options]
    attributes: ClassVar[tuple[Attribute, ...]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Collect the declared attributes and read `Meta`; both are checked when the mirror is registered."""
        super().__init_subclass__(**kwargs)
        if meta := cls.__dict__.get("Meta"):
            given = {name: value for name, value in vars(meta).items() if not name.startswith("_")}
            cls.options = Options(**given)
        cls._declared = {
            **getattr(cls, "_declared", {}),
            **{name: value for name, value in vars(cls).items() if isinstance(value, Attribute)},
        }

    _declared: ClassVar[dict[str, Attribute]] = {}

    def __init__(self) -> None:
        """Bind the declared attributes to the model's fields, each mirror its own copies of them.

        What names no field is left out and told by a system check: a misspelled name should not stop every command.
        """
        self.model = self.options.model
        self.bound: dict[str, Attribute] = {}
        self.unbound: dict[str, str] = {}
        for name, declared in self._declared.items():
            attribute = copy(declared)
            try:
                attribute.bind(self.model, name)
            except FieldDoesNotExist as error:
                self.unbound[name] = str(error)
            else:
                self.bound[name] = attribute

    @cached_property
    def declared(self) -> dict[str, Attribute]:
        """Declared attributes by slug, the remainder left out."""
        return {a.slug: a for a in self.bound.values() if not isinstance(a, Remainder)}

    @cached_property
    def remainder(self) -> Remainder | None:
        """The remainder, where one is declared."""
        return next((a for a in self.bound.values() if isinstance(a, Remainder)), None)

    def prepare(self, row: Row) -> None:
        """Give a new row, about to be saved for the first time, what Attio will need. Nothing, unless overridden."""

    def connection_for(self, row: Row) -> str:
        """The alias of the connection a new row belongs to. Override it to spread rows over tenants."""
        return self.options.connection

    def may_place(self, alias: str) -> bool:
        """Whether new rows may belong to this connection, as far as can be told without looking at them."""
        spreads = getattr(self.connection_for, "__func__", None) is not Mirror.connection_for
        return spreads or self.options.connection == alias

    def slots(self, specs: Iterable[AttributeSpec], directory: Directory) -> dict[str, Slot]:
        """The attributes of the object that this mirror binds, by slug; archived ones are left alone."""
        bound: dict[str, Slot] = {}
        for spec in specs:
            attribute = self.declared.get(spec.slug) or self.remainder
            if attribute is not None and not spec.archived:
                bound[spec.slug] = Slot(attribute, spec, directory)
        return bound

    def know(self, rows: Sequence[Row], directory: Directory) -> None:
        """Prefetch what reading these rows will ask."""
        for attribute in self.declared.values():
            attribute.know(rows, directory)

    def policy(self, slot: Slot) -> Policy:
        """What happens when both sides changed a value."""
        return slot.attribute.on_conflict or self.options.on_conflict

    def takes(self, slot: Slot) -> bool:
        """Whether Attio's values come in."""
        return (slot.attribute.direction or self.options.direction) != Direction.OUT

    def gives(self, slot: Slot) -> bool:
        """Whether our values go out."""
        return slot.spec.writable and (slot.attribute.direction or self.options.direction) != Direction.IN


@dataclass(slots=True)
class Local:
    """What one row says: canonical values, and what could not be read."""

    values: dict[str, Canonical] = field(default_factory=dict)
    invalid: dict[str, str] = field(default_factory=dict)
    """Slug to a message that tells a person what to do."""


def read_row(row: models.Model, slots: Mapping[str, Slot], base: Mapping[str, Any]) -> Local:
    """What a row says in all slots, given the link's base ({slug: {"value", "since"}})."""
    local = Local()
    for slug, slot in slots.items():
        agreed = base.get(slug, {}).get("value")
        try:
            local.values[slug] = slot.local(row, agreed)
        except InvalidValue as error:
            local.invalid[slug] = str(error)
    return local
