"""The tables that measure deals: what they are worth, how their close dates slip, and how long they stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.formats import date_format

from ...core.pipeline import Slips, Times, times
from ...models.pipeline import Worth
from .report import DAY, Report
from .tables import Cell, Column, Row, Table, money


def stages_now(report: Report) -> Table:
    """How many deals, of which value, are in each stage at the end."""
    end, moment = report.days[-1], report.moments[-1]
    worth = report.pipeline.worth(moment)
    slips = report.pipeline.slips(report.close_date, moment) if report.close_date else {}
    codes = sorted({code for by_code in worth.values() for code in by_code})
    rows = []
    for stage in report.stages:
        url = report.ways.to(stages=(stage.place,), at=end)
        cells = [Cell(report.lines(stage)[-1].end, url=url), *_valued(worth.get(stage.place, {}), codes, url)]
        rows.append(Row(stage.title, [*cells, *_slipped(report, slips.get(stage.place), url)], stage.tone))
    url, slipped = report.ways.to(at=end), _together(slips)
    cells = [Cell(report.books.whole.lines()[-1].end, url=url), *_valued(_summed(worth, codes), codes, url)]
    rows.append(Row("Whole pipeline", [*cells, *_slipped(report, slipped, url)], is_sum=True))
    note = (
        "Beside a deal's value at the end is its value when it entered its stage: what it gained or lost there. Deals"
        " without a value are in the first column only."
    )
    return Table(
        "stages", f"By stage, at the end of {date_format(end - DAY, 'DATE_FORMAT')}", "Stage",
        list(_columns(report, codes)), rows, note=note, chart="sideways",
    )  # fmt: skip


def _columns(report: Report, codes: Sequence[str]) -> Iterator[Column]:
    yield Column("Deals", "busy")
    for code in codes:
        yield from (Column(f"{name} {code}".strip()) for name in ("Value", "On entering", "Change"))
    if report.close_date:
        yield from map(Column, ("Close date later", "Close date earlier", "Days later, mean"))


def _valued(by_code: Mapping[str, Worth], codes: Sequence[str], url: str) -> Iterator[Cell]:
    for code in codes:
        if (one := by_code.get(code)) is None:
            yield from (Cell(None) for _ in range(3))
        else:
            yield from (money(number, code, url) for number in (one.now, one.before, one.now - one.before))


def _summed(worth: Mapping[int, Mapping[str, Worth]], codes: Sequence[str]) -> dict[str, Worth]:
    found = {code: Worth() for code in codes}
    for by_code in worth.values():
        for code, one in by_code.items():
            found[code].now += one.now
            found[code].before += one.before
    return found


def _slipped(report: Report, slips: Slips | None, url: str) -> Iterator[Cell]:
    if not report.close_date:
        return
    one = slips or Slips()
    yield from (Cell(number, url=url) for number in (one.later, one.earlier))
    yield Cell(round(one.mean, 1) if one.number else None, url=url if one.number else "")


def _together(slips: Mapping[int, Slips]) -> Slips:
    found = Slips()
    for one in slips.values():
        found.number, found.days = found.number + one.number, found.days + one.days
        found.later, found.earlier = found.later + one.later, found.earlier + one.earlier
    return found


def time_in_stage(report: Report) -> Table:
    """How long the deals stay that entered a stage in the whole time."""
    latest, together = report.pipeline.durations((report.moments[0], report.moments[-1]), report.now)
    rows = []
    for stage in report.stages:
        if stage.place not in latest:
            continue
        last, total = times(latest[stage.place]), times(together[stage.place])
        mine = (stage.place,)
        all_of_them = report.ways.to(stages=mine, entered=report.span, is_latest=True)
        still = report.ways.to(stages=mine, entered=report.span, at=report.span[1], is_latest=True)
        counts = [Cell(last.number, url=all_of_them), Cell(last.open, url=still)]
        every_stay = report.ways.to(stages=mine, entered=report.span)
        cells = [*counts, *_medians(last, all_of_them), *_medians(total, every_stay)]
        rows.append(Row(stage.title, cells, stage.tone))
    columns = [Column("Deals"), Column("Still there"), Column("Latest stay, median", "busy"), Column("of those over")]
    columns += [Column("All stays, median", "stage-3"), Column("of those over")]
    note = (
        "In days, of the deals that entered the stage in this time. The medians count those still there as taking"
        " longer (Kaplan and Meier); “of those over” leaves them out. A dash: less than half have left yet."
    )
    return Table("times", "Time in stage", "Stage", columns, rows, note=note, chart="sideways")


def _medians(found: Times, url: str) -> list[Cell]:
    return [Cell(days, url="" if days is None else url) for days in (found.median, found.median_over)]
