"""The pages and actions of the admin: found in the site, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models
from django.test import RequestFactory
from django.urls import reverse

from attio_mirror.models import Connection
from attio_mirror.testing import Attio

from ..http.people import furnish

LOOKS = {"changelist", "change", "history", "attio_history", "attio_state", "attio_records"}
LOOKS |= {"attio_pipeline", "attio_pipeline_rows", "attio_export"}
CHANGES = {
    "add",
    "delete",
    "attio_push",
    "attio_pull",
    "attio_revert",
    "attio_deed",
    "attio_undo",
    "attio_begin",
    "attio_webhook",
}
ADMINS = {model: one for model, one in admin.site._registry.items() if model._meta.app_label == "attio_mirror"}


@dataclass(frozen=True)
class Page:
    """One address of the admin."""

    kind: str
    address: str
    is_of_one: bool


def one_of_each(attio: Attio) -> dict[type[models.Model], models.Model]:
    """A row of every model the admin knows."""
    rows = furnish(attio)
    for model in ADMINS:
        if model not in rows:
            rows[model] = model._base_manager.order_by("pk")[0]
    return rows


def pages(house: dict[type[models.Model], models.Model]) -> Iterator[Page]:
    for model, one in ADMINS.items():
        stem, row = f"{model._meta.app_label}_{model._meta.model_name}_", house[model]
        for pattern in one.get_urls():
            if not pattern.name:
                continue  # Django's redirect from addresses of old
            kind, route = pattern.name.removeprefix(stem), str(pattern.pattern)
            given: dict[str, Any] = {"object_id": row.pk} if "object_id" in route else {}
            if kind == "attio_records":
                given = {"connection_id": house[Connection].pk, "slug": "associated_company"}
            for deed in getattr(one, "deeds", ()) if kind == "attio_deed" else [""]:
                address = reverse(f"admin:{pattern.name}", kwargs=given | ({"deed": deed} if deed else {}))
                query = f"?pk={row.pk}" if kind == "attio_state" else ""
                yield Page(kind, address + query, "object_id" in given)


def actions(house: dict[type[models.Model], models.Model]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The list of each model, and what the button under it sends, for every action there is."""
    request = RequestFactory().get("/")
    request.user = get_user_model()(is_superuser=True, is_active=True)
    for model, one in ADMINS.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for name in one.get_actions(request):
            yield address, {"action": name, "_selected_action": [str(house[model].pk)], "post": "yes"}
