"""Filters that ask: small forms among the filters of a list, for what has too many values to be a list of links.

    list_filter = [reference_filter("author"), amount_filter("price")]

`reference_filter` searches the rows a relation may point to, as Django's own autocompletes do. `amount_filter` takes a
range of an amount; where rows have several currencies it compares those of one only. Both work in the past.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst

from ..mirrors.attributes import Currency
from ..mirrors.registry import registry
from ..models import Attribute
from ..models.past import Past
from ..sync.tenants import narrowed
from .stock import Rows

MANY = 24
"""Currencies looked for in a column."""


class AskingFilter(admin.SimpleListFilter):
    """A filter that is a form of its own. Subclasses name its parameters and make its fields, called the same."""

    template = "admin/attio_mirror/asking.html"
    field: ClassVar[str] = ""
    parameters: ClassVar[Sequence[str]] = ()

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[models.Model], page: Any) -> None:
        self.model, self.page, self.request = model, page, request
        super().__init__(request, params, model, page)
        for name in self.parameters:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]
        self.used_parameters = {name: text for name, text in self.used_parameters.items() if text.strip()}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """None: it is asked."""
        return []

    def has_output(self) -> bool:
        """Whether there is something to ask."""
        return bool(self.form.fields)

    def expected_parameters(self) -> list[str | None]:
        """All of the form."""
        return list(self.parameters)

    def fields(self) -> dict[str, forms.Field]:
        """Of the form."""
        raise NotImplementedError

    @cached_property
    def form(self) -> forms.Form:
        """Filled in, once something was asked."""
        made = forms.Form(self.used_parameters or None, auto_id="filter_%s")
        made.fields.update(self.fields())
        return made

    @property
    def asked(self) -> dict[str, Any] | None:
        """What was asked, by parameter; None where it makes no sense. The form then says why, and no row is shown."""
        return self.form.cleaned_data if self.form.is_valid() else None

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The form, what it sends besides, and the way back to all rows."""
        given = changelist.filter_params.items()
        yield {
            "form": self.form,
            "kept": [(name, value) for name, values in given if name not in self.parameters for value in values],
            "all": changelist.get_query_string(remove=list(self.parameters)) if self.used_parameters else "",
        }


class Search(AutocompleteSelect):
    """Django's autocomplete, which would stumble over an address that names what can be no key."""

    def optgroups(self, name: str, value: Any, attr: dict[str, Any] | None = None) -> Any:
        """What is no key is not shown as chosen."""
        try:
            return super().optgroups(name, value, attr)
        except (ValueError, ValidationError):
            return super().optgroups(name, [], attr)


class ReferenceFilter(AskingFilter):
    """Rows by what a foreign key points to. `reference_filter` makes one for a field."""

    def fields(self) -> dict[str, forms.Field]:
        """An autocomplete, where the admin has one of the rows pointed to and the user may look at them."""
        relation: Any = self.model._meta.get_field(self.field)
        site, target = self.page.admin_site, relation.remote_field.model
        if not site.is_registered(target):
            return {}
        page = site.get_model_admin(target)
        if not page.get_search_fields(self.request) or not page.has_view_permission(self.request):
            return {}
        rows = narrowed(target._default_manager.all(), self.request.user)
        widget = Search(relation, site)
        made = forms.ModelChoiceField(rows, widget=widget, required=False, label=capfirst(self.title), empty_label="")
        return {self.field: made}

    @property
    def media(self) -> forms.Media:
        """The scripts of the autocomplete."""
        return self.form.media

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """The rows that point to it."""
        if not self.used_parameters:
            return queryset
        row = (self.asked or {}).get(self.field)
        return queryset.filter(**{self.field: row}) if row is not None else queryset.none()

    def then(self, past: Past[Any]) -> Past[Any]:
        """The rows that pointed to it at a moment."""
        row = (self.asked or {}).get(self.field)
        return past.where(**{self.field: row}) if row is not None else past.of()


