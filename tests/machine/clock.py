"""One clock for both sides: it moves a millisecond each time Django looks at it, and stands still otherwise.

So nothing in a run depends on how fast the machine is, and a failing schedule fails again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from django.utils import timezone

from attio_mirror.client import transport
from attio_mirror.sandbox.clock import START, Clock

TICK = timedelta(milliseconds=1)


class Time:
    """What time it is over here."""

    def __init__(self) -> None:
        self.moment = START

    def look(self) -> datetime:
        self.moment += TICK
        return self.moment

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def rules(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let Django and the client read the time here: they all ask `datetime.now`."""
        time = self

        class Watched(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain datetime is wanted
                return time.look() if tz is not None else time.look().astimezone(UTC).replace(tzinfo=None)

        monkeypatch.setattr(timezone, "datetime", Watched)
        monkeypatch.setattr(transport, "datetime", Watched)


class OtherClock(Clock):
    """Attio's clock: the same time, but for what it is ahead or behind."""

    def __init__(self, time: Time, ahead: float) -> None:
        super().__init__(time.moment)
        self.time, self.ahead = time, timedelta(seconds=ahead)

    def now(self) -> datetime:
        return self.time.moment + self.ahead

    def advance(self, seconds: float = 0, **timedelta_kwargs: float) -> None:
        self.time.pass_by(timedelta(seconds=seconds, **timedelta_kwargs).total_seconds())
