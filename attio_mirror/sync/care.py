"""Care: what is done now and then for every connection, so that nothing grows for ever and nothing stays broken."""

from __future__ import annotations

import logging

from ..conf import conf
from ..core.errors import AttioError
from ..models import AttioObject, Connection, ConnectionState
from .budget import background
from .connecting import look_after
from .connections import NotConfigured, check
from .inbox import forget_old
from .rounds import go_round
from .schema import refresh

log = logging.getLogger("attio_mirror")

ILL = (ConnectionState.REVOKED, ConnectionState.FOREIGN, ConnectionState.LIMITED)


def care() -> None:
    """Look after webhooks and schema, and forget old deliveries; trouble with one of them keeps no other waiting."""
    for visit in (forget_old, look_after, follow_schema):
        go_round(visit, "care")


def follow_schema(connection: Connection) -> None:
    """Read a schema again that was read once. Raises AttioError.

    Attio announces attributes, but neither options, statuses and members nor objects (its docs on webhooks).
    """
    if AttioObject.objects.filter(connection=connection).exists():
        with background():
            refresh(connection)


def heal() -> None:
    """Ask again whether Attio takes the tokens it refused: a new one, or a new scope, counts without a restart."""
    named = Connection.objects.filter(alias__in=list(conf().connections))
    for connection in named.running().filter(state__in=ILL):
        try:
            check(connection)
        except (AttioError, NotConfigured) as error:
            log.warning("Connection %s: %s", connection.alias, error)
