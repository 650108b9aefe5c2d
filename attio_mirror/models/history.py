"""The ledger: every version of every value we know, with both time axes."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .link import Link
from .schema import Attribute


class AttributeValueQuerySet(models.QuerySet["AttributeValue"]):
    """Versions by what was true, and by what we believed."""

    def believed(self, at: datetime | None = None) -> AttributeValueQuerySet:
        """What we believe now, or believed at a moment."""
        if at is None:
            return self.filter(superseded_slot=0)
        return self.filter(learned_at__lte=at).filter(Q(superseded_at=None) | Q(superseded_at__gt=at))

    def as_of(self, when: datetime, believed_at: datetime | None = None) -> AttributeValueQuerySet:
        """Versions that were true at a moment, as we believe now or believed then: an end we heard of later is none."""
        goes_on = Q(active_until=None) | Q(active_until__gt=when)
        if believed_at is not None:
            goes_on |= Q(end_learned_at__gt=believed_at)
        return self.believed(believed_at).filter(goes_on, active_from__lte=when)

    def parts_of(self, when: datetime, believed_at: datetime | None = None) -> list[AttributeValueQuerySet]:
        """The same in parts that share no version, each of which one walk along an index answers.

        What goes on, what has ended since, what had ended without our knowing it then, and what we believe no more.
        """
        now = self.filter(superseded_slot=0, active_from__lte=when)
        if believed_at is None:
            return [now.filter(active_until=None), now.filter(active_until__gt=when)]
        known, before = now.filter(learned_at__lte=believed_at), self.filter(superseded_slot__gt=0)
        return [
            known.filter(active_until=None),
            known.filter(active_until__gt=when),
            known.filter(active_until__lte=when, end_learned_at__gt=believed_at),
            before.as_of(when, believed_at),
        ]

    def current(self) -> AttributeValueQuerySet:
        """Versions believed to be true now."""
        return self.filter(superseded_slot=0, active_until=None)


class AttributeValue(models.Model):
    """One element and when it was true (`active_*`, Attio's time) and when we believed so (`learned`/`superseded`).

    The attribute is a number here and not a slug: counting a stage of 100,000 deals as of a moment is then a walk along
    one index, and a rename touches nothing.
    """

    link = models.ForeignKey(Link, models.CASCADE, related_name="values", db_index=False)
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="values", db_index=False)
    value = models.JSONField(help_text="As Attio sent it, raw 9-digit times included.")
    text = models.CharField(max_length=500, null=True, blank=True, help_text="For search and grouping.")
    number = models.DecimalField(max_digits=38, decimal_places=10, null=True, blank=True)
    place = models.BigIntegerField(help_text="A 64-bit hash of the element: several elements can share a start.")
    active_from = models.DateTimeField()
    active_until = models.DateTimeField(null=True, blank=True)
    actor_type = models.CharField(max_length=20, blank=True)
    actor_id = models.CharField(max_length=36, blank=True)
    learned_at = models.DateTimeField(default=timezone.now)
    learned_from = models.CharField(max_length=40, blank=True, help_text="push, pull, sweep, history or schema.")
    end_learned_at = models.DateTimeField(
        null=True, blank=True, help_text="When we heard of its end, where that was after we had heard of it."
    )
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_slot = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="0 while believed, then our id."
    )

    objects = AttributeValueQuerySet.as_manager()

    class Meta:
        ordering = ["link", "attribute", "active_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "attribute", "active_from", "place", "superseded_slot"],
                name="attio_believe_a_version_once",
            ),
        ]
        indexes = [
            # All that counting and filtering by a moment asks for: neither needs the wide rows.
            models.Index(
                fields=[
                    "attribute",
                    "superseded_slot",
                    "active_until",
                    "active_from",
                    "place",
                    "link",
                    "learned_at",
                    "end_learned_at",
                ],
                name="attio_ledger_as_of",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slug} of {self.link_id} from {self.active_from:%Y-%m-%d %H:%M}"

    @property
    def slug(self) -> str:
        """The attribute's slug, as Attio calls it today."""
        return self.attribute.slug
