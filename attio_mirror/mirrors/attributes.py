"""Attributes of a mirror: each binds one Attio attribute to one field of a model.

A binding *projects* a canonical value onto the field, and *lifts* what the field holds into a canonical value. The
field may hold less than Attio does (microseconds for nanoseconds, two decimals for four, rows for records not mirrored
yet). So the rule for reading a row is: while the field holds exactly what the base would project to, the row still says
the base; only otherwise is the field lifted. A narrower field therefore never looks like an edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from dataclasses import field as declared
from decimal import Context, Decimal
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections, models, router

from ..core.codecs import InvalidValue, NoNames, parse_values
from ..core.errors import Json
from ..core.merge import Policy
from ..core.values import AttributeSpec, Canonical
from .directory import Directory


class Direction(StrEnum):
    """Which way values flow."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Slot:
    """One attribute of one batch: where it is bound, what Attio says it is, and the ids at hand."""

    attribute: Attribute
    spec: AttributeSpec
    directory: Directory

    @property
    def slug(self) -> str:
        """The attribute's slug in Attio."""
        return self.spec.slug

    def local(self, row: models.Model, base: Canonical) -> Canonical:
        """What the row says, given the base. Raises InvalidValue where Attio has no form for it."""
        held = self.attribute.get(row, self)
        if held == self.attribute.project(base, self):
            return base
        return self.attribute.lift(held, base, self)


@dataclass(eq=False)
class Attribute:
    """What all attributes share. Subclasses say how a canonical value looks on the model."""

    slug: str = ""
    """The attribute's slug in Attio; the name it is declared under unless given."""
    _: KW_ONLY
    field: str = ""
    """The model field; the name it is declared under unless given."""
    on_conflict: Policy | None = None
    """What happens when both sides changed it; the mirror's own policy unless given."""
    direction: Direction | None = None
    history: bool = False
    """Whether gaps in its history are filled by asking Attio for all its versions."""
    model_field: models.Field[Any, Any] = declared(init=False, repr=False)

    def bind(self, model: type[models.Model], name: str) -> None:
        """Called once, when the mirror is registered. Raises FieldDoesNotExist."""
        self.slug = self.slug or name
        self.field = self.field or name
        self.model_field = model._meta.get_field(self.field)  # type: ignore[assignment]  # checked by a system check

    @property
    def is_many(self) -> bool:
        """Whether the field is a many-to-many relation, written beside the row instead of in it."""
        return False

    @property
    def fields(self) -> tuple[str, ...]:
        """The model fields this attribute writes."""
        return (self.field,)

    def know(self, rows: Sequence[models.Model], directory: Directory) -> None:
        """Prefetch what reading these rows will ask of the directory."""

    def get(self, row: models.Model, slot: Slot) -> Any:
        """What the field holds, in the form `project` gives."""
        return fit(self.model_field, getattr(row, self.model_field.attname))

    def project(self, value: Canonical, slot: Slot) -> Any:
        """The canonical value as the field can hold it."""
        raise NotImplementedError

    def lift(self, held: Any, base: Canonical, slot: Slot) -> Canonical:
        """What the field holds as a canonical value."""
        raise NotImplementedError

    def shows(self, value: Canonical, slot: Slot) -> bool:
        """Whether who looks at a row that holds this value can tell that there is one."""
        return True

    def put(self, row: models.Model, value: Canonical, wires: Sequence[Mapping[str, Json]], slot: Slot) -> set[str]:
        """Write a canonical value to the row in memory; the names of the fields that changed."""
        projected = self.project(value, slot)
        if self.get(row, slot) == projected:
            return set()
        setattr(row, self.model_field.attname, projected)
        return {self.field}


@dataclass(eq=False, kw_only=True)
class Scalar(Attribute):
    """An attribute whose canonical value fits one plain column (or a JSON column, for multi-values and objects)."""

    def project(self, value: Canonical, slot: Slot) -> Any:
        """Through the field's own `to_python`, so that a DateField gets a date and a DecimalField a Decimal.

        What the field cannot hold at all (words in a DateField, too great a number) is nothing on the row, though
        not in the base.
        """
        if value is None or value == []:
            return empty(self.model_field)
        try:
            return fit(self.model_field, value)
        except InvalidValue:
            return empty(self.model_field)

    def lift(self, held: Any, base: Canonical, slot: Slot) -> Canonical:
        """Through the attribute's codec, normalised as Attio would."""
        return parse_values(slot.spec, held, slot.directory.names(slot.spec))


