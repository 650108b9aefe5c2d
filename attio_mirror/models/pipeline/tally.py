"""Groups over rows that are themselves worked out (windows, groups): a subquery, which the ORM has no words for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.models import QuerySet

WHOLE = {"mysql": "{} DIV {}", "postgresql": "DIV({}, {})"}
"""How a database divides and forgets the rest; SQLite does so with whole numbers anyway."""


def tally(
    rows: QuerySet[Any, Any], names: Sequence[str], *, held: QuerySet[Any, Any] | None = None
) -> list[tuple[Any, ...]]:
    """How often each combination of these columns occurs: the columns, and the number.

    `held` gives (link, value) pairs: the value of each row's link comes first, then.
    """
    using, columns = connections[rows.db], ["link_id", *names] if held is not None else names
    inner, params = rows.values(*columns).query.get_compiler(rows.db).as_sql()
    quoted = [f"stay.{using.ops.quote_name(name)}" for name in names]
    source, given = f"({inner}) stay", list(params)
    if held is not None:
        pairs, more = held.query.get_compiler(rows.db).as_sql()
        source += f" LEFT JOIN ({pairs}) held ON held.link_id = stay.link_id"
        quoted, given = ["held.of_link", *quoted], [*given, *more]
    return _fetch(rows.db, quoted, source, given)


def tally_days(deals: QuerySet[Any, Any], names: Sequence[str], seconds: Sequence[str]) -> list[tuple[Any, ...]]:
    """The same, with seconds made whole days, which come last but the number."""
    using = connections[deals.db]
    inner, params = deals.query.get_compiler(deals.db).as_sql()
    whole = WHOLE.get(using.vendor, "{} / {}")
    days = [whole.format(f"stay.{using.ops.quote_name(name)}", 86400) for name in seconds]
    quoted = [f"stay.{using.ops.quote_name(name)}" for name in names]
    return _fetch(deals.db, [*quoted, *days], f"({inner}) stay", list(params))


def _fetch(alias: str, columns: Sequence[str], source: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    groups = ", ".join(str(n) for n in range(1, len(columns) + 1))
    statement = f"SELECT {', '.join(columns)}, COUNT(*) FROM {source} GROUP BY {groups}"  # noqa: S608  # no input in it
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
