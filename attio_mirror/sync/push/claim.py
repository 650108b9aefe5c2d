"""Claiming: which entries one pump takes, so that nobody else talks about the same records meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ...conf import conf
from ...models import Link, OutboxEntry, OutboxState
from ...models.outbox import OutboxQuerySet


def claim(connection_id: int, *, limit: int, skip: Iterable[int] = ()) -> list[OutboxEntry]:
    """Due entries of one object, their leases taken. `skip` names entries this pump has already put back."""
    entries = list(_due(connection_id, skip)[:limit])
    if not entries:
        return []
    first = entries[0].link.object
    return [entry for entry in entries if entry.link.object == first and _take(entry)]


def claim_one(entry_id: int | None) -> list[OutboxEntry]:
    """One certain entry, if it is still to be had."""
    found = OutboxEntry.objects.due().filter(pk=entry_id or 0).select_related("link__connection")
    return [entry for entry in found if _take(entry)]


def _due(connection_id: int, skip: Iterable[int]) -> OutboxQuerySet:
    now = timezone.now()
    free = Q(link__lease_until=None) | Q(link__lease_until__lte=now)
    out = OutboxEntry.objects.out().values("link")
    due = OutboxEntry.objects.due().filter(free, link__connection=connection_id).exclude(link__in=out)
    return due.exclude(pk__in=list(skip)).select_related("link__connection")


def _take(entry: OutboxEntry) -> bool:
    """The lease, then the entry: both conditional, so that of several pumps one wins."""
    if not Link.objects.all().take_lease(entry.link_id, conf().lease):
        return False
    with transaction.atomic():
        won = OutboxEntry.objects.filter(pk=entry.pk, state=OutboxState.WAITING).update(attempts=F("attempts") + 1)
    if not won:
        release([entry.link_id])
        return False
    entry.refresh_from_db()
    return True


def release(link_ids: Iterable[int]) -> None:
    """Give leases back."""
    Link.objects.filter(pk__in=list(link_ids)).update(lease_until=None)


def put_back(entry: OutboxEntry, *, not_before: datetime | None = None) -> None:
    """Nothing was sent for a claimed entry: it waits on, with its attempt given back."""
    OutboxEntry.objects.filter(pk=entry.pk, state=OutboxState.WAITING).update(
        attempts=F("attempts") - 1, not_before=not_before or entry.not_before
    )
    release([entry.link_id])
