"""Groups over rows that are themselves worked out (windows, groups): a subquery, which the ORM has no words for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

DAY = 86400
WHOLE = {"mysql": "{} DIV {}", "postgresql": "DIV({}, {})"}
"""How a database divides and forgets the rest; SQLite does so with whole numbers anyway."""


def tally(
    rows: QuerySet[Any, Any], names: Sequence[str], *, held: QuerySet[Any, Any] | None = None
) -> list[tuple[Any, ...]]:
    """How often each combination of these columns occurs: the columns, and the number.

    `held` gives pairs (`link_id`, `of_link`): what the row's link has comes first, then; None where it has nothing.
    """
    quoted = [f"stay.{connections[rows.db].ops.quote_name(name)}" for name in names]
    inner, params = _compiled(rows.values("link_id", *names))
    if not inner:
        return []
    source = f"({inner}) stay"
    if held is not None:
        pairs, more = _compiled(held)
        quoted = ["held.of_link" if pairs else "NULL", *quoted]
        source += f" LEFT JOIN ({pairs}) held ON held.link_id = stay.link_id" if pairs else ""
        params += more
    return _fetch(rows.db, quoted, source, params)


def tally_days(deals: QuerySet[Any, Any], names: Sequence[str], seconds: Sequence[str]) -> list[tuple[Any, ...]]:
    """The same, with seconds made whole days, which come last but the number."""
    using, (inner, params) = connections[deals.db], _compiled(deals)
    whole = WHOLE.get(using.vendor, "{} / {}")
    quoted = [f"stay.{using.ops.quote_name(name)}" for name in (*names, *seconds)]
    days = [whole.format(column, DAY) for column in quoted[len(names) :]]
    return _fetch(deals.db, [*quoted[: len(names)], *days], f"({inner}) stay", params) if inner else []


def _compiled(rows: QuerySet[Any, Any]) -> tuple[str, list[Any]]:
    """A statement and its parameters; "" where Django knows without asking that there is nothing."""
    try:
        statement, params = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return "", []
    return statement, list(params)


def _fetch(alias: str, columns: Sequence[str], source: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    groups = ", ".join(str(n) for n in range(1, len(columns) + 1))
    statement = f"SELECT {', '.join(columns)}, COUNT(*) FROM {source} GROUP BY {groups}"  # noqa: S608  # no input in it
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
