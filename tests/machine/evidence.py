"""The evidence: what the tables say when all is quiet, read once for all questions that the audit asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from attio_mirror.mirrors.directory import content_type_id
from attio_mirror.models import AttributeValue, Conflict, Link, OutboxEntry

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
    def gathered(cls) -> Evidence:
        """As things stand."""
        links = list(Link.objects.filter(object__in=MODELS).order_by("-pk"))
        objects = {content_type_id(model): slug for slug, model in MODELS.items()}
        found = cls(
            links[::-1],
            {(objects[link.content_type_id], link.object_id): link for link in links},
            {link.record_id: link for link in links if link.record_id},
            set(OutboxEntry.objects.unfinished().values_list("link", flat=True)),
            set(OutboxEntry.objects.exclude(unsure_since=None).values_list("link", flat=True)),
        )
        for conflict in Conflict.objects.all():
            found.conflicts.setdefault((conflict.link_id, conflict.slug), []).append(conflict)
        _sort(AttributeValue.objects.all(), found.versions)
        _sort(AttributeValue.objects.current(), found.current)
        return found

    def open_conflict(self, link: Link, slug: str) -> Conflict | None:
        """The one a person has not decided yet."""
        return next((one for one in self.conflicts.get((link.pk, slug), ()) if one.resolved_at is None), None)


def _sort(values: Any, into: dict[Place, list[Any]]) -> None:
    told: Iterable[tuple[int, str, Any]] = values.order_by().values_list("link", "attribute__slug", "value")
    for link, slug, value in told:
        into.setdefault((link, slug), []).append(value)
