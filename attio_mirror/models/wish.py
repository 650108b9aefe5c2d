"""Wishes: whose history is to be read from Attio, in which order; and when each was read last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from .connection import Connection
from .link import Link
from .schema import Attribute

CHUNK = 500


class WishState(models.TextChoices):
    """What became of a wish."""

    WAITING = "waiting", "Waiting"
    READ = "read", "Read"
    GONE = "gone", "The record is gone"
    REFUSED = "refused", "Attio shows no history of this attribute"


class Reason(models.IntegerChoices):
    """Why a history is wanted; the smaller, the sooner."""

    OPENED = 1, "Somebody opened the record"
    GAP = 2, "Versions may be missing"
    ORDERED = 3, "An import was ordered"
    AUDIT = 4, "Nobody has looked for long"


class HistoryWishQuerySet(models.QuerySet["HistoryWish"]):
    """Wishes that speak."""

    def of(self, connection: Connection | int) -> HistoryWishQuerySet:
        """Those of one connection."""
        return self.filter(attribute__connection=connection)

    def waiting(self) -> HistoryWishQuerySet:
        """Those not fulfilled."""
        return self.filter(state=WishState.WAITING)

    def due(self) -> HistoryWishQuerySet:
        """Those to be read now, the most urgent first."""
        return self.waiting().filter(not_before__lte=timezone.now()).order_by("priority", "not_before", "pk")

    def wish(self, pairs: Iterable[tuple[int, int]], reason: Reason, *, again: bool = True) -> None:
        """Ask for the histories of these (link, attribute) pairs. Those read before are read `again`, or left alone.

        Attributes Attio shows no history of are not asked about.
        """
        by_attribute: dict[int, list[int]] = {}
        for link_id, attribute_id in pairs:
            by_attribute.setdefault(attribute_id, []).append(link_id)
        for attribute in Attribute.objects.filter(pk__in=by_attribute, refuses_history=False):
            links = by_attribute[attribute.pk]
            for start in range(0, len(links), CHUNK):
                self._wish(attribute, links[start : start + CHUNK], reason, again=again)

    def _wish(self, attribute: Attribute, links: list[int], reason: Reason, *, again: bool) -> None:
        new = [HistoryWish(link_id=link, attribute=attribute, priority=reason) for link in links]
        self.bulk_create(new, ignore_conflicts=True)
        if again:
            known = self.filter(attribute=attribute, link__in=links)
            known.exclude(state=WishState.WAITING, priority__lte=reason).update(
                state=WishState.WAITING, priority=reason, not_before=timezone.now(), attempts=0, error=""
            )

    def claim(self, connection_id: int, *, limit: int, lasts: timedelta) -> list[HistoryWish]:
        """Due wishes nobody else will take for a while: of several readers one wins each."""
        claimed: list[HistoryWish] = []
        for wish in self.of(connection_id).due().select_related("link", "attribute__object")[:limit]:
            until = timezone.now() + lasts
            with transaction.atomic():
                mine = self.waiting().filter(pk=wish.pk, not_before=wish.not_before).update(not_before=until)
            if mine:
                wish.not_before = until
                claimed.append(wish)
        return claimed


class HistoryWish(models.Model):
    """One attribute of one record. Stays when fulfilled: it is the book of when each history was read."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="wishes", db_index=False)
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=WishState.choices, default=WishState.WAITING)
    priority = models.PositiveSmallIntegerField(choices=Reason.choices, default=Reason.GAP)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True, help_text="When all its versions were last read.")
    error = models.TextField(blank=True)

    objects = HistoryWishQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "history wishes"
        constraints = [
            models.UniqueConstraint(fields=["link", "attribute"], name="attio_wish_for_a_history_once"),
        ]
        indexes = [
            models.Index(fields=["state", "priority", "not_before"], name="attio_wishes_due"),
            models.Index(fields=["attribute", "state", "read_at"], name="attio_wishes_by_attribute"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.attribute} of {self.link_id}"
