"""Metrics: the state of the mirror in numbers, for those who draw curves. Prometheus' text format, version 0.0.4."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import Max
from django.utils import timezone

from ..models import Conflict, Connection, InboxEntry, InboxState, PushBatch, RateBudget, Sweep, SweepState
from ..models.budget import MICROSECONDS
from .losses import DAYS, losses
from .waiting import waiting

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class Gauge:
    """One number for each combination of labels."""

    name: str
    about: str
    samples: list[tuple[Mapping[str, str], float]] = field(default_factory=list)

    def put(self, value: float, **labels: str) -> None:
        """One sample."""
        self.samples.append((labels, value))

    def lines(self) -> Iterator[str]:
        """As text."""
        yield f"# HELP attio_mirror_{self.name} {_escaped(self.about)}"
        yield f"# TYPE attio_mirror_{self.name} gauge"
        for labels, value in self.samples:
            named = ",".join(f'{name}="{_quoted(label)}"' for name, label in labels.items())
            yield f"attio_mirror_{self.name}{{{named}}} {value:.10g}"


def as_text(gauges: Iterable[Gauge]) -> str:
    """All of them; one without samples is left out."""
    return "".join(f"{line}\n" for gauge in gauges if gauge.samples for line in gauge.lines())


def measure(connections: Iterable[Connection]) -> list[Gauge]:
    """The numbers of these connections."""
    listed = list(connections)
    return [gauge for of in (_states, _waiting, _reading, _budgets, _losses) for gauge in of(listed)]


def _states(connections: list[Connection]) -> list[Gauge]:
    state = Gauge("connection_state", "1 for the state a connection is in.")
    paused = Gauge("connection_paused", "1 where somebody paused the connection.")
    quiet = Gauge("connection_quiet_seconds", "How long Attio still wants silence after a 429.")
    now = timezone.now()
    for one in connections:
        state.put(1, connection=one.alias, state=one.state)
        paused.put(one.paused_at is not None, connection=one.alias)
        left = (one.quiet_until - now).total_seconds() if one.quiet_until else 0.0
        quiet.put(max(0.0, left), connection=one.alias)
    return [state, paused, quiet]


def _waiting(connections: list[Connection]) -> list[Gauge]:
    outbox = Gauge("outbox_entries", "Outbox entries by state; those that are done are left out.")
    oldest = Gauge("outbox_oldest_seconds", "How long the oldest waiting entry has waited.")
    inbox = Gauge("inbox_deliveries", "Deliveries that wait, and those that could not be read.")
    unread = Gauge("inbox_oldest_seconds", "How long the oldest waiting delivery has waited.")
    conflicts = Gauge("conflicts_open", "Conflicts that wait for a person.")
    held = Gauge("push_batches_held", "Push batches that wait for approval.")
    for one in connections:
        alias, found = one.alias, waiting(one)
        for state, count in found.outbox.items():
            outbox.put(count, connection=alias, state=state)
        oldest.put(found.outbox_oldest_seconds or 0.0, connection=alias)
        failed = InboxEntry.objects.filter(connection=one, state=InboxState.FAILED).count()
        inbox.put(found.inbox, connection=alias, state=InboxState.WAITING.value)
        inbox.put(failed, connection=alias, state=InboxState.FAILED.value)
        unread.put(found.inbox_oldest_seconds or 0.0, connection=alias)
        conflicts.put(Conflict.objects.filter(link__connection=one, resolved_at=None).count(), connection=alias)
        held.put(PushBatch.objects.held().filter(connection=one).count(), connection=alias)
    return [outbox, oldest, inbox, unread, conflicts, held]


def _reading(connections: list[Connection]) -> list[Gauge]:
    lag = Gauge("lag_seconds", "How long ago an object was last looked through, by a sweep of this kind.")
    done = Sweep.objects.filter(connection__in=connections, state=SweepState.DONE).order_by("connection", "object")
    ended = done.values_list("connection__alias", "object", "kind").annotate(Max("finished_at"))
    for alias, slug, kind, finished_at in ended.filter(finished_at__isnull=False):
        age = (timezone.now() - finished_at).total_seconds()
        lag.put(max(0.0, age), connection=alias, object=slug, kind=kind)
    return [lag]


def _budgets(connections: list[Connection]) -> list[Gauge]:
    ahead = Gauge("budget_ahead_seconds", "How far ahead requests are reserved; 0 where the next one may go at once.")
    now = time.time()
    for budget in RateBudget.objects.filter(connection__in=connections).select_related("connection"):
        left = max(0.0, budget.arrival / MICROSECONDS - now)
        ahead.put(round(left, 3), connection=budget.connection.alias, kind=budget.kind)
    return [ahead]


def _losses(connections: list[Connection]) -> list[Gauge]:
    unannounced = Gauge("unannounced_changes", f"Changes of the last {DAYS} days that no delivery had announced.")
    deliveries = Gauge("deliveries", f"Deliveries of the last {DAYS} days.")
    for one in connections:
        days = losses(one).values()
        unannounced.put(sum(day["unannounced"] for day in days), connection=one.alias)
        deliveries.put(sum(day["deliveries"] for day in days), connection=one.alias)
    return [unannounced, deliveries]


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")
