"""Conflicts: both sides changed one value and the policy is to ask a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from ..core.merge import Policy
from .connection import Connection
from .link import Link


class Resolution(models.TextChoices):
    """How a conflict ended."""

    ATTIO = "attio", "Took Attio's"
    DJANGO = "django", "Took ours"
    EDITED = "edited", "Edited"
    DISSOLVED = "dissolved", "Both sides came to agree"
    DELETED = "deleted", "The row was deleted"


class Conflict(models.Model):
    """One attribute of one record that both sides changed. The row keeps ours, Attio keeps theirs, nothing is sent."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="conflicts")
    slug = models.CharField(max_length=200)
    open_slot = models.CharField(max_length=240, null=True, blank=True, unique=True, editable=False)
    base = models.JSONField(null=True, blank=True)
    ours = models.JSONField(null=True, blank=True)
    theirs = models.JSONField(null=True, blank=True)
    their_actor_type = models.CharField(max_length=20, blank=True)
    their_actor_id = models.CharField(max_length=36, blank=True)
    our_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=10, choices=Resolution.choices, blank=True)

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return f"{self.slug} of {self.link}"

    @staticmethod
    def slot(link_id: int, slug: str) -> str:
        """The value of `open_slot` while open: makes a second open conflict of one attribute impossible."""
        return f"{link_id}:{slug}"


class AttributePolicy(models.Model):
    """What a person decided once and for all about one attribute: goes before what the mirror declares."""

    POLICIES = [
        (Policy.ATTIO.value, "Attio wins"),
        (Policy.DJANGO.value, "We win"),
        (Policy.NEWEST.value, "The later edit wins"),
        (Policy.HOLD.value, "Ask a person"),
    ]

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="policies")
    object = models.CharField(max_length=200, help_text="The object's slug.")
    slug = models.CharField("attribute", max_length=200, help_text="The attribute's slug.")
    policy = models.CharField("when both sides changed it", max_length=10, choices=POLICIES)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name_plural = "attribute policies"
        ordering = ["object", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "object", "slug"], name="attio_one_policy_per_attribute"),
        ]

    def __str__(self) -> str:
        return f"{self.object}.{self.slug}: {self.get_policy_display()}"
