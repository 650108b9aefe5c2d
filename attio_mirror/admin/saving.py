"""Saving a mirrored row from the admin: the form is made for the row, and only what was edited is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import connections, models, router
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..core.codecs import LOCATION_KEYS
from ..core.values import AttributeType, Canonical
from ..mirrors.attributes import Attribute as Binding
from ..mirrors.attributes import Currency
from ..mirrors.references import Chosen, Owner
from ..models import Attribute, Member, Option
from ..sync.acting import acting
from ..sync.gates import PlanGate
from .custom import PREFIX, Custom, reason_read_only
from .fields import JsonText, Lines, Parts, PlainText
from .forms import MirroredForm
from .loyal import Loyal, loyal
from .notes import field_notes
from .sheet import Sheet
from .stock import Rows
from .widgets import MoneyInput, Ticks


@dataclass(frozen=True, slots=True)
class Shown:
    """A custom attribute as a read-only field: the admin calls it with the row."""

    slug: str
    short_description: str
    text: str
    reason: str

    @property
    def __name__(self) -> str:
        return f"{PREFIX}{self.slug}"

    def __call__(self, _: models.Model) -> SafeString:
        """The value, and why it cannot be edited."""
        if not self.reason:
            return format_html("{}", self.text)
        return format_html('{}<span class="attio-why">{}</span>', self.text, self.reason)


def shown(custom: Custom, *, explain: bool, gates: Iterable[PlanGate] = ()) -> Shown:
    """A custom attribute nobody (or not this user) may edit."""
    closed = [f" Attio’s plan {one.claim} {one}." for one in gates if one.attribute == custom.spec.slug]
    reason = reason_read_only(custom.attribute) + "".join(closed) if explain else ""
    return Shown(custom.spec.slug, custom.label, custom.says(custom.held), reason)


class Saving(Loyal):
    """The part of `MirroredAdmin` that makes forms and saves them."""

    one_line: Sequence[str] = ()
    """Text fields that get a single-line input: Django gives every TextField a box."""

    # -- the form --------------------------------------------------------------------------------------------------

    def sheet(self, request: HttpRequest, obj: models.Model | None) -> Sheet | None:
        """What this request has to know of a row; None where the model is not mirrored."""
        held: tuple[models.Model | None, Sheet | None] | None = getattr(request, "attio_sheet", None)
        if held is None or held[0] is not obj:
            held = (obj, Sheet.of(self.model, obj, self._records_url))
            request.attio_sheet = held  # type: ignore[attr-defined]  # made once per request
        return held[1]

    def _records_url(self) -> str:
        url = reverse(self.view_name("records"), args=[0, "_"], current_app=self.admin_site.name)
        return url.removesuffix("0/_/")

    def view_name(self, name: str) -> str:
        """The name of one of our own views of this model."""
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_attio_{name}"

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        """The host's form (or Django's) with our behaviour in front and a field for every custom attribute."""
        sheet = self.sheet(request, obj)
        if sheet is None:
            return super().get_form(request, obj, change=change, **{"form": loyal(self.form, request.user), **kwargs})
        may_edit = self.has_change_permission(request, obj) if change else self.has_add_permission(request)
        customs = sheet.editable if may_edit else {}
        attrs: dict[str, Any] = {name: custom.form_field() for name, custom in customs.items()}
        base: type[forms.ModelForm[Any]] = self.form
        meta: Any = type(base)
        mirrored = meta(base.__name__, (MirroredForm, base), {**attrs, "sheet": sheet, "user": request.user})
        made = super().get_form(request, obj, change=change, form=mirrored, **kwargs)
        for name, note in field_notes(sheet).items():
            if name in made.base_fields:
                field = made.base_fields[name]
                field.help_text = format_html("{}{}", field.help_text, note)
        for name, field in made.base_fields.items():
            field.disabled = field.disabled or sheet.is_closed(name)
        return made

    def get_exclude(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """The raw JSON of the remainder is never shown."""
        excluded = list(super().get_exclude(request, obj) or ())
        sheet = self.sheet(request, obj)
        if sheet is not None and sheet.mirror.remainder is not None:
            excluded.append(sheet.mirror.remainder.field)
        return excluded

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """The host's, then the custom attributes, then what Attio keeps for itself."""
        hidden = set(self.get_exclude(request, obj))
        sections: list[tuple[Any, dict[str, Any]]] = []
        for title, options in super().get_fieldsets(request, obj):
            names = [name for name in options["fields"] if name not in hidden and not _is_custom(name)]
            sections.append((title, {**options, "fields": names}))
        sheet = self.sheet(request, obj)
        if sheet is None:
            return sections
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        more: list[Any] = (
            list(sheet.editable) if may_edit else [shown(c, explain=False) for c in sheet.editable.values()]
        )
        if more:
            sections.append(("More attributes", {"fields": more}))
        if fixed := self._fixed(sheet, obj):
            sections.append(("Kept by Attio", {"fields": fixed, "classes": ["collapse"]}))
        return sections

    def _fixed(self, sheet: Sheet, obj: models.Model | None) -> list[Shown]:
        return [shown(custom, explain=True, gates=sheet.gates) for custom in sheet.fixed.values()] if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """And what nobody may write: custom attributes, and declared ones that only flow in."""
        sheet, fields = self.sheet(request, obj), list(super().get_readonly_fields(request, obj))
        if sheet is None or obj is None:
            return fields
        return [*fields, *(name for name in sheet.inflowing if name not in fields), *self._fixed(sheet, obj)]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A declared field gets the choices, the currency and the duties its attribute has in Attio."""
        sheet: Sheet | None = getattr(request, "attio_sheet", (None, None))[1]
        found = sheet.declared(db_field.name) if sheet else None
        attribute = sheet.attributes.get(found[0]) if sheet and found else None
        if sheet and found and attribute is not None:
            kwargs |= _bound(found[1], db_field, attribute, sheet.row)
        if db_field.name in self.one_line:
            kwargs["widget"] = AdminTextInputWidget
        formfield = super().formfield_for_dbfield(db_field, request, **{**_plain(db_field), **kwargs})
        if formfield is not None and attribute is not None:
            _adapt(formfield, attribute)
        return formfield

    # -- the save --------------------------------------------------------------------------------------------------

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A row about to be written is locked first, so that what the form compares with is what it writes over."""
        using = router.db_for_write(self.model)
        if request.method == "POST" and connections[using].in_atomic_block:
            found = super().get_object(request, object_id, from_field)
            if found is None:
                return None
            list(self.model._base_manager.using(using).select_for_update().filter(pk=found.pk).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Edits are this user's."""
        with acting(request.user.pk):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Only the fields that were edited."""
        if not isinstance(form, MirroredForm):
            super().save_model(request, obj, form, change)
            return
        customs = {form.sheet.customs[name].spec.slug: value for name, value in form.canonical.items()}
        if not change:
            _put_customs(
                form.sheet, obj, {}, {slug: value for slug, value in customs.items() if value not in (None, [])}
            )
            obj.save()
            return
        columns = form.columns
        if customs:
            columns.append(_put_customs(form.sheet, obj, _stored(form.sheet, obj), customs))
        if columns:
            obj.save(update_fields=columns)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """Nothing is written yet."""
        return form.save(commit=False)


def _is_custom(name: Any) -> bool:
    return isinstance(name, Shown) or (isinstance(name, str) and name.startswith(PREFIX))


def _plain(db_field: Any) -> dict[str, Any]:
    """Text to the letter and JSON to be read; cleared text is NULL where the column knows NULL."""
    if isinstance(db_field, models.JSONField):
        return {"form_class": JsonText, "widget": forms.Textarea(attrs={"rows": 2, "class": "attio-lines"})}
    if isinstance(db_field, models.TextField) and not db_field.choices:
        return {"form_class": PlainText, **({"empty_value": None} if db_field.null else {})}
    return {}


def _bound(binding: Binding, db_field: Any, attribute: Attribute, row: models.Model | None) -> dict[str, Any]:
    """What the form field of a declared attribute is made with."""
    if isinstance(binding, Currency):
        return {"widget": MoneyInput(getattr(row, binding.currency_field or "_", "") or attribute.currency_code)}
    if isinstance(binding, Chosen | Owner) and db_field.is_relation:
        chosen = {"queryset": _choices(binding, db_field, attribute, row)}
        return {**chosen, "widget": Ticks} if db_field.many_to_many else chosen
    if isinstance(db_field, models.JSONField) and attribute.is_multiselect:
        return {"form_class": Lines, "widget": forms.Textarea(attrs={"rows": 2, "class": "attio-lines"})}
    if isinstance(db_field, models.JSONField) and attribute.type == AttributeType.LOCATION:
        return {"form_class": partial(Parts, LOCATION_KEYS)}
    if isinstance(binding, Chosen):
        return {"widget": forms.Select(choices=_titles(attribute, getattr(row, db_field.attname, None)))}
    return {}


def _choices(binding: Binding, db_field: Any, attribute: Attribute, row: models.Model | None) -> Rows:
    """The attribute's current options and those the row still holds; for an owner the members."""
    if isinstance(binding, Owner):
        return Member.objects.filter(connection=attribute.connection_id)
    held: Any = None if row is None else getattr(row, db_field.attname)
    of_row = Q(pk__in=held.all().values("pk")) if db_field.many_to_many and row else Q(pk=held)
    return Option.objects.filter(Q(is_archived=False) | of_row, attribute=attribute).order_by("position", "pk")


def _titles(attribute: Attribute, held: Any) -> list[tuple[str, str]]:
    options = attribute.options.filter(Q(is_archived=False) | Q(title=held)).order_by("position", "pk")
    return [("", "–"), *((title, title) for title in options.values_list("title", flat=True))]


def _adapt(formfield: forms.Field, attribute: Attribute) -> None:
    """Attio's duties. No window beside a field deletes a record; stages and owners are not edited there either."""
    if attribute.is_required and attribute.is_writable and not attribute.is_default_value_enabled:
        formfield.required = True
    closed = {"can_delete_related"}
    if attribute.type != AttributeType.RECORD_REFERENCE:
        closed |= {"can_add_related", "can_change_related", "can_view_related"}
    for name in closed:
        if hasattr(formfield.widget, name):
            setattr(formfield.widget, name, False)


def _stored(sheet: Sheet, obj: models.Model) -> dict[str, Any]:
    """The remainder as the table has it this moment, locked until the save is through."""
    assert sheet.mirror.remainder is not None  # noqa: S101  # there are customs, so there is a remainder
    rows = type(obj)._base_manager.filter(pk=obj.pk)
    if connections[router.db_for_write(type(obj))].in_atomic_block:
        rows = rows.select_for_update()
    return dict(rows.values_list(sheet.mirror.remainder.field, flat=True).first() or {})


def _put_customs(sheet: Sheet, obj: models.Model, stored: dict[str, Any], values: dict[str, Canonical]) -> str:
    """Change only the edited slugs; the name of the field."""
    remainder = sheet.mirror.remainder
    if remainder is None:
        return ""
    for slug, value in values.items():
        stored.pop(slug, None)
        if value not in (None, []):
            stored[slug] = value
    setattr(obj, remainder.field, stored)
    return remainder.field


__all__: Sequence[str] = ("Saving", "Shown", "shown")
