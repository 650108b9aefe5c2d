"""The evidence: what the tables say when all is quiet, read once for all questions that the audit asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from attio_mirror.mirrors.directory import content_type_id
from attio_mirror.models import AttributeValue, Conflict, Connection, Link, OutboxEntry

from .facets import MODELS

Place = tuple[int, str]
"""A link and the slug of an attribute."""


@dataclass
class Evidence:
    """Links by what they link, and by place what else is known of them."""

    links: list[Link]
    by_row: dict[tuple[str, str], Link]
    """By object and primary key."""
    by_record: dict[str, Link]
    unfinished: set[int]
    """Links with an entry that is refused, or waits for a row that was."""
    unsure: set[int]
    """Links of which we said something and did not learn whether it had arrived."""
    conflicts: dict[Place, list[Conflict]] = field(default_factory=dict)
    """Open and ended ones."""
    versions: dict[Place, list[Any]] = field(default_factory=dict)
    """All values the ledger ever held."""
    current: dict[Place, list[Any]] = field(default_factory=dict)
    """Those it believes to be true now."""

    @classmethod
    def gathered(cls, of: Connection) -> Evidence:
        """As things stand in one tenant."""
        links = list(Link.objects.filter(connection=of, object__in=MODELS).order_by("-pk"))
        entries = OutboxEntry.objects.filter(link__connection=of)
        objects = {content_type_id(model): slug for slug, model in MODELS.items()}
        found = cls(
            links[::-1],
            {(objects[link.content_type_id], link.object_id): link for link in links},
            {link.record_id: link for link in links if link.record_id},
            set(entries.unfinished().values_list("link", flat=True)),
            set(entries.exclude(unsure_since=None).values_list("link", flat=True)),
        )
        for conflict in Conflict.objects.filter(link__connection=of):
            found.conflicts.setdefault((conflict.link_id, conflict.slug), []).append(conflict)
        values = AttributeValue.objects.filter(link__connection=of)
        _sort(values, found.versions)
        _sort(values.current(), found.current)
        return found

    def open_conflict(self, link: Link, slug: str) -> Conflict | None:
        """The one a person has not decided yet."""
        return next((one for one in self.conflicts.get((link.pk, slug), ()) if one.resolved_at is None), None)


def _sort(values: Any, into: dict[Place, list[Any]]) -> None:
    told: Iterable[tuple[int, str, Any]] = values.order_by().values_list("link", "attribute__slug", "value")
    for link, slug, value in told:
        into.setdefault((link, slug), []).append(value)
