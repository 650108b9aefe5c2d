"""Requests per second, shared by many processes: the arithmetic of GCRA, a leaky bucket in one number.

That number is the *arrival*: when the next request would be due if all kept to the rate. Whoever wants to send moves
it forward in one atomic update and sleeps until its slot. All times are float seconds of one clock, passed in; rates
are requests per second. In any one second at most `rate + burst` requests go out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """A reservation: `times` says when each request may go, `arrival` is the number to store."""

    times: tuple[float, ...]
    arrival: float

    @property
    def at(self) -> float:
        """When the first request may go."""
        return self.times[0]


def step(rate: float) -> float:
    """The seconds between two requests at this rate."""
    if rate <= 0:
        raise ValueError("a rate is above zero")
    return 1 / rate


def tolerance(rate: float, burst: float) -> float:
    """How many seconds the arrival may lag behind the clock: what lets `burst` requests go at once after a pause."""
    if burst < 1:
        raise ValueError("a burst is at least one request")
    return (burst - 1) * step(rate)


def reserve(arrival: float, now: float, rate: float, burst: float, n: int = 1) -> Slot:
    """Slots for `n` requests, given the stored `arrival`. Raises ValueError for no request, no rate or no burst."""
    first = max(arrival, now - tolerance(rate, burst))
    return Slot(times=slot_times(first, now, rate, n), arrival=first + n * step(rate))


def slot_times(first: float, now: float, rate: float, n: int) -> tuple[float, ...]:
    """When `n` requests may go whose first is due at `first`: for a caller whose database moved the arrival itself."""
    if n < 1:
        raise ValueError("a reservation is for at least one request")
    return tuple(max(now, first + i * step(rate)) for i in range(n))


def hush(arrival: float, until: float) -> float:
    """The arrival after Attio said 429: nobody goes before `until`."""
    return max(arrival, until)
