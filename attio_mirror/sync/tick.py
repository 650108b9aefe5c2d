"""The tick: revives, once a minute, what leases, crashes and lost tasks left behind."""

from __future__ import annotations

import logging

from ..core.errors import AttioError
from ..models import Connection
from .alerts import watch
from .batches import finish_left
from .care import heal
from .history import read_wishes
from .inbox import read_inbox
from .merges import settle_left
from .push import Pumped, pump
from .rounds import go_round
from .sweeps import revive

log = logging.getLogger("attio_mirror")

HISTORY_RUNS_FOR = 5.0
"""Seconds a tick spends on histories; where more are wished for, it calls a task of their own."""


def tick() -> Pumped:
    """One round over all configured connections."""
    heal()
    total = Pumped()
    go_round(lambda connection: _revive(connection, total), "tick")
    revive()
    watch()
    return total


def _revive(connection: Connection, total: Pumped) -> None:
    """What one connection waits for: edits to go out, deliveries and histories to be read."""
    try:
        settle_left(connection)
        finish_left(connection)
        done = pump(connection.pk)
    except AttioError as error:
        log.warning("Connection %s: %s", connection.alias, error)
        done = Pumped()
    total.settled += done.settled
    total.failed += done.failed
    total.blocked += done.blocked
    read_inbox(connection.pk)
    read_wishes(connection.pk, runs_for=HISTORY_RUNS_FOR)
