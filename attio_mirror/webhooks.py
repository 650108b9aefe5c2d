"""Where Attio's deliveries arrive: verify the raw bytes, store them, answer. Reading comes later."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from .core.events import BadDelivery, is_authentic
from .sync.connections import NotConfigured, connection
from .sync.inbox import receive

LARGEST = 1_000_000
"""Bytes of a delivery we read; Attio's have some hundred."""
SIGNATURES = ("Attio-Signature", "X-Attio-Signature")
"""Attio sends the same in both (Attio's docs: webhooks)."""


@method_decorator([csrf_exempt, login_not_required, non_atomic_requests], name="dispatch")
class WebhookView(View):
    """`POST webhook/<alias>/`. The signature is the only key there is; without a secret in settings nothing opens."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, alias: str, **_: Any) -> HttpResponse:
        """413, 404, 403 or 400, or 200 once the delivery is stored."""
        body = _body(request)
        if body is None:
            return _say(413, "A delivery is smaller than this.")
        try:
            of = connection(alias)
        except NotConfigured:
            return _say(404, "No such connection.")
        given = next((request.headers[name] for name in SIGNATURES if name in request.headers), None)
        if not is_authentic(body, given, of.conf.webhook_secrets):
            return _say(403, "The signature does not fit.")
        try:
            receive(of, body, request.headers.get("Idempotency-Key", ""))
        except BadDelivery as problem:
            return _say(400, f"Not a delivery: {problem}.")
        return _say(200, "Stored.")


def _body(request: HttpRequest) -> bytes | None:
    """The raw bytes, None where there are too many. Not `request.body`, which would take any number."""
    body: bytes = request.read(LARGEST + 1)
    return None if len(body) > LARGEST else body


def _say(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
