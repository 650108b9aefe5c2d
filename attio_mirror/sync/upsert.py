"""Small tables brought to what Attio listed: insert, change what differs, mark what is no longer listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone


def upsert(existing: Any, rows: Sequence[Any], key: str, *, gone: bool = False) -> None:
    """Bring a queryset's rows to `rows`, which are unsaved and matched by `key`. `gone` marks the missing `gone_at`."""
    known = {getattr(row, key): row for row in existing.order_by("pk")}
    names = [f.attname for f in existing.model._meta.concrete_fields if not f.primary_key and f.name != "gone_at"]
    new = []
    for row in rows:
        old = known.pop(getattr(row, key), None)
        if old is None:
            new.append(row)
            continue
        changed = [name for name in names if getattr(old, name) != getattr(row, name)]
        if gone and old.gone_at is not None:
            changed.append("gone_at")
        for name in changed:
            setattr(old, name, getattr(row, name))
        if changed:
            old.save(update_fields=changed)
    existing.model.objects.bulk_create(new)
    if gone and known:
        existing.filter(pk__in=[row.pk for row in known.values()], gone_at=None).update(gone_at=timezone.now())
