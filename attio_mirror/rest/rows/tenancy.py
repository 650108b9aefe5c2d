"""What a row points to has to be of the row's own Attio tenant, and of what the user may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from rest_framework import serializers

from ...models import Connection
from ...sync.belonging import crossing, strangers, unseen


def refuse_strangers(tenant: Connection, given: Mapping[str, Any], held: models.Model | None, user: Any) -> None:
    """Raises ValidationError for every field that would point out of the tenant; what the row holds may stay."""
    complaints = {
        name: [complaint] for name, value in given.items() if (complaint := _complaint(tenant, name, value, held, user))
    }
    if complaints:
        raise serializers.ValidationError(complaints, code="does_not_exist")


def _complaint(tenant: Connection, name: str, value: Any, held: models.Model | None, user: Any) -> str:
    """Of what the user may not see not even that it is there."""
    rows = _new(name, value, held)
    hidden = unseen(user, rows)
    for row in rows:
        if row.pk in hidden:
            return f'Invalid pk "{row.pk}" - object does not exist.'
    found = strangers(tenant, rows)
    return crossing(*found[0], tenant) if found else ""


def _new(name: str, value: Any, held: models.Model | None) -> list[models.Model]:
    """The rows a field is to point to and does not yet."""
    if isinstance(value, models.Model):
        return [] if held is not None and getattr(held, f"{name}_id", None) == value.pk else [value]
    if isinstance(value, list) and value and isinstance(value[0], models.Model):
        known = set() if held is None else {row.pk for row in getattr(held, name).all()}
        return [row for row in value if row.pk not in known]
    return []
