"""The page of a row of the past, field by field: what it said then, what it says now, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.helpers import AdminReadonlyField
from django.contrib.admin.utils import flatten
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from ..mirrors.attributes import Currency
from ..mirrors.registry import registry
from .custom import PREFIX
from .moments import Moment
from .revert import Reverting, obstacle
from .saving import Shown, shown
from .sheet import Sheet
from .wording import amount


@dataclass(frozen=True, slots=True)
class Line:
    """One field."""

    label: str
    then: SafeString
    now: str
    """What it says now, where that differs."""
    revert_url: str
    is_of_today: bool
    """Whether Attio knows nothing of it, so that only today's value is known."""


@dataclass(frozen=True, slots=True)
class Section:
    """A fieldset."""

    title: str
    lines: list[Line]


class Field(AdminReadonlyField):
    """A field as Django shows it to those who may only look; what it points to is shown of the same moment."""

    moment: Moment
    model_admin: Any

    def get_admin_url(self, remote_field: Any, remote_obj: Any) -> SafeString | str:
        """The page of a related row, then."""
        opts, site = remote_field.model._meta, self.model_admin.admin_site
        try:
            name = f"admin:{opts.app_label}_{opts.model_name}_change"
            url = reverse(name, args=[remote_obj.pk], current_app=site.name)
        except NoReverseMatch:
            return str(remote_obj)
        mirror = registry.of_model(remote_field.model)
        query = f"?{self.moment.query}" if mirror is not None and mirror.options.ledger else ""
        return format_html('<a href="{}{}">{}</a>', url, query, remote_obj)


def sections(
    page: Reverting, request: HttpRequest, row: models.Model, today: models.Model | None, moment: Moment
) -> list[Section]:
    """The fieldsets of a row's page, of then."""
    fieldsets = page.get_fieldsets(request, row)
    lines = Lines(page, request, row, today, moment)
    found = [Section(str(title or ""), list(lines.of(options["fields"]))) for title, options in fieldsets]
    return [section for section in found if section.lines]


class Lines:
    """Lives for one page."""

    def __init__(
        self, page: Reverting, request: HttpRequest, row: models.Model, today: models.Model | None, moment: Moment
    ) -> None:
        self.page, self.row, self.today, self.moment = page, row, today, moment
        self.sheet = page.sheet(request, row)
        self.sheet_now = page.sheet(request, today) if today is not None else None
        may_change = today is not None and page.has_change_permission(request, today)
        self.form_now = page.get_form(request, today, change=True) if may_change else None

    def of(self, names: Any) -> Iterator[Line]:
        """The lines of a fieldset."""
        for name in flatten(names):
            if name != "attio_state":
                yield self._line(name)

    def _line(self, name: Any) -> Line:
        slug = self._slug(name)
        then = self._field(name, self.row, self.sheet)
        says = self._says(then, slug, self.row)
        now = (
            strip_tags(self._says(self._field(name, self.today, self.sheet_now), slug, self.today))
            if self.today
            else ""
        )
        differs = self.today is not None and bool(slug) and now != strip_tags(says)
        return Line(
            label=str(capfirst(then.field["label"])),
            then=says,
            now=now if differs else "",
            revert_url=self._revert_url(slug) if differs else "",
            is_of_today=not slug and isinstance(name, str) and self._is_column(name),
        )

    def _field(self, name: Any, row: Any, sheet: Sheet | None) -> Field:
        form = forms.modelform_factory(self.page.model, fields=[])(instance=row)
        slug = self._slug(name)
        if sheet is not None and slug and _is_custom(name) and (custom := sheet.customs.get(PREFIX + slug)):
            name = shown(custom, explain=False)
        made = Field(form, name, is_first=True, model_admin=self.page)
        made.moment = self.moment
        return made

    def _says(self, field: Field, slug: str, row: Any) -> SafeString:
        """Money with its currency; anything else as Django shows it."""
        binding = self.sheet.mirror.declared.get(slug) if self.sheet else None
        if not isinstance(binding, Currency) or (held := getattr(row, binding.field)) is None:
            return field.contents()
        return format_html("{}", amount(held, getattr(row, binding.currency_field or "_", "")))

    def _slug(self, name: Any) -> str:
        """The attribute a field shows; "" for what is none."""
        if _is_custom(name):
            return name.slug if isinstance(name, Shown) else str(name).removeprefix(PREFIX)
        found = self.sheet.declared(name) if self.sheet and isinstance(name, str) else None
        return found[0] if found else ""

    def _revert_url(self, slug: str) -> str:
        if self.form_now is None or obstacle(self.sheet_now, self.form_now, slug):
            return ""
        return f"{self.page.revert_url(self.today)}?attribute={slug}&{self.moment.query}"

    def _is_column(self, name: str) -> bool:
        return name in {field.name for field in self.page.opts.get_fields()}


def _is_custom(name: Any) -> bool:
    return isinstance(name, Shown) or (isinstance(name, str) and name.startswith(PREFIX))
