"""What several themes of sweeping begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from attio_mirror.mirrors.mirror import WhenGone
from attio_mirror.mirrors.registry import registry
from attio_mirror.testing import Attio

from .kit import sow, sweep


@pytest.fixture
def pair(attio: Attio) -> tuple[str, str]:
    """Two mirrored companies."""
    first, second = sow(attio, 2)
    sweep(attio)
    return first, second


@pytest.fixture
def rows_follow() -> Iterator[None]:
    """`on_remote_delete = DELETE` for companies."""
    mirror = registry.of_object("companies")
    assert mirror is not None
    declared = mirror.options
    type(mirror).options = replace(declared, on_remote_delete=WhenGone.DELETE)
    yield
    type(mirror).options = declared
