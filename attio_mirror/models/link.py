"""Links: which row is which record, and what both sides last agreed on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import Exact
from django.utils import timezone

from .among import Among
from .connection import Connection

ATTRIBUTES = "@attributes"
"""The object name under which Attribute rows are linked; no Attio slug holds an @."""


class LinkState(models.TextChoices):
    """Where a row stands with Attio. Computed, never stored."""

    IN_STEP = "in_step", "In step"
    UNSENT = "unsent", "Not in Attio yet"
    WAITING = "waiting", "Waiting to be sent"
    HELD = "held", "Waiting for approval"
    SENDING = "sending", "Being sent"
    CONFLICT = "conflict", "Conflict"
    REFUSED = "refused", "Refused by Attio"
    IN_DOUBT = "in_doubt", "In doubt"
    DROPPED = "dropped", "Not sent"
    GONE = "gone", "Gone"


class LinkQuerySet(models.QuerySet["Link"]):
    """Links that speak."""

    def for_rows(self, model: type[models.Model], pks: Iterable[Any]) -> LinkQuerySet:
        """The links of these rows of one model."""
        content_type = ContentType.objects.get_for_model(model, for_concrete_model=True)
        return self.filter(content_type=content_type, object_id__in=[str(pk) for pk in pks])

    def of_records(self, connection: Connection, object_slug: str, record_ids: Iterable[str]) -> LinkQuerySet:
        """The links of these records of one object."""
        return self.filter(Among("record_id", record_ids), connection=connection, object=object_slug)

    def alive(self) -> LinkQuerySet:
        """Links whose row and record both still exist, as far as we know."""
        return self.filter(row_gone_at=None, record_gone_at=None)

    def tombstones(self) -> LinkQuerySet:
        """Links whose row or record is gone."""
        return self.exclude(row_gone_at=None, record_gone_at=None)

    def free(self) -> LinkQuerySet:
        """Links nobody holds the lease of."""
        now = timezone.now()
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=now))

    def take_lease(self, pk: int, seconds: float) -> bool:
        """Take the right to talk to Attio about one record; False where somebody else has it."""
        until = timezone.now() + timedelta(seconds=seconds)
        return self.filter(pk=pk).free().update(lease_until=until) == 1

    def with_state(self) -> LinkQuerySet:
        """Annotate `state`, a `LinkState`."""
        return self.annotate(state=state_expression(OuterRef("pk")))


def state_expression(link: OuterRef) -> Case:
    """A `LinkState` of a link, from its own columns and its open entries and conflicts.

    `link` names the link's primary key from inside a subquery, as seen from the Link query it stands in.
    """
    mine = Link.objects.filter(pk=link)

    def has(*states: str) -> Exists:
        return Exists(mine.filter(outbox__state__in=states))

    last = Subquery(mine.order_by("-outbox__pk").values("outbox__state")[:1])
    return Case(
        When(Q(row_gone_at__isnull=False) | Q(record_gone_at__isnull=False), then=Value(LinkState.GONE)),
        When(Exists(mine.filter(conflicts__open_slot__isnull=False)), then=Value(LinkState.CONFLICT)),
        When(has("in_doubt"), then=Value(LinkState.IN_DOUBT)),
        When(has("sending", "answered"), then=Value(LinkState.SENDING)),
        When(has("refused"), then=Value(LinkState.REFUSED)),
        When(has("waiting"), then=Value(LinkState.WAITING)),
        When(Exists(mine.filter(batched__held_slot__isnull=False)), then=Value(LinkState.HELD)),
        When(record_id=None, then=Value(LinkState.UNSENT)),
        When(Q(seen_hash=None) & Exact(last, Value("dropped")), then=Value(LinkState.DROPPED)),
        default=Value(LinkState.IN_STEP),
        output_field=models.CharField(),
    )


class Link(models.Model):
    """This row is that record. Kept as a tombstone when one of them is gone."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="links", db_index=False)
    object = models.CharField(max_length=200, help_text="The object's slug.")
    record_id = models.CharField(max_length=36, null=True, blank=True, help_text="Empty until created in Attio.")
    content_type = models.ForeignKey(ContentType, models.CASCADE, db_index=False)
    object_id = models.CharField(max_length=64, help_text="The row's primary key, as text.")
    base = models.JSONField(
        default=dict,
        blank=True,
        help_text=(
            "What both sides last agreed on: slug to {value, since (Attio's active_from)}, "
            "and unseen if the row cannot show it."
        ),
    )
    web_url = models.TextField(null=True, blank=True)
    record_created_at = models.CharField(max_length=40, blank=True, help_text="Attio's raw 9-digit time.")
    backdated_to = models.CharField(
        max_length=40, blank=True, help_text="Where its oldest version began, if that is before the record's creation."
    )
    synced_at = models.DateTimeField(
        null=True, blank=True, help_text="The moment the newest applied answer speaks of; older answers are stale."
    )
    marked_at = models.DateTimeField(null=True, blank=True, help_text="When a local edit was last marked.")
    seen_hash = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="Of the last answer applied; unchanged ones are skipped. Empty while the row owes something.",
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    row_gone_at = models.DateTimeField(null=True, blank=True)
    record_gone_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.CharField(max_length=36, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "object", "record_id"], name="attio_one_link_per_record"),
            models.UniqueConstraint(fields=["connection", "content_type", "object_id"], name="attio_one_link_per_row"),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="attio_link_of_row"),
            models.Index(fields=["content_type", "id"], name="attio_links_of_model"),
            # Few links are ever gone, and every question about the past has to leave them out.
            models.Index(fields=["record_gone_at"], name="attio_link_record_gone"),
            models.Index(fields=["row_gone_at"], name="attio_link_row_gone"),
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.record_id or '(not in Attio yet)'}"

    @property
    def is_alive(self) -> bool:
        """Whether row and record both exist, as far as we know."""
        return self.row_gone_at is None and self.record_gone_at is None


class AwaitedReference(models.Model):
    """A reference whose target is not mirrored yet; bound to the row when the target arrives."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="awaited")
    slug = models.CharField(max_length=200)
    target_object = models.CharField(max_length=200)
    target_record_id = models.CharField(max_length=36, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "slug", "target_record_id"], name="attio_await_a_target_once_per_attribute"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id}.{self.slug} awaits {self.target_object} {self.target_record_id}"
