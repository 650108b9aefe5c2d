"""Who may ask, and how often. Said here outright, whatever the host's defaults are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.http import Http404
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, TokenAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.versioning import BaseVersioning

from ..sync.tenants import narrowed
from .asking import read_query, whole
from .errors import answer
from .openapi import SCHEMA
from .operations import Operation
from .pages import Pages
from .parsing import StrictJSON


class ModelPermissions(BasePermission):
    """Django's own permissions of the model, as the operation names them; reading needs one too."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user has it."""
        operation: Operation = view.operation
        opts = view.queryset.model._meta
        return request.user.has_perm(f"{opts.app_label}.{operation.needs}_{opts.model_name}")


class Throttle(UserRateThrottle):
    """A host sets another rate for the scope `attio_mirror` in REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]."""

    scope = "attio_mirror"
    default = "600/min"

    def get_rate(self) -> str | None:
        """The host's rate, or ours."""
        rates: dict[str, str | None] = self.THROTTLE_RATES
        return rates.get(self.scope, self.default)


class Guarded:
    """What all views of the API have in common."""

    operations: ClassVar[Mapping[str, Operation]] = {}
    """By action (of a viewset) or by method in small letters."""
    permission_classes: Any = [IsAuthenticated, ModelPermissions]
    throttle_classes: Any = [Throttle]
    renderer_classes: Any = [JSONRenderer]
    parser_classes: Any = [StrictJSON]
    versioning_class: type[BaseVersioning] | None = None
    http_method_names: Any = ["get", "post", "put", "patch", "delete", "head"]
    """No OPTIONS: what there is stands in the document."""
    pagination_class: Any = Pages
    schema = SCHEMA
    ordering = "pk"
    lookup_value_regex = "[^/]+"
    queryset: Any
    request: Any
    kwargs: Any
    asked: Mapping[str, Any]
    """The query of the address, read."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """A session, or a token where the host has `rest_framework.authtoken` installed."""
        tokens = [TokenAuthentication()] if apps.is_installed("rest_framework.authtoken") else []
        return [*tokens, SessionAuthentication()]

    def get_exception_handler(self) -> Any:
        """Ours: errors of this API have one shape."""
        return answer

    @property
    def operation(self) -> Operation:
        """What was asked for. Raises MethodNotAllowed."""
        method = "get" if self.request.method == "HEAD" else self.request.method.lower()
        found = self.operations.get(getattr(self, "action", None) or method)
        if found is None:
            raise MethodNotAllowed(self.request.method)
        return found

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After the permissions the query: what nobody declared is refused."""
        self.asked = {}
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # APIView's
        self.asked = read_query(request.query_params, self.operation.parameters)

    @property
    def key(self) -> int:
        """The primary key in the address. Raises Http404 for what is none."""
        try:
            return whole(self.kwargs["pk"])
        except ValueError as error:
            raise Http404 from error

    def get_queryset(self) -> models.QuerySet[Any]:
        """Of the user's tenants."""
        return narrowed(self.queryset.all(), self.request.user)
