"""Sweeps: complete enumerations of an object. What they find is reconciled; what they miss is asked for by id."""

from __future__ import annotations

from .control import accept, begin, cancel, pause, resume, wake
from .drive import Busy, go_on, look_lightly, sweep_now
from .progress import Progress

__all__ = [
    "Busy",
    "Progress",
    "accept",
    "begin",
    "cancel",
    "go_on",
    "look_lightly",
    "pause",
    "resume",
    "sweep_now",
    "wake",
]
