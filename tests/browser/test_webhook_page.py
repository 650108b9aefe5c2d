"""Subscribing to Attio's changes from the page of a connection."""

from __future__ import annotations

import pytest

from attio_mirror.models import Connection
from attio_mirror.testing import Attio

from .screen import Screen
from .test_accessibility import serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_secret_is_shown_once(pipeline: Attio, screen: Screen) -> None:
    screen.open(Connection.objects.get())
    screen.follow("a:has-text('Webhook')")
    assert screen.page.input_value("#id_address").endswith("/attio/webhook/default/")
    screen.fill(address="https://crm.example.com/attio/webhook/default/")
    screen.shoot("webhook")
    screen.follow("button:has-text('Subscribe')")
    [hook] = pipeline.world.webhooks.values()
    assert screen.page.locator(".attio-secret").inner_text() == hook.secret
    screen.shoot("webhook-secret")
    assert serious(screen.page, {}) == []
    screen.follow("a:has-text('Back')")
    screen.follow("a:has-text('Webhook')")
    assert hook.secret not in screen.page.content()
