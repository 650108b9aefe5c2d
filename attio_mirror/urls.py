"""URLs of the app: `path("attio/", include("attio_mirror.urls"))`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from .health import health, metrics
from .webhooks import WebhookView

app_name = "attio_mirror"
urlpatterns: list[URLPattern | URLResolver] = [
    path("webhook/<slug:alias>/", WebhookView.as_view(), name="webhook"),
    path("health/", health, name="health"),
    path("metrics/", metrics, name="metrics"),
    path("api/", include("attio_mirror.rest.urls")),
]
