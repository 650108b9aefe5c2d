"""How many records one transaction settles, so that whoever saves meanwhile does not wait long.

Where one writer locks the whole database (SQLite), a save waits for the end of our transaction, and then has to find
the moment between two of ours: SQLite looks again after 25 ms if it has waited a tenth of a second, later only every
100 ms. So while others write, a transaction lasts about a tenth of a second, on any machine, and after it we rest for
one such look.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar
from weakref import WeakKeyDictionary

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

One = TypeVar("One")

TOGETHER = 100
"""Records in one transaction where nobody waits for more than those records."""
SPAN = 0.1
"""Seconds a transaction should last where others wait for its end."""
REST = 0.025
"""Seconds between two such transactions: the longest that somebody who has waited for one of them sleeps."""
POLITE_FOR = 10.0
"""Seconds we expect others to write again after they have."""
FEWEST = 10
"""Below, what every transaction costs outweighs its records."""


class Pace:
    """The size of transactions, learned from those before; one for the process."""

    def __init__(self) -> None:
        self.size = TOGETHER // 2
        self._polite_until = 0.0
        self._versions: WeakKeyDictionary[BaseDatabaseWrapper, int] = WeakKeyDictionary()

    def parts(self, model: type[models.Model], records: Sequence[One]) -> Iterator[Sequence[One]]:
        """Cut records into transactions. The time until the next part is asked for is the time a part took."""
        database = connections[router.db_for_write(model)]
        start = 0
        while start < len(records):
            is_polite = self._others_write(database)
            part = records[start : start + (self.size if is_polite else TOGETHER)]
            start += len(part)
            began = time.monotonic()
            yield part
            if is_polite:
                self.learn(len(part), time.monotonic() - began)
                if start < len(records):
                    time.sleep(REST)

    def learn(self, records: int, seconds: float) -> None:
        """Aim at SPAN. Never more than doubled: one quick part may have had nothing to write."""
        if records >= FEWEST:
            fitting = round(records * SPAN / max(seconds, 0.001))
            self.size = max(FEWEST, min(fitting, 2 * self.size, 2 * TOGETHER))

    def _others_write(self, database: BaseDatabaseWrapper) -> bool:
        """Whether others have lately written to a database that lets only one write, and could between two parts.

        Inside a transaction of the caller's nobody could. SQLite's `data_version` changes for a connection when another
        one commits (its documentation).
        """
        if database.vendor != "sqlite" or database.in_atomic_block:
            return False
        with database.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            [version] = cursor.fetchone()
        if self._versions.get(database, version) != version:
            self._polite_until = time.monotonic() + POLITE_FOR
        self._versions[database] = version
        return time.monotonic() < self._polite_until


PACE = Pace()
