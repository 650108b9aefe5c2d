"""The budget: one row per connection and kind, shared by all processes and hosts."""

from __future__ import annotations

import time

from django.db import connections, models, transaction

from ..core import budget
from .connection import Connection

MICROSECONDS = 1_000_000
POSTGRES_CLOCK = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint"
"""The database's own time: hosts that share a budget need not agree about it."""


class BudgetKind(models.TextChoices):
    """What a request draws on."""

    READ = "read", "Reads"
    WRITE = "write", "Writes"
    BACKGROUND = "background", "Background reads"
    """Sweeps and history draw on this as well as on the reads: it holds less, so that something is always left."""


class RateBudgetQuerySet(models.QuerySet["RateBudget"]):
    """Budgets that can be drawn on."""

    def draw(self, connection_id: int, kind: str, *, rate: float, n: int) -> float | None:
        """Reserve the turns of `n` requests: the seconds until the first. None: there is no row, or it is paused.

        Where the database can, one statement decides and no lock outlives it.
        """
        database = connections[self.db]
        if database.vendor in ("postgresql", "sqlite") and database.features.can_return_rows_from_bulk_insert:
            return self._draw_at_once(connection_id, kind, rate, n)
        with transaction.atomic(using=self.db):
            rows = self.select_for_update().filter(connection_id=connection_id, kind=kind)
            row = rows.filter(connection__paused_at=None).first()
            if row is None:
                return None
            now = time.time()
            slot = budget.reserve(row.arrival / MICROSECONDS, now, rate, burst=1, n=n)
            self.filter(pk=row.pk).update(arrival=round(slot.arrival * MICROSECONDS))
        return slot.at - now

    def hush(self, connection_id: int, until: float) -> None:
        """Nobody draws a turn before `until` (Unix time)."""
        moment = round(until * MICROSECONDS)
        self.filter(connection_id=connection_id, arrival__lt=moment).update(arrival=moment)

    def lay_out(self, connection_id: int) -> None:
        """A row for every kind."""
        rows = [RateBudget(connection_id=connection_id, kind=kind) for kind in BudgetKind]
        self.bulk_create(rows, ignore_conflicts=True)

    def _draw_at_once(self, connection_id: int, kind: str, rate: float, n: int) -> float | None:
        database = connections[self.db]
        now = POSTGRES_CLOCK if database.vendor == "postgresql" else str(round(time.time() * MICROSECONDS))
        later = "GREATEST" if database.vendor == "postgresql" else "MAX"
        budgets, owners = (database.ops.quote_name(model._meta.db_table) for model in (RateBudget, Connection))
        ahead = round(n * budget.step(rate) * MICROSECONDS)
        statement = (
            f"UPDATE {budgets} SET arrival = {later}(arrival, {now}) + %s WHERE kind = %s "  # noqa: S608  # names, a number
            f"AND connection_id IN (SELECT id FROM {owners} WHERE id = %s AND paused_at IS NULL) "
            f"RETURNING arrival - %s - {now}"
        )
        with database.cursor() as cursor:
            cursor.execute(statement, [ahead, kind, connection_id, ahead])
            row = cursor.fetchone()
        return None if row is None else max(0, row[0]) / MICROSECONDS


class RateBudget(models.Model):
    """The theoretical arrival time of the next request (GCRA), microseconds since the epoch."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    kind = models.CharField(max_length=10, choices=BudgetKind.choices)
    arrival = models.BigIntegerField(default=0)

    objects = RateBudgetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="attio_one_budget_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} budget of {self.connection_id}"
