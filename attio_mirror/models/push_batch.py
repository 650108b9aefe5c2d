"""Push batches: edits made together, which go to Attio, wait for approval and are undone together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from .connection import Connection
from .link import Link
from .outbox import OutboxEntry


class BatchState(models.TextChoices):
    """The life of a push batch."""

    HELD = "held", "Waiting for approval"
    RELEASED = "released", "Let through"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    UNDONE = "undone", "Undone"


class EditState(models.TextChoices):
    """What became of one row of a push batch."""

    HELD = "held", "Waiting for approval"
    RELEASED = "released", "Let through"
    OVERTAKEN = "overtaken", "Edited since"
    PUT_BACK = "put_back", "Put back"
    SKIPPED = "skipped", "Skipped"


class PushBatchQuerySet(models.QuerySet["PushBatch"]):
    """Batches that speak."""

    def held(self) -> PushBatchQuerySet:
        """Those that wait for a person."""
        return self.filter(state=BatchState.HELD)

    def unfinished(self) -> PushBatchQuerySet:
        """Decided ones some of whose rows have not followed: the process that was at it ended."""
        return self.exclude(state=BatchState.HELD).filter(edits__state=EditState.HELD).distinct()


class PushBatch(models.Model):
    """One attribute of many rows, changed by one person at once."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="push_batches")
    object = models.CharField(max_length=200, help_text="The object's slug.")
    slug = models.CharField("attribute", max_length=200, help_text="The attribute's slug.")
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.RELEASED)
    brake = models.TextField("why it was stopped", blank=True)
    value = models.DecimalField(
        "value touched", max_digits=28, decimal_places=4, null=True, blank=True, help_text="The rows' values together."
    )
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="undone_by")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = PushBatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "push batches"
        ordering = ["-pk"]
        permissions = [("approve_pushbatch", "Can approve or refuse push batches")]
        indexes = [models.Index(fields=["connection", "state"], name="attio_batches_by_state")]

    def __str__(self) -> str:
        return f"{'Undo of ' if self.undoes_id else ''}{self.slug} of {self.object}"


class BatchedEdit(models.Model):
    """One row of a push batch: what it said, what both sides had agreed on, and what the batch made of it."""

    batch = models.ForeignKey(PushBatch, models.CASCADE, related_name="edits")
    link = models.ForeignKey(Link, models.CASCADE, related_name="batched")
    state = models.CharField(max_length=10, choices=EditState.choices, default=EditState.RELEASED)
    held_slot = models.CharField(max_length=240, null=True, blank=True, unique=True, editable=False)
    base = models.JSONField(null=True, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was left alone.")
    entry = models.ForeignKey(
        OutboxEntry, models.SET_NULL, null=True, blank=True, related_name="batched", help_text="What carries it."
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["batch", "state"], name="attio_edits_of_batch")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.link}"

    @staticmethod
    def slot(link_id: int, slug: str) -> str:
        """The value of `held_slot` while it waits: an attribute of a row waits in one batch at a time."""
        return f"{link_id}:{slug}"
