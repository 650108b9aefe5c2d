"""The shipped rows: plain Django models for Attio's five standard objects.

Nothing here knows that a CRM exists; `attio_mirror.mirrors.shipped` says which field is which attribute.
`other_values` holds every attribute without a field of its own, custom ones included: slug to canonical value.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Cast

from .link import Link
from .past import Past, as_of
from .schema import Member, Option
from .timeline import Span, timeline

Row = TypeVar("Row", bound=models.Model)


class RecordQuerySet(models.QuerySet[Row]):
    """Rows found by the record they mirror."""

    def as_of(self, when: datetime, believed_at: datetime | None = None) -> Past[Row]:
        """The rows as they were at a moment, as we believe now or believed then; filters are about today's rows."""
        return as_of(self, when, believed_at)

    def by_record_id(self, *record_ids: str) -> RecordQuerySet[Row]:
        """The rows that mirror these records."""
        content_type = ContentType.objects.get_for_model(self.model, for_concrete_model=True)
        links = Link.objects.filter(content_type=content_type, record_id__in=record_ids, row_gone_at=None)
        return self.filter(pk__in=links.annotate(row_pk=Cast("object_id", self.model._meta.pk)).values("row_pk"))


class Remembered(models.Model):
    """A row whose past is in the ledger."""

    class Meta:
        abstract = True

    def timeline(self, name: str, *, believed_at: datetime | None = None, everything: bool = False) -> list[Span]:
        """The versions of an attribute, by field or slug, oldest first (see `attio_mirror.models.timeline`)."""
        return timeline(self, name, believed_at=believed_at, everything=everything)


def _other_values() -> models.JSONField:
    return models.JSONField(default=dict, blank=True, help_text="Attributes without a field of their own.")


class Company(Remembered):
    """A company."""

    name = models.TextField(null=True, blank=True)
    domains = models.JSONField(default=list, blank=True)
    description = models.TextField(null=True, blank=True)
    team: models.ManyToManyField[Person, Any] = models.ManyToManyField("Person", blank=True, related_name="+")
    other_values = _other_values()

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name or _first(self.domains) or f"Company {self.pk}"


class Person(Remembered):
    """A person."""

    first_name = models.TextField(blank=True)
    last_name = models.TextField(blank=True)
    full_name = models.TextField(blank=True)
    email_addresses = models.JSONField(default=list, blank=True)
    job_title = models.TextField(null=True, blank=True)
    description = models.TextField(null=True, blank=True)
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="people")
    other_values = _other_values()

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return (
            self.full_name
            or f"{self.first_name} {self.last_name}".strip()
            or _first(self.email_addresses)
            or f"Person {self.pk}"
        )


class User(Remembered):
    """A user of the host's product, as Attio's `users` object knows them. Not a Django login."""

    user_id = models.CharField(max_length=500, unique=True)
    primary_email_address = models.EmailField(max_length=320)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="users")
    workspaces: models.ManyToManyField[Workspace, Any] = models.ManyToManyField(
        "Workspace", blank=True, related_name="+"
    )
    other_values = _other_values()

    objects = RecordQuerySet.as_manager()

    def __str__(self) -> str:
        return self.primary_email_address or self.user_id


class Workspace(Remembered):
    """A workspace of the host's product, as Attio's `workspaces` object knows it."""

    workspace_id = models.CharField(max_length=500, unique=True)
    name = models.TextField(null=True, blank=True)
    users = models.ManyToManyField(User, blank=True, related_name="+")
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="workspaces")
    avatar_url = models.TextField("avatar URL", null=True, blank=True)
    other_values = _other_values()

    objects = RecordQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name or self.workspace_id


class Deal(Remembered):
    """A deal."""

    name = models.TextField()
    stage = models.ForeignKey(Option, models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    value_currency = models.CharField("currency", max_length=3, blank=True, editable=False)
    associated_people = models.ManyToManyField(Person, blank=True, related_name="deals")
    associated_company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="deals")
    other_values = _other_values()

    objects = RecordQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["value_currency", "value"], name="attio_deals_by_amount")]

    def __str__(self) -> str:
        return self.name or f"Deal {self.pk}"


def _first(values: Iterable[str]) -> str:
    return next(iter(values or ()), "")
