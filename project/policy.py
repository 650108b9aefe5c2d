"""A strict Content-Security-Policy: the admin and all pages of ours hold under it, and this proves it daily."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


class StrictPolicy:
    """Nothing inline, nothing from elsewhere. Django's own pages about errors, with DEBUG on, are styled inline."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with the header."""
        answer = self.get_response(request)
        if not (settings.DEBUG and answer.status_code in (404, 500)):
            answer["Content-Security-Policy"] = POLICY
        return answer
