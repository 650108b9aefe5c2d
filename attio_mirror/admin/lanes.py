"""Lanes: the versions of each attribute of a record as bars along one axis of time. The list below tells more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Protocol

from django.utils.formats import date_format
from django.utils.timezone import localtime

from .badges import STAGE_COLOURS

ROW = 22
"""The height of a bar and the gap below it."""
SLIMMEST = 1
"""Per cent of the axis that can still be seen."""


class Version(Protocol):
    """What a lane needs of a version."""

    @property
    def slug(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def began(self) -> datetime: ...
    @property
    def ended(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Bar:
    """One version. Places are text: a template would write numbers as people of its language do."""

    text: str
    title: str
    tone: int
    x: str
    width: str
    y: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One attribute; of several values that were true together, each has a row."""

    slug: str
    label: str
    bars: Sequence[Bar]
    height: str


@dataclass(frozen=True, slots=True)
class Plot:
    """All lanes, and when their axis begins. It ends now."""

    lanes: Sequence[Lane]
    since: datetime


def plot(versions: Iterable[Version], now: datetime) -> Plot | None:
    """Lanes by the names of their attributes; None where there is nothing to draw."""
    found = sorted(versions, key=lambda one: (one.label.lower(), one.slug, one.began))
    if not found:
        return None
    since = min(one.began for one in found)
    groups = groupby(found, key=lambda one: one.slug)
    return Plot([_lane(list(mine), since, max(now, since)) for _, mine in groups], since)


def _lane(versions: Sequence[Version], since: datetime, now: datetime) -> Lane:
    rows: list[datetime] = []
    tones: dict[str, int] = {}
    bars = []
    for one in versions:
        ended = one.ended or now
        row = next((n for n, free in enumerate(rows) if free <= one.began), len(rows))
        rows[row : row + 1] = [ended]
        tone = tones.setdefault(one.text, len(tones) % STAGE_COLOURS)
        bars.append(_bar(one, tone, row, (_share(one.began, since, now), _share(ended, since, now))))
    return Lane(versions[0].slug, versions[0].label, bars, str(len(rows) * ROW))


def _bar(one: Version, tone: int, row: int, ends: tuple[float, float]) -> Bar:
    x = min(ends[0], 100 - SLIMMEST)
    width = max(ends[1] - x, SLIMMEST)
    title = f"{one.text}: {_day(one.began)} – {_day(one.ended) if one.ended else 'now'}"
    return Bar(one.text, title, tone, f"{x:.2f}%", f"{width:.2f}%", str(row * ROW))


def _share(moment: datetime, since: datetime, now: datetime) -> float:
    """Where a moment is on the axis, in per cent."""
    whole = (now - since).total_seconds()
    return 100 * (moment - since).total_seconds() / whole if whole else 0


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")
