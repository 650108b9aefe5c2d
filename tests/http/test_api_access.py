"""Nobody gets in without a login, nobody sees or changes what Django's permissions do not name."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated

from attio_mirror.models import Deal
from attio_mirror.rest.access import ModelPermissions, Throttle
from attio_mirror.rest.desk.status import StatusView
from attio_mirror.rest.docs import DocsView, SchemaView
from attio_mirror.rest.views import DealViewSet

pytestmark = pytest.mark.django_db
PATHS = ["companies", "people", "users", "workspaces", "deals", "status", "conflicts", "outbox", "sweeps"]


@pytest.mark.parametrize("path", PATHS)
def test_strangers_are_turned_away(path: str) -> None:
    assert Client().get(f"/attio/api/{path}/").status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_a_login_without_permissions_sees_nothing(bob: User, path: str) -> None:
    client = Client()
    client.force_login(bob)
    assert client.get(f"/attio/api/{path}/").status_code == 403
    refused = client.options(f"/attio/api/{path}/")
    assert (refused.status_code, "OPTIONS" in refused["Allow"]) == (405, False)


def test_permissions_count_model_by_model(api: Client) -> None:
    assert api.get("/attio/api/deals/").status_code == 200
    assert api.get("/attio/api/people/").status_code == 403


def test_who_may_see_may_not_change(ada: User, api: Client) -> None:
    deal = Deal.objects.create(name="Tea")
    ada.user_permissions.remove(*ada.user_permissions.filter(codename__in=["change_deal", "add_deal"]))
    edit = {"name": "Coffee"}
    assert api.patch(f"/attio/api/deals/{deal.pk}/", edit, content_type="application/json").status_code == 403
    assert api.post("/attio/api/deals/", edit, content_type="application/json").status_code == 403


def test_rows_are_not_replaced_here(ada: User, api: Client) -> None:
    User.objects.filter(pk=ada.pk).update(is_superuser=True)
    deal = Deal.objects.create(name="Tea")
    address = f"/attio/api/deals/{deal.pk}/"
    assert api.put(address, {"name": "Coffee"}, content_type="application/json").status_code == 405


def test_a_session_needs_the_csrf_token_to_write(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post("/attio/api/deals/", {"name": "Tea"}, content_type="application/json").status_code == 403


def test_every_view_of_the_api_states_its_permissions() -> None:
    api = next(p for p in get_resolver("attio_mirror.urls").url_patterns if str(p.pattern) == "api/")
    patterns: Any = getattr(api, "url_patterns")  # noqa: B009  # an include has them
    views = {pattern.callback.cls for pattern in patterns}
    about_the_api = {SchemaView, DocsView}
    assert len(views - about_the_api) == len(PATHS)
    assert all(view.permission_classes == [IsAuthenticated, ModelPermissions] for view in views - about_the_api)
    assert all(view.permission_classes == [IsAuthenticated] for view in about_the_api)


def test_tokens_are_read_where_the_host_has_installed_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [type(one) for one in StatusView().get_authenticators()] == [SessionAuthentication]
    monkeypatch.setattr("attio_mirror.rest.access.apps.is_installed", lambda app: app == "rest_framework.authtoken")
    assert [type(one) for one in DealViewSet().get_authenticators()] == [TokenAuthentication, SessionAuthentication]


def test_a_token_opens_the_api_to_a_program(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of tokens is the host's; here one token is known."""

    def known(_: TokenAuthentication, key: str) -> Any:
        if key != "t0ken":
            raise AuthenticationFailed("Invalid token.")
        return ada, key

    monkeypatch.setattr("attio_mirror.rest.access.apps.is_installed", lambda app: app == "rest_framework.authtoken")
    monkeypatch.setattr(TokenAuthentication, "authenticate_credentials", known)
    program = Client(enforce_csrf_checks=True)
    body = {"name": "Tea"}
    for key, status in (("t0ken", 201), ("other", 401)):
        headers = {"Authorization": f"Token {key}"}
        answer = program.post("/attio/api/deals/", body, content_type="application/json", headers=headers)
        assert answer.status_code == status
    assert (answer.json()["code"], answer.headers["WWW-Authenticate"]) == ("authentication_failed", "Token")
    assert program.get("/attio/api/deals/").json()["code"] == "not_authenticated"


def test_requests_are_throttled_per_user(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(Throttle, "default", "2/min")
    answers = [api.get("/attio/api/deals/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "throttled"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    cache.clear()


def test_a_host_may_set_another_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", {"attio_mirror": "7/day"})
    assert Throttle().get_rate() == "7/day"


def test_the_status_is_that_of_the_command(api: Client) -> None:
    body: Any = api.get("/attio/api/status/").json()
    assert body["healthy"] is True
    assert body["connections"][0]["alias"] == "default"
