"""Pages by a cursor: stable while rows come and go, and as quick on the last page as on the first.

A page begins behind the last row of the one before, named by what it is ordered by and its key, not by its number.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import ValidationError as Unreadable
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import OrderBy
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from ..core.errors import Json
from ..models.past import Past
from .asking import Parameter, plain, whole

PAGE = 100
LARGEST_PAGE = 500
FOREIGN = "This cursor is not from here. Take `next` as it is, with the same ordering."


def _limit(text: str) -> int:
    if not 1 <= (found := whole(text)) <= LARGEST_PAGE:
        raise ValueError(f"1 to {LARGEST_PAGE} are possible.")
    return found


CURSOR = Parameter("cursor", "Where the page begins: taken from `next`.", {"type": "string", "minLength": 1}, plain)
LIMIT = Parameter(
    "limit", "How many on a page.", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}, _limit
)


@dataclass(frozen=True, slots=True)
class Ordering:
    """By one column, empty ones last, and then by key."""

    name: str

    @property
    def column(self) -> str:
        """The column."""
        return self.name.removeprefix("-")

    @property
    def falls(self) -> bool:
        """Whether the greatest come first."""
        return self.name.startswith("-")

    def order(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Rows in this order."""
        key = "-pk" if self.falls else "pk"
        if self.column == "pk":
            return rows.order_by(key)
        return rows.order_by(self._leading(rows.model), key)

    def _leading(self, model: type[models.Model]) -> str | OrderBy:
        if not _field(model, self.column).null:
            return self.name
        column = F(self.column)
        return column.desc(nulls_last=True) if self.falls else column.asc(nulls_last=True)

    def mark(self, row: models.Model) -> list[Json]:
        """What names a row's place."""
        if self.column == "pk":
            return [self.name, row.pk]
        field = _field(type(row), self.column)
        held = getattr(row, field.attname)
        return [self.name, None if held is None else field.value_to_string(row), row.pk]

    def behind(self, mark: list[Json], model: type[models.Model]) -> Q:
        """What comes after a place. Raises ValueError for a mark of another ordering."""
        if mark[0] != self.name or len(mark) != (2 if self.column == "pk" else 3):
            raise ValueError
        side = "lt" if self.falls else "gt"
        key = Q(**{f"pk__{side}": model._meta.pk.to_python(mark[-1])})
        if self.column == "pk":
            return key
        if mark[1] is None:
            return Q(**{self.column: None}) & key
        field = _field(model, self.column)
        value = field.to_python(mark[1])
        later = Q(**{f"{self.column}__{side}": value}) | (Q(**{self.column: value}) & key)
        return later | Q(**{self.column: None}) if field.null else later


class Pages(BasePagination):
    """Reads `cursor`, `limit` and `ordering` from what the view was asked; of the past, pages by link."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One page, and whether another one follows."""
        self.request, self.mark = request, list[Json]()
        limit, cursor = view.asked.get("limit", PAGE), _unpacked(view.asked.get("cursor"))
        try:
            if isinstance(queryset, Past):
                return self._past(queryset, cursor, limit)
            return self._rows(queryset, Ordering(view.asked.get("ordering") or view.ordering), cursor, limit)
        except (ValueError, TypeError, OverflowError, Unreadable) as error:
            raise ValidationError({"cursor": [FOREIGN]}) from error

    def _rows(self, rows: models.QuerySet[Any], ordering: Ordering, cursor: list[Json], limit: int) -> list[Any]:
        if cursor:
            rows = rows.filter(ordering.behind(cursor, rows.model))
        found = list(ordering.order(rows)[: limit + 1])
        if len(found) > limit:
            self.mark = ordering.mark(found[limit - 1])
        return found[:limit]

    def _past(self, past: Past[Any], cursor: list[Json], limit: int) -> list[Any]:
        """The past is a walk along the links."""
        links = past.links()
        if cursor:
            name, last = cursor
            if name != "past":
                raise ValueError
            links = links.filter(pk__gt=int(last))
        found = list(links.values_list("pk", "object_id")[: limit + 1])
        if len(found) > limit:
            self.mark = ["past", found[limit - 1][0]]
        rows = past.by_pk([key for _, key in found[:limit]])
        return [rows[key] for _, key in found[:limit] if key in rows]

    def get_paginated_response(self, data: Any) -> Response:
        """The page, and the address of the next one."""
        return Response({"next": self._next(), "results": data})

    def _next(self) -> str | None:
        if not self.mark:
            return None
        packed = base64.urlsafe_b64encode(json.dumps(self.mark).encode()).decode().rstrip("=")
        return replace_query_param(self.request.build_absolute_uri(), CURSOR.name, packed)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same, for the OpenAPI document."""
        following = {"type": ["string", "null"], "format": "uri", "description": "The address of the next page."}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }


def _field(model: type[models.Model], column: str) -> models.Field[Any, Any]:
    return cast("models.Field[Any, Any]", model._meta.get_field(column))


def _unpacked(cursor: str | None) -> list[Json]:
    if cursor is None:
        return []
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, UnicodeError, ValueError, RecursionError) as error:
        raise ValidationError({"cursor": [FOREIGN]}) from error
    if not isinstance(found, list) or len(found) not in (2, 3) or "\0" in str(found):
        raise ValidationError({"cursor": [FOREIGN]})
    return found
