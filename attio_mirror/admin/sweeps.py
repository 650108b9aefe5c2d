"""Sweeps: how far they are, and what a person may tell them."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ..models import Sweep, SweepState
from ..sync.sweep import cancel, pause, resume
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

    list_display = ("object", "kind", "state_shown", "progress", "changed", "drift", "started_at", "finished_at")
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
        "consented_at",
        "started_at",
        "finished_at",
    )

    @admin.display(description="State")
    def state_shown(self, sweep: Sweep) -> SafeString:
        """In its colour."""
        return state_badge(sweep.state, sweep.get_state_display())

    @admin.display(description="Progress")
    def progress(self, sweep: Sweep) -> str:
        """How much is seen, of how much, and how long the rest will take."""
        share, eta = sweep.share, sweep.eta
        parts = [f"{sweep.seen} records"]
        if share is not None and not SweepState(sweep.state).is_over:
            parts.append(f"{share:.0%}")
        if eta and sweep.state == SweepState.RUNNING:
            parts.append(f"about {max(1, round(eta / 60))} min left")
        return ", ".join(parts)

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
