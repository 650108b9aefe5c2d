"""A line from the sandbox's deliveries to our endpoint, and people with known rights."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from attio_mirror.sandbox import Deliveries
from attio_mirror.sync.connecting import provision
from attio_mirror.testing import Attio

SECRET = "secret-of-the-tests"
ENDPOINT = "https://crm.example.com/attio/webhook/default/"

Post = Callable[..., HttpResponse]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The tasks that were queued, instead of a broker."""
    queued: list[tuple[str, int]] = []
    monkeypatch.setattr("attio_mirror.sync.wake.enqueue", lambda task, pk: queued.append((task, pk)))
    return queued


@pytest.fixture
def post(woken: list[tuple[str, int]], django_capture_on_commit_callbacks: Any) -> Post:
    """Post a delivery: `post(body, key=…, secret=…)`."""

    def post(body: bytes | dict[str, Any], *, key: str = "", secret: str = SECRET, alias: str = "default", **more: Any):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Attio-Signature": hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}
        headers |= {"Idempotency-Key": key} if key else {}
        address = reverse("attio_mirror:webhook", args=[alias])
        with django_capture_on_commit_callbacks(execute=True):
            return Client(enforce_csrf_checks=True).post(
                address, raw, content_type="application/json", headers=headers | more.get("headers", {})
            )

    return post


@pytest.fixture
def deliveries(attio: Attio, woken: list[tuple[str, int]]) -> Deliveries:
    """The sandbox's deliveries, to our view without a socket, signed with the secret of the settings."""

    def deliver(url: str, headers: Any, body: bytes) -> int:
        path = url.removeprefix("https://crm.example.com")
        answer = Client().post(path, body, content_type="application/json", headers=dict(headers))
        return answer.status_code

    deliveries = Deliveries(attio.world, deliver)
    webhook = provision(attio.connection, ENDPOINT).webhook
    attio.world.webhooks[webhook.webhook_id].secret = SECRET
    attio.gate.forget()
    return deliveries


@pytest.fixture
def ada(db: None) -> User:
    """May see and change deals and companies, and see connections."""
    ada = User.objects.create_user("ada", password="ada")
    names = ["view_deal", "add_deal", "change_deal", "view_company", "add_company", "change_company", "view_connection"]
    ada.user_permissions.set(Permission.objects.filter(codename__in=names))
    return ada


@pytest.fixture
def bob(db: None) -> User:
    """May log in, and nothing else."""
    return User.objects.create_user("bob", password="bob")


@pytest.fixture
def api(ada: User) -> Client:
    """Ada's client."""
    client = Client()
    client.force_login(ada)
    return client
