"""Filters with few choices: none of them counts, none lists a large table."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.http import HttpRequest

from ..mirrors.registry import registry
from ..models import AttioList, AttioObject, Connection, LinkState, Member, Option
from ..models.past import Past
from ..sync.tenants import narrowed
from .states import in_state
from .stock import Rows


class StateFilter(admin.SimpleListFilter):
    """Where rows stand with Attio."""

    title = "how it stands with Attio"
    parameter_name = "attio"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All states."""
        return [(state.value, str(state.label)) for state in LinkState]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """The rows that stand so."""
        value = self.value()
        return in_state(queryset, value) if value in LinkState.values else queryset


def _found(model: type[models.Model], value: str | None) -> models.Model | None:
    return model._base_manager.filter(pk=value).first() if value and value.isdigit() else None


class OptionFilter(admin.SimpleListFilter):
    """Rows by the option a foreign key points to. `option_filter` makes one for a field."""

    field = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The options of the attribute the field is bound to, in Attio's order."""
        mirror = registry.of_model(model_admin.model)
        slug = next((s for s, a in mirror.declared.items() if a.field == self.field), "") if mirror else ""
        options = Option.objects.filter(
            attribute__slug=slug, attribute__object__slug=mirror.options.object if mirror else ""
        )
        mine = narrowed(options, request.user)
        return [(str(option.pk), option.title) for option in mine.order_by("is_archived", "position", "pk")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """The rows that hold it."""
        value = self.value()
        return queryset.filter(**{self.field: value}) if value and value.isdigit() else queryset

    def then(self, past: Past[Any]) -> Past[Any]:
        """The rows that held it at a moment."""
        option = _found(Option, self.value())
        return past.where(**{self.field: option}) if option else past.of()


def option_filter(name: str, label: str = "") -> type[OptionFilter]:
    """The filter of a foreign key to Option."""
    attrs = {"field": name, "title": label or name, "parameter_name": name}
    return type(f"{name.title()}Filter", (OptionFilter,), attrs)


class MemberFilter(admin.SimpleListFilter):
    """Rows by their owner."""

    title = "owner"
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All members."""
        members = narrowed(Member.objects.all(), request.user)
        return [("none", "Nobody"), *((str(member.pk), str(member)) for member in members)]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """The rows they own."""
        value = self.value()
        if value == "none":
            return queryset.filter(owner=None)
        return queryset.filter(owner=value) if value and value.isdigit() else queryset

    def then(self, past: Past[Any]) -> Past[Any]:
        """The rows they owned at a moment."""
        if self.value() == "none":
            return past.where(owner=None)
        member = _found(Member, self.value())
        return past.where(owner=member) if member else past.of()


class StandsFilter(admin.SimpleListFilter):
    """Links by whether both ends exist; those of merged records name the survivor."""

    title = "what is there"
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Alive, or how it ended."""
        return [
            ("alive", "Row and record"),
            ("row_gone", "Row gone"),
            ("record_gone", "Record gone"),
            ("merged", "Merged"),
        ]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those links."""
        ways = {
            "alive": Q(row_gone_at=None, record_gone_at=None),
            "row_gone": Q(row_gone_at__isnull=False),
            "record_gone": Q(record_gone_at__isnull=False, merged_into=""),
            "merged": ~Q(merged_into=""),
        }
        way = ways.get(self.value() or "")
        return queryset if way is None else queryset.filter(way)


class BelongsToFilter(admin.SimpleListFilter):
    """Attributes by their object or list."""

    title = "object or list"
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those Attio still lists."""
        objects = narrowed(AttioObject.objects.filter(gone_at=None).order_by("slug"), request.user)
        lists = narrowed(AttioList.objects.filter(gone_at=None).order_by("slug"), request.user)
        return [(f"object.{one.pk}", str(one)) for one in objects] + [(f"list.{one.pk}", str(one)) for one in lists]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Its attributes."""
        kind, _, pk = (self.value() or "").partition(".")
        return queryset.filter(**{kind: pk}) if kind in ("object", "list") and pk.isdigit() else queryset


class ConnectionFilter(admin.RelatedFieldListFilter):
    """Rows by their connection, of those the user may see: an alias carries the name of a tenant."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """The user's connections."""
        return [(one.pk, str(one)) for one in narrowed(Connection.objects.all(), request.user)]


admin.FieldListFilter.register(
    lambda field: bool(field.remote_field) and field.related_model is Connection, ConnectionFilter, take_priority=True
)
