"""Whatever the document allows, and a good deal that it forbids, gets an answer the document knows.

SCHEMATHESIS_EXAMPLES=200 tries more than the few that fit into every run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User as Login
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import sampled_from
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from attio_mirror.rest.access import Throttle
from attio_mirror.rest.openapi import describe_with
from attio_mirror.rest.urls import described, router
from attio_mirror.testing import Attio

from .test_api_lists import sow

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "4"))


@pytest.fixture
def app(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The site as the browser of a superuser gets it; some rows of every kind are there."""
    monkeypatch.setattr(Throttle, "default", None)
    monkeypatch.setattr("attio_mirror.sync.sweep.control.enqueue", lambda *_: None)
    sow(attio, 2)
    client = Client()
    client.force_login(Login.objects.create_superuser("root"))
    request = RequestFactory().get("/")
    token = get_token(request)
    cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={request.META['CSRF_COOKIE']}"
    site = WSGIHandler()

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        return site({**environ, "HTTP_COOKIE": cookie, "HTTP_X_CSRFTOKEN": token}, start_response)

    signals = (request_started, request_finished)
    for signal in signals:  # the transaction of the test is to outlive its requests
        signal.disconnect(close_old_connections)
    yield app
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def schema(app: Any) -> Any:
    """The API as schemathesis reads it, its login left out: that comes by itself."""
    document = describe_with(described, "http://localhost/attio/api")
    open_document = {
        **document,
        "paths": {
            path: {method: {**one, "security": []} for method, one in methods.items()}
            for path, methods in document["paths"].items()
        },
    }
    found = schemathesis.openapi.from_dict(open_document, config=SchemathesisConfig.from_dict({}))
    found.app, found.location = app, "/attio/api/openapi.json"
    return found


NOT_ASKED: dict[GenerationMode, list[Any]] = {
    GenerationMode.POSITIVE: [ignored_auth, positive_data_acceptance],
    GenerationMode.NEGATIVE: [ignored_auth, positive_data_acceptance],
}
"""Who gets in is the matter of the permission matrix. And a schema cannot say which stages there are, or that a cursor
is taken from an answer: so much that it allows is rightly refused."""


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_one_the_document_knows(schema: Any, mode: GenerationMode) -> None:
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.POSITIVE or says_something(operation):
            explore(operation, mode)


def says_something(operation: Any) -> bool:
    """Whether there is anything to say wrongly."""
    return any(list(part) for part in (operation.query, operation.path_parameters, operation.body))


def explore(operation: Any, mode: GenerationMode) -> None:
    """A few requests; half of those that name a row name one that is there."""
    pks = sorted(operation_rows(operation))

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), pk=sampled_from([*pks, None]))
    def run(case: Any, pk: int | None) -> None:
        if pk is not None and mode is GenerationMode.POSITIVE and "id" in case.path_parameters:
            case.path_parameters["id"] = pk
        case.call_and_validate(excluded_checks=NOT_ASKED[mode])

    run()


def operation_rows(operation: Any) -> list[int]:
    """The keys of the rows an operation is about."""
    prefix = operation.path.strip("/").partition("/")[0]
    views: dict[str, Any] = {name: view for name, view, _ in router.registry}
    return list(views[prefix].queryset.values_list("pk", flat=True)) if prefix in views else []
