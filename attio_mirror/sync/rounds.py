"""Rounds: what runs by the clock goes from tenant to tenant, and what goes wrong with one stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ..core.errors import AttioError
from ..models import Connection
from .connections import take_note

log = logging.getLogger("attio_mirror")


def go_round(visit: Callable[[Connection], object], what: str) -> None:
    """Visit every connection that may talk. `what` names the visit in the log, where one fails."""
    for connection in Connection.objects.configured().talking():
        try:
            visit(connection)
        except AttioError as error:
            take_note(connection, error)
            log.warning("Connection %s: %s", connection.alias, error)
        except Exception:  # the edge of the task: nobody above could do more for the others
            log.exception("Connection %s: its %s failed; the next one tries again.", connection.alias, what)
