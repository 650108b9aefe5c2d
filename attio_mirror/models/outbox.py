"""The outbox: that a row changed. What we owe Attio is computed when it is sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .connection import LOCKED_OUT
from .link import Link


class OutboxState(models.TextChoices):
    """The life of an entry."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    ANSWERED = "answered", "Answered, not settled"
    SETTLED = "settled", "Settled"
    REFUSED = "refused", "Refused"
    IN_DOUBT = "in_doubt", "In doubt"
    FOLDED = "folded", "Folded into a newer entry"
    DROPPED = "dropped", "Dropped by a person"

    @property
    def is_open(self) -> bool:
        """Whether the entry still wants something: there is at most one open entry per link."""
        return self in OPEN

    @property
    def is_out(self) -> bool:
        """Whether a request of it is out, or its answer waits to be settled."""
        return self in (OutboxState.SENDING, OutboxState.ANSWERED)


OPEN = (OutboxState.WAITING, OutboxState.REFUSED, OutboxState.IN_DOUBT)
OUT = (OutboxState.SENDING, OutboxState.ANSWERED)


class Verb(models.TextChoices):
    """What was asked of Attio."""

    CREATE = "create", "Create (POST)"
    KEYED = "keyed", "Create with a key (POST)"
    ASSERT = "assert", "Assert (PUT with matching attribute)"
    UPDATE = "update", "Update (PATCH)"
    OVERWRITE = "overwrite", "Overwrite (PUT by id)"
    DELETE = "delete", "Delete"

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice leaves Attio as sending it once. A create without a key makes a second record."""
        return self != Verb.CREATE


class OutboxQuerySet(models.QuerySet["OutboxEntry"]):
    """Entries that speak."""

    def due(self) -> OutboxQuerySet:
        """Waiting entries whose time has come, oldest first, on connections that may talk."""
        now = timezone.now()
        quiet = Q(link__connection__quiet_until=None) | Q(link__connection__quiet_until__lte=now)
        return (
            self.filter(state=OutboxState.WAITING, not_before__lte=now)
            .filter(quiet, link__connection__paused_at=None)
            .exclude(link__connection__state__in=LOCKED_OUT)
            .order_by("not_before", "pk")
        )

    def open(self) -> OutboxQuerySet:
        """Entries that still want something: waiting, refused or in doubt."""
        return self.filter(state__in=OPEN)

    def out(self) -> OutboxQuerySet:
        """Entries whose request is out or whose answer is not settled."""
        return self.filter(state__in=OUT)

    def unheard(self) -> OutboxQuerySet:
        """Unfinished ones that may have arrived, and of whose words nobody knows what became of them."""
        return self.unfinished().filter(Q(unsure_since__isnull=False) | Q(state__in=OUT)).exclude(said={})

    def unfinished(self) -> OutboxQuerySet:
        """Open entries and those that are out."""
        return self.filter(state__in=(*OPEN, *OUT))


class OutboxEntry(models.Model):
    """One wish to bring a row's changes to Attio, and what became of it."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="outbox")
    state = models.CharField(max_length=10, choices=OutboxState.choices, default=OutboxState.WAITING)
    waiting_slot = models.PositiveBigIntegerField(
        null=True, blank=True, unique=True, editable=False, help_text="The link's id while the entry is open."
    )
    verb = models.CharField(max_length=10, choices=Verb.choices, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    said = models.JSONField(default=dict, blank=True, help_text="What was last sent: slug to canonical value.")
    removed = models.JSONField(
        default=dict, blank=True, help_text="What that took from multi-values: slug to elements."
    )
    answer = models.JSONField(null=True, blank=True, help_text="Attio's record as answered, until settled.")
    error = models.JSONField(
        default=dict,
        blank=True,
        help_text="The last failure: message, status, code and, where known, the attribute's slug.",
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    unsure_since = models.DateTimeField(
        null=True, blank=True, help_text="When it was first sent without an answer: Attio may know it since."
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "outbox entries"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "not_before"], name="attio_outbox_due"),
            models.Index(fields=["link", "state"], name="attio_outbox_of_link"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.link}"
