"""The views of the rows: list, read, create, change and delete, as they are and as they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction
from django.db.models import Prefetch
from django.http import Http404
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from ...models import Connection
from ...models.past import Past, as_of
from ...sync.acting import acting
from ...sync.tenants import tenants_of
from ..access import Guarded
from ..asking import AS_OF, BELIEVED_AT, of_choice
from ..operations import Operation
from ..pages import CURSOR, LIMIT
from . import tags, timelines
from .filters import NOT_THEN, Filter, narrow, narrow_past
from .serializers import RowSerializer
from .standing import Standings

Row = TypeVar("Row", bound=models.Model)
THEN = (AS_OF, BELIEVED_AT)


class RowViewSet(Guarded, GenericViewSet[Row]):
    """Rows of one model. A change is partial (PATCH), made under the row's lock, and marked as the user's."""

    filters: ClassVar[Sequence[Filter]] = ()
    ordered: ClassVar[Sequence[str]] = ("pk",)
    """The columns a list can be ordered by."""
    serializer_class: type[RowSerializer[Row]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """What each operation of these rows is, for whoever asks."""
        super().__init_subclass__(**kwargs)
        cls.operations = _operations(cls)

    def get_queryset(self) -> models.QuerySet[Row]:
        """Keys of relations prefetched; for a change the row is locked against the reconcile that may be under way."""
        rows = super().get_queryset()
        for relation in rows.model._meta.many_to_many:
            related: Any = relation.related_model
            rows = rows.prefetch_related(Prefetch(relation.name, related._base_manager.only("pk")))
        return rows.select_for_update() if self.action in ("partial_update", "destroy") else rows

    def list(self, request: Request) -> Response:
        """A page."""
        past = self._past()
        rows: Any = narrow(self.get_queryset(), self.filters, self.asked) if past is None else past
        page = self.paginate_queryset(rows)
        assert page is not None  # noqa: S101  # there is always a paginator; narrows the type
        self.standings = Standings.of(self.queryset.model, page, of_the_past=past is not None)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One row, with its tag."""
        past = self._past()
        if past is None:
            return self._tagged(self._serializer(self.get_object()))
        found = past.by_pk([self.key])
        if not found:
            raise Http404
        row = next(iter(found.values()))
        self.standings = Standings.of(self.queryset.model, [row], of_the_past=True)
        return Response(self.get_serializer(row).data)

    def create(self, request: Request) -> Response:
        """One transaction: the pump must not see a row without its relations."""
        with acting(request.user.pk), transaction.atomic():
            serializer = self.get_serializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            serializer.save()
            return self._tagged(self._fresh(serializer.instance), status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """One transaction, from the reading of the row to its writing."""
        with acting(request.user.pk), transaction.atomic():
            row = self.get_object()
            serializer = self.get_serializer(row, data=request.data, partial=True)
            changes = request.data if isinstance(request.data, dict) else {}
            tags.expect(request.headers.get("If-Match"), self._serializer(row), changes)
            serializer.is_valid(raise_exception=True)
            serializer.save()
            return self._tagged(self._fresh(row))

    def destroy(self, request: Request, pk: str) -> Response:
        """The row; whether the record follows is for its mirror to say (`on_delete`)."""
        with acting(request.user.pk), transaction.atomic():
            row = self.get_object()
            tags.expect(request.headers.get("If-Match"), self._serializer(row), {})
            row.delete()
        return Response(status=204)

    @action(detail=True, url_path="timeline")
    def timeline(self, request: Request, pk: str) -> Response:
        """The versions of its attributes, the newest first."""
        self.ordering = "-active_from"
        versions: Any = timelines.versions(self.get_object(), self.asked)
        page = self.paginate_queryset(versions)
        return self.get_paginated_response(timelines.say(page or [], self.asked.get("believed_at")))

    def get_object(self) -> Row:
        """Of the user's tenants, and never narrowed by the query of a list."""
        found: Row | None = self.get_queryset().filter(pk=self.key).first()
        if found is None:
            raise Http404
        return found

    # -- how -------------------------------------------------------------------------------------------------------

    def get_serializer_context(self) -> dict[str, Any]:
        """Where the rows of the page stand, if there is one."""
        return {**super().get_serializer_context(), "standings": getattr(self, "standings", None)}

    def _past(self) -> Past[Row] | None:
        """The rows as they were, if that is what was asked."""
        strange = "ordering" if "as_of" in self.asked else "believed_at"
        if strange in self.asked:
            raise ValidationError({strange: [NOT_THEN if strange == "ordering" else "This goes with as_of."]})
        if "as_of" not in self.asked:
            return None
        try:
            past: Past[Row] = as_of(self.queryset.model, self.asked["as_of"], self.asked.get("believed_at"))
        except LookupError as error:
            raise ValidationError({"as_of": [str(error)]}) from error
        aliases = tenants_of(self.request.user)
        if aliases is not None:
            past = past.of(*Connection.objects.filter(alias__in=aliases))
        return narrow_past(past, self.filters, self.asked)

    def _fresh(self, row: Any) -> Any:
        """Read again: columns round, and Attio's words come with the state."""
        return self._serializer(self.queryset.model._base_manager.get(pk=row.pk))

    def _serializer(self, row: Row) -> RowSerializer[Row]:
        return self.serializer_class(row, context=self.get_serializer_context())

    def _tagged(self, serializer: Any, status: int = 200) -> Response:
        return Response(serializer.data, status=status, headers={"ETag": tags.tag_of(serializer)})


def _operations(cls: type[RowViewSet[Any]]) -> dict[str, Operation]:
    row, opts = cls.serializer_class, cls.queryset.model._meta
    one, many = opts.verbose_name, opts.verbose_name_plural
    orders = [sign + name for name in cls.ordered for sign in ("", "-")]
    ordering = of_choice("ordering", "By what; a minus turns it round. Empty ones come last.", orders)
    asked = (CURSOR, LIMIT, ordering, *THEN, *(narrower.parameter for narrower in cls.filters))
    return {
        "list": Operation(about=f"A page of {many}.", needs="view", gives=row, many=True, parameters=asked),
        "retrieve": Operation(about=f"One {one}.", needs="view", gives=row, parameters=THEN, is_tagged=True),
        "create": Operation(
            about=f"A new {one}.", needs="add", takes=row, gives=row, status=201, is_tagged=True, refuses=(409,)
        ),
        "partial_update": Operation(
            about=f"Change a {one}: only what differs is written, and sent to Attio.",
            needs="change", takes=row, gives=row, is_conditional=True, is_tagged=True,
            refuses=(409,),
        ),
        "destroy": Operation(
            about=f"Delete a {one} here; in Attio, too, where its mirror says so.",
            needs="delete", status=204, is_conditional=True, refuses=(409,),
        ),
        "timeline": Operation(
            about=f"The history of a {one}: every version, who made it, and since when we know.",
            needs="view", gives=timelines.VersionSerializer, many=True,
            parameters=(CURSOR, LIMIT, *timelines.PARAMETERS),
        ),
    }  # fmt: skip
