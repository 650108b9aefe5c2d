"""A second tenant beside the first, both with the same ids: what belongs to one must never reach the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from attio_mirror.testing import Attio, sandboxed

OTHER = {
    "TOKEN": "token-of-the-other-tenant",
    "WEBHOOK_SECRETS": ["secret-of-the-other-tenant"],
    "BASE_URL": "https://attio.other.example",
}


@pytest.fixture
def configured(settings: Any) -> Callable[..., None]:
    """Change settings.ATTIO_MIRROR: `configured(PUSH="shadow")`, or a connection's: `configured(default={…})`."""

    def change(**given: Any) -> None:
        connections = {**settings.ATTIO_MIRROR["CONNECTIONS"]}
        for name in [name for name in given if name.islower()]:
            connections[name] = {**connections.get(name, {}), **given.pop(name)}
        settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, **given, "CONNECTIONS": connections}

    return change


@pytest.fixture
def other(attio: Attio, configured: Callable[..., None]) -> Iterator[Attio]:
    """A second tenant: its world is born of the same seed, so every id in it is an id of the first one, too."""
    configured(other=OTHER)
    with sandboxed("other") as one:
        one.gate.forget()
        assert one.world.workspace_id == attio.world.workspace_id
        yield one
