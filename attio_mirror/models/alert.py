"""Alerts: what went wrong and somebody is to be told of, once."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from .connection import Connection


class AlertKind(models.TextChoices):
    """What it is about."""

    LATE = "late", "Something has waited too long"
    TOKEN = "token", "The token is refused"
    WEBHOOK = "webhook", "The webhook fails"
    BRAKE = "brake", "The brake stopped something"


class Alert(models.Model):
    """One trouble, from when it was noticed to when it had gone. Each way of telling is used once."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=10, choices=AlertKind.choices)
    open_slot = models.CharField(max_length=100, null=True, blank=True, unique=True, editable=False)
    words = models.TextField(blank=True)
    since = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.connection.alias}: {self.get_kind_display()}"

    @staticmethod
    def slot(connection_id: int, kind: str, subject: str = "") -> str:
        """The value of `open_slot` while it lasts: the same trouble is noticed once."""
        return f"{connection_id}:{kind}:{subject}"
