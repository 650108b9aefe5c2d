"""Time: a list and a record of the past, and the way back from there, in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from attio_mirror.models import AttributeValue, Deal, Link, LinkState
from attio_mirror.testing import Attio

from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def days_ago(number: int) -> str:
    return (timezone.localdate() - timedelta(days=number)).isoformat()


@pytest.fixture
def lived(pipeline: Attio) -> Deal:
    """A deal that was a lead called Tea for a month, and is won and called Coffee since."""
    long_ago = timezone.now() - timedelta(days=30)
    AttributeValue.objects.update(active_from=long_ago)
    deal = Deal.objects.get()
    pipeline.edit(deal, name="Coffee", stage="Won 🎉", value=99)
    pipeline.pull(deal)
    Link.objects.update(record_created_at="2020-01-01T00:00:00.000000000Z")
    pipeline.gate.forget()
    return Deal.objects.get()


def test_as_of_view(lived: Deal, pipeline: Attio, screen: Screen) -> None:
    screen.open(Deal)
    assert screen.page.inner_text("#result_list .field-name") == "Coffee"
    screen.shoot("list-with-day")
    screen.page.fill("#changelist-filter [name=as_of]", days_ago(3))
    screen.follow("#changelist-filter .attio-as-of button")
    screen.page.locator(".attio-past").wait_for()
    assert screen.page.inner_text("#result_list .field-name") == "Tea"
    screen.shoot("list-of-the-past")
    screen.follow("#changelist-filter a:has-text('Lead')")
    assert screen.page.inner_text("#result_list .field-name") == "Tea"
    screen.follow("#result_list .field-name a")
    screen.page.locator(".attio-past").wait_for()
    text = screen.page.inner_text(".attio-then >> nth=0")
    assert all(word in text for word in ("Tea", "Coffee", "Lead", "Won 🎉"))
    assert screen.page.locator("[name=_save]").count() == 0
    screen.shoot("record-of-the-past")
    screen.follow(".breadcrumbs a:has-text('Deals')")
    assert screen.page.inner_text("#result_list .field-name") == "Tea"
    screen.follow("#result_list .field-name a")
    screen.follow("text=Back to now")
    assert screen.page.input_value("#id_name") == "Coffee"
    screen.shoot("record-with-day")


def test_revert(lived: Deal, pipeline: Attio, screen: Screen) -> None:
    screen.open(lived)
    screen.page.fill("#as_of", days_ago(3))
    screen.follow(".attio-panel .attio-as-of button")
    screen.page.locator(".attio-past").wait_for()
    screen.follow("text=Attio history")
    screen.follow(".attio-lanes a:has-text('stage')")
    screen.shoot("history-with-ways-back")
    screen.follow("text=Revert to this")
    asked = screen.page.inner_text(".attio-reverting")
    assert all(word in asked for word in ("Lead", "Won 🎉", "An ordinary edit"))
    screen.shoot("revert")
    screen.follow("button:has-text('Revert to “Lead”')")
    screen.badge("Waiting to be sent")
    screen.shoot("reverted")
    pipeline.drain()
    screen.badge("In step")
    [write] = pipeline.gate.writes()
    assert list(write.body["data"]["values"]) == ["stage"]
    assert pipeline.record(lived)["stage"] == "Lead"
    assert pipeline.state(lived) == LinkState.IN_STEP
