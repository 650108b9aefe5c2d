"""Signals for hosts. All are sent after commit, with ids and never with a customer's values.

reconciled         sender=model, connection, created=[pk…], updated=[pk…], source="push"|"pull"|"sweep"|"webhook"
conflict_found     sender=model, connection, pk, slug
conflict_resolved  sender=model, connection, pk, slug, resolution
refused            sender=model, connection, pk, slug (None where Attio named no attribute), message
record_merged      sender=model, connection, record_id, into
trouble_found      sender=Connection, connection, kind="late"|"token"|"webhook"|"brake", words
trouble_gone       sender=Connection, connection, kind, words
"""

from __future__ import annotations

from django.dispatch import Signal

reconciled = Signal()
conflict_found = Signal()
conflict_resolved = Signal()
refused = Signal()
record_merged = Signal()
trouble_found = Signal()
trouble_gone = Signal()
