"""Claiming: which entries one pump takes, so that nobody else talks about the same records meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from ...conf import conf
from ...models import ATTRIBUTES, Link, OutboxEntry, OutboxState
from ...models.outbox import OutboxQuerySet


class Free(NamedTuple):
    """An entry nobody had taken when we looked, by its key and its link's: most looks find nothing, or few."""

    pk: int
    link: int
    object: str


def claim(
    connection_id: int, *, limit: int, skip: Iterable[int] = (), beside: Collection[str] = ()
) -> list[OutboxEntry]:
    """Due entries of one object, their leases taken. `skip` names entries this pump has already put back.

    None while what is under way, of the objects `beside`, has to be settled first.
    """
    due = _free(_due(connection_id, skip)[:limit])
    if not due or not _goes_beside(due[0].object, beside):
        return []
    return _taken(free for free in due if free.object == due[0].object)


def _goes_beside(object_slug: str, under_way: Collection[str]) -> bool:
    """Records are composed by the attributes' settings: what is on its way about these goes alone."""
    return not under_way or (object_slug == ATTRIBUTES) == (ATTRIBUTES in under_way)


def claim_one(entry_id: int | None) -> list[OutboxEntry]:
    """One certain entry, if it is still to be had."""
    return _taken(_free(OutboxEntry.objects.due().filter(pk=entry_id or 0)))


def _free(entries: OutboxQuerySet) -> list[Free]:
    return [Free(*found) for found in entries.values_list("pk", "link", "link__object")]


def _due(connection_id: int, skip: Iterable[int]) -> OutboxQuerySet:
    now = timezone.now()
    free = Q(link__lease_until=None) | Q(link__lease_until__lte=now)
    out = OutboxEntry.objects.out().values("link")
    due = OutboxEntry.objects.due().filter(free, link__connection=connection_id).exclude(link__in=out)
    return due.exclude(pk__in=list(skip))


def _taken(entries: Iterable[Free]) -> list[OutboxEntry]:
    """Those we won, as they are now: somebody may have marked them since we looked."""
    won = [entry.pk for entry in entries if _take(entry)]
    found = OutboxEntry.objects.filter(pk__in=won).select_related("link__connection") if won else []
    return sorted(found, key=lambda entry: won.index(entry.pk))


def _take(entry: Free) -> bool:
    """The lease, then the entry: both conditional, so that of several pumps one wins."""
    if not Link.objects.all().take_lease(entry.link, conf().lease):
        return False
    waiting = OutboxEntry.objects.filter(pk=entry.pk, state=OutboxState.WAITING)
    if waiting.update(attempts=F("attempts") + 1):
        return True
    release([entry.link])
    return False


def renew(entry: OutboxEntry, at: datetime) -> bool:
    """The lease of an entry whose request goes out `at` that moment. False where it must not, as it was composed:

    its row was marked again since, or its record was heard of, then it waits to be composed anew; or its lease ran out,
    and somebody else has it.
    """
    link = entry.link
    ours = Link.objects.filter(pk=link.pk, lease_until=link.lease_until)
    unchanged = ours.filter(marked_at=link.marked_at, synced_at=link.synced_at)
    if unchanged.update(lease_until=at + timedelta(seconds=conf().lease)):
        return True
    if ours.exists():
        put_back(entry)
    return False


def release(link_ids: Iterable[int]) -> None:
    """Give leases back, but for those under which a request is out: a worker that comes too late takes none away."""
    out = OutboxEntry.objects.out().values("link")
    Link.objects.filter(pk__in=list(link_ids)).exclude(pk__in=out).update(lease_until=None)


def put_back(entry: OutboxEntry, *, not_before: datetime | None = None) -> None:
    """Nothing was sent for a claimed entry: it waits on, with its attempt given back."""
    OutboxEntry.objects.filter(pk=entry.pk, state=OutboxState.WAITING).update(
        attempts=F("attempts") - 1, not_before=not_before or entry.not_before
    )
    release([entry.link_id])
