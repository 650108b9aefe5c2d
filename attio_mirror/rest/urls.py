"""Addresses of the API. No root view: it would list them to anybody whom the host's defaults let in."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from . import views
from .desk.conflicts import ConflictViewSet
from .desk.outbox import OutboxViewSet
from .desk.status import StatusView
from .desk.sweeps import SweepViewSet
from .docs import documents

router = SimpleRouter()
router.register("companies", views.CompanyViewSet)
router.register("people", views.PersonViewSet)
router.register("users", views.UserViewSet)
router.register("workspaces", views.WorkspaceViewSet)
router.register("deals", views.DealViewSet)
router.register("conflicts", ConflictViewSet)
router.register("outbox", OutboxViewSet)
router.register("sweeps", SweepViewSet)

described = [path("status/", StatusView.as_view(), name="status"), *router.urls]
urlpatterns = [*described, *documents(described)]
