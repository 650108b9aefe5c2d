"""Somebody opens a record: the histories of all its attributes are fetched, once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from ...core.stamps import parse_stamp
from ...core.values import AttributeType
from ...mirrors.directory import Directory
from ...mirrors.registry import registry
from ...models import Attribute, AttributeValue, HistoryWish, Link, Reason, WishState
from ..reconcile.ledger import BIRTH
from ..wishing import wish


def wanted(link: Link) -> int:
    """Wish for whatever history of a record nobody has read and the ledger cannot vouch for; how many. No network."""
    if not link.is_alive or not link.record_id:
        return 0
    asked = dict(HistoryWish.objects.filter(link=link).values_list("attribute_id", "state"))
    unread = [pk for pk in _readable(link) if asked.get(pk, WishState.WAITING) == WishState.WAITING]
    whole = _whole(link, [pk for pk in unread if pk not in asked])
    pairs = [(link.pk, pk) for pk in unread if pk not in whole]
    wish(link.connection_id, pairs, Reason.OPENED)
    return len(pairs)


def _readable(link: Link) -> list[int]:
    """The attributes a mirror binds and Attio may show a history of."""
    mirror = registry.of_object(link.object)
    if mirror is None or not mirror.options.ledger:
        return []
    known = list(Attribute.objects.of_object(link.connection, link.object).filter(refuses_history=False))
    slots = mirror.slots([attribute.spec for attribute in known], Directory(link.connection))
    return [a.pk for a in known if a.slug in slots and a.type != AttributeType.INTERACTION]


def _whole(link: Link, attributes: Iterable[int]) -> set[int]:
    """Attributes that say today what they said when the record was made: nothing can have been missed."""
    if not link.record_created_at:
        return set()
    born = parse_stamp(link.record_created_at) + BIRTH
    versions = AttributeValue.objects.believed().filter(link=link, attribute__in=list(attributes)).order_by()
    moved = versions.filter(Q(active_from__gt=born) | Q(active_until__isnull=False))
    return set(versions.values_list("attribute_id", flat=True)) - set(moved.values_list("attribute_id", flat=True))
