"""The operations page: connections, what waits, how fresh everything is, and what went wrong last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from ..conf import conf
from ..models import (
    Alert,
    Conflict,
    Connection,
    ConnectionState,
    InboxEntry,
    Link,
    Operations,
    OutboxEntry,
    OutboxState,
    PushBatch,
    Sweep,
    WebhookState,
)
from ..sync.gates import WHAT_TO_DO
from ..sync.losses import DAYS
from ..sync.overview import (
    Budget,
    Mishap,
    ObjectOverview,
    Overview,
    mishaps_of_inbox,
    mishaps_of_outbox,
    mishaps_of_sweeps,
    overviews,
)
from ..sync.tenants import may_see, narrowed
from .badges import BAD, CALM, IDLE, WARN, badge, state_badge
from .connections import ConnectionAdmin
from .rows import name_rows, row_link
from .sweeps import progress

PAGES: tuple[tuple[str, type[models.Model], Mapping[str, str]], ...] = (
    ("Outbox", OutboxEntry, {}),
    ("Conflicts", Conflict, {"open": "1"}),
    ("Push batches", PushBatch, {}),
    ("Inbox", InboxEntry, {}),
    ("Sweeps", Sweep, {}),
    ("Merges", Link, {"stands": "merged"}),
    ("Alerts", Alert, {}),
    ("Connections", Connection, {}),
)
"""Where one goes from here."""
WEBHOOK_TONES = {WebhookState.ACTIVE: CALM, WebhookState.DEGRADED: WARN, WebhookState.NONE: IDLE}


@dataclass(frozen=True, slots=True)
class Fact:
    """A line about a connection."""

    label: str
    value: SafeString | str


@dataclass(frozen=True, slots=True)
class Row:
    """An object of a connection, as its table shows it."""

    of: ObjectOverview
    sweep: SafeString | str


@dataclass(frozen=True, slots=True)
class Card:
    """One connection on the page."""

    overview: Overview
    badges: SafeString
    url: str
    facts: Sequence[Fact]
    objects: Sequence[Row]


@admin.register(Operations)
class OperationsAdmin(ConnectionAdmin):
    """Its list is the page; the page of one is that of the connection."""

    @property
    def media(self) -> Media:
        """It renews itself."""
        return super().media + Media(js=["attio_mirror/operations.js"])

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may see connections; what else is shown, each by its own permission."""
        return request.user.has_perms(("attio_mirror.view_connection",)) or self.has_operate_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same."""
        return self.has_view_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        desk = Desk(self.admin_site, request)
        found = overviews(desk.connections)
        context = {
            **self.admin_site.each_context(request),
            "title": "Operations",
            "opts": self.opts,
            "media": self.media,
            "cards": [desk.card(one) for one in found],
            "mishaps": desk.mishaps(),
            "pages": [(label, url) for label, model, query in PAGES if (url := desk.url(model, **query))],
            "days": DAYS,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/attio_mirror/operations.html", context)


class Desk:
    """One user's view of one admin site."""

    def __init__(self, site: admin.AdminSite, request: HttpRequest) -> None:
        self.site, self.request = site, request
        self._may: dict[type[models.Model], bool] = {}
        rows = {one.alias: one for one in narrowed(Connection.objects.all(), request.user)}
        aliases = [alias for alias in conf().connections if may_see(request.user, alias)]
        self.connections = [rows.get(alias) or Connection(alias=alias) for alias in dict.fromkeys([*aliases, *rows])]

    def may(self, model: type[models.Model]) -> bool:
        """Whether the user may see the pages of a model here."""
        if model not in self._may:
            is_there = self.site.is_registered(model)
            self._may[model] = is_there and self.site.get_model_admin(model).has_view_permission(self.request)
        return self._may[model]

    def url(self, model: type[models.Model], **query: Any) -> str:
        """The address of a list; "" where the user may not see it."""
        if not self.may(model):
            return ""
        try:
            route = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            address = reverse(route, current_app=self.site.name)
        except NoReverseMatch:
            return ""
        given = {name: value for name, value in query.items() if value is not None}
        return f"{address}?{urlencode(given)}" if given else address

    def page(self, row: models.Model) -> str:
        """The address of a row's page; "" where there is none for the user."""
        if row.pk is None or not self.may(type(row)):
            return ""
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        return reverse(name, args=[row.pk], current_app=self.site.name)

    # -- a connection ----------------------------------------------------------------------------------------------

    def card(self, overview: Overview) -> Card:
        """All there is to say of one."""
        facts = [*self._waiting(overview), *self._decisions(overview), *_health(overview)]
        rows = [Row(one, self._sweep(one.sweep)) for one in overview.objects]
        return Card(overview, _badges(overview), self.page(overview.connection), facts, rows)

    def _waiting(self, overview: Overview) -> Iterable[Fact]:
        pk, waiting = overview.connection.pk, overview.status.waiting
        entries = [
            self._count(OutboxEntry, count, OutboxState(state).label, state, pk)
            for state, count in waiting.outbox.items()
            if count
        ]
        yield Fact("Outbox", _joined([*entries, *_oldest(waiting.outbox_oldest_seconds)]) or "empty")
        kept = {"waiting": waiting.inbox, "failed": waiting.inbox_failed}
        found = [self._count(InboxEntry, count, state, state, pk) for state, count in kept.items() if count]
        yield Fact("Inbox", _joined([*found, *_oldest(waiting.inbox_oldest_seconds)]) or "empty")

    def _count(self, model: type[models.Model], count: int, label: str, state: str, pk: int | None) -> SafeString:
        path = "link__connection" if model is OutboxEntry else "connection"
        query: dict[str, Any] = {"state__exact": state, f"{path}__id__exact": pk}
        return _linked(f"{count:,} {label.lower()}", self.url(model, **query))

    def _decisions(self, overview: Overview) -> Iterable[Fact]:
        pk, status = overview.connection.pk, overview.status
        conflicts = self.url(Conflict, open="1", link__connection__id__exact=pk)
        held = self.url(PushBatch, state__exact="held", connection__id__exact=pk)
        waits = [
            *([_linked(_counted(status.open_conflicts, "conflict"), conflicts)] if status.open_conflicts else ()),
            *(
                [_linked(_counted(status.held_batches, "push batch", "push batches"), held)]
                if status.held_batches
                else ()
            ),
        ]
        yield Fact("Waits for a person", _joined(waits) or "nothing")

    def _sweep(self, sweep: Sweep | None) -> SafeString | str:
        if sweep is None:
            return "–"
        shown = format_html("{} {}", state_badge(sweep.state, sweep.get_state_display()), progress(sweep))
        return _linked(shown, self.page(sweep))

    # -- what went wrong -------------------------------------------------------------------------------------------

    def mishaps(self) -> list[dict[str, Any]]:
        """The last errors of what the user may see, the newest first."""
        known: list[int | None] = [one.pk for one in self.connections]
        ids = [pk for pk in known if pk is not None]
        sources: dict[type[models.Model], Callable[[list[int]], list[Mishap]]] = {
            OutboxEntry: mishaps_of_outbox,
            InboxEntry: mishaps_of_inbox,
            Sweep: mishaps_of_sweeps,
        }
        found = [one for model, of in sources.items() if self.may(model) for one in of(ids)]
        name_rows(one.about.link for one in found if isinstance(one.about, OutboxEntry))
        return [
            {"at": one.at, "what": self._about(one.about), "words": one.words, "url": self.page(one.about)}
            for one in sorted(found, key=lambda one: one.at, reverse=True)
        ]

    def _about(self, about: Any) -> SafeString:
        if isinstance(about, OutboxEntry):
            state = state_badge(about.state, about.get_state_display())
            return format_html("{} {} {}", state, about.link.object, row_link(about.link, self.site.name))
        noun = "delivery" if isinstance(about, InboxEntry) else f"sweep of {about.object}"
        return format_html("{} {}", state_badge(about.state, about.get_state_display()), noun)


