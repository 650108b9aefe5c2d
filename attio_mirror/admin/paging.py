"""Pages over large tables: counting stops at a cap, because it is slow and nobody turns to page 5,000."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from .stock import Paginator

CAP = 20_000


class CappedPaginator(Paginator):
    """Counts up to CAP rows; filters and search reach the rest."""

    @cached_property
    def count(self) -> int:
        """At most CAP."""
        rows: Any = self.object_list
        return int(rows.order_by()[:CAP].count())
