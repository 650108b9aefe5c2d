"""Widgets for what Django's admin has none for: money, values of several parts, records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteMixin, get_select2_language


class MoneyInput(forms.NumberInput):
    """An amount with its currency's code beside it. The code belongs to the attribute, so it cannot be edited here."""

    template_name = "admin/attio_mirror/widgets/money.html"

    def __init__(self, code: str = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "attio-amount", **(attrs or {})})
        self.code = code

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The code goes into the template."""
        return super().get_context(name, value, attrs) | {"code": self.code}

    def format_value(self, value: Any) -> str | None:
        """Two decimals unless there are more: 1200.0000 is read more easily as 1200.00."""
        shown: str | None = super().format_value(value)
        try:
            number = Decimal(str(value))
            cents = number.quantize(Decimal("0.01"))
        except InvalidOperation:
            return shown
        return str(cents) if cents == number else shown


class PartsWidget(forms.MultiWidget):
    """One labelled input per part of a location or a name."""

    template_name = "admin/attio_mirror/widgets/parts.html"

    def __init__(self, keys: Sequence[str], part: type[forms.Widget] = forms.TextInput) -> None:
        self.keys = tuple(keys)
        labels = {key: key.replace("_", " ").capitalize() for key in keys}
        super().__init__({key: part(attrs={"aria-label": labels[key]}) for key in keys})
        self.labels = tuple(labels.values())

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The labels go into the template."""
        context = super().get_context(name, value, attrs)
        for label, subwidget in zip(self.labels, context["widget"]["subwidgets"], strict=True):
            subwidget["label"] = label
        return context

    def decompress(self, value: Any) -> list[Any]:
        """The parts in order."""
        return [(value or {}).get(key) for key in self.keys]


class HiddenParts(PartsWidget):
    """What the user saw of a value of several parts."""

    template_name = "django/forms/widgets/multiwidget.html"

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(keys, forms.HiddenInput)


class _RecordChoice(AutocompleteMixin):
    """Django's autocomplete, asking our own view: a reference may point to records of several objects."""

    def __init__(self, url: str, label: Callable[[str], str], *, placeholder: str = "") -> None:
        forms.Select.__init__(self, attrs={})  # type: ignore[arg-type]  # the subclasses are Selects
        self.url, self.label, self.placeholder = url, label, placeholder
        self.i18n_name = get_select2_language()

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        """What Django's own `autocomplete.js` reads."""
        return {
            **base_attrs,
            **(extra_attrs or {}),
            "class": "admin-autocomplete",
            "data-ajax--cache": "true",
            "data-ajax--delay": 250,
            "data-ajax--type": "GET",
            "data-ajax--url": self.url,
            "data-theme": "admin-autocomplete",
            "data-allow-clear": "true",
            "data-placeholder": self.placeholder,
            "lang": self.i18n_name or "",
        }

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        """Only what is chosen; the rest comes by search."""
        chosen = [(token, self.label(token)) for token in value if token]
        self.choices = chosen if self.allow_multiple_selected else [("", ""), *chosen]  # type: ignore[attr-defined]  # a Select
        return forms.Select.optgroups(self, name, value, attrs)  # type: ignore[arg-type]  # the subclasses are Selects


class RecordSelect(_RecordChoice, forms.Select):
    """One record."""


class RecordSelectMultiple(_RecordChoice, forms.SelectMultiple):
    """Several records."""


class YesNo(forms.NullBooleanSelect):
    """Attio tells "no value" from "no"."""

    def __init__(self) -> None:
        super().__init__()
        self.choices = [("unknown", "–"), ("true", "Yes"), ("false", "No")]


class DateAndTime(AdminSplitDateTime):
    """Django's two inputs, each with a name of its own."""

    def __init__(self) -> None:
        super().__init__()
        for widget, name in zip(self.widgets, ("Date", "Time"), strict=True):
            widget.attrs["aria-label"] = name


class Ticks(forms.CheckboxSelectMultiple):
    """Options to tick, in a box that scrolls when there are many."""

    template_name = "admin/attio_mirror/widgets/ticks.html"