@dataclass(eq=False, kw_only=True)
class Currency(Scalar):
    """Money. The code belongs to Attio's attribute; `currency_field` receives it for display."""

    currency_field: str = ""

    def bind(self, model: type[models.Model], name: str) -> None:
        """The code's field must be there, too."""
        super().bind(model, name)
        if self.currency_field:
            model._meta.get_field(self.currency_field)

    @property
    def fields(self) -> tuple[str, ...]:
        """The amount and, where declared, the code."""
        return (self.field, self.currency_field) if self.currency_field else (self.field,)

    def put(self, row: models.Model, value: Canonical, wires: Sequence[Mapping[str, Json]], slot: Slot) -> set[str]:
        """The amount, and the code beside it."""
        changed = Scalar.put(self, row, value, wires, slot)
        code = next((str(wire["currency_code"]) for wire in wires if wire.get("currency_code")), "")
        if self.currency_field and code and getattr(row, self.currency_field) != code:
            setattr(row, self.currency_field, code)
            changed.add(self.currency_field)
        return changed


@dataclass(eq=False, kw_only=True)
class PersonalName(Attribute):
    """A name in three columns. Attio wants all three parts; the full one is derived where it has no column."""

    first: str = "first_name"
    last: str = "last_name"
    full: str = "full_name"

    def bind(self, model: type[models.Model], name: str) -> None:
        """Three fields instead of one."""
        self.slug = self.slug or name
        for part in self.fields:
            model._meta.get_field(part)

    @property
    def fields(self) -> tuple[str, ...]:
        """The three columns."""
        return (self.first, self.last, self.full)

    def get(self, row: models.Model, slot: Slot) -> Any:
        """The three parts."""
        return tuple(getattr(row, name) or "" for name in self.fields)

    def project(self, value: Canonical, slot: Slot) -> Any:
        """The three parts, empty where there is no name."""
        parts = value if isinstance(value, dict) else {}
        return tuple(str(parts.get(name) or "") for name in ("first_name", "last_name", "full_name"))

    def lift(self, held: Any, base: Canonical, slot: Slot) -> Canonical:
        """An edited first or last name renews the full one."""
        first, last, full = held
        if not any(held):
            return None
        was = self.project(base, slot)
        if (first, last) != was[:2] and full == was[2]:
            full = f"{first} {last}".strip()
        return parse_values(slot.spec, {"first_name": first, "last_name": last, "full_name": full}, NoNames())

    def put(self, row: models.Model, value: Canonical, wires: Sequence[Mapping[str, Json]], slot: Slot) -> set[str]:
        """Write the parts that differ."""
        parts = dict(zip(self.fields, self.project(value, slot), strict=True))
        changed = {name for name, part in parts.items() if (getattr(row, name) or "") != part}
        for name in changed:
            setattr(row, name, parts[name])
        return changed


@dataclass(eq=False, kw_only=True)
class Plain(Attribute):
    """A JSON-safe value carried as it is: for far sides that are not records (an attribute's own settings)."""

    def project(self, value: Canonical, slot: Slot) -> Any:
        """Itself."""
        return value

    def get(self, row: models.Model, slot: Slot) -> Any:
        """The field's own value."""
        return getattr(row, self.field)

    def lift(self, held: Any, base: Canonical, slot: Slot) -> Canonical:
        """Itself."""
        return held  # type: ignore[no-any-return]  # JSON-safe by the field's type


def empty(model_field: models.Field[Any, Any]) -> Any:
    """What a field holds when Attio has no value."""
    if model_field.null:
        return None
    if isinstance(model_field, models.BooleanField):
        return False
    if isinstance(model_field, models.JSONField) or not callable(model_field.default):
        return model_field.get_default()
    return "" if model_field.empty_strings_allowed else None


def fit(model_field: models.Field[Any, Any], value: Any) -> Any:
    """A value as it will come back from the column: type, length, decimals and empty form included.

    Raises InvalidValue where no column of this kind could hold it.
    """
    if value is None or value == "":
        return empty(model_field) if value is None and not model_field.null else value
    try:
        return _fit(model_field, value)
    except (ValidationError, ValueError, TypeError, ArithmeticError) as error:
        kind = type(model_field).__name__
        raise InvalidValue(f"The field “{model_field.name}”", f"what a {kind} can hold") from error


def _fit(model_field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(model_field, models.IntegerField):
        return _in_range(model_field, int(float(value)))
    held = model_field.to_python(value)
    if isinstance(model_field, models.DecimalField) and model_field.decimal_places is not None:
        return Context(prec=model_field.max_digits).quantize(held, Decimal(1).scaleb(-model_field.decimal_places))
    if isinstance(model_field, models.CharField) and model_field.max_length is not None:
        return held[: model_field.max_length]
    return held


def _in_range(model_field: models.Field[Any, Any], number: int) -> int:
    """Databases differ in what they take for an integer."""
    database = connections[router.db_for_write(model_field.model)]
    low, high = database.ops.integer_field_range(model_field.get_internal_type())
    if not low <= number <= high:
        raise OverflowError
    return number
