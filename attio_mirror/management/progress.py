"""A progress bar without a dependency: one line that renews itself in a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.management.base import OutputWrapper

from attio_mirror.management.words import counted, duration, number

WIDTH = 24
"""Characters of the bar."""
OFTEN = 0.1
"""Seconds between two renewals in a terminal."""
SELDOM = 5.0
"""Seconds between two lines elsewhere: in logs and pipes."""
CLEAR = "\r\x1b[2K"


@dataclass(slots=True)
class Bar:
    """How far something countable is. `expected` is a guess (0: nobody knows), so it never claims to be done."""

    out: OutputWrapper
    label: str
    expected: int = 0
    clock: Callable[[], float] = time.monotonic
    _began: float = field(init=False)
    _shown: float = field(init=False)

    def __post_init__(self) -> None:
        """A terminal shows something at once, a log only what takes long."""
        self._began = self.clock()
        self._shown = self._began - (OFTEN if self.out.isatty() else 0)

    def show(self, seen: int) -> None:
        """Tell how many there have been so far."""
        now, tty = self.clock(), self.out.isatty()
        if now - self._shown < (OFTEN if tty else SELDOM):
            return
        self._shown = now
        text = line(self.label, seen, self.expected, now - self._began)
        self.out.write(CLEAR + text if tty else text, ending="" if tty else "\n")
        self.out.flush()

    def end(self, seen: int, outcome: str) -> None:
        """The last word: what came of it, in how long."""
        elapsed = self.clock() - self._began
        rate = f", {number(round(seen / elapsed))}/s" if elapsed >= 1 else ""
        text = f"{self.label:<12} {counted(seen, 'record')} in {duration(elapsed)}{rate}: {outcome}"
        self.out.write(CLEAR + text if self.out.isatty() else text)
        self.out.flush()


def line(label: str, seen: int, expected: int, elapsed: float) -> str:
    """One state of the bar. Without a guess there is neither bar nor ETA, only counts."""
    rate = seen / elapsed if elapsed > 0 else 0.0
    text = f"{label:<12} {_bar(seen, expected)}{number(seen)}"
    if expected:
        text += f" of about {number(expected)}"
    text += f"  {number(round(rate))}/s  {duration(elapsed)}"
    if rate and seen < expected:
        text += f"  ETA {duration((expected - seen) / rate)}"
    return text


def _bar(seen: int, expected: int) -> str:
    if not expected:
        return ""
    full = min(WIDTH, WIDTH * seen // expected)
    return f"[{'█' * full}{'░' * (WIDTH - full)}] "
