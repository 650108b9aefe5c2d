"""The overview: what the operations page shows beside the status. The same few queries, however many connections."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, Sum
from django.utils import timezone

from ..conf import conf
from ..models import (
    BudgetKind,
    Connection,
    InboxEntry,
    InboxState,
    OutboxEntry,
    OutboxState,
    RateBudget,
    Sweep,
    SweepKind,
    SweepState,
)
from ..models.budget import MICROSECONDS
from .budget import SHARE
from .losses import DAYS
from .status import Status, statuses_of

LATEST = 8
"""Errors of each kind that are looked at."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How a budget is used."""

    kind: BudgetKind
    rate: float
    """Requests a second."""
    ahead: float
    """For how many seconds it is reserved already; 0 where the next request may go at once."""


@dataclass(slots=True)
class ObjectOverview:
    """One object of one connection."""

    slug: str
    linked: int = 0
    full_at: datetime | None = None
    """When a full sweep of it last came to its end."""
    light_at: datetime | None = None
    drift: int = 0
    """Changes of the last days that nothing had announced."""
    sweep: Sweep | None = None
    """The newest one that is not over."""


@dataclass(slots=True)
class Overview:
    """One connection."""

    connection: Connection
    status: Status
    objects: list[ObjectOverview] = field(default_factory=list)
    budgets: list[Budget] = field(default_factory=list)


def overviews(connections: Sequence[Connection]) -> list[Overview]:
    """All there is to know of these."""
    known: list[int | None] = [of.pk for of in connections]
    ids = [pk for pk in known if pk is not None]
    ended, drift, sweeps, budgets = _ended(ids), _drift(ids), _unfinished(ids), _budgets(ids)
    found = [Overview(of, status) for of, status in zip(connections, statuses_of(connections), strict=True)]
    for one in found:
        pk = one.connection.pk
        slugs = {*one.status.linked, *(slug for of, slug in (*drift, *sweeps) if of == pk)}
        slugs |= {slug for of, slug, _ in ended if of == pk}
        one.objects = [
            ObjectOverview(
                slug,
                one.status.linked.get(slug, 0),
                ended.get((pk, slug, SweepKind.FULL)),
                ended.get((pk, slug, SweepKind.LIGHT)),
                drift.get((pk, slug), 0),
                sweeps.get((pk, slug)),
            )
            for slug in sorted(slugs)
        ]
        one.budgets = budgets.get(pk, [])
    return found


def _ended(ids: Collection[int]) -> Mapping[tuple[int, str, str], datetime]:
    done = Sweep.objects.done().filter(connection__in=ids).order_by()
    rows = done.values_list("connection", "object", "kind").annotate(Max("finished_at"))
    return {(pk, slug, kind): moment for pk, slug, kind, moment in rows if moment is not None}


def _drift(ids: Collection[int]) -> Mapping[tuple[int, str], int]:
    since = timezone.now() - timedelta(days=DAYS)
    rows = Sweep.objects.filter(connection__in=ids, started_at__gte=since).order_by()
    return {(pk, slug): n or 0 for pk, slug, n in rows.values_list("connection", "object").annotate(Sum("drift"))}


def _unfinished(ids: Collection[int]) -> Mapping[tuple[int, str], Sweep]:
    """The newest of each object last, so that it stays."""
    states = [state for state in SweepState if not state.is_over]
    sweeps = Sweep.objects.filter(connection__in=ids, state__in=states).order_by("pk")
    return {(sweep.connection_id, sweep.object): sweep for sweep in sweeps}


def _budgets(ids: Collection[int]) -> Mapping[int, list[Budget]]:
    given, now = conf(), time.time()
    reads, writes = given.reads_per_second, given.writes_per_second
    rates = {BudgetKind.READ: reads, BudgetKind.WRITE: writes, BudgetKind.BACKGROUND: SHARE * reads}
    found: dict[int, list[Budget]] = {}
    for row in RateBudget.objects.filter(connection__in=ids).order_by("connection", "kind"):
        ahead = max(0.0, row.arrival / MICROSECONDS - now)
        kind = BudgetKind(row.kind)
        found.setdefault(row.connection_id, []).append(Budget(kind, rates[kind], round(ahead, 1)))
    return found


# -- what went wrong last ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mishap:
    """One error, with what it is about: an outbox entry, a delivery or a sweep."""

    at: datetime
    about: Any
    words: str


def mishaps_of_outbox(ids: Collection[int]) -> list[Mishap]:
    """Entries that were refused, are in doubt, or wait for another try."""
    open_ones = OutboxEntry.objects.open().filter(link__connection__in=ids).exclude(error={})
    entries = open_ones.select_related("link__connection").order_by("-pk")[:LATEST]
    found = [Mishap(one.sent_at or one.created_at, one, str(one.error.get("message") or "")) for one in entries]
    return [one for one in found if one.words or one.about.state != OutboxState.WAITING]


def mishaps_of_inbox(ids: Collection[int]) -> list[Mishap]:
    """Deliveries that could not be read."""
    failed = InboxEntry.objects.filter(connection__in=ids, state=InboxState.FAILED).select_related("connection")
    return [Mishap(one.done_at or one.received_at, one, one.error) for one in failed.order_by("-pk")[:LATEST]]


def mishaps_of_sweeps(ids: Collection[int]) -> list[Mishap]:
    """Sweeps that failed or were stopped, and the last of each kind where records of it could not become rows."""
    halted = (SweepState.FAILED, SweepState.BRAKED)
    sweeps = Sweep.objects.filter(connection__in=ids).select_related("connection")
    last = sweeps.order_by().values("connection", "object", "kind").annotate(last=Max("pk"))
    found = sweeps.filter(Q(state__in=halted) | Q(failed__gt=0, pk__in=last.values("last"))).order_by("-pk")[:LATEST]
    return [Mishap(one.finished_at or one.started_at, one, f"{one.error} {one.complaint}".strip()) for one in found]
