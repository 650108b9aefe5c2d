"""What happened: links, deliveries, versions and edits of push batches, to be browsed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..models import Alert, AttributeValue, BatchedEdit, InboxEntry, InboxState, Link, LinkState
from ..sync.inbox import replay
from .badges import state_badge
from .filters import StandsFilter
from .readonly import ReadOnlyAdmin
from .rows import NamedChangeList, SpokenChangeList, row_link, speech_of
from .stock import Rows

WAITS = "it waits to be read."


def as_json(value: Any) -> SafeString:
    """JSON to be read."""
    return format_html(
        '<pre class="attio-json">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    )


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    """Which row is which record, and what both sides last agreed on."""

    list_display = ("row", "object", "record_id", "state_shown", "synced_at")
    list_display_links = ("record_id", "object")
    list_filter = (StandsFilter, "connection")
    list_select_related = ("connection",)
    ordering = ("-pk",)
    fields = (
        "row",
        "state_shown",
        "connection",
        "object",
        "record_id",
        "web_url",
        "base_shown",
        "record_created_at",
        "synced_at",
        "marked_at",
        "lease_until",
        "row_gone_at",
        "record_gone_at",
        "merged_into",
    )

    def get_queryset(self, request: HttpRequest) -> Rows:
        """With their states."""
        links: Any = super().get_queryset(request)
        found: Rows = links.with_state().select_related("connection")
        return found

    def get_list_display(self, request: HttpRequest) -> Any:
        """Of merged records also when, and into which."""
        more = ("record_gone_at", "survivor") if request.GET.get("stands") == "merged" else ()
        return (*self.list_display, *more)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamedChangeList]:
        """One whose rows have names."""
        return NamedChangeList

    @admin.display(description="Merged into")
    def survivor(self, link: Link) -> SafeString:
        """The link of the record that is left, found by its id."""
        url = reverse("admin:attio_mirror_link_changelist", current_app=self.admin_site.name)
        return format_html('<a href="{}?record_id={}">{}</a>', url, link.merged_into, link.merged_into)

    @admin.display(description="Row")
    def row(self, link: Link) -> SafeString:
        """The row."""
        return row_link(link, self.admin_site.name)

    @admin.display(description="State")
    def state_shown(self, link: Link) -> SafeString:
        """Where the row stands."""
        state = LinkState(link.state)  # type: ignore[attr-defined]  # annotated by with_state
        return state_badge(state, state.label)

    @admin.display(description="Agreed on")
    def base_shown(self, link: Link) -> SafeString:
        """The base."""
        return as_json(link.base)


@admin.register(InboxEntry)
class InboxAdmin(ReadOnlyAdmin):
    """Attio's deliveries."""

    list_display = ("idempotency_key", "state_shown", "received_at", "done_at", "error")
    list_filter = ("state", "connection")
    ordering = ("-pk",)
    actions = ("replay",)
    deeds = actions
    fields = ("connection", "idempotency_key", "state_shown", "received_at", "done_at", "error", "body_shown")

    @admin.display(description="State")
    def state_shown(self, entry: InboxEntry) -> SafeString:
        """In its colour."""
        return state_badge(entry.state, entry.get_state_display())

    def applies(self, deed: str, row: InboxEntry) -> bool:
        """What waits is read anyway."""
        return row.state != InboxState.WAITING

    @admin.action(description="Read again", permissions=["operate"])
    def replay(self, request: HttpRequest, rows: Rows) -> None:
        """A delivery is a hint to read a record: following it twice does no harm."""
        self.each(request, rows, lambda entry: "" if replay(entry) else WAITS, about="To be read again")

    @admin.display(description="Body")
    def body_shown(self, entry: InboxEntry) -> SafeString:
        """Ids, no values."""
        return as_json(entry.body)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What went wrong, newest first."""

    list_display = ("kind", "connection", "words", "since", "gone_at")
    list_filter = ("kind", "connection")
    list_select_related = ("connection",)
    fields = ("connection", "kind", "words", "since", "mailed_at", "posted_at", "gone_at")


@admin.register(AttributeValue)
class AttributeValueAdmin(ReadOnlyAdmin):
    """The ledger, version by version; a record's own history reads better."""

    list_display = ("slug", "row", "text", "active_from", "active_until", "learned_from")
    list_select_related = ("link__connection",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> Rows:
        """With their links."""
        return super().get_queryset(request).select_related("link__connection", "attribute")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamedChangeList]:
        """One whose rows have names."""
        return NamedChangeList

    @admin.display(description="Row")
    def row(self, version: AttributeValue) -> SafeString:
        """The row."""
        return row_link(version.link, self.admin_site.name)


@admin.register(BatchedEdit)
class BatchedEditAdmin(ReadOnlyAdmin):
    """The rows of push batches, one by one."""

    list_display = ("row", "batch", "before_shown", "after_shown", "state_shown", "reason")
    list_display_links = ("batch",)
    list_filter = ("state",)
    list_select_related = ("link__connection", "batch")
    ordering = ("-pk",)
    fields = ("batch", "row", "before_shown", "after_shown", "state_shown", "reason", "entry")

    def get_queryset(self, request: HttpRequest) -> Rows:
        """With their links."""
        return super().get_queryset(request).select_related("link__connection", "batch", "entry__link")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamedChangeList]:
        """One whose rows have names and share what they know of the schema."""
        return SpokenChangeList

    @admin.display(description="Row")
    def row(self, edit: BatchedEdit) -> SafeString:
        """The row."""
        return row_link(edit.link, self.admin_site.name)

    @admin.display(description="Before")
    def before_shown(self, edit: BatchedEdit) -> str:
        """What it said."""
        return speech_of(edit).says(edit.link, edit.batch.slug, edit.before)

    @admin.display(description="After")
    def after_shown(self, edit: BatchedEdit) -> str:
        """What the batch made of it."""
        return speech_of(edit).says(edit.link, edit.batch.slug, edit.after)

    @admin.display(description="State")
    def state_shown(self, edit: BatchedEdit) -> SafeString:
        """In its colour."""
        return state_badge(edit.state, edit.get_state_display())
