"""How far a sweep is, for whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ...models import Sweep, SweepState
from ..reconcile import Report


@dataclass(slots=True)
class Progress:
    """How far a sweep of one object is: what this run of it did, and the sweep as a whole."""

    object: str
    seen: int = 0
    report: Report = field(default_factory=Report)
    sweep: Sweep | None = None

    @property
    def braked(self) -> str:
        """Why the brake stopped it, in words for a person; "" where it did not."""
        return self.sweep.error if self.sweep is not None and self.sweep.state == SweepState.BRAKED else ""


Tell = Callable[[Progress], None]


def tell_nobody(_: Progress) -> None:
    """Nobody watches."""
