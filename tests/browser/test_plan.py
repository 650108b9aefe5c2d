"""What Attio's plan does not include, as a person meets it."""

from __future__ import annotations

import pytest

from attio_mirror.models import Connection, Deal, Operations
from attio_mirror.sandbox import faults
from attio_mirror.testing import Attio

from .screen import Screen
from .test_accessibility import serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "This feature is not available on your current plan."


def refuse(attio: Attio, deal: Deal, *attributes: str) -> None:
    issues = [{"code": "x", "path": ["data", "values", slug], "message": WORDS} for slug in attributes]
    body = {
        "status_code": 400, "type": "invalid_request_error", "code": "particle_gate_violation",
        "message": WORDS, "validation_errors": issues,
    }  # fmt: skip
    attio.gate.faults.add(faults.status(400, body), method="PATCH", path="/deals/records/")
    deal.value = (deal.value or 0) + 1
    deal.save(update_fields=["value"])
    attio.drain()


def test_it_is_named_on_each_page_and_a_check_lets_one_try_again(pipeline: Attio, screen: Screen) -> None:
    deal = Deal.objects.get()
    refuse(pipeline, deal, "value")
    deal.value = 10
    deal.save(update_fields=["value"])  # taken back
    pipeline.drain()
    refuse(pipeline, Deal.objects.get())
    for what, name in ((deal, "plan-page"), (Deal, "plan-list"), (Operations, "plan-operations")):
        screen.open(what)
        assert WORDS in screen.page.locator("#content").inner_text()
        assert [one for one in serious(screen.page, {}) if "select2" not in one[1]] == []
        screen.shoot(name)
    screen.page.emulate_media(color_scheme="dark")
    screen.open(deal)
    assert serious(screen.page, {"runOnly": ["color-contrast"]}) == []
    assert screen.page.is_disabled("button:has-text('Retry')")
    screen.open(Connection.objects.get())
    screen.shoot("plan-connection")
    screen.follow("button:has-text('Check now')")
    screen.open(deal)
    screen.follow("button:has-text('Retry')")
    screen.badge("In step")
    screen.open(Deal)
    assert WORDS not in screen.page.locator("#content").inner_text()
