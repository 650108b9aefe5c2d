"""The endpoint: authentic deliveries are stored and answered at once; everything else is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from attio_mirror import webhooks
from attio_mirror.core.events import signature
from attio_mirror.models import InboxEntry, InboxState
from attio_mirror.sync.connections import connection
from attio_mirror.sync.inbox import read_inbox
from attio_mirror.testing import Attio

pytestmark = pytest.mark.django_db

EVENT = {
    "event_type": "record.updated",
    "id": {"workspace_id": "w", "object_id": "o", "record_id": "r", "attribute_id": "a"},
    "actor": {"type": "workspace-member", "id": "m"},
}
DELIVERY = {"webhook_id": "hook", "events": [EVENT]}


def test_an_authentic_delivery_is_stored_and_its_reading_is_queued(post: Any, woken: list[Any]) -> None:
    assert post(DELIVERY, key="one").status_code == 200
    entry = InboxEntry.objects.get()
    assert (entry.idempotency_key, entry.body, entry.state) == ("one", DELIVERY, InboxState.WAITING)
    assert woken == [("attio_mirror.tasks.pull", connection().pk)]


def test_a_delivery_repeated_under_its_key_is_stored_once(post: Any, woken: list[Any]) -> None:
    assert [post(DELIVERY, key="one").status_code for _ in range(3)] == [200, 200, 200]
    assert InboxEntry.objects.count() == 1
    assert len(woken) == 1


def test_a_burst_wakes_one_reader(post: Any, woken: list[Any]) -> None:
    for number in range(5):
        post(DELIVERY, key=str(number))
    assert InboxEntry.objects.count() == 5
    assert len(woken) == 1


def test_what_a_reader_put_off_keeps_no_other_from_being_called(post: Any, woken: list[Any]) -> None:
    post(DELIVERY, key="one")
    InboxEntry.objects.update(error="The record changed while it was read.")
    post(DELIVERY, key="two")
    assert len(woken) == 2


def test_a_delivery_stored_after_the_last_look_of_a_reader_calls_another(
    post: Any, woken: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    post(DELIVERY, key="one")
    store = InboxEntry.objects.get_or_create

    def store_late(**given: Any) -> Any:
        InboxEntry.objects.update(state=InboxState.DONE)
        return store(**given)

    monkeypatch.setattr(InboxEntry.objects, "get_or_create", store_late)
    post(DELIVERY, key="two")
    assert len(woken) == 2


def test_a_delivery_without_a_key_that_comes_again_is_read_again(post: Any) -> None:
    post(DELIVERY)
    InboxEntry.objects.update(state=InboxState.DONE)
    post(DELIVERY)
    assert InboxEntry.objects.get().state == InboxState.WAITING


def test_a_key_too_long_for_its_column_is_kept_as_a_digest(post: Any) -> None:
    assert post(DELIVERY, key="k" * 5000).status_code == 200
    assert InboxEntry.objects.get().idempotency_key.startswith("sha256:")


def test_a_forged_signature_is_refused(post: Any) -> None:
    assert post(DELIVERY, secret="guessed").status_code == 403
    assert not InboxEntry.objects.exists()


def test_a_missing_signature_is_refused() -> None:
    answer = Client().post(reverse("attio_mirror:webhook", args=["default"]), DELIVERY, content_type="application/json")
    assert answer.status_code == 403


def test_the_older_name_of_the_signature_is_read_too(post: Any) -> None:
    body = b'{"webhook_id":"hook","events":[]}'
    signed = signature("secret-of-the-tests", body)
    address = reverse("attio_mirror:webhook", args=["default"])
    answer = Client().post(address, body, content_type="application/json", headers={"X-Attio-Signature": signed})
    assert answer.status_code == 200


@pytest.mark.parametrize("secrets", [[], [""], None])
def test_without_a_secret_nothing_opens(post: Any, settings: Any, secrets: Any) -> None:
    settings.ATTIO_MIRROR = {"CONNECTIONS": {"default": {"TOKEN": "t", "WEBHOOK_SECRETS": secrets}}}
    assert post(DELIVERY, secret="").status_code == 403


def test_while_a_secret_is_being_replaced_both_open(post: Any, settings: Any) -> None:
    settings.ATTIO_MIRROR = {"CONNECTIONS": {"default": {"TOKEN": "t", "WEBHOOK_SECRETS": ["old", "new"]}}}
    assert [post(DELIVERY, key=secret, secret=secret).status_code for secret in ("old", "new", "other")] == [
        200,
        200,
        403,
    ]


def test_an_unknown_connection_is_not_found(post: Any) -> None:
    assert post(DELIVERY, alias="nobody").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"events": 1}', b'{"events": [{}]}', b"\xff\xfe"])
def test_a_signed_body_that_is_no_delivery_is_malformed(post: Any, body: bytes) -> None:
    assert post(body).status_code == 400
    assert not InboxEntry.objects.exists()


def test_a_body_larger_than_any_delivery_is_refused(post: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "LARGEST", 100)
    assert post(b" " * 101).status_code == 413
    assert post(b" " * 101, headers={"Content-Length": "10"}).status_code in (400, 403, 413)


@pytest.mark.parametrize("length", ["many", "-1", "1e3", ""])
def test_a_length_that_is_none_is_no_error_of_ours(length: str, attio: Attio) -> None:
    address = reverse("attio_mirror:webhook", args=["default"])
    answer = Client().generic("POST", address, b"{}", content_type="application/json", CONTENT_LENGTH=length)
    assert answer.status_code == 403


def test_a_body_that_hides_its_length_is_cut_off() -> None:
    class Endless:
        def read(self, size: int) -> bytes:
            return b" " * size

    assert webhooks._body(Endless()) is None  # type: ignore[arg-type]  # enough of a request


def test_only_posts_are_answered() -> None:
    assert Client().get(reverse("attio_mirror:webhook", args=["default"])).status_code == 405


def test_a_dead_broker_does_not_lose_the_delivery(post: Any, monkeypatch: pytest.MonkeyPatch, attio: Attio) -> None:
    def dead(*_: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("attio_mirror.sync.wake.enqueue", dead)
    assert post(DELIVERY).status_code == 200
    assert read_inbox(attio.connection.pk) == 1
