"""How the mirror is: per connection what is linked, what waits and since when, and whether that is all right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from ..conf import conf
from ..core.errors import Json
from ..models import (
    ATTRIBUTES,
    Conflict,
    Connection,
    ConnectionState,
    InboxEntry,
    Link,
    PushBatch,
    Sweep,
    SweepKind,
    SweepState,
    WebhookState,
)
from .gates import PlanGate, gates_of
from .inbox import UNKNOWN
from .losses import losses_of
from .waiting import Waiting, waiting_of

DEAF = (
    "Attio announces nothing any more: its webhook is gone. Run manage.py attio_connect {alias} --webhook {url} and "
    "put the new secret into the environment. Sweeps find changes meanwhile."
)


@dataclass(frozen=True)
class Status:
    """How one connection is."""

    alias: str
    state: str
    is_configured: bool
    is_paused: bool
    is_shadow: bool
    workspace_name: str
    missing_scopes: list[str]
    plan_gates: list[PlanGate]
    """What Attio refused because of the tenant's plan."""
    checked_at: datetime | None
    error: str
    linked: Mapping[str, int]
    """Living links by object."""
    waiting: Waiting
    inbox_failed: int
    inbox_unknown: int
    """Deliveries with an event of a type we do not know."""
    open_conflicts: int
    held_batches: int
    """Push batches that wait for approval."""
    sweeps: Mapping[str, Json] = field(default_factory=dict)
    """The newest full sweep of each object."""
    last_pull_at: datetime | None = None
    """When an object was last read to its end."""
    webhook_state: str = ""
    webhook_url: str = ""
    losses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By date: changes that no delivery had announced, beside the deliveries that came."""

    @cached_property
    def problems(self) -> list[str]:
        """What is not all right; empty means healthy."""
        found: list[str] = []
        if ConnectionState(self.state).is_locked_out:
            found.append(self.error or ConnectionState(self.state).label)
        if WebhookState(self.webhook_state).is_deaf:
            found.append(DEAF.format(alias=self.alias, url=self.webhook_url))
        return found + self.waiting.problems

    @property
    def is_healthy(self) -> bool:
        """Whether a monitor may sleep."""
        return not self.problems

    def as_json(self) -> dict[str, Json]:
        """For `attio_status --json` and the API; its keys are documented, so they stay."""
        return {
            "alias": self.alias,
            "healthy": self.is_healthy,
            "problems": self.problems,
            "state": self.state,
            "configured": self.is_configured,
            "paused": self.is_paused,
            "shadow": self.is_shadow,
            "tenant": self.workspace_name,
            "missing_scopes": self.missing_scopes,
            "plan_gates": [asdict(gate) for gate in self.plan_gates],
            "checked_at": _moment(self.checked_at),
            "error": self.error,
            "linked": dict(self.linked),
            "outbox": dict(self.waiting.outbox),
            "oldest_waiting_seconds": self.waiting.outbox_oldest_seconds,
            "inbox_waiting": self.waiting.inbox,
            "inbox_oldest_seconds": self.waiting.inbox_oldest_seconds,
            "inbox_failed": self.inbox_failed,
            "inbox_unknown": self.inbox_unknown,
            "webhook": {"state": self.webhook_state, "url": self.webhook_url},
            "losses": {day: dict(counts) for day, counts in self.losses.items()},
            "open_conflicts": self.open_conflicts,
            "held_batches": self.held_batches,
            "sweeps": dict(self.sweeps),
            "last_pull_at": _moment(self.last_pull_at),
        }


def statuses() -> list[Status]:
    """All connections: those in the settings, and those that were there once. No network."""
    rows = {row.alias: row for row in Connection.objects.all()}
    aliases = dict.fromkeys([*conf().connections, *rows])
    return statuses_of([rows.get(alias) or Connection(alias=alias) for alias in aliases])


def status(of: Connection) -> Status:
    """One connection; one that was never used is not in the database yet."""
    return statuses_of([of])[0]


def statuses_of(connections: Sequence[Connection]) -> list[Status]:
    """These connections: the same few queries, however many they are."""
    known: list[int | None] = [of.pk for of in connections]
    ids = [pk for pk in known if pk is not None]
    stand, lost = waiting_of(known), losses_of(ids)
    linked, sweeps, pulled = _linked(ids), _sweeps(ids), _pulled(ids)
    unknown = _counted(InboxEntry.objects.filter(error__startswith=UNKNOWN, connection__in=ids), "connection")
    quarrels = Conflict.objects.filter(resolved_at=None, link__connection__in=ids)
    conflicts = _counted(quarrels, "link__connection")
    held = _counted(PushBatch.objects.held().filter(connection__in=ids), "connection")
    return [
        Status(
            alias=of.alias,
            state=of.state,
            is_configured=bool(of.conf.token),
            is_paused=of.paused_at is not None,
            is_shadow=of.is_shadow,
            workspace_name=of.workspace_name,
            missing_scopes=list(of.missing_scopes),
            plan_gates=gates_of(of),
            checked_at=of.checked_at,
            error=of.error,
            linked=linked.get(of.pk, {}),
            waiting=stand[of.pk],
            inbox_failed=stand[of.pk].inbox_failed,
            inbox_unknown=unknown.get(of.pk, 0),
            open_conflicts=conflicts.get(of.pk, 0),
            held_batches=held.get(of.pk, 0),
            sweeps=sweeps.get(of.pk, {}),
            last_pull_at=pulled.get(of.pk),
            webhook_state=of.webhook_state,
            webhook_url=of.webhook_url,
            losses=lost.get(of.pk, {}),
        )
        for of in connections
    ]


def _counted(rows: QuerySet[Any], by: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(by).annotate(Count("pk")))


def _linked(ids: Collection[int]) -> dict[int, dict[str, int]]:
    links = Link.objects.alive().filter(~Q(record_id=None), connection__in=ids).exclude(object=ATTRIBUTES)
    counts = links.order_by("object").values_list("connection", "object").annotate(Count("pk"))
    found: dict[int, dict[str, int]] = {}
    for pk, slug, count in counts:
        found.setdefault(pk, {})[slug] = count
    return found


def _sweeps(ids: Collection[int]) -> dict[int, dict[str, Json]]:
    full = Sweep.objects.filter(connection__in=ids, kind=SweepKind.FULL)
    newest = full.order_by().values("connection", "object").annotate(newest=Max("pk"))
    found: dict[int, dict[str, Json]] = {}
    for sweep in Sweep.objects.filter(pk__in=newest.values("newest")).order_by("object"):
        found.setdefault(sweep.connection_id, {})[sweep.object] = {
            "state": sweep.state,
            "seen": sweep.seen,
            "changed": sweep.changed,
            "failed": sweep.failed,
            "started_at": _moment(sweep.started_at),
            "finished_at": _moment(sweep.finished_at),
        }
    return found


def _pulled(ids: Collection[int]) -> dict[int, datetime]:
    done = Sweep.objects.filter(connection__in=ids, kind=SweepKind.FULL, state=SweepState.DONE).order_by()
    return dict(done.values_list("connection").annotate(Max("finished_at")))


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
