"""The Django admin of everything. Hosts take `MirroredAdmin` for their own mirrored models."""

from __future__ import annotations

from . import batches, conflicts, connections, journal, operations, outbox, records, schema, sweeps
from .mirrored import MirroredAdmin

__all__ = [
    "MirroredAdmin",
    "batches",
    "conflicts",
    "connections",
    "journal",
    "operations",
    "outbox",
    "records",
    "schema",
    "sweeps",
]
