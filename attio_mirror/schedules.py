"""The schedules: laid down by name when the host migrates, and never overwritten."""

from __future__ import annotations

from typing import Any

from . import queue

TICK = "attio_mirror tick"
CARE = "attio_mirror care"
LIGHT = "attio_mirror light sweep"
FULL = "attio_mirror full sweep"
LOCAL = "attio_mirror local sweep"
AUDIT = "attio_mirror history audit"

HOUR = 60
DAY = 24 * HOUR


def lay_down(**_: Any) -> None:
    """After `migrate`: revive what was left behind, look at Attio, at our own rows, and at the past."""
    queue.schedule("attio_mirror.tasks.tick", TICK, minutes=1)
    queue.schedule("attio_mirror.tasks.care", CARE, minutes=HOUR)
    queue.schedule("attio_mirror.tasks.light_sweep", LIGHT, minutes=5)
    queue.schedule("attio_mirror.tasks.full_sweep", FULL, minutes=DAY)
    queue.schedule("attio_mirror.tasks.local_sweep", LOCAL, minutes=HOUR)
    queue.schedule("attio_mirror.tasks.audit", AUDIT, minutes=HOUR)
