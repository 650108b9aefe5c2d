"""How the mirror is: per connection what is linked, what waits and since when, and whether that is all right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Case, Count, DateTimeField, F, Max, Min, Q, QuerySet, When
from django.utils import timezone

from ..conf import conf
from ..core.errors import Json
from ..models import (
    ATTRIBUTES,
    Conflict,
    Connection,
    ConnectionState,
    InboxEntry,
    InboxState,
    Link,
    OutboxEntry,
    OutboxState,
    Sweep,
    SweepKind,
    SweepState,
    WebhookState,
)
from .inbox import UNKNOWN
from .losses import losses

TOO_LONG = 300.0
"""Seconds something may wait before a monitor should hear of it."""
DEAF = (
    "Attio announces nothing any more: its webhook is gone. Run manage.py attio_connect {alias} --webhook {url} and "
    "put the new secret into the environment. Sweeps find changes meanwhile."
)
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

    outbox: Mapping[str, int]
    """Entries by state, those that are done left out."""
    outbox_oldest_seconds: float | None
    inbox: int
    inbox_oldest_seconds: float | None

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
    checked_at: datetime | None
    error: str
    linked: Mapping[str, int]
    """Living links by object."""
    waiting: Waiting
    inbox_failed: int
    inbox_unknown: int
    """Deliveries with an event of a type we do not know."""
    open_conflicts: int
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
            "sweeps": dict(self.sweeps),
            "last_pull_at": _moment(self.last_pull_at),
        }


def statuses() -> list[Status]:
    """All connections: those in the settings, and those that were there once. No network."""
    rows = {row.alias: row for row in Connection.objects.all()}
    aliases = dict.fromkeys([*conf().connections, *rows])
    return [status(rows.get(alias) or Connection(alias=alias)) for alias in aliases]


def status(of: Connection) -> Status:
    """One connection; one that was never used is not in the database yet."""
    sweeps = _sweeps(of)
    full = Sweep.objects.filter(connection=of.pk, kind=SweepKind.FULL)
    finished = full.filter(state=SweepState.DONE).order_by("-finished_at")
    return Status(
        alias=of.alias,
        state=of.state,
        is_configured=bool(of.conf.token),
        is_paused=of.paused_at is not None,
        is_shadow=of.is_shadow,
        workspace_name=of.workspace_name,
        missing_scopes=list(of.missing_scopes),
        checked_at=of.checked_at,
        error=of.error,
        linked=_linked(of),
        waiting=waiting(of),
        inbox_failed=InboxEntry.objects.filter(connection=of.pk, state=InboxState.FAILED).count(),
        inbox_unknown=InboxEntry.objects.filter(connection=of.pk, error__startswith=UNKNOWN).count(),
        open_conflicts=Conflict.objects.filter(link__connection=of.pk, resolved_at=None).count(),
        sweeps=sweeps,
        last_pull_at=finished.values_list("finished_at", flat=True).first(),
        webhook_state=of.webhook_state,
        webhook_url=of.webhook_url,
        losses=losses(of),
    )


def waiting(of: Connection | None = None) -> Waiting:
    """What waits, of one connection or of all."""
    outbox = OutboxEntry.objects.filter(state__in=STANDING)
    inbox = InboxEntry.objects.filter(state=InboxState.WAITING)
    if of is not None:
        outbox, inbox = outbox.filter(link__connection=of.pk), inbox.filter(connection=of.pk)
    return Waiting(
        outbox=_by_state(outbox),
        outbox_oldest_seconds=_age(outbox.filter(state=OutboxState.WAITING).aggregate(oldest=Min(_since()))["oldest"]),
        inbox=inbox.count(),
        inbox_oldest_seconds=_age(inbox.aggregate(oldest=Min("received_at"))["oldest"]),
    )


def _since() -> Case:
    """Since when an entry waits: one that was refused and waits anew for its first attempt began then."""
    return Case(When(attempts=0, then=F("not_before")), default=F("created_at"), output_field=DateTimeField())


def _by_state(outbox: QuerySet[OutboxEntry]) -> dict[str, int]:
    counts = dict(outbox.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: counts.get(state.value, 0) for state in STANDING}


def _linked(of: Connection) -> dict[str, int]:
    links = Link.objects.alive().filter(~Q(record_id=None), connection=of.pk).exclude(object=ATTRIBUTES)
    return dict(links.order_by("object").values_list("object").annotate(Count("pk")))


def _sweeps(of: Connection) -> dict[str, Json]:
    full = Sweep.objects.filter(connection=of.pk, kind=SweepKind.FULL)
    newest = full.order_by().values("object").annotate(newest=Max("pk"))
    return {
        sweep.object: {
            "state": sweep.state,
            "seen": sweep.seen,
            "changed": sweep.changed,
            "started_at": _moment(sweep.started_at),
            "finished_at": _moment(sweep.finished_at),
        }
        for sweep in Sweep.objects.filter(pk__in=newest.values("newest")).order_by("object")
    }


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, round((timezone.now() - moment).total_seconds(), 1))


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
