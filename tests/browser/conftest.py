"""A headless Chromium before the admin, with a Content-Security-Policy that forbids everything inline."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from attio_mirror.models import Deal, Person
from attio_mirror.sandbox.seed_schema import lay_out
from attio_mirror.testing import Attio

from .screen import Screen

CHROMIUM = os.environ.get("ATTIO_MIRROR_CHROMIUM", "")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tracing would slow the server that the browser waits for, and every line it runs has a test of its own."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests. Skips where there is none."""
    if not CHROMIUM:
        pytest.skip("set ATTIO_MIRROR_CHROMIUM to the path of a Chromium to run the browser tests")
    playwright = pytest.importorskip("playwright.sync_api")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in this thread
        with playwright.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
            yield browser
            browser.close()


@pytest.fixture
def screen(chromium: Any, live_server: Any, settings: Any) -> Iterator[Screen]:
    """Logged in as Ada. Console errors and violations of the policy fail the test."""
    settings.MIDDLEWARE = ["project.policy.StrictPolicy", *settings.MIDDLEWARE]
    door = Client()
    door.force_login(get_user_model().objects.create_superuser("ada", "ada@example.com", "secret"))
    name = settings.SESSION_COOKIE_NAME
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": name, "value": door.cookies[name].value, "url": live_server.url}])
    made = Screen(context.new_page(), live_server.url)
    yield made
    context.close()
    assert made.complaints == []


@pytest.fixture
def pipeline(chromium: Any, transactional_db: None, attio: Attio) -> Attio:
    """A deal with two people, and an attribute of every type."""
    lay_out(attio.world, attio.members["Ada"])
    attio.refresh()
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"), value=10)
    for name in ("Ann", "Bob"):
        deal.associated_people.add(Person.objects.create(first_name=name, full_name=name))
    attio.drain()
    attio.gate.forget()
    return attio


__all__ = ["settings"]
