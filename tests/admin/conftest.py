"""Ada at the admin, and a form in her hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import models
from django.test import Client
from django.urls import reverse

from attio_mirror.models import Deal
from attio_mirror.sandbox.seed_schema import lay_out
from attio_mirror.testing import Attio

from .desk import Desk


@pytest.fixture
def desk(db: None) -> Desk:
    """The admin as a superuser uses it."""
    user = get_user_model().objects.create_superuser("ada", "ada@example.com", "secret")
    client = Client()
    client.force_login(user)
    return Desk(client, user)


@pytest.fixture
def clerk(db: None) -> Callable[..., Desk]:
    """The admin as somebody with just these permissions uses it."""

    def make(*codenames: str) -> Desk:
        from django.contrib.auth.models import Permission

        user = get_user_model().objects.create_user("cleo", "cleo@example.com", "secret", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return Desk(client, user)

    return make


@pytest.fixture
def deal(attio: Attio) -> Deal:
    """A deal both sides agree on."""
    made = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"), value=10)
    attio.drain()
    attio.gate.forget()
    return Deal.objects.get(pk=made.pk)


def address(name: str, row: models.Model | None = None, **_: Any) -> str:
    """An address of the admin."""
    return reverse(f"admin:{name}", args=[row.pk] if row is not None else [])


@pytest.fixture
def customs(attio: Attio) -> Attio:
    """An attribute of every type that can be created, on deals."""
    lay_out(attio.world, attio.members["Ada"])
    attio.refresh()
    return attio
