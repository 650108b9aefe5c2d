"""Files for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from django.http import HttpResponse

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


def csv_file(name: str, heads: Iterable[str], lines: Iterable[Iterable[object]]) -> HttpResponse:
    """Numbers as they are; a text that a spreadsheet would run is made one that it shows."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.write("\ufeff")  # else spreadsheets take UTF-8 for something older
    writer = csv.writer(answer)
    writer.writerow(heads)
    writer.writerows(_harmless(lines))
    return answer


def _harmless(lines: Iterable[Iterable[object]]) -> Iterator[list[object]]:
    for line in lines:
        yield [harmless(cell) if isinstance(cell, str) else cell for cell in line]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(RISKY) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
