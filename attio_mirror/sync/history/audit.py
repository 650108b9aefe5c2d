"""The audit: a history can be rewritten in Attio without any event (Attio's docs), so each is read again by and by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef

from ...mirrors.directory import Directory
from ...mirrors.registry import AnyMirror, registry
from ...models import ATTRIBUTES, Attribute, Connection, HistoryWish, Link, Reason, WishState
from ...models.link import LinkQuerySet
from ..rounds import go_round
from ..wishing import wish
from .reading import read_wishes

PER_ROUND = 200
Pair = tuple[int, int]


def audit(connection: Connection, limit: int = PER_ROUND) -> int:
    """Wish for the histories longest unread, of attributes declared with `history=True`; how many. No network here."""
    found: list[tuple[datetime | None, Pair]] = []
    for attribute, links in _followed(connection):
        found += _longest_unread(attribute, links, limit)
    found.sort(key=lambda one: (one[0] is not None, one[0]))
    pairs = [pair for _, pair in found[:limit]]
    wish(connection.pk, pairs, Reason.AUDIT)
    return len(pairs)


def audit_all() -> None:
    """A round over all connections, as far as they may be asked; then what was wished for is read."""
    go_round(_audit, "audit")


def _audit(connection: Connection) -> None:
    audit(connection)
    read_wishes(connection.pk)


def _followed(connection: Connection) -> Iterator[tuple[Attribute, LinkQuerySet]]:
    for mirror in registry.all():
        if mirror.options.object == ATTRIBUTES or not mirror.options.ledger:
            continue
        links = Link.objects.alive().filter(connection=connection, object=mirror.options.object)
        for attribute in _with_history(connection, mirror):
            yield attribute, links.exclude(record_id=None)


def _with_history(connection: Connection, mirror: AnyMirror) -> list[Attribute]:
    known = Attribute.objects.of_object(connection, mirror.options.object).filter(refuses_history=False)
    slots = mirror.slots([attribute.spec for attribute in known], Directory(connection))
    return [a for a in known if a.slug in slots and slots[a.slug].attribute.history]


def _longest_unread(attribute: Attribute, links: LinkQuerySet, limit: int) -> list[tuple[datetime | None, Pair]]:
    """Those never read, then those read longest ago; what waits to be read anyway is left out."""
    mine = HistoryWish.objects.filter(attribute=attribute)
    never = links.filter(~Exists(mine.filter(link=OuterRef("pk")))).order_by("pk").values_list("pk", flat=True)
    read = mine.filter(state=WishState.READ, link__in=links).order_by("read_at").values_list("read_at", "link")
    first: list[tuple[datetime | None, Pair]] = [(None, (link, attribute.pk)) for link in never[:limit]]
    return first + [(read_at, (link, attribute.pk)) for read_at, link in read[: limit - len(first)]]
