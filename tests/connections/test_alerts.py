"""Somebody is told of trouble: once, by every way there is, and again only after it had gone."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from attio_mirror import client
from attio_mirror.models import (
    Alert,
    AlertKind,
    Connection,
    ConnectionState,
    InboxEntry,
    OutboxEntry,
    PushBatch,
    Sweep,
    SweepState,
    WebhookState,
)
from attio_mirror.signals import trouble_found, trouble_gone
from attio_mirror.sync.alerts import watch
from attio_mirror.sync.batches import refuse
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio

from ..batches.kit import braked, move, pile
from ..client.kit import FakeAdapter, answer

CHAT = "https://chat.example/hooks/very-secret"


@pytest.fixture
def chat() -> Iterator[FakeAdapter]:
    """The host's chat."""
    adapter = FakeAdapter()
    client.mount(CHAT, adapter)
    yield adapter
    client.unmount(CHAT)


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    """What the signals told."""
    told: list[tuple[str, str]] = []

    def found(kind: str, **_: Any) -> None:
        told.append(("found", kind))

    def gone(kind: str, **_: Any) -> None:
        told.append(("gone", kind))

    trouble_found.connect(found)
    trouble_gone.connect(gone)
    yield told
    trouble_found.disconnect(found)
    trouble_gone.disconnect(gone)


@pytest.fixture(autouse=True)
def ways(settings: Any) -> None:
    settings.ATTIO_MIRROR = braked(ALERT_EMAILS=["ops@example.com"], ALERT_AFTER=600)


def break_(attio: Attio, kind: str) -> None:
    """Let something go wrong."""
    of, long_ago = attio.connection, timezone.now() - timedelta(minutes=11)
    if kind == AlertKind.LATE:
        [deal] = pile(attio, 1)
        OutboxEntry.objects.create(link=attio.link(deal), not_before=long_ago)
    elif kind == AlertKind.TOKEN:
        Connection.objects.filter(pk=of.pk).update(state=ConnectionState.REVOKED, error="Unknown token.")
    elif kind == AlertKind.WEBHOOK:
        Connection.objects.filter(pk=of.pk).update(webhook_state=WebhookState.DEGRADED)
    else:
        move(attio, pile(attio))


def mend(attio: Attio, kind: str) -> None:
    if kind == AlertKind.LATE:
        OutboxEntry.objects.filter(state="waiting").delete()
    elif kind == AlertKind.BRAKE:
        refuse(PushBatch.objects.held().get())
    else:
        Connection.objects.update(state=ConnectionState.ACTIVE, webhook_state=WebhookState.ACTIVE)


@pytest.mark.parametrize("kind", AlertKind.values)
def test_each_trouble_is_told_once_and_again_after_it_had_gone(
    attio: Attio, heard: list[tuple[str, str]], caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    watch()
    assert (mail.outbox, heard) == ([], [])
    break_(attio, kind)
    with caplog.at_level(logging.ERROR, "attio_mirror"):
        for _ in range(3):
            watch()
    [message] = mail.outbox
    assert message.to == ["ops@example.com"]
    assert message.subject.startswith("Attio: default: ")
    assert heard == [("found", kind)]
    assert [record.levelname for record in caplog.records].count("ERROR") == 1
    mend(attio, kind)
    watch()
    assert heard == [("found", kind), ("gone", kind)]
    assert len(mail.outbox) == 1
    break_(attio, kind)
    watch()
    assert heard[2:] == [("found", kind)]
    assert len(mail.outbox) == 2
    assert Alert.objects.filter(gone_at=None).count() == 1


def test_the_tick_looks(attio: Attio) -> None:
    break_(attio, AlertKind.WEBHOOK)
    tick()
    assert len(mail.outbox) == 1


def test_each_thing_the_brake_stopped_is_told_of(attio: Attio) -> None:
    break_(attio, AlertKind.BRAKE)
    Sweep.objects.create(connection=attio.connection, object="people", state=SweepState.BRAKED, error="41 of 60.")
    watch()
    told = " ".join(message.body for message in mail.outbox)
    assert len(mail.outbox) == 2
    assert "of deals waits for approval." in told
    assert "A sweep of people stopped: too many records are missing. 41 of 60." in told


def test_a_delivery_that_waits_is_told_of_and_a_pause_is_nobodys_trouble(attio: Attio) -> None:
    long_ago = timezone.now() - timedelta(minutes=11)
    InboxEntry.objects.create(connection=attio.connection, idempotency_key="k", body={}, received_at=long_ago)
    Connection.objects.update(paused_at=timezone.now())
    watch()
    assert mail.outbox == []
    Connection.objects.update(paused_at=None)
    watch()
    assert "A delivery waited for more than 10 minutes." in mail.outbox[0].body


def test_a_chat_is_told_in_json(attio: Attio, chat: FakeAdapter, settings: Any) -> None:
    settings.ATTIO_MIRROR = braked(ALERT_WEBHOOK=CHAT, ALERT_EMAILS=[])
    chat.will(answer(200, {}))
    break_(attio, AlertKind.TOKEN)
    watch()
    watch()
    [request] = chat.asked
    body = json.loads(request.body or "")
    assert (body["kind"], body["connection"], body["text"]) == ("token", "default", "Attio, default: Unknown token.")
    assert mail.outbox == []


@pytest.mark.parametrize("trouble", [answer(500, {}), OSError("down")])
def test_what_could_not_be_told_is_tried_again_and_no_address_is_logged(
    attio: Attio, chat: FakeAdapter, settings: Any, caplog: pytest.LogCaptureFixture, trouble: Any
) -> None:
    settings.ATTIO_MIRROR = braked(ALERT_WEBHOOK=CHAT, ALERT_EMAILS="ops@example.com")
    chat.will(trouble, answer(200, {}))
    break_(attio, AlertKind.TOKEN)
    for _ in range(3):
        watch()
    assert len(chat.asked) == 2
    assert len(mail.outbox) == 1, "each way by itself"
    assert "very-secret" not in caplog.text


def test_mail_that_cannot_be_sent_is_tried_again(attio: Attio, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ConnectionRefusedError

    break_(attio, AlertKind.TOKEN)
    monkeypatch.setattr("attio_mirror.sync.alerts.send_mail", fail)
    watch()
    monkeypatch.undo()
    assert mail.outbox == []
    watch()
    assert len(mail.outbox) == 1


def test_an_address_that_is_none_is_a_failure_like_others(attio: Attio, settings: Any) -> None:
    settings.ATTIO_MIRROR = braked(ALERT_WEBHOOK="https://")
    break_(attio, AlertKind.TOKEN)
    watch()
    assert Alert.objects.get().posted_at is None


def test_a_connection_that_settings_name_no_more_is_nobodys_trouble(attio: Attio) -> None:
    Connection.objects.create(alias="former", state=ConnectionState.REVOKED)
    watch()
    assert mail.outbox == []
