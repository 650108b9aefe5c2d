"""Sweeps: complete enumerations of an object, resumable page by page."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .connection import Connection


class SweepKind(models.TextChoices):
    """How much a sweep reads."""

    FULL = "full", "Full"
    LIGHT = "light", "Light"
    """Only what is new or has moved since the last sweep, as far as Attio can be asked for that."""


class SweepState(models.TextChoices):
    """The life of a sweep."""

    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    BRAKED = "braked", "Stopped by the brake"
    FAILED = "failed", "Failed"

    @property
    def is_resumable(self) -> bool:
        """Whether it stopped on the way and can go on."""
        return self in (SweepState.PAUSED, SweepState.BRAKED, SweepState.FAILED)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self in (SweepState.DONE, SweepState.CANCELLED)


class SweepQuerySet(models.QuerySet["Sweep"]):
    """Sweeps that speak."""

    def of(self, connection: Connection, slug: str, kind: SweepKind = SweepKind.FULL) -> SweepQuerySet:
        """The sweeps of one kind of one object."""
        return self.filter(connection=connection, object=slug, kind=kind)

    def done(self) -> SweepQuerySet:
        """Those that came to their end."""
        return self.filter(state=SweepState.DONE)

    def free(self) -> SweepQuerySet:
        """Running ones nobody is at: never begun, between two tasks, or left behind by a process that died."""
        now = timezone.now()
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=now), state=SweepState.RUNNING)

    def due(self) -> SweepQuerySet:
        """Free ones that need not wait any longer."""
        return self.free().filter(Q(not_before=None) | Q(not_before__lte=timezone.now()))


class Sweep(models.Model):
    """One walk through all records of an object."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    object = models.CharField(max_length=200)
    kind = models.CharField(max_length=5, choices=SweepKind.choices, default=SweepKind.FULL)
    state = models.CharField(max_length=10, choices=SweepState.choices, default=SweepState.RUNNING)
    running_slot = models.CharField(max_length=240, null=True, blank=True, unique=True, editable=False)

    cursor = models.PositiveIntegerField(default=0, help_text="The offset of the next page.")
    overlap = models.PositiveIntegerField(
        null=True, default=0, editable=False, help_text="How many of its records we know; empty where we went back."
    )
    moment = models.CharField(
        max_length=40, blank=True, editable=False, help_text="When the last record listed was created."
    )
    frontier = models.PositiveIntegerField(default=0, editable=False, help_text="Where we turned back.")
    retreats = models.PositiveIntegerField(default=0, editable=False, help_text="How often we had to go back.")
    page_size = models.PositiveIntegerField(default=500, editable=False)
    since = models.DateTimeField(null=True, blank=True, help_text="Light sweeps ask for what began since.")
    as_of = models.DateTimeField(null=True, blank=True, help_text="The time on Attio's clock when it began.")
    enumerated_at = models.DateTimeField(null=True, blank=True, help_text="When all records had been listed.")

    expected = models.PositiveIntegerField(default=0, help_text="Records known before; Attio tells no totals.")
    seen = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    drift = models.PositiveIntegerField(default=0, help_text="Changed links that nothing had announced.")
    missing = models.PositiveIntegerField(default=0, help_text="Linked records that were not listed.")
    buried = models.PositiveIntegerField(default=0, help_text="Those of them that are gone: 404 for their id.")
    failed = models.PositiveIntegerField(default=0, help_text="Records no row could be written for.")
    complaints = models.JSONField(
        default=dict, blank=True, help_text="The first of these, by id, with the reason the database or the model gave."
    )
    consented_at = models.DateTimeField(
        null=True, blank=True, help_text="When a person said that so many may well be gone."
    )

    attempts = models.PositiveIntegerField(default=0, help_text="Failures in a row.")
    not_before = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Until then one process is at it.")
    worked = models.FloatField(default=0.0, help_text="Seconds spent on it, waiting left out.")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    objects = SweepQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["connection", "object", "kind", "state"], name="attio_sweeps_of_object")]

    def __str__(self) -> str:
        return f"{self.object}: {self.get_state_display()}"

    @staticmethod
    def slot(connection_id: int, slug: str, kind: str = SweepKind.FULL) -> str:
        """The value of `running_slot` while running or paused: one sweep per object and kind at a time."""
        return f"{connection_id}:{kind}:{slug}"

    @property
    def complaint(self) -> str:
        """What could not be written, in words, with the first reason; "" where all could."""
        if not self.failed:
            return ""
        first = next(iter(self.complaints.values()), "")
        return f"No row could be written for {self.failed} record{'s' if self.failed > 1 else ''}. {first}".strip()

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None where nobody knows."""
        if self.enumerated_at is not None:
            return 1.0
        return min(1.0, self.seen / self.expected) if self.expected else None

    @property
    def eta(self) -> float | None:
        """Seconds of work left, by the pace so far and the number of records known before; None where nobody knows."""
        if not self.seen or not self.expected or self.state in (SweepState.DONE, SweepState.CANCELLED):
            return None
        return max(0, self.expected - self.seen) * self.worked / self.seen


class SweptPage(models.Model):
    """The ids one page of a sweep brought, packed; kept until the sweep is over, so that it can be resumed.

    A row per page, not a mark on every link: an unchanged record costs no write.
    """

    sweep = models.ForeignKey(Sweep, models.CASCADE, related_name="pages")
    ids = models.BinaryField(help_text="16 bytes each.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{len(self.ids) // 16} records of {self.sweep_id}"