class AmountFilter(AskingFilter):
    """Rows by an amount, from and to. `amount_filter` makes one for a field."""

    def fields(self) -> dict[str, forms.Field]:
        """Both ends; the currency, too, where rows have several."""
        low, high, currency = self.parameters
        code = self.codes[0] if len(self.codes) == 1 else ""
        made: dict[str, forms.Field] = {low: _end("From", code), high: _end("To", code)}
        if len(self.codes) > 1:
            choices = [("", "–"), *((one, one) for one in self.codes)]
            made[currency] = forms.ChoiceField(choices=choices, required=False, label="Currency")
        return made

    @property
    def asked(self) -> dict[str, Any] | None:
        """Amounts of several currencies are never compared: one has to be chosen."""
        low, high, currency = self.parameters
        given = super().asked
        if given is None or currency not in self.form.fields or given[currency]:
            return given
        if given[low] is None and given[high] is None:
            return given
        self.form.add_error(currency, "Choose one: amounts of several currencies are not compared.")
        return None

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """The rows between the ends, of one currency."""
        if not self.used_parameters:
            return queryset
        if (given := self.asked) is None:
            return queryset.none()
        low, high, code = self._ends(given)
        column = self._binding.currency_field if self._binding else ""
        wanted = {f"{self.field}__gte": low, f"{self.field}__lte": high}
        found = queryset.filter(**{lookup: end for lookup, end in wanted.items() if end is not None})
        codes = [code, ""] if code == self._usual else [code]
        return found.filter(**{f"{column}__in": codes}) if column and code else found

    def then(self, past: Past[Any]) -> Past[Any]:
        """The rows whose amount of then was between the ends, in that currency."""
        if (given := self.asked) is None:
            return past.of()
        low, high, code = self._ends(given)
        return past.between(self.field, low, high, currency=code)

    def _ends(self, given: dict[str, Any]) -> tuple[Decimal | None, Decimal | None, str]:
        low, high, currency = self.parameters
        return given[low], given[high], given.get(currency) or (self.codes[0] if len(self.codes) == 1 else "")

    # -- currencies ------------------------------------------------------------------------------------------------

    @cached_property
    def codes(self) -> list[str]:
        """Those of the rows, each one step along an index, and that of the attribute, which is not in all rows yet."""
        column = self._binding.currency_field if self._binding else ""
        if not column:
            return [self._usual] if self._usual else []
        rows, found, code = self.page.get_queryset(self.request).order_by(), set[str](), ""
        while len(found) < MANY:
            code = rows.filter(**{f"{column}__gt": code}).aggregate(next=models.Min(column))["next"] or ""
            if not code:
                break
            found.add(code)
        return sorted(found | {self._usual} - {""})

    @cached_property
    def _usual(self) -> str:
        """The currency of the attribute, where the user's connections agree about it: that of amounts not sent yet."""
        mirror, binding = registry.of_model(self.model), self._binding
        if mirror is None or binding is None:
            return ""
        found = Attribute.objects.filter(object__slug=mirror.options.object, slug=binding.slug)
        codes = {attribute.currency_code for attribute in narrowed(found, self.request.user)} - {""}
        return codes.pop() if len(codes) == 1 else ""

    @cached_property
    def _binding(self) -> Currency | None:
        mirror = registry.of_model(self.model)
        bound = mirror.declared.values() if mirror else ()
        return next((one for one in bound if isinstance(one, Currency) and one.field == self.field), None)


def reference_filter(name: str, label: str = "") -> type[ReferenceFilter]:
    """The filter of a foreign key to rows the admin can search."""
    attrs = {"field": name, "title": label or name.replace("_", " "), "parameter_name": name, "parameters": (name,)}
    return type(f"{name.title()}Filter", (ReferenceFilter,), attrs)


def amount_filter(name: str, label: str = "") -> type[AmountFilter]:
    """The filter of an amount of money, or of any number."""
    parameters = (f"{name}_from", f"{name}_to", f"{name}_currency")
    attrs = {"field": name, "title": label or name.replace("_", " "), "parameter_name": parameters[0]}
    return type(f"{name.title()}Filter", (AmountFilter,), {**attrs, "parameters": parameters})


def parameters_of(one: Any) -> Sequence[str]:
    """What a filter reads of an address."""
    return getattr(one, "parameters", None) or (one.parameter_name,)


def _end(label: str, code: str) -> forms.Field:
    widget = forms.NumberInput(attrs={"step": "any"})
    return forms.DecimalField(required=False, label=f"{label} ({code})" if code else label, widget=widget)
