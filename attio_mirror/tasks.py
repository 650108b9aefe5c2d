"""Tasks: three lines each, ids as arguments, safe to run twice, late, at once or never."""

from __future__ import annotations

from .conf import conf
from .sync import care as caring
from .sync import history as histories
from .sync import inbox as reading
from .sync import push as pushing
from .sync import sweep as sweeping
from .sync import sweeps
from .sync import tick as ticking


def push(connection_id: int) -> None:
    """Drain one connection's outbox."""
    pushing.pump(connection_id, linger=conf().linger)


def pull(connection_id: int) -> None:
    """Read what one connection's deliveries are about."""
    reading.read_inbox(connection_id, linger=conf().linger)


def history(connection_id: int) -> None:
    """Read the histories one connection's records are missing."""
    histories.read_wishes(connection_id)


def tick() -> None:
    """Revive what was left behind."""
    ticking.tick()


def care() -> None:
    """Look after the webhooks and the schema, and forget deliveries read long ago."""
    caring.care()


def sweep(sweep_id: int) -> None:
    """Carry one sweep some pages on."""
    sweeping.go_on(sweep_id)


def full_sweep() -> None:
    """Begin to read everything again."""
    sweeps.sweep_all()


def light_sweep() -> None:
    """Look for what is new or has moved."""
    sweeps.look_at_all()


def local_sweep() -> None:
    """Look for edits no signal announced."""
    sweeps.find_all()


def audit() -> None:
    """Read again the histories nobody has read for longest."""
    histories.audit_all()
