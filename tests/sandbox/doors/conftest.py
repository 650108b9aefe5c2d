"""A stand-in for the world: it counts what was asked of it, and its clock is the real one."""

from __future__ import annotations

import pytest
import requests

from attio_mirror.sandbox import Answer, Clock, Gate, SandboxAdapter

ORIGIN = "https://api.attio.com"


class LittleWorld:
    """Answers everything with 200 and remembers it: an effect is an entry in `done`."""

    def __init__(self):
        self.clock = Clock()
        self.workspace_id = "00000000-0000-4000-8000-000000000000"
        self.webhooks = {}
        self.listeners = []
        self.done = []

    def ask(self, method, path, *, query=None, body=None, token=None, member=None, system=False):
        self.done.append((method, path, query, body, token))
        return Answer(200, {"data": {"token": token, "text": "żółć 🚀"}}, {"x-attio-execution-id": "1"})


@pytest.fixture
def world():
    return LittleWorld()


@pytest.fixture
def gate(world):
    return Gate(world)


@pytest.fixture
def session(gate):
    with requests.Session() as session:
        session.mount(ORIGIN, SandboxAdapter(gate))
        session.headers["Authorization"] = "Bearer secret"
        yield session


@pytest.fixture
def ask(session):
    """One request through the adapter: `ask("GET", "/v2/self")`."""

    def ask(method, path, **options):
        return session.request(method, ORIGIN + path, **options)

    return ask
