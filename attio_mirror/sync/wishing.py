"""Wishing for histories: written down where the need shows, read in the background."""

from __future__ import annotations

from collections.abc import Collection

from ..models import HistoryWish, Reason
from .wake import wake_history, works_here


def wish(connection_id: int, pairs: Collection[tuple[int, int]], reason: Reason) -> None:
    """Ask for the histories of (link, attribute) pairs. A reader is woken, unless earlier wishes have called one.

    A reader that is no task reads a handful and leaves the rest: it is called each time.
    """
    if not pairs:
        return
    reader_is_called = not works_here() and HistoryWish.objects.of(connection_id).due().exists()
    HistoryWish.objects.wish(pairs, reason)
    if not reader_is_called:
        wake_history(connection_id)
