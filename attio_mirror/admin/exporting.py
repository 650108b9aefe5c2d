"""Lists as files: what the page at the same address shows, on all its pages; of the past with its date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from html import unescape
from typing import Any, ClassVar

from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import capfirst

from ..mirrors.registry import registry
from ..models import Connection
from ..sync.gates import WHAT_TO_DO, gates_of
from ..sync.tenants import narrowed
from .moments import AS_OF
from .past import PastChangeList, Retrospective
from .spreadsheet import csv_file
from .states import MirroredChangeList, link_of


class Exporting(Retrospective):
    """The part of `MirroredAdmin` that hands out its lists."""

    change_list_template = "admin/attio_mirror/list.html"
    in_file: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Columns of the list that are others in a file: a number in words is for the eye, a spreadsheet wants to count."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With a way to the file, and with what its filters need."""
        url = reverse(self.view_name("export"), current_app=self.admin_site.name)
        mirror = registry.of_model(self.model)
        gates = [
            (of.alias, gate)
            for of in narrowed(Connection.objects.all(), request.user)
            for gate in gates_of(of, mirror.options.object if mirror else "")
        ]
        told = {"export_url": url, "plan_gates": gates, "what_to_do": WHAT_TO_DO}
        answer = super().changelist_view(request, {**told, **(extra_context or {})})
        context = getattr(answer, "context_data", None) or {}
        for spec in context["cl"].filter_specs if "cl" in context else ():
            if hasattr(spec, "media"):
                context["media"] += spec.media
        return answer

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """`attio-export/`, with what the address of a list asks."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown: PastChangeList | MirroredChangeList
        heads, name = [str(self.opts.verbose_name).capitalize(), "Record"], str(self.opts.verbose_name_plural)
        if AS_OF in request.GET and self.remembers():
            found = self.past_list(request)
            if isinstance(found, HttpResponse):
                return found
            shown, name = found, f"{name}-as-of-{found.moment.text.replace(':', '')}"
        else:
            shown = self.get_changelist_instance(request)  # type: ignore[assignment]  # get_changelist says which
        listed = [one for one in shown.list_display if one != "action_checkbox"]
        columns = [one for column in listed for one in self.in_file.get(str(column), (column,))]
        heads += [capfirst(str(label_for_field(one, self.model, self))) for one in columns]
        return csv_file(name.replace(" ", "-"), heads, self._lines(shown.everything(), columns))

    def _lines(self, rows: Iterable[models.Model], columns: Iterable[Any]) -> Iterator[list[object]]:
        for row in rows:
            link = link_of(row)
            yield [row.pk, (link and link.record_id) or "", *(self._said(one, row) for one in columns)]

    def _said(self, column: Any, row: models.Model) -> object:
        field, _, value = lookup_field(column, row, self)
        if isinstance(value, Decimal):
            return format(value.normalize(), "f")
        if field is None:
            return unescape(strip_tags("" if value is None else str(value)))
        if field.remote_field:
            value = getattr(row, field.name)
            return "" if value is None else str(value)
        return str(display_for_field(value, field, ""))
