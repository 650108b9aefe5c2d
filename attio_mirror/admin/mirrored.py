"""`MirroredAdmin`: a ModelAdmin for mirrored rows. Hosts use it for their own mirrored models.

@admin.register(Book)
class BookAdmin(MirroredAdmin):
    list_display = ["title", "attio_state"]
    search_fields = ["title"]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import models
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from ..mirrors.directory import content_type_id
from ..models import Link
from ..sync.history import wanted
from .badges import live_badge
from .bulk import Bulk
from .choosing import Choosing
from .exporting import Exporting
from .filters import StateFilter
from .notes import panel
from .paging import CappedPaginator
from .states import MirroredChangeList, next_step, row_pk, state_of
from .stock import Rows
from .talking import Talking
from .timeline import Timeline


class MirroredAdmin(Talking, Bulk, Timeline, Choosing, Exporting):
    """Saves only what was edited, shows where each row stands with Attio, and why."""

    list_display: Any = ("__str__", "attio_state")
    list_filter: ClassVar[Any] = (StateFilter,)
    change_form_template = "admin/attio_mirror/change_form.html"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_per_page = 50

    @property
    def media(self) -> Media:
        """Ours beside Django's: external files, so that a strict Content-Security-Policy holds."""
        scripts = [f"attio_mirror/{name}.js" for name in ("state", "labels", "asking")]
        ours = Media(css={"all": ["attio_mirror/admin.css"]}, js=scripts)
        return super().media + ours

    # -- the list --------------------------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[MirroredChangeList]:
        """One whose rows know their links."""
        return MirroredChangeList

    @admin.display(description="Attio")
    def attio_state(self, row: models.Model) -> SafeString:
        """Where the row stands."""
        return live_badge(state_of(row), pk=row.pk, url=self._state_url())

    def _state_url(self) -> str:
        return reverse(self.view_name("state"), current_app=self.admin_site.name)

    def get_search_results(self, request: HttpRequest, queryset: Rows, search_term: str) -> tuple[Rows, bool]:
        """A record id finds its row by the link's index; anything else is searched as Django does."""
        try:
            record_id = str(UUID(search_term.strip()))
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        links = Link.objects.filter(content_type=content_type_id(self.model), record_id=record_id)
        return queryset.filter(pk__in=links.annotate(row_pk=row_pk(self.model)).values("row_pk")), False

    # -- the page --------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Our views before Django's catch-all."""

        def ours(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            name = self.view_name(name).removeprefix("admin:")
            return path(route, self.admin_site.admin_view(view), name=name)

        return [
            ours("attio-export/", self.export_view, "export"),
            ours("attio-state/", self.state_view, "state"),
            ours("attio-records/<int:connection_id>/<str:slug>/", self.records_view, "records"),
            ours("<path:object_id>/attio-push/", _unquoted(self.push_view), "push"),
            ours("<path:object_id>/attio-pull/", _unquoted(self.pull_view), "pull"),
            ours("<path:object_id>/attio-history/", _unquoted(self.timeline_view), "history"),
            ours("<path:object_id>/attio-revert/", _unquoted(self.revert_view), "revert"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the panel above the form."""
        row: Any = context.get("original")
        sheet = self.sheet(request, row) if row is not None else None
        if sheet is not None and sheet.link is not None:
            wanted(sheet.link)  # whoever looks at a row may ask next what it was
        if sheet is not None:
            context["attio"] = panel(sheet, state_url=self._state_url())
            context["today"] = localdate().isoformat()
            context["attio_views"] = {name: self._url_of(row, name) for name in ("push", "pull", "history")}
        return super().render_change_form(request, context, *args, **kwargs)

    def _url_of(self, row: models.Model, name: str) -> str:
        return reverse(self.view_name(name), args=[row.pk], current_app=self.admin_site.name)

    # -- after a save ----------------------------------------------------------------------------------------------

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """Django's word on a save is followed by ours."""
        note = getattr(request, "attio_note", "")
        request.attio_note = ""  # type: ignore[attr-defined]  # said once
        super().message_user(request, format_html("{} {}", message, note) if note else message, *args, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: models.Model, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Says what happens next."""
        request.attio_note = next_step(obj)  # type: ignore[attr-defined]  # read by message_user
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: models.Model) -> HttpResponse:
        """Says what happens next."""
        request.attio_note = next_step(obj)  # type: ignore[attr-defined]  # read by message_user
        return super().response_change(request, obj)


def _unquoted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The admin quotes keys in its addresses."""

    def with_key(request: HttpRequest, object_id: str) -> HttpResponse:
        return view(request, unquote(object_id))

    return with_key
