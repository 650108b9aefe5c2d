"""One row of the past: an instance of the model that holds the values of then and cannot be saved."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NoReturn

from django.db import models, router

from ...core.codecs import InvalidValue
from ...core.values import Canonical
from ..attributes import Slot
from ..mirror import Mirror
from .tenant import Wires

Held = tuple[Slot, Canonical, Wires]


class Unchangeable(TypeError):
    """A row of the past was to be saved or deleted."""


def assemble(model: type[models.Model], pk: str, held: Iterable[Held], strange: Iterable[str]) -> models.Model:
    """A row with these values. `strange` columns, which no mirror binds, are left to be read from today's row."""
    row = model()
    for slot, value, wires in held:
        with suppress(InvalidValue):
            slot.attribute.put(row, value, wires, slot)
    row.pk = row._meta.pk.to_python(pk)
    row._state.adding, row._state.db = False, router.db_for_read(model)
    for column in strange:
        row.__dict__.pop(column, None)
    for verb in ("save", "delete"):
        setattr(row, verb, _refuse)
    return row


def strange_columns(model: type[models.Model], mirror: Mirror[Any]) -> list[str]:
    """The columns of a model Attio knows nothing of."""
    bound = {name for attribute in mirror.declared.values() for name in attribute.fields}
    if mirror.remainder is not None:
        bound.add(mirror.remainder.field)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return [field.attname for field in fields if field.name not in bound and field.attname not in bound]


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise Unchangeable("This is how the row was. Change today's row instead: what it says now is pushed to Attio.")
