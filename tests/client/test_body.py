"""Large bodies are read while the garbage collector rests, and it never stays off."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from attio_mirror.client.body import LARGE, parsed

PAGE = json.dumps({"data": [{"values": {"name": [{"value": str(number)}]}} for number in range(LARGE // 40)]}).encode()


@contextmanager
def counted() -> Iterator[list[int]]:
    """The generations collected meanwhile."""
    found: list[int] = []

    def hear(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            found.append(info["generation"])

    gc.callbacks.append(hear)
    try:
        yield found
    finally:
        gc.callbacks.remove(hear)


@pytest.fixture
def collecting() -> Iterator[None]:
    """Whatever a test leaves, the collector is as it was."""
    was_on = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was_on else gc.disable)()


pytestmark = pytest.mark.usefixtures("collecting")


def test_a_page_is_read_in_one_go() -> None:
    assert len(PAGE) > LARGE
    with counted() as plainly:
        expected = json.loads(PAGE)
    assert len(plainly) > 5
    with counted() as found:
        assert parsed(PAGE) == expected
    assert len(found) <= 1, "the one that was due when the page had been read"
    assert gc.isenabled()


@pytest.mark.parametrize("body", [PAGE, PAGE[:-1], b"[" * LARGE, b"[NaN]" + b" " * LARGE, b"{}"])
@pytest.mark.parametrize("is_on", [True, False])
def test_whatever_a_body_holds_the_collector_is_left_as_it_was(body: bytes, is_on: bool) -> None:
    (gc.enable if is_on else gc.disable)()
    assert (parsed(body) is None) == (body not in (PAGE, b"{}"))
    assert gc.isenabled() == is_on
