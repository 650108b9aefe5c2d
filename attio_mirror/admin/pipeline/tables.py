"""Tables of numbers: shown, drawn and downloaded from the same cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.utils.formats import number_format

from ..spreadsheet import csv_file
from ..wording import NOTHING, amount


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, as people read it, and the way to its rows."""

    number: int | Decimal | float | None
    text: str = ""
    url: str = ""

    @property
    def shown(self) -> str:
        """In words."""
        if self.text or self.number is None:
            return self.text or NOTHING
        return number_format(self.number, force_grouping=True)

    @property
    def plain(self) -> str:
        """For scripts: no grouping, a point."""
        return (
            ""
            if self.number is None
            else format(self.number, "f")
            if isinstance(self.number, Decimal)
            else str(self.number)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A line."""

    label: str
    cells: Sequence[Cell]
    tone: str = "idle"
    is_sum: bool = False
    group: str = ""
    short: str = ""
    """The label where there is little room: on the axis of a chart."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; where it has a tone, its numbers are a series of the chart."""

    title: str
    tone: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Lines under headings."""

    name: str
    title: str
    head: str
    """What the labels are."""
    columns: Sequence[Column]
    rows: Sequence[Row]
    note: str = ""
    chart: str = ""
    """bars, stacked or sideways; none: only a table."""
    by_row: bool = False
    """Whether a series of the chart is a row, not a column."""
    group: str = ""
    """What the groups of rows are, if there are any."""


def money(number: Decimal, code: str, url: str = "") -> Cell:
    """An amount with its currency."""
    return Cell(number.normalize() + 0, amount(number, code), url)


def as_csv(table: Table) -> HttpResponse:
    """The table as a file for spreadsheets."""
    heads = [table.group, table.head] if table.group else [table.head]
    lines = (
        [*([row.group] if table.group else []), row.label, *(cell.plain for cell in row.cells)] for row in table.rows
    )
    return csv_file(f"pipeline-{table.name}", [*heads, *(column.title for column in table.columns)], lines)