def _badges(overview: Overview) -> SafeString:
    of, status = overview.connection, overview.status
    shown = [state_badge(status.state, ConnectionState(status.state).label)]
    if status.is_paused:
        shown.append(badge("Paused", IDLE))
    if status.is_shadow:
        shown.append(badge("Shadow: nothing is sent", IDLE))
    if not status.is_configured:
        shown.append(badge("No token in settings", BAD))
    if of.is_talking:
        shown.append(badge("Talking", CALM))
    return format_html_join(" ", "{}", ((one,) for one in shown))


def _health(overview: Overview) -> Iterable[Fact]:
    status = overview.status
    state = WebhookState(status.webhook_state)
    yield Fact("Webhook", badge(state.label, WEBHOOK_TONES.get(state, BAD)))
    days = status.losses.values()
    lost, came = sum(day["unannounced"] for day in days), sum(day["deliveries"] for day in days)
    missed, beside = _counted(lost, "change"), _counted(came, "delivery", "deliveries")
    yield Fact("Loss meter", f"{missed} that no delivery had announced, beside {beside}, in {DAYS} days")
    yield Fact("Budget", ", ".join(_budget(one) for one in overview.budgets) or "not used yet")
    if status.missing_scopes:
        yield Fact("Missing scopes", ", ".join(status.missing_scopes))
    if status.plan_gates:
        yield Fact("Not in Attio's plan", f"{'; '.join(map(str, status.plan_gates))}. {WHAT_TO_DO}")


def _budget(one: Budget) -> str:
    use = f"the next in {one.ahead:g} s" if one.ahead else "none waits"
    return f"{one.rate:,.0f} {one.kind.label.lower()} a second ({use})"


def _counted(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _oldest(seconds: float | None) -> list[str]:
    return [] if seconds is None else [f"the oldest for {_duration(seconds)}"]


def _duration(seconds: float) -> str:
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"


def _joined(parts: Iterable[SafeString | str]) -> SafeString:
    return format_html_join(", ", "{}", ((part,) for part in parts))


def _linked(text: SafeString | str, url: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text) if url else format_html("{}", text)
