"""Where the contract is read: the sandbox by default, a live workspace when ATTIO_LIVE_TOKEN is set."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

import pytest
import requests

from attio_mirror.sandbox import Clock, Gate, Readings, SandboxAdapter, World
from tests.openapi import attio_document
from tests.sandbox.contract.leftovers import sweep
from tests.sandbox.contract.shelf import archive_shelf
from tests.sandbox.contract.voice import Api

ORIGIN = "https://api.attio.com"
LIVE_TOKEN = os.environ.get("ATTIO_LIVE_TOKEN", "")
LIVE_URL = os.environ.get("ATTIO_LIVE_URL") or ORIGIN
"""Another origin only to try the live run itself, against `manage.py attio_sandbox`."""
TOKEN = "c" * 64
COLLEAGUES = (("Ada", "Byron", "ada@acme.test"), ("Ben", "Okri", "ben@acme.test"))


@pytest.fixture(scope="session")
def ground() -> Iterator[tuple[Api, World | None]]:
    """The workspace all tests share, and the world behind it when it is ours."""
    if LIVE_TOKEN:
        api: Api = Api(requests.Session(), LIVE_URL, LIVE_TOKEN, attio_document(), live=True)
        yield api, None
        archive_shelf(api)
        sweep(api)
    else:
        yield build(Readings())


@pytest.fixture
def api(ground: tuple[Api, World | None]) -> Iterator[Api]:
    """Attio, as a client sees it. What a test makes is taken away when it ends."""
    yield ground[0]
    ground[0].tidy()


@pytest.fixture
def sandbox_only(ground: tuple[Api, World | None]) -> World:
    """Powers no client has: other people's hands, the clock, tokens. Tests that need them cannot run live."""
    if ground[1] is None:
        pytest.skip("needs powers only the sandbox gives")
    return ground[1]


@pytest.fixture
def sandbox() -> Callable[..., tuple[Api, World]]:
    """Builds a workspace of its own, where open questions about Attio are answered as the test says."""
    if LIVE_TOKEN:
        pytest.skip("an open question: only the sandbox can answer it both ways")
    return make


def make(*, enabled: Iterable[str] | None = None, **answers: object) -> tuple[Api, World]:
    """A workspace with these standard objects switched on, and these answers to open questions."""
    return build(Readings(**answers), **({} if enabled is None else {"enabled": enabled}))


@pytest.fixture
def heard(sandbox_only: World) -> Iterator[list[dict[str, object]]]:
    """Every event the workspace tells its webhooks of, while the test runs."""
    events: list[dict[str, object]] = []

    def listen(event: object) -> None:
        events.append(event.as_json())

    sandbox_only.listeners.append(listen)
    yield events
    sandbox_only.listeners.remove(listen)


def build(readings: Readings, **options: object) -> tuple[Api, World]:
    """A small sandbox workspace with two members and a token that may do everything."""
    world = World(clock=Clock(), readings=readings, **options)
    for first, last, email in COLLEAGUES:
        world.add_member(first, last, email)
    world.add_token(TOKEN)
    session = requests.Session()
    session.mount(ORIGIN, SandboxAdapter(Gate(world)))
    return Api(session, ORIGIN, TOKEN, attio_document()), world
