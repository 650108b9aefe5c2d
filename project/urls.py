"""Addresses of the demo project: the admin, the mirror's own, and a home page that leads to both."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from attio_mirror.conf import ATTIO_ORIGIN, conf

attio = conf().connections["default"].base_url
home = TemplateView.as_view(template_name="home.html", extra_context={"attio": attio, "sandbox": attio != ATTIO_ORIGIN})

urlpatterns = [
    path("", home, name="home"),
    path("admin/", admin.site.urls),
    path("attio/", include("attio_mirror.urls")),
]
