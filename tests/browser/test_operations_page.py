"""The operations page: readable on a desk and on a telephone, and it keeps up by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from attio_mirror.models import Conflict, Deal, InboxEntry, Operations, OutboxEntry, Sweep
from attio_mirror.testing import Attio

from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy(pipeline: Attio) -> Attio:
    link, now, of = pipeline.link(Deal.objects.get()), timezone.now(), pipeline.connection
    OutboxEntry.objects.create(link=link, state="refused", error={"message": "No status found.", "slug": "stage"})
    OutboxEntry.objects.create(link=link, not_before=now - timedelta(minutes=12))
    InboxEntry.objects.create(connection=of, idempotency_key="k", body={}, state="failed", error="Unreadable.")
    Sweep.objects.create(connection=of, object="deals", state="done", drift=3, finished_at=now - timedelta(hours=5))
    Sweep.objects.create(connection=of, object="deals", expected=200, seen=50, worked=60)
    Sweep.objects.create(connection=of, object="people", state="braked", error="41 of 60 linked records are missing.")
    Conflict.objects.create(link=link, slug="name", open_slot=Conflict.slot(link.pk, "name"))
    return pipeline


def test_it_keeps_up_and_keeps_the_focus(busy: Attio, screen: Screen) -> None:
    screen.page.clock.install()
    screen.open(Operations)
    screen.shoot("operations")
    assert "1 refused" in screen.page.inner_text(".attio-facts")
    screen.page.focus(".attio-facts a:has-text('1 refused')")
    OutboxEntry.objects.filter(state="waiting").delete()
    screen.page.clock.run_for(11_000)
    screen.page.locator(".attio-facts:not(:has-text('1 waiting'))").wait_for(timeout=10_000)
    assert screen.page.evaluate("document.activeElement.textContent") == "1 refused"
    screen.enter()
    assert "/outboxentry/?state__exact=refused" in screen.page.url


def test_a_table_keeps_the_focus_and_how_far_it_was_scrolled(busy: Attio, screen: Screen) -> None:
    screen.page.clock.install()
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.open(Operations)
    table = screen.page.locator(".attio-wide").first
    table.focus()
    assert table.evaluate("one => { one.scrollLeft = 40; return one.scrollLeft }") == 40
    OutboxEntry.objects.filter(state="waiting").delete()
    screen.page.clock.run_for(11_000)
    screen.page.locator(".attio-facts:not(:has-text('1 waiting'))").wait_for(timeout=10_000)
    assert screen.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Freshness of default"
    assert table.evaluate("one => one.scrollLeft") == 40


@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_never_wider_than_the_window(busy: Attio, screen: Screen, width: int) -> None:
    screen.page.set_viewport_size({"width": width, "height": 844})
    screen.open(Operations)
    assert not screen.page.locator("html").evaluate("one => one.scrollWidth > one.clientWidth")
