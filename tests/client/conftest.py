"""A client whose requests end in the test's hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from attio_mirror.client import AttioClient, mount, unmount

from .kit import FakeAdapter

TOKEN = "tok" + "0123456789abcdef" * 4
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def far() -> Iterator[FakeAdapter]:
    """What stands where Attio would."""
    adapter = FakeAdapter()
    mount("https://api.attio.com", adapter)
    yield adapter
    unmount("https://api.attio.com")


@pytest.fixture
def client(far: FakeAdapter) -> AttioClient:
    return AttioClient(TOKEN, clock=lambda: NOW)
