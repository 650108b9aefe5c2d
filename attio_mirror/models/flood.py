"""Floods: many new rows by the database's own bulk statement, for rows without signals whose keys nobody asks for.

bulk_create makes an instance of every row and a placeholder for every value; a first mirror has a dozen versions per
record.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.constants import OnConflict

FEW = 50
"""Rows for which a temporary table is not worth its while."""
MANY = 512
"""Rows below which a plan made without figures does no harm."""
AS_THEY_ARE = (models.CharField, models.TextField, models.IntegerField, models.ForeignKey)
"""Fields whose values, once clean, need no preparation for any database."""

Columns = Sequence["models.Field[Any, Any]"]
Row = tuple[Any, ...]


def pour(model: type[models.Model], names: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows, their values in the order of these columns; those a constraint says are there are left alone.

    Columns that are not named must be nullable or have a default in the database.
    """
    if not rows:
        return
    database = connections[router.db_for_write(model)]
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = [fields[name] for name in names]
    held = zip(*rows, strict=True)
    ready = list(zip(*(_prepared(f, values, database) for f, values in zip(columns, held, strict=True)), strict=True))
    if database.vendor == "postgresql" and len(ready) > FEW:
        _copy(model, columns, ready, database)
        return
    marks = ", ".join("%s" for _ in columns)
    with database.cursor() as cursor:
        cursor.executemany(_insert(model, columns, f"VALUES ({marks})", database), ready)


def take_stock(new: Sequence[models.Model], *others: type[models.Model]) -> None:
    """Have PostgreSQL count a table, and others that grow with it, once it has doubled by these new rows.

    Without figures it expects a handful of rows and reads a whole table to find some of them, page after page of a
    first mirror. Its autovacuum counts a minute later, or, where it is off, never.
    """
    if not new or new[-1].pk < MANY or (new[0].pk - 1).bit_length() == new[-1].pk.bit_length():
        return
    database = connections[router.db_for_write(type(new[0]))]
    if database.vendor == "postgresql":
        tables = ", ".join(database.ops.quote_name(model._meta.db_table) for model in (type(new[0]), *others))
        transaction.on_commit(lambda: _execute(database, f"ANALYZE {tables}"), using=database.alias, robust=True)


def _execute(database: BaseDatabaseWrapper, statement: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(statement)


def _prepared(field: models.Field[Any, Any], values: Row, database: BaseDatabaseWrapper) -> Sequence[Any]:
    """One column's values as the database's own library takes them."""
    if isinstance(field, AS_THEY_ARE):
        return values
    if isinstance(field, models.DateTimeField):  # few distinct ones: the values of a record begin together
        prepare = lru_cache(lambda value: field.get_db_prep_save(value, database))
        return [prepare(value) for value in values]
    return [field.get_db_prep_save(value, database) for value in values]


def _copy(model: type[models.Model], columns: Columns, rows: Sequence[Row], database: BaseDatabaseWrapper) -> None:
    """COPY knows no conflicts, so it fills a table of our own first."""
    table, names = database.ops.quote_name(model._meta.db_table), _names(columns, database)
    flood = database.ops.quote_name(f"flood_of_{model._meta.model_name}")
    with database.wrap_database_errors, database.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {flood} AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608  # names
        with cursor.copy(f"COPY {flood} ({names}) FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)
        cursor.execute(_insert(model, columns, f"SELECT {names} FROM {flood}", database))  # noqa: S608  # names
        cursor.execute(f"DROP TABLE {flood}")


def _insert(model: type[models.Model], columns: Columns, source: str, database: BaseDatabaseWrapper) -> str:
    ops = database.ops
    verb, tail = ops.insert_statement(OnConflict.IGNORE), ops.on_conflict_suffix_sql(columns, OnConflict.IGNORE, [], [])
    return f"{verb} {ops.quote_name(model._meta.db_table)} ({_names(columns, database)}) {source} {tail}"


def _names(columns: Columns, database: BaseDatabaseWrapper) -> str:
    return ", ".join(database.ops.quote_name(str(field.column)) for field in columns)
