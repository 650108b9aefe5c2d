"""A database of one's own for a benchmark, dropped at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection as database


@contextmanager
def own_tables() -> Iterator[None]:
    """Migrated and empty."""
    name = database.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        database.creation.destroy_test_db(name, verbosity=0)
