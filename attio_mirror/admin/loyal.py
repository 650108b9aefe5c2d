"""Loyal forms: they take no key of a row their user may not see, and none that would lead out of the row's tenant.

The first is refused like a key that does not exist. The second can never be sent, and the form says so beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q
from django.forms.models import InlineForeignKeyField
from django.http import HttpRequest

from ..mirrors.registry import registry
from ..models import Connection, Link
from ..sync.belonging import crossing, home_of, strangers
from ..sync.tenants import narrowed, tenants_of
from .stock import ModelAdmin, ModelForm, Rows


class LoyalForm(ModelForm):
    """Made for one request by `loyal`, which sets `user` and `parent`."""

    user: Any = None
    parent: models.Model | None = None
    """Of an inline, the row of the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What the row holds may stay, whoever sees it."""
        super().__init__(*args, **kwargs)
        if tenants_of(self.user) is None:
            return
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                field.queryset = _within_reach(field.queryset, self.user, self.instance, name)

    def home(self) -> Connection | None:
        """The connection of the row; of a pair of a relation, that of the page's row."""
        row: models.Model = self.instance
        if row._meta.auto_created and self.parent is not None:
            row = self.parent
        link = Link.objects.for_rows(type(row), [row.pk]).select_related("connection").order_by("pk").first()
        return home_of(registry.of_model(type(row)), row, link)

    def aims(self) -> list[str]:
        """The fields that may point to something new."""
        new = self.instance._state.adding
        above = [name for name, field in self.fields.items() if new and isinstance(field, InlineForeignKeyField)]
        return [*self.changed_data, *above]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        aimed = {name: new for name in self.aims() if (new := self._newly(name))}
        home = self.home() if aimed else None
        if home is not None:
            self._mind_home(home, aimed)

    def _mind_home(self, home: Connection, aimed: Mapping[str, Sequence[models.Model]]) -> None:
        for name, rows in aimed.items():
            if found := strangers(home, rows):
                at = None if isinstance(self.fields[name], InlineForeignKeyField) else name
                self.add_error(at, forms.ValidationError(crossing(*found[0], home), code="another_tenant"))

    def _newly(self, name: str) -> Sequence[models.Model]:
        """What a field points to and the row does not yet."""
        value = self.cleaned_data.get(name)
        if isinstance(value, models.Model):
            return [value]
        if not isinstance(value, models.QuerySet):
            return []
        held = {row.pk for row in self.initial.get(name) or ()}
        return [row for row in value if row.pk not in held]


def loyal(form: type[Any], user: Any, parent: models.Model | None = None) -> Any:
    """A form class that minds tenants, and is otherwise the given one."""
    meta: Any = type(form)
    return meta(form.__name__, (LoyalForm, form), {"user": user, "parent": parent})


def _within_reach(rows: Rows, user: Any, row: models.Model, name: str) -> Rows:
    mine: Rows = narrowed(rows, user)
    if row._state.adding:
        return mine
    field = row._meta.get_field(name)
    held = getattr(row, name).values("pk") if field.many_to_many else [getattr(row, field.attname)]  # type: ignore[union-attr]  # a relation
    return rows.filter(Q(pk__in=mine.order_by().values("pk")) | Q(pk__in=held))


class Loyal(ModelAdmin):
    """The part of `MirroredAdmin` that minds tenants where others make the forms: in inlines and editable lists."""

    def get_inline_instances(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        """With loyal forms."""
        found: list[Any] = list(super().get_inline_instances(request, obj))
        for inline in found:
            inline.form = loyal(inline.form, request.user, obj)
        return found

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        """A loyal one."""
        return super().get_changelist_form(request, **{"form": loyal(forms.ModelForm, request.user), **kwargs})
