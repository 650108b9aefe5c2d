"""Sweeps: how far they are, and what a person may tell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..conf import conf
from ..models import AttioObject, Connection, Sweep, SweepState
from ..sync.enumeration import mirrored
from ..sync.sweep import begin, cancel, pause, resume, wake
from ..sync.tenants import narrowed
from .badges import state_badge
from .readonly import ReadOnlyAdmin
from .stock import Rows

NOT_NOW = "it cannot do that now, or another sweep of its object is under way."
WHEN: Mapping[str, frozenset[SweepState]] = {
    "pause": frozenset({SweepState.RUNNING}),
    "resume": frozenset(state for state in SweepState if state.is_resumable),
    "accept": frozenset({SweepState.BRAKED}),
    "cancel": frozenset(state for state in SweepState if not state.is_over),
}
"""In which states a deed makes sense."""


@admin.register(Sweep)
class SweepAdmin(ReadOnlyAdmin):
    """Walks through all records of an object, newest first."""

    list_display = (
        "object",
        "kind",
        "state_shown",
        "progress",
        "changed",
        "drift",
        "failed",
        "started_at",
        "finished_at",
    )
    list_filter = ("state", "kind", "connection")
    ordering = ("-pk",)
    actions = ("pause", "resume", "accept", "cancel")
    deeds = actions
    fields = (
        "connection",
        "object",
        "kind",
        "state_shown",
        "progress",
        "error",
        "expected",
        "seen",
        "changed",
        "drift",
        "missing",
        "buried",
        "failed",
        "complaints_shown",
        "consented_at",
        "started_at",
        "finished_at",
    )

    change_list_template = "admin/attio_mirror/sweeps.html"

    def has_begin_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether the user may begin a sweep."""
        return request.user.has_perm("attio_mirror.add_sweep")

    def get_urls(self) -> list[URLPattern]:
        """The beginning before Django's catch-all."""
        view = self.admin_site.admin_view(self.begin_view)
        return [path("attio-begin/", view, name="attio_mirror_sweep_attio_begin"), *super().get_urls()]

    def begin_view(self, request: HttpRequest) -> HttpResponse:
        """Begin the full sweep of an object, or find the one under way; the tasks it wakes do the work."""
        if request.method != "POST" or not self.has_begin_permission(request):
            raise PermissionDenied
        alias, _, slug = request.POST.get("what", "").partition(":")
        found = [(of, one) for of, one in self._choices(request) if (of.alias, one) == (alias, slug)]
        for of, one in found:
            sweep = begin(of, one)
            wake(sweep)
            self.log_addition(request, sweep, "Begun.")
            self.message_user(request, f"A sweep of {one} is under way.", messages.SUCCESS)
        if not found:
            self.message_user(request, "Nothing mirrors that object, or Attio does not list it.", messages.ERROR)
        return HttpResponseRedirect(reverse("admin:attio_mirror_sweep_changelist", current_app=self.admin_site.name))

    def _choices(self, request: HttpRequest) -> list[tuple[Connection, str]]:
        """What can be swept: the mirrored objects of the user's connections."""
        listed = AttioObject.objects.filter(gone_at=None, connection__alias__in=list(conf().connections))
        found = narrowed(listed, request.user).select_related("connection").order_by("connection__alias")
        return [(one.connection, one.slug) for slug in mirrored() for one in found if one.slug == slug]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With a way to begin one."""
        choices = self._choices(request) if self.has_begin_permission(request) else []
        mine = {"attio_sweepable": [(f"{of.alias}:{slug}", f"{slug} of {of.alias}") for of, slug in choices]}
        return super().changelist_view(request, {**mine, **(extra_context or {})})

    @admin.display(description="State")
    def state_shown(self, sweep: Sweep) -> SafeString:
        """In its colour."""
        return state_badge(sweep.state, sweep.get_state_display())

    @admin.display(description="Progress")
    def progress(self, sweep: Sweep) -> str:
        """How much is seen, of how much, and how long the rest will take."""
        return progress(sweep)

    @admin.display(description="Could not become rows")
    def complaints_shown(self, sweep: Sweep) -> SafeString | str:
        """The first of them, each with its reason."""
        told = list(sweep.complaints.items())
        more = sweep.failed - len(told)
        shown = format_html_join("", "<code>{}</code>: {}<br>", told)
        return format_html("{}{}", shown, f"… and {more} more." if more > 0 else "") if told else "None."

    def applies(self, deed: str, row: Sweep) -> bool:
        """What the state allows."""
        return SweepState(row.state) in WHEN[deed]

    @admin.action(description="Pause", permissions=["operate"])
    def pause(self, request: HttpRequest, rows: Rows) -> None:
        """Rest after the page at hand."""
        self.each(request, rows, lambda sweep: "" if pause(sweep) else NOT_NOW, about="Paused")

    @admin.action(description="Resume", permissions=["operate"])
    def resume(self, request: HttpRequest, rows: Rows) -> None:
        """Go on; after the brake, list all records anew."""
        self.each(request, rows, lambda sweep: "" if resume(sweep) else NOT_NOW, about="Resumed")

    @admin.action(description="Accept the deletions", permissions=["operate"])
    def accept(self, request: HttpRequest, rows: Rows) -> None:
        """So many records may well be gone: each is asked for by its id."""
        braked = WHEN["accept"]
        self.each(
            request,
            rows,
            lambda sweep: "" if sweep.state in braked and resume(sweep, consent=True) else NOT_NOW,
            about="Deletions accepted",
        )

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, rows: Rows) -> None:
        """Give up for good; what was brought stays."""
        self.each(request, rows, lambda sweep: "" if cancel(sweep) else NOT_NOW, about="Cancelled")


def progress(sweep: Sweep) -> str:
    """How far a sweep is, in words."""
    share, eta = sweep.share, sweep.eta
    parts = [f"{sweep.seen} records"]
    if share is not None and not SweepState(sweep.state).is_over:
        parts.append(f"{share:.0%}")
    if eta and sweep.state == SweepState.RUNNING:
        parts.append(f"about {max(1, round(eta / 60))} min left")
    return ", ".join(parts)
