"""The service with its requests ending in the test's hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attio_mirror.client import AttioClient, mount, unmount
from attio_mirror.service import Attio

from ..client.kit import FakeAdapter


@pytest.fixture
def far() -> Iterator[FakeAdapter]:
    """What stands where Attio would."""
    adapter = FakeAdapter()
    mount("https://api.attio.com", adapter)
    yield adapter
    unmount("https://api.attio.com")


@pytest.fixture
def attio(far: FakeAdapter) -> Attio:
    return Attio(AttioClient("0123456789abcdef" * 4))
