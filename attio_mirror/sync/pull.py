"""Pull: read records again and reconcile them. By id, or all of an object page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..core.plan import Deed
from ..mirrors.directory import chunks
from ..mirrors.registry import AnyMirror, registry
from ..models import ATTRIBUTES, Connection
from .frame import Frame
from .gates import lift
from .reconcile import Report
from .reread import reread
from .room import make_room
from .sweep import Progress, sweep_now

PAGE = 500
TRIES = 3
"""How often a record that keeps moving under our eyes is read again at once."""


def pull(connection: Connection, object_slug: str, record_ids: Iterable[str], *, source: str = "pull") -> Report:
    """Read these records and reconcile them; those that are gone become tombstones. Raises AttioError.

    The report's `stale` could not be settled now: they keep changing, are being merged, or are our own creates.
    """
    mirror, total, stale = mirror_of(object_slug), Report(), list[str]()
    for chunk in chunks(list(dict.fromkeys(record_ids)), 100):
        wanted = chunk
        for _ in range(TRIES):
            frame = Frame.of(connection, mirror)
            report = _read(frame, wanted, source)
            total.add(report)
            wanted, total.stale = report.stale, []
            if not wanted:
                break
        stale += wanted
    total.stale = stale
    return total


def pull_all(
    connection: Connection, object_slug: str, *, tell: Callable[[Progress], None] = lambda _: None
) -> Progress:
    """Read every record of an object and reconcile them all: a full sweep, here and now. Raises AttioError."""
    return sweep_now(connection, mirror_of(object_slug), tell=tell)


def mirror_of(object_slug: str) -> AnyMirror:
    """The mirror of an object. Raises LookupError with the objects there are."""
    mirror = registry.of_object(object_slug)
    if mirror is None or object_slug == ATTRIBUTES:
        known = ", ".join(m.options.object for m in registry.all() if m.options.object != ATTRIBUTES)
        raise LookupError(f"No mirror for the object “{object_slug}”. Mirrored are: {known}.")
    return mirror


def _read(frame: Frame, record_ids: list[str], source: str) -> Report:
    frame, seen, report = reread(frame, record_ids, source)
    lift(frame.connection, frame.object, Deed.READ)
    make_room(frame, seen, report, source)
    return report
