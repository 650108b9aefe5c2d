"""A workspace of the sandbox with our service looking at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from attio_mirror.client import AttioClient, mount, unmount
from attio_mirror.core.errors import Json
from attio_mirror.sandbox import Gate, Readings, SandboxAdapter, World
from attio_mirror.service import Attio

TOKEN = "fedcba9876543210" * 4
ORIGIN = "https://api.attio.com"


@dataclass(frozen=True, slots=True)
class Tenant:
    world: World
    gate: Gate
    attio: Attio
    client_id: str
    ada: str
    """Ada's member id."""

    def in_attio(self, method: str, path: str, body: Json = None) -> Json:
        """What Ada does in Attio's own interface."""
        return self.world.ask_or_raise(method, path, body=body, member=self.ada)


@contextmanager
def open_tenant(
    readings: Readings | None = None, *, scopes: list[str] | None = None, rate_limits: bool = False
) -> Iterator[Tenant]:
    world = World(readings=readings)
    client_id = world.add_token(TOKEN, scopes=scopes)
    ada = world.add_member("Ada", "Lovelace", "ada@acme.example")
    gate = Gate(world, rate_limits=rate_limits)
    mount(ORIGIN, SandboxAdapter(gate))
    try:
        yield Tenant(world, gate, Attio(AttioClient(TOKEN, clock=world.clock.now)), client_id, ada)
    finally:
        unmount(ORIGIN)
