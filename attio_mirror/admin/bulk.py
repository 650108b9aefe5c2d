"""Changing many rows at once: choose an attribute, give it a value, look at the dry run, then do it as a push batch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse

from ..core.codecs import InvalidValue
from ..core.values import Canonical
from ..mirrors.attributes import Slot
from ..models import BatchState, Connection, Link, PushBatch
from ..sync.acting import acting
from ..sync.batches import changeable, edit, plan_edit
from ..sync.batches.brake import brake
from ..sync.batches.carry import Carried
from ..sync.batches.plan import Plan
from ..sync.frame import Frame
from .planned import Shown, show
from .revert import editable
from .saving import Saving
from .sheet import Sheet
from .stock import Rows

MOST = 2_000
"""Rows one request can change."""


class Bulk(Saving):
    """The part of `MirroredAdmin` that changes many rows."""

    @admin.action(description="Change an attribute of the selected %(verbose_name_plural)s", permissions=["change"])
    def change_attribute(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """The pages of it are this one, again and again: the list is asked anew each time who is meant."""
        chosen = list(rows[: MOST + 1])
        if len(chosen) > MOST:
            self.message_user(request, f"Choose at most {MOST:,} at once.", messages.ERROR)
            return None
        connection = _connection(self.model, chosen)
        sheet = Sheet.of(self.model, None, self._records_url, connection) if connection else None
        if sheet is None or sheet.frame is None:
            self.message_user(request, "None of them is in Attio yet.", messages.WARNING)
            return None
        with acting(request.user.pk):
            return Bulking(self, request, chosen, sheet, sheet.frame).answer()


@dataclass
class Bulking:
    """One request about many rows."""

    page: Bulk
    request: HttpRequest
    rows: list[Any]
    sheet: Sheet
    frame: Frame

    def answer(self) -> HttpResponse | None:
        """As far as the user has come."""
        if not self.offered:
            self._tell("You may change none of them.", messages.ERROR)
            return None
        value = self.value
        plan = None if value is None else plan_edit(self.frame, self.rows, self.slug, value[0], self.may)
        wants = "change" in self.request.POST and plan is not None and bool(plan.changes)
        if wants and value is not None and self.request.POST.get("seen") == _digest(plan):
            done = edit(self.frame, self.rows, self.slug, value[0], self.may)
            self._log(done)
            return self._done(done)
        return self._show(plan, is_stale=wants)

    # -- what is asked ---------------------------------------------------------------------------------------------

    def may(self, row: models.Model) -> bool:
        """Whether the user may change a row."""
        return self.page.has_change_permission(self.request, row)

    @cached_property
    def offered(self) -> dict[str, str]:
        """Slug to title of the attributes the user could edit on the page of such a row."""
        sample = next((row for row in self.rows if self.may(row)), None)
        if sample is None:
            return {}
        fields = self.page.get_form(self.request, sample, change=True).base_fields
        slots = (slot for slot in self.frame.slots.values() if changeable(self.frame, slot))
        names = {slot.slug: editable(self.sheet, slot.slug) for slot in slots}
        open_ = {name for name, field in fields.items() if not field.disabled}
        found = {slug: self.sheet.label(slug) for slug, of in names.items() if of and set(of) <= open_}
        return dict(sorted(found.items(), key=lambda one: (one[0] not in self.sheet.mirror.declared, one[1])))

    @property
    def slug(self) -> str:
        """The attribute that was chosen; "" before."""
        given = self.request.POST.get("attribute", "")
        return given if given in self.offered else ""

    @property
    def slot(self) -> Slot:
        """Of the chosen attribute."""
        return self.frame.slots[self.slug]

    @cached_property
    def form(self) -> Any:
        """The inputs of the chosen attribute, as the page of a row would have them."""
        names = editable(self.sheet, self.slug)
        self.request.attio_sheet = (None, self.sheet)  # type: ignore[attr-defined]  # read by get_form
        columns = [name for name in names if name not in self.sheet.customs]
        made = self.page.get_form(self.request, None, change=True, fields=columns)
        made.base_fields = {name: made.base_fields[name] for name in names}
        is_filled = not {"look", "change"}.isdisjoint(self.request.POST)
        return made(self.request.POST if is_filled else None, prefix="to")

    @cached_property
    def value(self) -> tuple[Canonical] | None:
        """The new value, if it was given and is one. A tuple, for None is a value, too."""
        if not self.slug or not self.form.is_valid():
            return None
        name = next(iter(self.form.fields))
        try:
            return (self._canonical(name),)
        except InvalidValue as error:
            self.form.add_error(name, f"Attio takes {error.expected}.")
            return None

    def _canonical(self, name: str) -> Canonical:
        if name in self.sheet.customs:
            canonical: Canonical = self.form.canonical[name]
            return canonical
        if self.slot.attribute.is_many:
            keys = frozenset(str(row.pk) for row in self.form.cleaned_data[name])
            return self.slot.attribute.lift(keys, None, self.slot)
        return self.slot.local(self.form.instance, None)

    # -- what is answered ------------------------------------------------------------------------------------------

    def _show(self, plan: Plan | None, *, is_stale: bool) -> HttpResponse:
        page, post = self.page, self.request.POST
        shown: Shown | None = None if plan is None else show(self.frame, plan, page.admin_site.name)
        across = post.get("select_across") == "1"
        context = {
            **page.admin_site.each_context(self.request),
            "title": f"Change {len(self.rows):,} {page.opts.verbose_name_plural}",
            "opts": page.opts,
            "offered": self.offered,
            "slug": self.slug,
            "label": self.offered.get(self.slug, ""),
            "form": self.form if self.slug else None,
            "media": page.media + (self.form.media if self.slug else forms.Media()),
            "plan": shown,
            "brake": brake(self.frame, plan) if plan else "",
            "seen": _digest(plan),
            "is_stale": is_stale,
            "across": "1" if across else "0",
            "chosen": [row.pk for row in (self.rows[:1] if across else self.rows)],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        self.request.current_app = page.admin_site.name
        return TemplateResponse(self.request, "admin/attio_mirror/bulk.html", context)

    def _log(self, done: Carried) -> None:
        """In the log of each row and of the batch, with the user."""
        rows = [change.row for change in done.plan.changes]
        said = f"Changed {self.offered[self.slug]} with push batch {done.batch.pk}."
        self.page.log_changes(self.request, rows, said)
        self.page.log_addition(self.request, done.batch, f"{len(rows)} rows.")

    def _done(self, done: Carried) -> HttpResponse:
        count, what = len(done.plan.changes), self.page.opts.verbose_name_plural
        self._tell(f"{self.offered[self.slug]} of {count:,} {what} changed.", messages.SUCCESS)
        if done.batch.state == BatchState.HELD:
            self._tell(f"Nothing is sent until somebody approves it. {done.batch.brake}", messages.WARNING)
        if done.plan.skipped:
            self._tell(f"{len(done.plan.skipped):,} left alone; the reasons are below.", messages.WARNING)
        return HttpResponseRedirect(page_of(done.batch, self.page.admin_site.name) or self.request.get_full_path())

    def _tell(self, text: str, level: int) -> None:
        self.page.message_user(self.request, text, level)


def page_of(batch: PushBatch, site: str) -> str:
    """The page of a batch; "" where a host's own admin site leaves batches out."""
    try:
        return reverse("admin:attio_mirror_pushbatch_change", args=[batch.pk], current_app=site)
    except NoReverseMatch:
        return ""


def _connection(model: type[models.Model], rows: list[Any]) -> Connection | None:
    """That of the first row that has one."""
    links = Link.objects.for_rows(model, [row.pk for row in rows]).exclude(record_id=None)
    found = links.select_related("connection").order_by("pk").first()
    return None if found is None else found.connection


def _digest(plan: Plan | None) -> str:
    """A name for what the dry run showed: what is done must be that."""
    told = {str(one.link.pk): [one.before, one.after] for one in plan.changes} if plan else {}
    return hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16).hexdigest()
