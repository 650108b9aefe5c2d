"""The outbox: what waits, what was refused and why, and what would be sent now."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..core.values import elements
from ..mirrors.registry import registry
from ..models import ATTRIBUTES, Link, OutboxEntry, OutboxState
from ..sync.frame import Frame, agreed
from ..sync.push.compose import Debt, debt
from ..sync.push.retry import drop, retry
from .badges import state_badge
from .readonly import ReadOnlyAdmin
from .rows import NamedChangeList, Speech, row_link, row_name
from .stock import Rows

TOO_LATE = "it is on its way or done."


@admin.register(OutboxEntry)
class OutboxAdmin(ReadOnlyAdmin):
    """Entries, newest first."""

    list_display = ("state_shown", "row", "verb_shown", "attempts", "failure", "created_at")
    list_filter = ("state", "verb", "link__connection")
    list_select_related = ("link__connection",)
    ordering = ("-pk",)
    actions = ("retry", "drop")
    deeds = ("retry", "drop")
    fields = (
        "state_shown",
        "row",
        "failure",
        "difference",
        "verb_shown",
        "attempts",
        "not_before",
        "actor",
        "created_at",
        "sent_at",
        "answered_at",
        "settled_at",
    )

    def get_queryset(self, request: HttpRequest) -> Rows:
        """Answers and values are large, and only the page of one entry shows them."""
        return super().get_queryset(request).select_related("link__connection", "actor")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamedChangeList]:
        """One whose rows have names."""
        return NamedChangeList

    def called(self, row: OutboxEntry) -> str:
        """By its state and the row."""
        return f"{row.get_state_display()}: {row_name(row.link) or row.link}"

    @admin.display(description="State")
    def state_shown(self, entry: OutboxEntry) -> SafeString:
        """In its colour."""
        return state_badge(entry.state, entry.get_state_display())

    @admin.display(description="Row")
    def row(self, entry: OutboxEntry) -> SafeString:
        """The row, and what it is in Attio."""
        what = "attribute" if entry.link.object == ATTRIBUTES else entry.link.object
        return format_html('{} <span class="attio-hint">{}</span>', row_link(entry.link, self.admin_site.name), what)

    @admin.display(description="Request")
    def verb_shown(self, entry: OutboxEntry) -> str:
        """What was asked of Attio last."""
        return entry.get_verb_display() if entry.verb else "–"

    @admin.display(description="In Attio's words")
    def failure(self, entry: OutboxEntry) -> str:
        """The last failure."""
        message, slug = entry.error.get("message") or entry.error.get("note") or "–", entry.error.get("slug")
        return f"{slug}: {message}" if slug else str(message)

    @admin.display(description="Values")
    def difference(self, entry: OutboxEntry) -> str:
        """What both sides last agreed on, what was sent, what would be sent now."""
        speech, link = Speech(), entry.link
        owed = _owed(link) if OutboxState(entry.state).is_open else Debt()
        slugs = [*dict.fromkeys([*entry.said, *owed.owed, *owed.pending, *owed.invalid])]
        rows = [
            {
                "label": speech.label(link, slug),
                "base": speech.says(link, slug, agreed(link, slug)),
                "said": speech.says(link, slug, entry.said[slug]) if slug in entry.said else "",
                "owed": _says_owed(speech, link, slug, owed),
            }
            for slug in slugs
        ]
        return render_to_string("admin/attio_mirror/difference.html", {"rows": rows})

    def applies(self, deed: str, row: OutboxEntry) -> bool:
        """What is done or on its way is left alone."""
        return OutboxState(row.state).is_open

    @admin.action(description="Retry", permissions=["operate"])
    def retry(self, request: HttpRequest, rows: Rows) -> None:
        """Refused ones wait again, those in doubt are looked for."""
        self.each(request, rows, lambda entry: "" if retry(entry) else TOO_LATE, about="Queued again")

    @admin.action(description="Drop", permissions=["operate"])
    def drop(self, request: HttpRequest, rows: Rows) -> None:
        """Give up; the rows keep their values."""
        self.each(request, rows, lambda entry: "" if drop(entry) else TOO_LATE, about="Dropped")


def _owed(link: Link) -> Debt:
    mirror = registry.of_object(link.object)
    if mirror is None:
        return Debt()
    frame = Frame.of(link.connection, mirror)
    row = frame.rows([link]).get(link.object_id)
    return Debt() if row is None else debt(frame, link, row)


def _says_owed(speech: Speech, link: Link, slug: str, owed: Debt) -> str:
    if slug in owed.invalid:
        return f"Cannot be sent: {owed.invalid[slug]}"
    if slug in owed.pending:
        return "Waits for a row that is not in Attio yet"
    if slug not in owed.owed:
        return ""
    return speech.says(link, slug, owed.owed[slug]) if elements(owed.owed[slug]) else "(nothing: cleared)"
