"""Time in the world: a clock that stands still until moved, and one that follows the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Clock:
    """A clock in hand."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or START
        self._last = -1

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float = 0, **timedelta_kwargs: float) -> None:
        """Move forward by `seconds`, or by any of timedelta's keywords (days=2)."""
        step = timedelta(seconds=seconds, **timedelta_kwargs)
        if step < timedelta(0):
            raise ValueError("A clock does not run backwards.")
        self._now += step

    def stamp(self) -> str:
        """The time of a change. Each is a millisecond later than the one before, so that versions never tie."""
        self._last = max(self._millis(), self._last + 1)
        return written(self._last)

    def seen(self) -> str:
        """The time of a read: no earlier than any stamp given out, and it uses none up."""
        return written(max(self._millis(), self._last))

    def after(self, seconds: float) -> str:
        """The time that is reached when the clock has moved on by `seconds`."""
        return written(self._millis() + round(seconds * 1000))

    def _millis(self) -> int:
        return (self.now() - EPOCH) // MILLISECOND


class WallClock(Clock):
    """Follows real time, plus whatever it was advanced by."""

    def __init__(self) -> None:
        super().__init__(EPOCH)
        self._offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float = 0, **timedelta_kwargs: float) -> None:
        step = timedelta(seconds=seconds, **timedelta_kwargs)
        if step < timedelta(0):
            raise ValueError("A clock does not run backwards.")
        self._offset += step


def written(millis: int) -> str:
    """RFC 3339 with nine digits, as seen on the live service: milliseconds padded with zeros."""
    seconds, rest = divmod(millis, 1000)
    moment = EPOCH + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:03d}000000Z"
