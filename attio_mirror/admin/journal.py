"""What happened: links, deliveries and versions, to be browsed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..models import AttributeValue, InboxEntry, Link, LinkState
from .badges import state_badge
from .readonly import ReadOnlyAdmin
from .rows import NamedChangeList, row_link
from .stock import Rows


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
    list_filter = ("connection",)
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

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamedChangeList]:
        """One whose rows have names."""
        return NamedChangeList

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
    fields = ("connection", "idempotency_key", "state_shown", "received_at", "done_at", "error", "body_shown")

    @admin.display(description="State")
    def state_shown(self, entry: InboxEntry) -> SafeString:
        """In its colour."""
        return state_badge(entry.state, entry.get_state_display())

    @admin.display(description="Body")
    def body_shown(self, entry: InboxEntry) -> SafeString:
        """Ids, no values."""
        return as_json(entry.body)


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
