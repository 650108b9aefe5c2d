"""Rows by many texts at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler


class Among(In):
    """A column of texts is one of many: `In`, and on PostgreSQL one array instead of hundreds of parameters.

    Writing and escaping hundreds of parameters there takes longer than finding their rows.
    """

    def __init__(self, column: str, texts: Iterable[str]) -> None:
        super().__init__(F(column), list(texts))

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """With `ANY`."""
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::text[])", [*params, self.rhs]
