"""Carrying a claimed sweep on: page after page, then what was not listed, until it is over, halted or out of time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from ...core.errors import Json
from ...core.plan import Deed
from ...mirrors.registry import AnyMirror
from ...models import Sweep, SweepKind, SweepState
from ..budget import Paused, background
from ..frame import Frame
from ..gates import lift
from ..reconcile import Report
from . import drift
from .absent import brake, inquire
from .control import advance, finish
from .light import filter_of
from .memory import known_of, missing_of, remember
from .progress import Progress, Tell, tell_nobody
from .reading import Page, bring_home, read
from .walk import Move, Place, Step, step

CHUNK = 100
"""Missing records asked for at once: as many as one `$in` takes."""
MOST_RETREATS = 20
COMPLAINTS = 20
"""How many of the records that no row could be written for are kept by name."""
UNSTEADY = "The pages Attio lists do not fit together; sweep again when fewer records are being deleted."
RAN_DRY = (
    "Attio listed records and then suddenly none. Nothing was deleted here. Resume the sweep to list all anew, or with "
    "consent if the records are really gone."
)


@dataclass(slots=True)
class Run:
    """One process carrying one claimed sweep on."""

    sweep: Sweep
    mirror: AnyMirror
    progress: Progress
    tell: Tell = tell_nobody
    missing: list[str] | None = None
    """What was not listed and is not inquired about yet; None until all is listed."""
    began: float = field(default_factory=time.monotonic)

    def frame(self) -> Frame:
        """The schema as it is now: a sweep may take hours."""
        return Frame.of(self.sweep.connection, self.mirror)

    def lap(self) -> float:
        """The seconds of work since the last lap, on top of those before."""
        now = time.monotonic()
        self.began, spent = now, now - self.began
        return self.sweep.worked + spent


@background()
def carry_on(
    sweep: Sweep,
    mirror: AnyMirror,
    *,
    turns: int | None = None,
    deadline: float | None = None,
    tell: Tell = tell_nobody,
) -> Progress:
    """Carry a claimed sweep on, for so many turns or until a monotonic time.

    Raises AttioError, its claim still held, and Overtaken, its claim lost.
    """
    run = Run(sweep, mirror, Progress(sweep.object, sweep.seen, sweep=sweep), tell)
    while sweep.state == SweepState.RUNNING and turns != 0 and (deadline is None or time.monotonic() < deadline):
        try:
            _turn(run)
        except Paused:
            break
        turns = turns and turns - 1
        run.tell(run.progress)
    return run.progress


def _turn(run: Run) -> None:
    if run.sweep.enumerated_at is None:
        _read_page(run)
    else:
        _inquire(run)


def _read_page(run: Run) -> None:
    sweep, frame = run.sweep, run.frame()
    page = read(frame, sweep.cursor, size=sweep.page_size, filters=filter_of(frame, sweep))
    lift(frame.connection, frame.object, Deed.READ)
    taken, known = _step(sweep, page)
    changes: dict[str, Any] = {"page_size": page.size, "as_of": sweep.as_of or page.as_of, "attempts": 0, "error": ""}
    if taken.move == Move.BACK:
        if sweep.retreats >= MOST_RETREATS:
            finish(sweep, SweepState.FAILED, error=UNSTEADY)
            return
        changes["retreats"] = sweep.retreats + 1
    else:
        report = bring_home(frame, page.seen, known=known)
        run.progress.report.add(report)
        changes["seen"] = sweep.seen + len(set(page.record_ids) - known)
        changes["changed"] = sweep.changed + report.changed
        changes |= _complaints(sweep, report)
        changes["drift"] = sweep.drift + drift.count(frame, sweep, page.seen, report, page.as_of)
    if taken.move == Move.END:
        _listed(run, page, changes)
        return
    to = taken.place
    place = {"cursor": to.offset, "overlap": to.overlap, "moment": to.moment, "frontier": to.frontier}
    with transaction.atomic():
        if taken.move == Move.ON:
            remember(sweep, page.record_ids)
        advance(sweep, **changes, **place, worked=run.lap())
    run.progress.seen = sweep.seen


def _complaints(sweep: Sweep, report: Report) -> dict[str, Any]:
    """What a page adds to the records that no row could be written for. One that is read twice counts once."""
    news = {one: reason for one, reason in report.failed.items() if one not in sweep.complaints}
    kept = dict(islice({**sweep.complaints, **news}.items(), COMPLAINTS))
    return {"failed": sweep.failed + len(news), "complaints": kept} if news else {}


def _step(sweep: Sweep, page: Page) -> tuple[Step, set[str]]:
    """Where a page leads, and which of its records were seen before. The last page is asked first, then all."""
    place = Place(sweep.cursor, sweep.overlap, sweep.moment, sweep.frontier)
    for everything in (False, True):
        known = known_of(sweep, page.record_ids, everything=everything or place.is_known_ground)
        taken = step(place, page.seen, known, stride=sweep.page_size)
        if taken.move != Move.BACK:
            break
    return taken, known


def _listed(run: Run, page: Page, changes: Mapping[str, Json]) -> None:
    """All records were listed. A light sweep ends here; a full one looks after those that were not."""
    sweep = run.sweep
    advance(sweep, **changes, worked=run.lap(), enumerated_at=timezone.now())
    run.progress.seen = sweep.seen
    if sweep.kind == SweepKind.LIGHT:
        finish(sweep, SweepState.DONE)
    elif not page.seen and sweep.seen and sweep.cursor == 0:
        finish(sweep, SweepState.BRAKED, error=RAN_DRY)


def _inquire(run: Run) -> None:
    sweep = run.sweep
    if run.missing is None:
        run.missing = missing_of(sweep)
        if reason := brake(sweep, run.missing):
            finish(sweep, SweepState.BRAKED, error=reason)
            return
        if (missing := len(run.missing) + sweep.buried) != sweep.missing:
            advance(sweep, missing=missing)
    some, run.missing = run.missing[:CHUNK], run.missing[CHUNK:]
    if not some:
        finish(sweep, SweepState.DONE)
        return
    frame = run.frame()
    inquest = inquire(frame, some)
    run.progress.report.add(inquest.report)
    drifted = drift.count(frame, sweep, (), inquest.report, None) + drift.count_gone(sweep, inquest.gone)
    with transaction.atomic():
        remember(sweep, set(some) - set(inquest.gone))
        advance(
            sweep,
            **_complaints(sweep, inquest.report),
            changed=sweep.changed + inquest.report.changed,
            buried=sweep.buried + len(inquest.gone),
            drift=sweep.drift + drifted,
            worked=run.lap(),
            attempts=0,
            error="",
        )
