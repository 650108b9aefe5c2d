"""A little Attio, for tests and for trying things out: stateful, strict, and independent of the client it examines."""

from __future__ import annotations

from . import faults
from .answer import Answer
from .clock import Clock, WallClock
from .deliveries import Deliveries
from .doors import SandboxAdapter, Server, serve
from .events import Event
from .faults import Fault, Faults
from .gate import Gate, Logged
from .readings import Readings
from .seed import demo, empty, sown_world
from .seed_cast import TOKEN, Demo
from .world import World

__all__ = [
    "TOKEN",
    "Answer",
    "Clock",
    "Deliveries",
    "Demo",
    "Event",
    "Fault",
    "Faults",
    "Gate",
    "Logged",
    "Readings",
    "SandboxAdapter",
    "Server",
    "WallClock",
    "World",
    "demo",
    "empty",
    "faults",
    "serve",
    "sown_world",
]
