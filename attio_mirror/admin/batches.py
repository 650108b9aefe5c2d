"""Push batches: what was changed at once, what waits for approval, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..conf import conf
from ..mirrors.registry import registry
from ..models import BatchState, EditState, OutboxState, PushBatch
from ..sync.acting import acting
from ..sync.batches import NotUndoable, NotYours, Undo, approve, obstacle, refuse, withdraw
from ..sync.batches.brake import brake
from ..sync.batches.carry import Carried
from ..sync.batches.plan import SHOWN
from ..sync.batches.verdict import TOO_LATE
from ..sync.frame import Frame
from .badges import state_badge
from .bulk import page_of
from .planned import show
from .readonly import ReadOnlyAdmin
from .rows import Speech, name_rows, row_link
from .stock import Rows
from .talking import TROUBLE, words
from .wording import amount


@admin.register(PushBatch)
class PushBatchAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("what", "state_shown", "rows", "worth", "asked_by", "asked_at", "decided_by")
    list_display_links = ("what",)
    list_filter = ("state", "object", "connection")
    list_select_related = ("connection", "asked_by", "decided_by")
    ordering = ("-pk",)
    actions = ("approve", "refuse", "withdraw")
    deeds = actions
    fields = (
        "state_shown",
        "what",
        "brake",
        "sample",
        "outcomes",
        "heard",
        "worth",
        "asked_by",
        "asked_at",
        "decided_by",
        "decided_at",
        "relatives",
    )

    def get_queryset(self, request: HttpRequest) -> Rows:
        """With the number of rows each touches."""
        touched = Count("edits", filter=~models.Q(edits__state=EditState.SKIPPED))
        found: Rows = super().get_queryset(request).annotate(touched=touched)
        return found

    def has_approve_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether the user may decide about what the brake stopped."""
        return request.user.has_perm("attio_mirror.approve_pushbatch")

    # -- what is shown ---------------------------------------------------------------------------------------------

    @admin.display(description="Change")
    def what(self, batch: PushBatch) -> str:
        """Of which attribute, of which rows."""
        return f"{batch}, no. {batch.pk}"

    @admin.display(description="State")
    def state_shown(self, batch: PushBatch) -> SafeString:
        """In its colour."""
        return state_badge(batch.state, batch.get_state_display())

    @admin.display(description="Rows")
    def rows(self, batch: Any) -> int:
        """Those it changed."""
        return int(batch.touched)

    @admin.display(description="Value touched")
    def worth(self, batch: PushBatch) -> str:
        """Of the rows together."""
        return "–" if batch.value is None else amount(batch.value)

    @admin.display(description="A sample")
    def sample(self, batch: PushBatch) -> str:
        """Some of the rows, from all over."""
        keys = list(batch.edits.exclude(state=EditState.SKIPPED).values_list("pk", flat=True))
        step = max(1, -(-len(keys) // SHOWN))
        edits = list(batch.edits.filter(pk__in=keys[::step]).select_related("link__connection"))
        name_rows(edit.link for edit in edits)
        speech = Speech()
        lines = [
            {
                "row": row_link(edit.link, self.admin_site.name),
                "before": speech.says(edit.link, batch.slug, edit.before),
                "after": speech.says(edit.link, batch.slug, edit.after),
                "state": state_badge(edit.state, edit.get_state_display()),
            }
            for edit in edits
        ]
        return render_to_string("admin/attio_mirror/sample.html", {"lines": lines, "is_whole": step == 1})

    @admin.display(description="What became of them")
    def outcomes(self, batch: PushBatch) -> str:
        """Counts, and the reasons for what was left alone."""
        counts = dict(batch.edits.order_by().values_list("state").annotate(Count("pk")))
        reasons = batch.edits.filter(state=EditState.SKIPPED).order_by().values_list("reason").annotate(Count("pk"))
        context = {
            "counts": [(state_badge(state, state.label), counts[state]) for state in EditState if state in counts],
            "reasons": sorted(reasons, key=lambda one: -one[1]),
            "url": self._edits_url(batch),
        }
        return render_to_string("admin/attio_mirror/outcomes.html", context)

    @admin.display(description="What Attio heard")
    def heard(self, batch: PushBatch) -> str:
        """How far the entries are that carry what was let through."""
        sent = batch.edits.filter(state=EditState.RELEASED, entry__isnull=False).order_by()
        counts = dict(sent.values_list("entry__state").annotate(Count("pk")))
        shown = [(state_badge(state, state.label), counts[state]) for state in OutboxState if state in counts]
        return render_to_string("admin/attio_mirror/outcomes.html", {"counts": shown}) if shown else "–"

    def _edits_url(self, batch: PushBatch) -> str:
        try:
            url = reverse("admin:attio_mirror_batchededit_changelist", current_app=self.admin_site.name)
        except NoReverseMatch:
            return ""
        return f"{url}?batch__id__exact={batch.pk}"

    @admin.display(description="Undo")
    def relatives(self, batch: PushBatch) -> SafeString | str:
        """What it undoes, and what undid it."""
        linked = [*([batch.undoes] if batch.undoes else ()), *batch.undone_by.all()]
        shown = [
            format_html('<a href="{}">{}</a>', page_of(one, self.admin_site.name), self.what(one)) for one in linked
        ]
        return format_html("{}" + ", {}" * (len(shown) - 1), *shown) if shown else "–"

    # -- verdicts --------------------------------------------------------------------------------------------------

    def applies(self, deed: str, row: PushBatch) -> bool:
        """Once."""
        return row.state == BatchState.HELD

    def permits(self, request: HttpRequest, deed: str, row: Any) -> bool:
        """Who asked for it may withdraw it, and nobody else; perhaps he may not approve it."""
        is_mine = row.asked_by_id == request.user.pk
        barred = {"withdraw": not is_mine, "approve": is_mine and conf().approve_by_another}
        return not barred.get(deed, False) and super().permits(request, deed, row)

    @admin.action(description="Approve", permissions=["approve"])
    def approve(self, request: HttpRequest, rows: Rows) -> None:
        """It goes to Attio."""

        def act(batch: PushBatch) -> str:
            try:
                return "" if approve(batch) else TOO_LATE
            except NotYours as why:
                return str(why)

        with acting(request.user.pk):
            self.each(request, rows, act, about="Approved", needs="approve")

    @admin.action(description="Refuse", permissions=["approve"])
    def refuse(self, request: HttpRequest, rows: Rows) -> None:
        """The rows say again what they said before."""
        with acting(request.user.pk):
            self.each(request, rows, lambda one: "" if refuse(one) else TOO_LATE, about="Refused", needs="approve")

    @admin.action(description="Withdraw", permissions=["view"])
    def withdraw(self, request: HttpRequest, rows: Rows) -> None:
        """A refusal by the one who asked."""

        def act(batch: PushBatch) -> str:
            if not self.permits(request, "withdraw", batch):
                return "only who asked for it may withdraw it."
            return "" if withdraw(batch) else TOO_LATE

        with acting(request.user.pk):
            self.each(request, rows, act, about="Withdrawn", needs="view")

    # -- the way back ----------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """The undo before Django's catch-all."""
        view = self.admin_site.admin_view(self.undo_view)
        return [
            path("<path:object_id>/attio-undo/", view, name="attio_mirror_pushbatch_attio_undo"),
            *super().get_urls(),
        ]

    def links(self, request: HttpRequest, row: PushBatch) -> list[dict[str, str]]:
        """To the undo."""
        if obstacle(row) or not self._may_undo(request, row):
            return []
        url = reverse("admin:attio_mirror_pushbatch_attio_undo", args=[row.pk], current_app=self.admin_site.name)
        return [{"label": "Undo", "url": url}]

    def _may_undo(self, request: HttpRequest, batch: PushBatch, row: models.Model | None = None) -> bool:
        """Whoever may operate batches and change such rows."""
        mirror = registry.of_object(batch.object)
        if mirror is None or not self.has_operate_permission(request, batch):
            return False
        if self.admin_site.is_registered(mirror.model):
            return self.admin_site.get_model_admin(mirror.model).has_change_permission(request, row)
        opts = mirror.model._meta
        return request.user.has_perm(f"{opts.app_label}.change_{opts.model_name}")

    def undo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A dry run; its button undoes."""
        batch = self.get_object(request, unquote(object_id))
        if batch is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]  # the stubs leave it out
        if not self._may_undo(request, batch):
            raise PermissionDenied
        trouble = ""
        if request.method == "POST":
            try:
                with acting(request.user.pk):
                    return self._undone(request, batch, self._undo(request, batch).carry_out())
            except TROUBLE as error:
                trouble = f"Attio could not be asked what the records say now. {words(error)}"
            except NotUndoable as why:
                trouble = str(why)
        return self._confirmation(request, batch, trouble)

    def _undo(self, request: HttpRequest, batch: PushBatch) -> Undo:
        return Undo(batch, lambda row: self._may_undo(request, batch, row))

    def _confirmation(self, request: HttpRequest, batch: PushBatch, trouble: str) -> HttpResponse:
        mirror = registry.of_object(batch.object)
        assert mirror is not None  # noqa: S101  # else nobody might undo it
        frame, plan = Frame.of(batch.connection, mirror), None
        try:
            plan = self._undo(request, batch).plan()
        except NotUndoable as why:
            trouble = str(why)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Undo {self.what(batch)}",
            "opts": self.opts,
            "object": batch,
            "media": self.media,
            "plan": show(frame, plan, self.admin_site.name) if plan else None,
            "brake": brake(frame, plan) if plan else "",
            "trouble": trouble,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/attio_mirror/undo.html", context)

    def _undone(self, request: HttpRequest, batch: PushBatch, done: Carried) -> HttpResponse:
        """What became of it, in the logs and in a message."""
        rows, left = [change.row for change in done.plan.changes], len(done.plan.skipped)
        said = f"Put back with push batch {done.batch.pk}, the undo of {batch.pk}."
        self.log_changes(request, rows, said)
        self.log_change(request, batch, f"Undone with push batch {done.batch.pk}: {len(rows)} rows, {left} left alone.")
        self.log_addition(request, done.batch, f"{len(rows)} rows.")
        self.message_user(request, f"{len(rows):,} put back.", messages.SUCCESS)
        if done.batch.state == BatchState.HELD:
            self.message_user(request, "Nothing is sent until somebody approves it.", messages.WARNING)
        if left:
            self.message_user(request, f"{left:,} left alone; the reasons are below.", messages.WARNING)
        return HttpResponseRedirect(page_of(done.batch, self.admin_site.name))
