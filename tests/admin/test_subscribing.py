"""The webhook is made, repaired and renewed from the page of its connection, and its secret is shown once."""

from __future__ import annotations

import html
import logging
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from attio_mirror.models import Connection
from attio_mirror.sandbox import faults
from attio_mirror.testing import Attio

from .desk import Desk

ADDRESS = "https://crm.example.com/attio/webhook/default/"


def page(of: Connection) -> str:
    return reverse("admin:attio_mirror_connection_attio_webhook", args=[of.pk])


def send(client: Client, of: Connection, **given: str) -> HttpResponse:
    return client.post(page(of), {"address": ADDRESS, **given})


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def hooks(attio: Attio) -> list[Any]:
    return list(attio.world.webhooks.values())


def test_the_address_is_our_own_as_it_was_reached(attio: Attio, desk: Desk) -> None:
    shown = text(desk.client.get(page(attio.connection)))
    assert "https://testserver/attio/webhook/default/" in shown
    assert "Attio announces no changes to this connection yet." in shown
    assert hooks(attio) == [], "looking makes nothing"


def test_the_secret_is_shown_once_and_written_nowhere(
    attio: Attio, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = send(desk.client, attio.connection)
    [hook] = hooks(attio)
    assert hook.target_url == ADDRESS
    assert hook.secret in text(answer)
    assert "no-store" in answer["Cache-Control"]
    assert hook.secret not in text(desk.client.get(page(attio.connection)))
    told = [*LogEntry.objects.values_list("change_message", flat=True), caplog.text, str(desk.client.session.items())]
    assert not any(hook.secret in one for one in told)
    assert Connection.objects.get().webhook_id == hook.id


def test_once_more_changes_nothing(attio: Attio, desk: Desk, settings: Any) -> None:
    default = {**settings.ATTIO_MIRROR["CONNECTIONS"]["default"], "WEBHOOK_SECRETS": []}
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "CONNECTIONS": {"default": default}}
    send(desk.client, attio.connection)
    [before] = hooks(attio)
    shown = text(send(desk.client, attio.connection))
    assert hooks(attio) == [before]
    assert before.secret not in shown
    assert "if the secret is lost, make the webhook anew" in shown


def test_a_lost_secret_is_replaced(attio: Attio, desk: Desk) -> None:
    send(desk.client, attio.connection)
    [before] = hooks(attio)
    shown = text(send(desk.client, attio.connection, new_secret="on"))
    [after] = hooks(attio)
    assert after.secret != before.secret
    assert after.secret in shown


def test_one_that_attio_gave_up_on_is_made_anew(attio: Attio, desk: Desk) -> None:
    send(desk.client, attio.connection)
    hooks(attio)[0].status = "inactive"
    shown = text(send(desk.client, attio.connection))
    [hook] = hooks(attio)
    assert hook.status == "active"
    assert hook.secret in shown


@pytest.mark.parametrize("address", ["http://crm.example.com/attio/webhook/default/", "crm"])
def test_what_attio_does_not_take_is_told_beside_the_form(attio: Attio, desk: Desk, address: str) -> None:
    shown = text(send(desk.client, attio.connection, address=address))
    assert hooks(attio) == []
    assert 'role="alert"' in shown or "errorlist" in shown


def test_trouble_is_told_in_attios_words(attio: Attio, desk: Desk) -> None:
    attio.gate.faults.add(faults.status(500, {"message": "Down for repairs."}), path="/v2/webhooks", times=9)
    assert "Down for repairs." in text(send(desk.client, attio.connection))
