"""The views: the page with its tables, and the rows behind a number. Both only look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from ...conf import conf
from ...models import Attribute, Connection, Member
from ...models.pipeline import Pipeline, attributes_of
from ...sync.tenants import narrowed
from ..moments import Moment
from ..past import Retrospective, rows_then
from ..spreadsheet import csv_file
from ..stock import Paginator
from .asking import NAMES, NONE, Asked, Asking
from .counted import balance, compared, conversion, held, won
from .drill import Drill, Ways
from .measured import stages_now, time_in_stage
from .report import Report
from .rows import PAGE, Behind, field_of, in_words
from .stages import stages_of
from .tables import Table, as_csv

TABLES: dict[str, Callable[[Report], Table]] = {
    "stages": stages_now,
    "held": held,
    "won": won,
    "conversion": conversion,
    "times": time_in_stage,
    "compared": compared,
    "books": balance,
}
VENDOR = "attio_mirror/vendor/chart.js/chart.umd.min.js"


class Pipelined(Retrospective):
    """The part of an admin of deals (or of what else has stages) that shows their pipeline."""

    change_list_template = "admin/attio_mirror/pipeline_list.html"
    pipeline_stage = "stage"
    pipeline_value = "value"
    pipeline_owner = "owner"
    pipeline_company = "associated_company"

    def get_urls(self) -> list[URLPattern]:
        """Ours before Django's catch-all."""
        stem, guard = self.view_name("pipeline").removeprefix("admin:"), self.admin_site.admin_view
        return [
            path("attio-pipeline/", guard(self.pipeline_view), name=stem),
            path("attio-pipeline/rows/", guard(self.pipeline_rows_view), name=f"{stem}_rows"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With a way to the pipeline."""
        url = reverse(self.view_name("pipeline"), current_app=self.admin_site.name) if self.remembers() else ""
        return super().changelist_view(request, {"pipeline_url": url, **(extra_context or {})})

    def pipeline_view(self, request: HttpRequest) -> HttpResponse:
        """`attio-pipeline/`; one table as a file with `?csv=name`."""
        form, asked, pipeline = self._asked(request)
        context: dict[str, Any] = {"form": form, "title": "Pipeline"}
        if asked is not None and pipeline is not None:
            report = self._report(asked, pipeline)
            if name := request.GET.get("csv"):
                if name not in TABLES:
                    raise Http404(f"There is no table “{name[:40]}”.")
                return as_csv(compared(report, whole=True) if name == "compared" else TABLES[name](report))
            tables = [make(report) for make in TABLES.values()]
            context |= {"tables": tables, "query": Ways("", asked.query).to()}
        return self._shown(request, "pipeline", context)

    def pipeline_rows_view(self, request: HttpRequest) -> HttpResponse:
        """`attio-pipeline/rows/`: the stays a number counts; all of them as a file with `?csv=rows`."""
        form, asked, pipeline = self._asked(request)
        if form is None:
            return self._shown(request, "pipeline", {"title": "Pipeline"})
        if asked is None or pipeline is None:
            raise Http404("There are no such rows.")
        try:
            drill = Drill.read(request.GET)
            if drill.of:
                by, group = drill.group
                pipeline = pipeline.where(self._names[by], None if group is None else [group])
        except ValueError as error:
            raise Http404(str(error)) from error
        change = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        behind = Behind(pipeline, drill, view=change, site=self.admin_site.name)
        if request.GET.get("csv"):
            heads = [str(self.opts.verbose_name).capitalize(), "Stage", "Entered", "Left", "To"]
            return csv_file("pipeline-rows", heads, (stay.plain for stay in behind.all()))
        page = Paginator(behind.rows, PAGE).get_page(request.GET.get("p"))
        ways = Ways("", asked.query, drill)
        context = {
            "title": in_words(drill, stages_of(pipeline, {*drill.stages, *drill.to})),
            "page": page,
            "stays": behind.stays(list(page.object_list)),
            "query": ways.to(),
            "back": reverse(self.view_name("pipeline"), current_app=self.admin_site.name) + Ways("", asked.query).to(),
        }
        return self._shown(request, "pipeline_rows", context)

    # -- how -------------------------------------------------------------------------------------------------------

    @property
    def _names(self) -> dict[str, str]:
        return {"owner": self.pipeline_owner, "company": self.pipeline_company, **NAMES}

    def _asked(self, request: HttpRequest) -> tuple[Asking | None, Asked | None, Pipeline | None]:
        """The form; where it is valid, what it asks; and the deals of that. Of the user's tenants alone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not self.remembers():
            raise Http404("Nothing is known of the past of these rows.")
        connections = self._connections(request)
        if not connections:
            return None, None, None
        form = Asking(request.GET, connections)
        chosen = form.data["connection"]
        connection = next((one for one in connections if str(one.pk) == chosen), connections[0])
        pipeline = self._pipeline(request, connection)
        members = Member.objects.filter(connection=connection)
        values = Attribute.objects.filter(pk__in=pipeline.attributes(pipeline.value))
        form.offer(members, [one.currency_code for one in values if one.currency_code])
        form.offer_companies(*self._companies(request), self.admin_site)
        if not form.is_valid():
            return form, None, None
        asked = Asked.of(form, members)
        return form, asked, self._filtered(pipeline, asked)

    def _connections(self, request: HttpRequest) -> list[Connection]:
        known = attributes_of(self.model, self.pipeline_stage).values("connection")
        return list(narrowed(Connection.objects.filter(pk__in=known), request.user).order_by("pk"))

    def _pipeline(self, request: HttpRequest, connection: Connection) -> Pipeline:
        past = rows_then(self, request, Moment("", timezone.now()))
        return Pipeline(self.model, connection, self.pipeline_stage, self.pipeline_value, past.conditions)

    def _companies(self, request: HttpRequest) -> tuple[Any, Any]:
        """The relation and the rows to choose from, where the user may see them and the admin can search them."""
        field = field_of(self.model, self.pipeline_company)
        page: Any = self.admin_site._registry.get(field.related_model) if field is not None else None  # noqa: SLF001  # Django's admin reads it so
        if page is None or not page.get_search_fields(request) or not page.has_view_permission(request):
            return None, None
        return field, page.get_queryset(request)

    def _filtered(self, pipeline: Pipeline, asked: Asked) -> Pipeline:
        names = self._names
        if asked.owner:
            places = None if asked.owner == NONE else pipeline.places(names["owner"], asked.owner)
            pipeline = pipeline.where(names["owner"], places)
        if asked.company is not None:
            pipeline = pipeline.where(names["company"], pipeline.places(names["company"], asked.company))
        if asked.currency:
            pipeline = pipeline.where(names["currency"], None if asked.currency == NONE else [asked.currency])
        return pipeline

    def _report(self, asked: Asked, pipeline: Pipeline) -> Report:
        url = reverse(self.view_name("pipeline") + "_rows", current_app=self.admin_site.name)
        return Report(
            pipeline, asked, Ways(url, asked.query), names=self._names, now=timezone.now(),
            close_date=conf().deal_close_date,
        )  # fmt: skip

    def _shown(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        ours = Media(css={"all": ["attio_mirror/pipeline.css"]}, js=[VENDOR, "attio_mirror/pipeline.js"])
        media = self.media + ours
        form: Any = context.get("form")
        shared = {
            **self.admin_site.each_context(request),
            "subtitle": None,
            "opts": self.opts,
            "media": media + form.media if form is not None else media,
            "pipeline_url": reverse(self.view_name("pipeline"), current_app=self.admin_site.name),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"admin/attio_mirror/{template}.html", {**shared, **context})
