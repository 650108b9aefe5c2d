"""Whole seconds since 1970, by each database's own means: a difference of times is Python on SQLite, and slow."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Func


class Seconds(Func):
    """A moment as a number that can be summed."""

    arity = 1
    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Text, which SQLite reads as a time in UTC."""
        return self.as_sql(
            compiler, connection, template="CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Down, not to the nearest: as the others do."""
        template = "CAST(FLOOR(EXTRACT(EPOCH FROM CAST(%(expressions)s AS timestamptz))) AS bigint)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """A difference, for UNIX_TIMESTAMP heeds the session's zone."""
        template = "TIMESTAMPDIFF(SECOND, '1970-01-01 00:00:00', %(expressions)s)"
        return self.as_sql(compiler, connection, template=template, **context)
