"""Reverting: one attribute of a row is set to what it was at a moment. An ordinary edit, saved as the form saves it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, router, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from ..core.codecs import InvalidValue, decode_values
from ..core.values import Canonical, elements, same
from ..mirrors.attributes import Slot
from ..mirrors.references import Pointing
from ..models import Attribute, AttributeValue
from ..models.past import Past
from ..sync.acting import acting
from ..sync.frame import agreed
from .custom import reason_read_only
from .moments import AS_OF, Moment
from .saving import Saving
from .sheet import Sheet
from .states import next_step


@dataclass(frozen=True, slots=True)
class Reversal:
    """What would be changed, and why it cannot be, if so."""

    slug: str
    label: str
    moment: Moment | None = None
    now: Canonical = None
    then: Canonical = None
    obstacle: str = ""
    is_idle: bool = False
    """Whether the row says so already."""

    @property
    def seen(self) -> str:
        """The value of now, sent back with the button: it may have changed before that is pressed."""
        return json.dumps(self.now, sort_keys=True)


class Reverting(Saving):
    """The part of `MirroredAdmin` that reverts."""

    def revert_url(self, row: Any) -> str:
        """`<pk>/attio-revert/`; takes `?attribute=slug&as_of=moment`."""
        return reverse(self.view_name("revert"), args=[row.pk], current_app=self.admin_site.name)

    def revert_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A page that names both values; its button makes the edit."""
        with transaction.atomic(using=router.db_for_write(self.model)), acting(request.user.pk):
            row = self.get_object(request, object_id)
            if row is None:
                return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]  # the stubs leave it out
            if not self.has_change_permission(request, row):
                raise PermissionDenied
            found = self._reversal(request, row)
            is_stale = request.method == "POST" and request.POST.get("seen") != found.seen
            trouble = ""
            if request.method == "POST" and not (found.obstacle or found.is_idle or is_stale):
                trouble = self._carry_out(request, row, found)
                if not trouble:
                    return self._done(request, row, found)
            return self._confirmation(request, row, found, is_stale=is_stale, trouble=trouble)

    def _reversal(self, request: HttpRequest, row: models.Model) -> Reversal:
        sheet, slug = self.sheet(request, row), request.GET.get("attribute", "")
        label = sheet.label(slug) if sheet else slug
        reason = obstacle(sheet, self.get_form(request, row, change=True), slug)
        try:
            moment = Moment.read(request.GET.get(AS_OF, ""))
        except ValueError as error:
            return Reversal(slug, label, obstacle=reason or str(error))
        if reason or sheet is None or sheet.frame is None or sheet.link is None:
            return Reversal(slug, label, moment, obstacle=reason)
        if not Past(self.model, moment.when).links().filter(pk=sheet.link.pk).exists():
            return Reversal(slug, label, moment, obstacle="There was no such record then.")
        slot, now = sheet.frame.slots[slug], _now(sheet, slug)
        try:
            then = _then(sheet, slot, moment)
        except InvalidValue:
            return Reversal(slug, label, moment, now, obstacle="What it was then can no longer be read.")
        idle = same(then, now)
        return Reversal(slug, label, moment, now, then, "" if idle else lost(sheet, slot, then), idle)

    def _carry_out(self, request: HttpRequest, row: models.Model, found: Reversal) -> str:
        """Fill in the form in the user's place and save it. Why not, if not."""
        sheet = self.sheet(request, row)
        assert sheet is not None and sheet.frame is not None  # noqa: S101, PT018  # else there was an obstacle
        slot, form = sheet.frame.slots[found.slug], self.get_form(request, row, change=True)(instance=row)
        names = editable(sheet, found.slug)
        custom = next((name for name in names if name in sheet.customs), None)
        try:
            if custom is None:
                slot.attribute.put(row, found.then, (), slot)
                row.full_clean(exclude={field.name for field in row._meta.get_fields()} - set(names))
                slot.local(row, agreed(sheet.link, found.slug) if sheet.link else None)
        except ValidationError as error:
            return " ".join(error.messages)
        except InvalidValue as error:
            return f"Attio takes {error.expected}."
        made: Any = form
        made.edited, made.changed_data = names, names
        made.canonical = {custom: found.then} if custom else {}
        made.cleaned_data = {name: getattr(row, name) for name in names if not custom}
        self.save_form(request, made, change=True)
        made.save_m2m = lambda: _relate(row, slot, found.then)
        self.save_model(request, row, made, change=True)
        self.save_related(request, made, [], change=True)
        self.log_change(request, row, f"Reverted {found.label} ({found.moment}).")
        return ""

    def _done(self, request: HttpRequest, row: models.Model, found: Reversal) -> HttpResponse:
        sheet = self.sheet(request, row)
        says = sheet.says(found.slug, found.then) if sheet else ""
        self.message_user(request, f"{found.label} is “{says}” again. {next_step(row)}".strip())
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk], current_app=self.admin_site.name))

    def _confirmation(
        self, request: HttpRequest, row: models.Model, found: Reversal, *, is_stale: bool, trouble: str
    ) -> HttpResponse:
        sheet = self.sheet(request, row)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Revert {found.label}",
            "subtitle": str(row),
            "opts": self.opts,
            "object": row,
            "media": self.media,
            "found": found,
            "now": sheet.says(found.slug, found.now) if sheet else "",
            "then": sheet.says(found.slug, found.then) if sheet else "",
            "obstacle": found.obstacle or trouble,
            "is_stale": is_stale and not found.is_idle,
            "history_url": reverse(self.view_name("history"), args=[row.pk], current_app=self.admin_site.name),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/attio_mirror/revert.html", context)


