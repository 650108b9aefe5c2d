"""Whether the mirror is all right, for load balancers and monitors: no login, so no names and no values.

The metrics name connections and objects, so they are for those who may see connections, or bring the token.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .conf import conf
from .core.errors import Json
from .models import LOCKED_OUT, Connection
from .sync.metrics import CONTENT_TYPE, as_text, measure
from .sync.tenants import narrowed
from .sync.waiting import waiting


@login_not_required
@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 `ok`, or 503 `degraded`: a token is revoked, something has waited for minutes, the database is gone."""
    try:
        body = _measure()
    except DatabaseError:
        body = {"status": "degraded", "database": False}
    return JsonResponse(body, status=200 if body["status"] == "ok" else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus, of all connections, or of the user's."""
    connections = Connection.objects.all()
    if not _brings_the_token(request):
        if not request.user.has_perm("attio_mirror.view_connection"):
            challenge = {"WWW-Authenticate": 'Bearer realm="attio_mirror"'}
            return HttpResponse("These numbers need a login or the token.\n", "text/plain", 401, headers=challenge)
        connections = narrowed(connections, request.user)
    return HttpResponse(as_text(measure(connections)), CONTENT_TYPE)


def _brings_the_token(request: HttpRequest) -> bool:
    """Whether the request carries METRICS_TOKEN; where none is set, nothing is it."""
    given, wanted = request.headers.get("Authorization", ""), conf().metrics_token
    return bool(wanted) and constant_time_compare(given, f"Bearer {wanted}")


def _measure() -> dict[str, Json]:
    now = waiting()
    revoked = Connection.objects.filter(state__in=LOCKED_OUT).count()
    return {
        "status": "degraded" if revoked or now.problems else "ok",
        "database": True,
        "oldest_waiting_seconds": now.outbox_oldest_seconds,
        "inbox_oldest_seconds": now.inbox_oldest_seconds,
        "revoked_connections": revoked,
    }
