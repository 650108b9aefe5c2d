"""The sweeps that run by the clock: over all connections and all objects that were mirrored once."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from ..models import Connection, Sweep, SweepKind
from . import find as finding
from .enumeration import is_enabled, mirrored
from .sweep import begin, look_lightly, wake

log = logging.getLogger("attio_mirror")


def sweep_all() -> int:
    """Begin (or carry on) the full sweep of every object; how many. The tasks it wakes do the work.

    An object nobody ever pulled is left alone: whether its records are twins of rows is for a person to say first.
    """
    begun = 0
    for connection, slug in _mirrored_once():
        wake(begin(connection, slug))
        begun += 1
    return begun


def look_at_all() -> int:
    """The light sweep of every object; how many were looked at."""
    return sum(look_lightly(connection, slug) is not None for connection, slug in _mirrored_once())


def find_all() -> int:
    """The local sweep: mark edits no signal announced; how many. No network."""
    return sum(finding.find(connection) for connection in _configured())


def revive() -> int:
    """Wake the sweeps that wait for nobody: their process died, or their task was lost; how many."""
    left = list(Sweep.objects.due().filter(connection__in=[one.pk for one in _configured()]))
    for sweep in left:
        wake(sweep)
    return len(left)


def _mirrored_once() -> Iterator[tuple[Connection, str]]:
    for connection in _configured():
        done = Sweep.objects.filter(connection=connection, kind=SweepKind.FULL).done()
        known = set(done.values_list("object", flat=True))
        for slug in mirrored():
            if slug in known and is_enabled(connection, slug):
                yield connection, slug


def _configured() -> list[Connection]:
    return list(Connection.objects.configured().talking())