def obstacle(sheet: Sheet | None, form: Any, slug: str) -> str:
    """Why an attribute cannot be reverted at all; "" if it can. `form` is the class of the row's form."""
    if sheet is None or sheet.frame is None or sheet.link is None or not sheet.mirror.options.ledger:
        return "No history is kept of this row."
    slot, attribute = sheet.frame.slots.get(slug), sheet.attributes.get(slug)
    if slot is None or attribute is None:
        return "The row no longer has this attribute."
    if not sheet.mirror.gives(slot):
        return reason_read_only(attribute)
    names = editable(sheet, slug)
    if not names or not set(names) <= set(form.base_fields):
        return "It cannot be edited on the page of the row."
    if any(form.base_fields[name].disabled for name in names):
        return "Attio’s plan does not include it; the page of the row says more."
    return ""


def lost(sheet: Sheet, slot: Slot, then: Canonical) -> str:
    """Why a value of then is none today; "" if it still is."""
    attribute: Attribute = sheet.attributes[slot.slug]
    if then in (None, []) and attribute.is_required:
        return "It was empty then, and Attio requires a value."
    archived = {option.option_id for option in attribute.options.all() if option.is_archived}
    gone: list[Any] = [element for element in elements(then) if isinstance(element, str) and element in archived]
    if gone:
        return f"“{sheet.says(slot.slug, gone)}” is archived in Attio."
    points = isinstance(slot.attribute, Pointing) and slot.attribute.model_field.is_relation
    if points and any(slot.attribute.pk_of(element, slot) is None for element in elements(then)):  # type: ignore[attr-defined]  # it points
        return "What it pointed to then is no longer here."
    return ""


def editable(sheet: Sheet, slug: str) -> list[str]:
    """The form fields of an attribute; the code beside an amount is Attio's."""
    fields = {field.name: field for field in sheet.mirror.model._meta.get_fields()}
    return [name for name in sheet.fields_of(slug) if getattr(fields.get(name), "editable", True)]


def _now(sheet: Sheet, slug: str) -> Canonical:
    assert sheet.frame is not None and sheet.row is not None  # noqa: S101, PT018  # asked of a row with a link
    base = agreed(sheet.link, slug) if sheet.link else None
    try:
        return sheet.frame.slots[slug].local(sheet.row, base)
    except InvalidValue:
        return None


def _then(sheet: Sheet, slot: Slot, moment: Moment) -> Canonical:
    """Raises InvalidValue."""
    versions = AttributeValue.objects.as_of(moment.when).filter(link=sheet.link, attribute=sheet.attributes[slot.slug])
    wires = versions.order_by("-active_from", "pk").values_list("value", flat=True)
    return decode_values(slot.spec, [{**wire, "active_until": None} for wire in wires])


def _relate(row: models.Model, slot: Slot, then: Canonical) -> None:
    """A relation is no column of the row: it is set beside it."""
    if slot.attribute.is_many:
        getattr(row, slot.attribute.field).set(slot.attribute.project(then, slot))
