"""Pulling whole objects: which, and in which order."""

from __future__ import annotations

from collections.abc import Iterable

from ..mirrors.registry import registry
from ..models import ATTRIBUTES, AttioObject, Connection, Link
from .schema import refresh

STANDARD = ("companies", "people", "users", "workspaces", "deals")
"""Attio's standard objects, each mostly after what it points to; the rest is bound when its target arrives."""


def ensure_schema(connection: Connection) -> bool:
    """Read the schema where none is mirrored yet; whether that was necessary. Raises AttioError."""
    if AttioObject.objects.filter(connection=connection, gone_at=None).exists():
        return False
    refresh(connection)
    return True


def in_order(slugs: Iterable[str]) -> list[str]:
    """Standard objects first, in the order of their references, then custom ones as they were registered."""
    rank = {slug: place for place, slug in enumerate(STANDARD)}
    return sorted(dict.fromkeys(slugs), key=lambda slug: rank.get(slug, len(rank)))


def mirrored() -> list[str]:
    """The slugs of all mirrored objects, in order."""
    return in_order(mirror.options.object for mirror in registry.all() if mirror.options.object != ATTRIBUTES)


def is_enabled(connection: Connection, object_slug: str) -> bool:
    """Whether Attio lists the object: deals, users and workspaces can be switched off there (Attio's docs)."""
    return AttioObject.objects.filter(connection=connection, slug=object_slug, gone_at=None).exists()


def expected(connection: Connection, object_slug: str) -> int:
    """A guess at how many records there are: as many as were linked before. Attio tells no totals."""
    return Link.objects.alive().filter(connection=connection, object=object_slug).exclude(record_id=None).count()
