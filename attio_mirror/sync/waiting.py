"""What waits on both sides, and for how long the oldest has: a few queries, however many connections."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, DateTimeField, F, Min, Q, When
from django.utils import timezone

from ..models import Connection, InboxEntry, InboxState, OutboxEntry, OutboxState

TOO_LONG = 300.0
"""Seconds something may wait before a monitor should hear of it."""
STANDING = (
    OutboxState.WAITING,
    OutboxState.SENDING,
    OutboxState.ANSWERED,
    OutboxState.REFUSED,
    OutboxState.IN_DOUBT,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits on both sides, and for how long the oldest has."""

    outbox: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys((state.value for state in STANDING), 0))
    """Entries by state, those that are done left out."""
    outbox_oldest_seconds: float | None = None
    inbox: int = 0
    inbox_oldest_seconds: float | None = None
    inbox_failed: int = 0

    @property
    def problems(self) -> list[str]:
        """What has waited too long, a sentence each."""
        late = {"an edit": self.outbox_oldest_seconds, "a delivery": self.inbox_oldest_seconds}
        found = [
            f"{what} has waited for {seconds / 60:.0f} minutes: does the task cluster run?"
            for what, seconds in late.items()
            if seconds is not None and seconds > TOO_LONG
        ]
        return [one[0].upper() + one[1:] for one in found]


def waiting(of: Connection | None = None) -> Waiting:
    """What waits, of one connection or of all."""
    if of is not None:
        return waiting_of([of.pk])[of.pk]
    parts = waiting_of(Connection.objects.values_list("pk", flat=True)).values()
    return Waiting(
        outbox={state.value: sum(one.outbox[state.value] for one in parts) for state in STANDING},
        outbox_oldest_seconds=_longest(one.outbox_oldest_seconds for one in parts),
        inbox=sum(one.inbox for one in parts),
        inbox_oldest_seconds=_longest(one.inbox_oldest_seconds for one in parts),
        inbox_failed=sum(one.inbox_failed for one in parts),
    )


def waiting_of(connections: Iterable[int | None]) -> dict[int | None, Waiting]:
    """The same by connection."""
    ids = list(connections)
    outbox, oldest = _outbox([pk for pk in ids if pk is not None])
    inbox = _inbox([pk for pk in ids if pk is not None])
    return {
        pk: Waiting(
            outbox={state.value: outbox.get((pk, state.value), 0) for state in STANDING},
            outbox_oldest_seconds=_age(oldest.get(pk)),
            inbox=inbox.get((pk, InboxState.WAITING), (0, None))[0],
            inbox_oldest_seconds=_age(inbox.get((pk, InboxState.WAITING), (0, None))[1]),
            inbox_failed=inbox.get((pk, InboxState.FAILED), (0, None))[0],
        )
        for pk in ids
    }


def _outbox(ids: Collection[int]) -> tuple[dict[tuple[int | None, str], int], dict[int | None, datetime]]:
    """Counts by connection and state, and since when the oldest waits: one refused, and waiting anew, began then."""
    since = Case(When(attempts=0, then=F("not_before")), default=F("created_at"), output_field=DateTimeField())
    standing = OutboxEntry.objects.filter(state__in=STANDING, link__connection__in=ids).order_by()
    rows = standing.values_list("link__connection", "state").annotate(
        Count("pk"), oldest=Min(since, filter=Q(state=OutboxState.WAITING))
    )
    found: list[Any] = list(rows)
    counts = {(pk, state): count for pk, state, count, _ in found}
    return counts, {pk: oldest for pk, _, _, oldest in found if oldest is not None}


def _inbox(ids: Collection[int]) -> dict[tuple[int | None, str], tuple[int, datetime | None]]:
    """Counts by connection and state, and when the oldest came."""
    kept = InboxEntry.objects.filter(state__in=(InboxState.WAITING, InboxState.FAILED), connection__in=ids).order_by()
    rows = kept.values_list("connection", "state").annotate(Count("pk"), Min("received_at"))
    return {(pk, state): (count, oldest) for pk, state, count, oldest in rows}


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, round((timezone.now() - moment).total_seconds(), 1))


def _longest(ages: Iterable[float | None]) -> float | None:
    return max((age for age in ages if age is not None), default=None)
