"""Fixtures every test may ask for."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from attio_mirror.mirrors.registry import registry
from attio_mirror.models.past import READERS
from attio_mirror.sandbox import WallClock, World
from attio_mirror.testing import Attio, sandboxed

from .host.bookshop import open_shop
from .tenants import BOTH, Tenants, tenant_of


def pytest_collection_finish() -> None:
    """What was imported to collect the tests stays to the end: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def readers() -> Iterator[None]:
    """Whoever registers mirrors in a test leaves those who read the past as they were."""
    before = dict(READERS)
    yield
    if before != READERS:
        READERS.clear()
        READERS.update(before)


@pytest.fixture
def attio(db: None) -> Iterator[Attio]:
    """A sandbox with Ada, Ben and Chloé in the place of Attio, its schema mirrored."""
    with sandboxed() as one:
        one.gate.forget()
        yield one


@pytest.fixture
def shop(attio: Attio) -> Attio:
    """The same with the objects of the little host app (tests/host), one for each of its mirrors."""
    open_shop(attio)
    attio.gate.forget()
    return attio


@pytest.fixture
def tenants(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenants]:
    """Two worlds of one seed; new rows belong to the tenant their name tells."""
    for mirror in registry.all():
        monkeypatch.setattr(mirror, "connection_for", tenant_of)
    given = {**settings.ATTIO_MIRROR, "CONNECTIONS": {**settings.ATTIO_MIRROR["CONNECTIONS"], **BOTH}}
    with (
        override_settings(ATTIO_MIRROR=given),
        sandboxed("north", World(clock=WallClock(), seed=7)) as north,
        sandboxed("south", World(clock=WallClock(), seed=7)) as south,
    ):
        yield north, south


@pytest.fixture
def northerners(tenants: Tenants) -> Iterator[None]:
    """Everybody may see the north only."""
    with override_settings(ATTIO_MIRROR={**settings.ATTIO_MIRROR, "TENANTS_OF_USER": "tests.tenants.northern"}):
        yield
