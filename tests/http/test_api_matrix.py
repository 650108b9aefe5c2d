"""Who may do what, for every address and every method: found by the resolver, so that no new one is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from attio_mirror.models import Company, Conflict, Deal, OutboxEntry, Person, Sweep, User, Workspace
from attio_mirror.rest.access import Throttle
from attio_mirror.rest.operations import Operation
from attio_mirror.testing import Attio

from .people import (
    ANONYMOUS,
    EDITOR,
    PEOPLE,
    SECRET,
    STRANGER,
    VIEWER,
    enter,
    furnish,
    resumable,
    watched,
)

pytestmark = pytest.mark.django_db
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
LOGIN_ONLY = {"openapi", "docs"}
"""What there is may be known to everybody with a login; not what is in it."""
BODIES: dict[str, dict[str, Any]] = {
    "company-list": {"name": "Oolong"},
    "person-list": {"full_name": "Oolong"},
    "user-list": {"user_id": "o", "primary_email_address": "o@example.com"},
    "workspace-list": {"workspace_id": "o"},
    "deal-list": {"name": "Oolong"},
    "sweep-list": {"connection": "default", "object": "people"},
    "conflict-resolve": {"take": "attio"},
    "company-detail": {"description": "Oolong"},
    "person-detail": {"job_title": "Oolong"},
    "user-detail": {"user_id": "o"},
    "workspace-detail": {"name": "Oolong"},
    "deal-detail": {"value": "7"},
}
TARGETS = {
    "company": Company, "person": Person, "user": User, "workspace": Workspace, "deal": Deal,
    "outboxentry": OutboxEntry, "conflict": Conflict, "sweep": Sweep,
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One address of the API and its view."""

    name: str
    pattern: str
    view: Any
    actions: dict[str, str]

    def operation(self, method: str) -> Operation | None:
        """What a method does here."""
        name = self.actions.get("get" if method == "head" else method)
        found: dict[str, Operation] = self.view.operations
        return found.get(name) if name else None

    @property
    def is_of_one(self) -> bool:
        """Whether the address names a row."""
        return "(?P<pk>" in self.pattern


def routes() -> Iterator[Route]:
    api = next(p for p in get_resolver("attio_mirror.urls").url_patterns if str(p.pattern) == "api/")
    patterns: list[URLPattern] = getattr(api, "url_patterns")  # noqa: B009  # an include has them
    for pattern in patterns:
        callback: Any = pattern.callback
        plain = {method: method for method in METHODS if method in callback.cls.operations}
        yield Route(str(pattern.name), str(pattern.pattern), callback.cls, dict(getattr(callback, "actions", plain)))


ROUTES = list(routes())


@pytest.fixture
def house(attio: Attio, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    monkeypatch.setattr(Throttle, "default", None)
    monkeypatch.setattr("attio_mirror.sync.sweep.control.enqueue", lambda *_: None)
    rows = furnish(attio)
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "TENANTS_OF_USER": "tests.http.people.tenants_of"}
    return rows


def knock(client: Client, route: Route, method: str, house: dict[Any, Any]) -> Any:
    pattern = route.pattern.removeprefix("^").removesuffix("$").removesuffix(r"\Z")
    thing = route.name.partition("-")[0]
    row = house[TARGETS[thing]] if thing in TARGETS else None
    address = pattern.replace("(?P<pk>[^/]+)", str(row.pk) if row is not None else "")
    body = BODIES.get(route.name, {}) if method in ("post", "patch", "put") else None
    more = {} if body is None else {"data": body, "content_type": "application/json"}
    return getattr(client, method)(f"/attio/api/{address}", **more)


def may(person: str, route: Route, operation: Operation) -> bool:
    if route.name in LOGIN_ONLY:
        return person != ANONYMOUS
    return person in (EDITOR, STRANGER) or (person == VIEWER and operation.needs == "view")


def test_every_address_is_in_the_matrix() -> None:
    names = {route.name for route in ROUTES}
    things = {"company", "person", "user", "workspace", "deal"}
    assert {f"{thing}-{page}" for thing in things for page in ("list", "detail", "timeline")} < names
    assert {"outboxentry-retry", "outboxentry-drop", "conflict-resolve", "sweep-pause", "sweep-cancel"} < names
    assert all(route.actions for route in ROUTES)


def test_what_stands_beside_the_api_is_known() -> None:
    """The webhook checks signatures, health names nobody, the metrics have tests of their own."""
    beside = {str(pattern.pattern) for pattern in get_resolver("attio_mirror.urls").url_patterns}
    assert beside == {"webhook/<slug:alias>/", "health/", "metrics/", "api/"}


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_what_is_theirs_and_no_more(house: dict[Any, Any], person: str) -> None:
    client = enter(person)
    for route in ROUTES:
        if route.name == "sweep-resume":
            resumable(house[Sweep])
        for method in METHODS:
            with watched() as written:
                answer = knock(client, route, method, house)
            where = (person, method, route.name, answer.status_code, answer.content, written)
            operation = route.operation(method)
            assert answer.status_code in expected(person, route, operation), where
            may_write = person == EDITOR and operation is not None and operation.needs != "view"
            assert bool(written) == may_write, where
            assert person in (VIEWER, EDITOR) or SECRET not in answer.content.decode(), where


def expected(person: str, route: Route, operation: Operation | None) -> set[int]:
    if person == ANONYMOUS:
        return {401, 403}
    if operation is None:
        return {405}
    if not may(person, route, operation):
        return {403}
    if person == STRANGER and (route.is_of_one or operation.needs != "view"):
        return {400, 403, 404}
    return {200, 201, 204}


def test_the_viewer_does_see_what_a_stranger_must_not(house: dict[Any, Any]) -> None:
    """Else the test above could not fail."""
    client = enter(VIEWER)
    seen = {route.name for route in ROUTES if SECRET in knock(client, route, "get", house).content.decode()}
    things = {"company", "person", "user", "workspace", "deal", "outboxentry", "conflict", "sweep"}
    assert {f"{thing}-{page}" for thing in things for page in ("list", "detail")} <= seen
