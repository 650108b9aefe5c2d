"""Choosing records: the search behind the autocompletes of custom record references."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, JsonResponse

from ..core.values import AttributeType
from ..mirrors.directory import content_type_id
from ..mirrors.registry import AnyMirror, registry
from ..models import ATTRIBUTES, Connection, Link
from ..sync.frame import specs
from ..sync.tenants import narrowed
from .states import row_pk
from .stock import ModelAdmin, Rows

PAGE = 20


class Choosing(ModelAdmin):
    """The part of `MirroredAdmin` that finds records to refer to."""

    def records_view(self, request: HttpRequest, connection_id: int, slug: str) -> JsonResponse:
        """Rows of the objects an attribute may point to that match `term`, as Select2 wants them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        connection = narrowed(Connection.objects.filter(pk=connection_id), request.user).first()
        term, page = request.GET.get("term", ""), _page(request)
        results: list[dict[str, str]] = []
        more = False
        for target in self._targets(connection, slug) if connection else ():
            rows = list(self._matching(request, connection_id, target, term)[(page - 1) * PAGE : page * PAGE + 1])
            results += _choices(connection_id, target, rows[:PAGE])
            more = more or len(rows) > PAGE
        return JsonResponse({"results": results, "pagination": {"more": more}})

    def _targets(self, connection: Connection, slug: str) -> Iterable[AnyMirror]:
        """The mirrors of the objects the attribute may point to; of all objects where Attio names none."""
        mirror = registry.of_model(self.model)
        wanted = [spec for spec in specs(connection, mirror.options.object) if spec.slug == slug] if mirror else []
        if not wanted or wanted[0].type != AttributeType.RECORD_REFERENCE:
            return []
        slugs = wanted[0].targets or [one.options.object for one in registry.all()]
        found = [registry.of_object(one) for one in slugs if one != ATTRIBUTES]
        return [one for one in found if one is not None]

    def _matching(self, request: HttpRequest, connection_id: int, mirror: AnyMirror, term: str) -> Rows:
        """The rows that are in Attio and that this user may see."""
        if not self.admin_site.is_registered(mirror.model):
            return mirror.model._base_manager.none()
        admin = self.admin_site.get_model_admin(mirror.model)
        if not admin.has_view_permission(request):
            return mirror.model._base_manager.none()
        mine = narrowed(mirror.model._base_manager.order_by("pk"), request.user)
        rows, _ = admin.get_search_results(request, mine, term)
        links = Link.objects.alive().filter(connection=connection_id, content_type=content_type_id(mirror.model))
        in_attio = links.exclude(record_id=None).annotate(row_pk=row_pk(mirror.model)).values("row_pk")
        return rows.filter(pk__in=in_attio)


def _choices(connection_id: int, mirror: AnyMirror, rows: Iterable[models.Model]) -> list[dict[str, str]]:
    listed = list(rows)
    links = Link.objects.for_rows(mirror.model, [row.pk for row in listed]).filter(connection=connection_id)
    record_ids = dict(links.values_list("object_id", "record_id"))
    slug = mirror.options.object
    return [{"id": f"{slug}:{record_ids[str(row.pk)]}", "text": str(row)} for row in listed]


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return max(int(asked), 1) if asked.isdigit() else 1
