"""The API describes itself: OpenAPI 3.1 that validates, a page without scripts, and every answer as described."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User as Login
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from attio_mirror.models import Deal
from attio_mirror.rest.errors import AttioSaidNo, Outdated, Stale
from attio_mirror.rest.operations import Operation
from attio_mirror.rest.urls import described, router
from attio_mirror.sync.metrics import measure
from attio_mirror.testing import Attio

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(bob: Login) -> Any:
    """For everybody with a login."""
    client = Client()
    client.force_login(bob)
    return client.get("/attio/api/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_the_document_is_openapi_31_and_valid(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert document["servers"] == [{"url": "http://testserver/attio/api"}]


def test_every_operation_of_every_view_is_described(document: Any) -> None:
    views: list[tuple[str, Any]] = [(prefix, view) for prefix, view, _ in router.registry]
    declared = {f"{prefix}_{name}" for prefix, view in views for name in view.operations}
    assert {operation["operationId"] for _, _, operation in operations(document)} == declared | {"status_get"}


def test_every_operation_says_what_it_is_for_and_which_errors_it_knows(document: Any) -> None:
    for method, path, operation in operations(document):
        assert operation["summary"].endswith("."), path
        assert "permission `attio_mirror." in operation["description"], path
        assert {"400", "401", "403", "429"} <= set(operation["responses"]), path
        assert ("404" in operation["responses"]) == ("{" in path), path
        assert ("415" in operation["responses"]) == ("requestBody" in operation), (method, path)
        assert all(one.get("description") for one in operation.get("parameters", ()) if one["in"] != "path"), path


def test_tags_are_announced_where_they_come(document: Any) -> None:
    tagged = {
        operation["operationId"]
        for _, _, operation in operations(document)
        if any("ETag" in answer.get("headers", {}) for answer in operation["responses"].values())
    }
    rows = ("companies", "people", "users", "workspaces", "deals")
    assert tagged == {f"{thing}_{deed}" for thing in rows for deed in ("retrieve", "create", "partial_update")}


def test_every_thing_and_parameter_is_explained(document: Any) -> None:
    for name, thing in document["components"]["schemas"].items():
        assert thing.get("description") or name.startswith("Paginated"), name


def test_every_thing_is_something_that_is_sent_or_answered(document: Any) -> None:
    text = json.dumps(document)
    things = document["components"]["schemas"]
    assert [name for name in things if f'"#/components/schemas/{name}"' not in text] == []
    assert "StandingRequest" not in things
    assert {"Deal", "DealRequest", "PatchedDealRequest", "Standing", "Error"} <= set(things)


def test_a_change_may_leave_out_anything_and_a_creation_may_not(document: Any) -> None:
    things = document["components"]["schemas"]
    assert "required" not in things["PatchedDealRequest"]
    assert things["DealRequest"]["required"] == ["name"]
    assert "attio" not in things["DealRequest"]["properties"]


def test_the_document_and_the_page_are_for_nobody_without_a_login() -> None:
    for address in ("openapi.json", "docs/"):
        assert Client().get(f"/attio/api/{address}").status_code == 403


def test_the_page_tells_the_same_without_scripts_and_from_no_other_host(document: Any, bob: Login) -> None:
    client = Client()
    client.force_login(bob)
    answer = client.get("/attio/api/docs/")
    page = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/html")
    for method, path, operation in operations(document):
        assert f'<b class="{method}">{method.upper()}</b> <code>{path}</code>' in page
        assert operation["summary"].partition("`")[0] in page
    assert not any(forbidden in page for forbidden in ("<script", "<style", " style="))
    assert not re.search(r"\son[a-z]+=", page)
    assert set(re.findall(r'(?:src|href)="(?!#)([^"]+)"', page)) == {
        "/static/attio_mirror/api.css",
        "/static/attio_mirror/icon.svg",
        "../openapi.json",
    }
    targets = re.findall(r'href="#([^"]+)"', page)
    assert targets
    assert set(targets) <= set(re.findall(r'id="([^"]+)"', page))


WITHOUT = """
import sys
sys.modules["drf_spectacular"] = None
import django
django.setup()
from attio_mirror.rest import openapi, urls
print(openapi.IS_INSTALLED, len(urls.urlpatterns) - len(urls.described), urls.views.DealViewSet.schema)
"""


def test_without_the_package_the_api_is_the_same_and_describes_nothing() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    found = subprocess.run([sys.executable, "-c", WITHOUT], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "0", "None"]


def test_answers_are_what_the_document_says(attio: Attio, document: Any, api: Client) -> None:
    """One by hand; the rest is for the machine."""
    deal = Deal.objects.create(name="Tea")
    said = document["components"]["schemas"]["Deal"]
    body = api.get(f"/attio/api/deals/{deal.pk}/").json()
    assert set(body) == set(said["properties"]) == set(said["required"])


def test_an_operation_needs_a_permission_django_knows() -> None:
    for _, view, _ in router.registry:
        found: dict[str, Operation] = getattr(view, "operations", {})
        assert found
        assert {one.needs for one in found.values()} <= {"view", "add", "change", "delete"}
    assert described


def test_the_reference_names_every_address_parameter_code_and_number(document: Any) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/http.md").read_text()
    rows = ("deals", "workspaces", "companies", "people", "users")
    for _, path, operation in operations(document):
        thing, _, rest = path.strip("/").partition("/")
        deed = rest.removeprefix("{id}").strip("/")
        assert f"api/{'<rows>' if thing in rows else thing}/" in page, path
        assert not deed or f"/{deed}/`" in page, path
        if thing not in rows:
            named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
            assert {name for name in named - {"cursor", "limit"} if f"?{name}=" not in page} == set(), path
    for gauge in measure([]):
        assert f"| `{gauge.name}` |" in page
    for error in (Outdated, Stale, AttioSaidNo):
        assert f"`{error.default_code}`" in page
