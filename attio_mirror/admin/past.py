"""The past, to look at: the list and the page of a row as they were at a moment. Nothing is edited there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import InvalidPage
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import Contains
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from ..mirrors.directory import chunks
from ..mirrors.registry import registry
from ..models import AttributeValue, Connection
from ..models.past import Past, as_of
from ..sync.tenants import narrowed, tenants_of
from .asking import parameters_of
from .moments import AS_OF, Moment
from .paging import CAP, CappedPaginator
from .revert import Reverting
from .states import STATE
from .stock import ModelAdmin, Rows
from .then import sections

KEPT = ("q", "p", "e", "_popup", "_to_field")
"""What an address may say besides the moment and the filters that know the past."""


class AsOfFilter(admin.SimpleListFilter):
    """A day to go back to, among the filters of a list: a form of its own.

    Of the other filters those stay in the past that have a method `then(past) -> past` besides `queryset`.
    """

    title = "day"
    parameter_name = AS_OF
    template = "admin/attio_mirror/as_of.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Any day."""
        return [("", "Now")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Of today's rows none is left out; `PastChangeList` shows the others."""
        return queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What the form sends besides the day: the filters that know the past, and the search."""
        known = {"q", *(name for one in changelist.filter_specs if hasattr(one, "then") for name in parameters_of(one))}
        given = changelist.filter_params.items()
        moment = getattr(changelist, "moment", None)
        yield {
            "kept": [(name, value) for name, values in given if name in known for value in values],
            "day": moment.day if moment else "",
            "today": timezone.localdate().isoformat(),
            "now": changelist.get_query_string(remove=[AS_OF]) if moment else "",
        }


class PastChangeList(ChangeList):
    """Links stand for the rows there were; the rows of one page are put together from the ledger."""

    moment: Moment
    past: Past[Any]

    def __init__(self, page: ModelAdmin, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.moment = Moment.read(request.GET[AS_OF])
        self.past = rows_then(page, request, self.moment)
        self.formset = None
        super().__init__(request, page.model, *args, **kwargs)
        self.title = f"{str(self.opts.verbose_name_plural).capitalize()} as of {self.moment}"

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Rows:
        """The links of the rows there were, the newest first."""
        self.search_fields = [name for name in map(_bare, self.search_fields) if _attributes(self.past, name)]
        self.filter_specs, self.has_filters, _, _, _ = self.get_filters(request)
        asked: list[Any] = [spec for spec in self.filter_specs if hasattr(spec, "then") and spec.used_parameters]
        self.has_active_filters = bool(asked)
        self.clear_all_filters_qs = self.get_query_string(remove=[name for one in asked for name in parameters_of(one)])
        past = self.past
        for spec in asked:
            past = spec.then(past)
        links: Rows = past.links().order_by("-pk").only("object_id", "connection_id", "record_id")
        for word in self.query.split():
            links = links.filter(self._saying(word))
        return links

    def get_results(self, request: HttpRequest) -> None:
        """The same few queries, however many rows."""
        self.paginator = CappedPaginator(self.queryset, self.list_per_page)
        try:
            page = self.paginator.page(self.page_num)
        except InvalidPage as error:
            raise IncorrectLookupParameters from error
        self.result_list = self._rows(page.object_list)
        self.result_count = self.paginator.count
        self.show_full_result_count, self.full_result_count = False, None
        self.show_admin_actions, self.can_show_all = False, False
        self.multi_page = self.result_count > self.list_per_page

    def everything(self) -> Iterator[models.Model]:
        """The rows of all pages."""
        for chunk in chunks(list(self.queryset[:CAP])):
            yield from self._rows(chunk)

    def _rows(self, links: Any) -> list[models.Model]:
        versions = AttributeValue.objects.as_of(self.moment.when).order_by()
        rows: list[models.Model] = self.past.reader.rows(links, versions, related=True)
        for row, link in zip(rows, links, strict=True):
            setattr(row, STATE, link)
        return rows

    def url_for_result(self, result: Any) -> str:
        """A page of the same moment."""
        return f"{super().url_for_result(result)}?{self.moment.query}"

    def _saying(self, word: str) -> Q:
        attributes = {pk for name in self.search_fields for pk in _attributes(self.past, name)}
        saying = Q(text__icontains=word) | Q(
            Contains(Lower("text"), word.lower())
        )  # MariaDB's collation minds the case
        held = AttributeValue.objects.as_of(self.moment.when).filter(saying, attribute__in=attributes)
        return Q(pk__in=held.order_by().values("link"))


class Retrospective(Reverting):
    """The part of `MirroredAdmin` that shows the past."""

    def get_past_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns of a list of the past: all but where rows stand with Attio now."""
        columns = [name for name in self.get_list_display(request) if name != "attio_state"]
        return columns or ["__str__"]

    def remembers(self) -> bool:
        """Whether there is a past to look at."""
        mirror = registry.of_model(self.model)
        return mirror is not None and mirror.options.ledger

    def get_list_filter(self, request: HttpRequest) -> Any:
        """The day first; of the others, in the past, those that know it."""
        filters = list(super().get_list_filter(request))
        if not self.remembers():
            return filters
        if AS_OF in request.GET:
            filters = [one for one in filters if hasattr(one, "then")]
        return [AsOfFilter, *filters]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Of now, or of the moment in the address."""
        if AS_OF not in request.GET or not self.remembers():
            return super().changelist_view(request, extra_context)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown = self.past_list(request)
        if isinstance(shown, HttpResponse):
            return shown
        context = {
            **self.admin_site.each_context(request),
            "module_name": str(self.opts.verbose_name_plural),
            "title": shown.title,
            "subtitle": None,
            "is_popup": shown.is_popup,
            "to_field": shown.to_field,
            "cl": shown,
            "media": self.media,
            "opts": self.opts,
            "actions_on_top": True,
            "preserved_filters": self.get_preserved_filters(request),
            "moment": shown.moment,
            "now_url": shown.get_query_string(remove=[AS_OF]),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/attio_mirror/past_list.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Of now, or of the moment in the address."""
        if AS_OF not in request.GET or not self.remembers():
            return super().change_view(request, object_id, form_url, extra_context)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        if (moment := self._moment(request)) is None:
            return HttpResponseRedirect(self._without(request, None))
        return self._page_then(request, object_id, moment)

    def past_list(self, request: HttpRequest) -> PastChangeList | HttpResponse:
        """The list the address asks for, or the way to one that can be shown."""
        if (moment := self._moment(request)) is None or self._left_out(request):
            return HttpResponseRedirect(self._without(request, moment))
        columns = self.get_past_list_display(request)
        try:
            return PastChangeList(
                self, request, columns, self.get_list_display_links(request, columns),
                self.get_list_filter(request), None, self.get_search_fields(request), (), self.list_per_page,
                self.list_max_show_all, (), self, (), None,
            )  # fmt: skip
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{request.path}?{moment.query}")

    # -- how -------------------------------------------------------------------------------------------------------

    def _page_then(self, request: HttpRequest, object_id: str, moment: Moment) -> HttpResponse:
        today = self.get_object(request, object_id)
        if not self.has_view_permission(request, today):
            raise PermissionDenied
        row = self._row_then(request, object_id, moment)
        if row is None and today is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]  # the stubs leave it out
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        now = reverse(f"{name}_change", args=[today.pk], current_app=self.admin_site.name) if today else ""
        listed = reverse(f"{name}_changelist", current_app=self.admin_site.name)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{row or today} as of {moment}",
            "subtitle": None,
            "opts": self.opts,
            "object": row or today,
            "media": self.media,
            "moment": moment,
            "day": moment.day,
            "today": timezone.localdate().isoformat(),
            "sections": sections(self, request, row, today, moment) if row is not None else [],
            "is_there": row is not None,
            "is_gone": today is None,
            "now_url": now or listed,
            "list_url": f"{listed}?{moment.query}",
            "history_url": reverse(self.view_name("history"), args=[today.pk], current_app=self.admin_site.name)
            if today
            else "",
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/attio_mirror/past_page.html", context)

    def _row_then(self, request: HttpRequest, object_id: str, moment: Moment) -> models.Model | None:
        try:
            key = self.opts.pk.to_python(object_id)
        except ValidationError as error:
            raise Http404 from error
        return rows_then(self, request, moment).by_pk([key]).get(str(key))

    def _moment(self, request: HttpRequest) -> Moment | None:
        try:
            return Moment.read(request.GET[AS_OF])
        except ValueError as reason:
            self.message_user(request, str(reason), messages.ERROR)
            return None

    def _left_out(self, request: HttpRequest) -> list[str]:
        """What the address asks that only today can answer."""
        known = {name for one in self.get_list_filter(request) for name in parameters_of(one)}
        return [name for name in request.GET if name not in known and name not in KEPT]

    def _without(self, request: HttpRequest, moment: Moment | None) -> str:
        """The address less what cannot be answered, which is said."""
        kept = request.GET.copy()
        if moment is None:
            del kept[AS_OF]
            return f"{request.path}?{kept.urlencode()}" if kept else request.path
        names = self._left_out(request)
        for name in names:
            del kept[name]
        words = ", ".join(names)
        self.message_user(request, f"Only today's rows can be filtered or ordered by {words}.", messages.WARNING)
        return f"{request.path}?{kept.urlencode()}"


def rows_then(page: ModelAdmin, request: HttpRequest, moment: Moment) -> Past[Any]:
    """The rows as they were of the user's tenants; where a host narrows its rows further, of those that match today."""
    past: Past[Any] = as_of(page.model, moment.when)
    aliases = tenants_of(request.user)
    if aliases is not None:
        past = past.of(*Connection.objects.filter(alias__in=aliases))
    rows, all_rows = page.get_queryset(request), narrowed(page.model._base_manager.all(), request.user)
    return past.among(rows) if len(rows.query.where) > len(all_rows.query.where) else past


def _attributes(past: Past[Any], name: str) -> list[int]:
    try:
        return list(past.reader.attributes(name).values_list("pk", flat=True))
    except FieldDoesNotExist:
        return []


def _bare(search_field: str) -> str:
    return search_field.lstrip("^=@")
