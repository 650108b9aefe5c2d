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
from .sweeps import revive

log = logging.getLogger("attio_mirror")

HISTORY_RUNS_FOR = 5.0
"""Seconds a tick spends on histories; where more are wished for, it calls a task of their own."""


def tick() -> Pumped:
    """One round over all configured connections."""
    heal()
    total = Pumped()
    for connection in Connection.objects.configured().talking():
        try:
            done = _round(connection)
        except Exception:  # whatever it is, it stops neither the other tenants nor the alerts
            log.exception("Connection %s: its tick failed; the next one tries again.", connection.alias)
            continue
        total.settled += done.settled
        total.failed += done.failed
        total.blocked += done.blocked
    revive()
    watch()
    return total


def _round(connection: Connection) -> Pumped:
    """What one connection waits for: edits to go out, deliveries and histories to be read."""
    try:
        settle_left(connection)
        finish_left(connection)
        done = pump(connection.pk)
    except AttioError as error:
        log.warning("Connection %s: %s", connection.alias, error)
        done = Pumped()
    read_inbox(connection.pk)
    read_wishes(connection.pk, runs_for=HISTORY_RUNS_FOR)
    return done
