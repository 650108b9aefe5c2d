"""Connections: whom we talk to, what the token may do, and whether we talk at all. Never the token."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..models import Connection, WebhookState
from ..sync.connections import check
from ..sync.gates import WHAT_TO_DO, forget, gates_of
from ..sync.schema import refresh
from ..sync.wake import wake
from .badges import BAD, CALM, IDLE, badge, state_badge
from .stock import Rows
from .subscribing import Subscribing


@admin.register(Connection)
class ConnectionAdmin(Subscribing):
    """One per tenant."""

    list_display = ("alias", "tenant", "state_shown", "talks", "missing", "checked_at")
    actions = ("check_now", "refresh_schema", "pause_or_resume")
    deeds = ("check_now", "refresh_schema", "pause_or_resume")
    fieldsets = (
        (None, {"fields": ("alias", "state_shown", "talks", "error", "checked_at")}),
        ("In Attio", {"fields": ("tenant", "workspace_id", "actor_id")}),
        ("The webhook", {"fields": ("webhook", "webhook_url")}),
        ("The token", {"fields": ("token", "missing", "granted")}),
        ("The plan", {"fields": ("closed",)}),
        ("At the moment", {"fields": ("paused_at", "quiet_until")}),
    )

    def has_operate_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Of the connection, by whatever name it is shown."""
        return request.user.has_perm("attio_mirror.change_connection")

    @admin.display(description="State")
    def state_shown(self, of: Connection) -> SafeString:
        """What the last contact said of our token."""
        return state_badge(of.state, of.get_state_display())

    @admin.display(description="Tenant")
    def tenant(self, of: Connection) -> str:
        """Attio's name of it."""
        return f"{of.workspace_name} ({of.workspace_slug})" if of.workspace_name else "–"

    @admin.display(description="Talking")
    def talks(self, of: Connection) -> SafeString:
        """Whether anything is sent or read."""
        if of.paused_at is not None:
            return badge("Paused", IDLE)
        return badge("Talking", CALM) if of.is_talking else badge("Silent", IDLE)

    @admin.display(description="State")
    def webhook(self, of: Connection) -> SafeString:
        """How it was when we last looked, and whether its deliveries are believed."""
        state = WebhookState(of.webhook_state)
        tones = {WebhookState.ACTIVE: CALM, WebhookState.NONE: IDLE}
        shown = badge(state.label, tones.get(state, BAD))
        if not of.webhook_id or of.conf.webhook_secrets:
            return shown
        return format_html("{} {}", shown, badge("No secret in settings", BAD))

    @admin.display(description="Token")
    def token(self, of: Connection) -> SafeString:
        """Whether settings have one; what it is, is nobody's business here."""
        return badge("In settings", CALM) if of.conf.token else badge("None in settings", BAD)

    @admin.display(description="Missing scopes")
    def missing(self, of: Connection) -> SafeString | str:
        """What we use and may not."""
        return _scopes(of.missing_scopes, BAD)

    @admin.display(description="Not in Attio's plan")
    def closed(self, of: Connection) -> SafeString | str:
        """What Attio refused, in its own words, and what to do."""
        told = format_html_join("", "{}<br>", ((str(gate),) for gate in gates_of(of)))
        return format_html("{}{}", told, WHAT_TO_DO) if told else "–"

    @admin.display(description="Granted scopes")
    def granted(self, of: Connection) -> SafeString | str:
        """What the token may do."""
        return _scopes(of.scopes, IDLE)

    def label(self, deed: str, row: Connection) -> str:
        """A switch says where it leads."""
        if deed == "pause_or_resume":
            return "Pause" if row.paused_at is None else "Resume"
        return super().label(deed, row)

    @admin.action(description="Check now", permissions=["operate"])
    def check_now(self, request: HttpRequest, rows: Rows) -> None:
        """Ask Attio who we are. What the plan did not include may be tried again."""

        def act(of: Connection) -> str:
            check(of)
            forget(of)
            return of.error

        self.each(request, rows, act, about="Checked")

    @admin.action(description="Refresh schema", permissions=["operate"])
    def refresh_schema(self, request: HttpRequest, rows: Rows) -> None:
        """Read objects, lists, attributes, options and members again."""

        def act(of: Connection) -> str:
            seen = refresh(of)
            self.message_user(
                request, f"{of.alias}: {seen.objects} objects, {seen.attributes} attributes, {seen.members} members."
            )
            return ""

        self.each(request, rows, act, about="Schema refreshed")

    @admin.action(description="Pause or resume", permissions=["operate"])
    def pause_or_resume(self, request: HttpRequest, rows: Rows) -> None:
        """While paused, nothing is sent and nothing is read; edits wait."""

        def act(of: Connection) -> str:
            of.paused_at = timezone.now() if of.paused_at is None else None
            of.save(update_fields=["paused_at"])
            if of.paused_at is None:
                wake(of.pk)
            return ""

        self.each(request, rows, act, about="Paused or resumed")


def _scopes(scopes: Iterable[str], tone: str) -> SafeString | str:
    badges = format_html_join("", "{}", ((badge(scope, tone),) for scope in scopes))
    return format_html('<span class="attio-scopes">{}</span>', badges) if badges else "–"
