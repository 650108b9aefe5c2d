"""What the desk's views share: lists of our own tables, and deeds that leave a line in the log."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from django.db import models
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from ..access import Guarded
from ..errors import Stale

log = logging.getLogger("attio_mirror")


class DeskViewSet(Guarded, GenericViewSet[Any]):
    """List and retrieve; newest first."""

    ordering = "-pk"
    related: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self) -> models.QuerySet[Any]:
        """With what each row is shown with."""
        return super().get_queryset().select_related(*self.related)

    def narrowed(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """By what was asked."""
        raise NotImplementedError

    def list(self, request: Request) -> Response:
        """A page."""
        page = self.paginate_queryset(self.narrowed(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One."""
        return Response(self.get_serializer(self.get_object()).data)

    def done(self, done: bool, deed: str, *, status: int = 200) -> Response:
        """The thing as it is now, and who did it in the log. Raises Stale where somebody was quicker."""
        if not done:
            raise Stale
        model, pk = self.queryset.model._meta.model_name, self.kwargs.get("pk")
        log.info("%s %s: %s by user %s over the API.", model, pk, deed, self.request.user.pk)
        return Response(self.get_serializer(self.get_object()).data, status=status)

    def get_object(self) -> Any:
        """Read anew each time, never narrowed by the query of a list."""
        found = self.get_queryset().filter(pk=self.key).first()
        if found is None:
            raise Http404
        return found
