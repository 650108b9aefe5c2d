"""The inbox: Attio's deliveries. They carry ids, not values; each is a hint to read again."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from .connection import Connection


class InboxState(models.TextChoices):
    """The life of a delivery here."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class InboxEntry(models.Model):
    """One authentic delivery, stored before it is answered with 200."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    idempotency_key = models.CharField(max_length=200)
    body = models.JSONField()
    state = models.CharField(max_length=8, choices=InboxState.choices, default=InboxState.WAITING)
    received_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "inbox entries"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "idempotency_key"], name="attio_each_delivery_once"),
        ]
        indexes = [models.Index(fields=["state", "received_at"], name="attio_inbox_waiting")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.idempotency_key}"
