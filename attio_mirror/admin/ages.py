"""Ages: how long rows have been in their stage, and in Attio. One query for a page of rows; filters count nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from ..core.stamps import to_stamp
from ..mirrors.directory import content_type_id
from ..models import AttributeValue, Link
from ..models.pipeline import attributes_of
from .mirrored import MirroredAdmin
from .states import MirroredChangeList, among, link_of
from .stock import Rows

SINCE = "attio_since"
"""The attribute a row carries the beginning of its stage under (None where the ledger knows none)."""


def current(model: type[models.Model], name: str) -> models.QuerySet[AttributeValue]:
    """The versions of a field's attribute that go on, as we believe."""
    goes_on = AttributeValue.objects.believed().filter(active_until=None).order_by()
    return goes_on.filter(attribute__in=attributes_of(model, name))


def attach_since(rows: Iterable[models.Model], name: str) -> None:
    """Tell every row since when it has what it has in a field.

    What has ended is left out here: where only versions without an end are asked for, SQLite walks the index on which
    those of all rows lie together.
    """
    listed = list(rows)
    links = [link.pk for row in listed if (link := link_of(row)) is not None]
    held = AttributeValue.objects.believed().filter(link__in=links).order_by()
    held = held.filter(attribute__in=attributes_of(type(listed[0]), name)) if links else held.none()
    versions = held.values_list("link", "active_from", "active_until")
    since = {link: began for link, began, until in versions if until is None}
    for row in listed:
        link = link_of(row)
        setattr(row, SINCE, since.get(link.pk) if link else None)


class AgedChangeList(MirroredChangeList):
    """A change list whose rows know since when they are in their stage."""

    model_admin: Any

    def attach(self, rows: Iterable[models.Model]) -> None:
        """And the age."""
        super().attach(rows)
        attach_since(rows, self.model_admin.aged_by)


class Aged(MirroredAdmin):
    """The part of an admin that knows how long its rows have been in their stage: for `list_display`, `in_stage`."""

    aged_by = "stage"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[MirroredChangeList]:
        """One whose rows know their age."""
        return AgedChangeList

    def get_past_list_display(self, request: HttpRequest) -> list[Any]:
        """An age of today is none of then."""
        return [name for name in super().get_past_list_display(request) if name != "in_stage"]

    @admin.display(description="In stage")
    def in_stage(self, row: models.Model) -> str:
        """Whole days."""
        whole = self.days_in_stage(row)
        return "–" if whole is None else days(whole)

    @admin.display(description="Days in stage")
    def days_in_stage(self, row: models.Model) -> int | None:
        """For a file."""
        since: datetime | None = getattr(row, SINCE, None)
        return None if since is None else max(0, (timezone.now() - since).days)


def days(number: int) -> str:
    """In words."""
    return {0: "today", 1: "1 day"}.get(number, f"{number:,} days")


class SpanFilter(admin.SimpleListFilter):
    """Rows by a number of days."""

    spans: ClassVar[dict[int, str]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The spans, in words."""
        self.field = getattr(model_admin, "aged_by", "")
        return [(str(number), words) for number, words in self.spans.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Of what was not offered, all."""
        given = self.value() or ""
        if not given.isdigit() or int(given) not in self.spans:
            return queryset
        links = self.links(queryset.model, timezone.now() - timedelta(days=int(given)))
        return queryset.filter(among(links, queryset))

    def links(self, model: type[models.Model], moment: datetime) -> models.QuerySet[Link]:
        """The links of the rows that are that old, or young."""
        raise NotImplementedError


class InStageFilter(SpanFilter):
    """Rows by how long they have been in their stage."""

    title = "time in stage"
    parameter_name = "in_stage"
    spans: ClassVar[dict[int, str]] = {7: "Over a week", 30: "Over a month", 90: "Over three months"}

    def links(self, model: type[models.Model], moment: datetime) -> models.QuerySet[Link]:
        """Those whose stage began before."""
        return Link.objects.filter(pk__in=current(model, self.field).filter(active_from__lte=moment).values("link"))


class CreatedFilter(SpanFilter):
    """Rows by when their record was made. No calendar: it would count all rows for each of its years."""

    title = "created in Attio"
    parameter_name = "created"
    spans: ClassVar[dict[int, str]] = {1: "Past 24 hours", 7: "Past 7 days", 30: "Past 30 days", 365: "Past year"}

    def links(self, model: type[models.Model], moment: datetime) -> models.QuerySet[Link]:
        """Those whose record was made since."""
        return Link.objects.filter(content_type=content_type_id(model), record_created_at__gte=to_stamp(moment))
