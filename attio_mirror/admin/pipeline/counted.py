"""The tables that count deals: by stage and period, won and lost, the books, conversion, and by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ...core.pipeline import Account, Books, Flow, Line, conversions
from .asking import BYS, NONE
from .report import Days, Report, short
from .tables import Cell, Column, Row, Table, money

FIRST = 50
"""Lines of a comparison on the page; the file has all."""
WHOLE = "Whole pipeline"


def held(report: Report) -> Table:
    """How many deals were in each stage at the end of each period."""
    rows = [
        Row(stage.title, list(_ends(report, report.lines(stage), stages=(stage.place,))), stage.tone)
        for stage in report.stages
    ]
    rows.append(Row(WHOLE, list(_ends(report, report.books.whole.lines())), is_sum=True))
    columns = [Column(name, short=short(days)) for name, days in report.periods]
    return Table(
        "held", "By stage, at the end of each period", "Stage", columns, rows, chart="stacked", by_row=True,
    )  # fmt: skip


def _ends(report: Report, lines: Sequence[Line], **asked: Any) -> Iterator[Cell]:
    for line, (_, (_, after)) in zip(lines, report.periods, strict=True):
        yield Cell(line.end, url=report.ways.to(at=after, **asked))


def won(report: Report) -> Table:
    """What came, what was won and lost, and what went otherwise, by period."""
    gained = report.pipeline.gained(report.won, report.moments) if report.won else {}
    codes = sorted({code for _, code in gained})
    counts = zip(
        report.books.whole.lines(), report.books.entered(report.won), report.books.entered(report.lost), strict=True
    )
    rows = []
    for n, ((name, days), (line, wins, losses)) in enumerate(zip(report.periods, counts, strict=True), 1):
        cells = _outcome(report, days, line, (wins, losses))
        cells += [_gained(gained.get((n, code)), code, cells[1].url) for code in codes]
        rows.append(Row(name, cells, short=short(days)))
    columns = [Column("New", "busy"), Column("Won", "calm"), Column("Lost", "bad"), Column("Gone", "idle")]
    columns += [Column(f"Value won {code}".strip()) for code in codes]
    note = "New: had no stage before. Gone: deleted, merged, or its stage was emptied. The value is that on winning."
    return Table("won", "New, won and lost", "Period", columns, rows, note=note, chart="bars")


def _outcome(report: Report, days: Days, line: Line, ends: tuple[int, int], of: str = "") -> list[Cell]:
    """New, won, lost and gone. Where no stage means won, there is no such deal, and nowhere to lead."""
    ways = report.ways
    came = ways.to(of=of, entered=days, is_first=True)
    went = ways.to(of=of, left=days, is_last=True)
    won_at, lost_at = (
        ways.to(of=of, stages=stages, entered=days) if stages else "" for stages in (report.won, report.lost)
    )
    return [
        Cell(line.entered, url=came),
        Cell(ends[0], url=won_at),
        Cell(ends[1], url=lost_at),
        Cell(line.left, url=went),
    ]


def _gained(number: Decimal | None, code: str, url: str) -> Cell:
    return Cell(None) if number is None else money(number, code, url)


def balance(report: Report) -> Table:
    """The books: start + entered - left = end, for every period and stage."""
    whole, rows = report.books.whole.lines(), []
    for n, (name, days) in enumerate(report.periods):
        rows += [
            Row(stage.title, _booked(report, report.lines(stage)[n], days, stage.place), stage.tone, group=name)
            for stage in report.stages
        ]
        rows.append(Row(WHOLE, _booked(report, whole[n], days, None), is_sum=True, group=name))
    note = (
        "Start + entered − left = end. A deal that leaves a stage and comes back counts each time. For the whole"
        " pipeline, what only moves inside it does not count."
    )
    columns = [Column(name) for name in ("Start", "Entered", "Left", "End")]
    return Table("books", "The books", "Stage", columns, rows, note=note, group="Period")


def _booked(report: Report, line: Line, days: Days, place: int | None) -> list[Cell]:
    """Of a stage, or of the whole pipeline."""
    mine, is_whole, to = () if place is None else (place,), place is None, report.ways.to
    return [
        Cell(line.start, url=to(stages=mine, at=days[0])),
        Cell(line.entered, url=to(stages=mine, entered=days, is_first=is_whole)),
        Cell(line.left, url=to(stages=mine, left=days, is_last=is_whole)),
        Cell(line.end, url=to(stages=mine, at=days[1])),
    ]


def conversion(report: Report) -> Table:
    """Where the deals went next that entered a stage in the whole time."""
    went, days, to = conversions(report.flows), report.span, report.ways.to
    rows = []
    for stage in report.stages:
        if (one := went.get(stage.place)) is None:
            continue
        mine = (stage.place,)
        still = to(stages=mine, entered=days, at=days[1])
        cells = [Cell(one.entered, url=to(stages=mine, entered=days)), _part(one.still, one.share(one.still), still)]
        for target in report.stages:
            number, url = one.to.get(target.place, 0), to(stages=mine, entered=days, left=days, to=(target.place,))
            cells.append(_part(number, one.share(number), url))
        gone = one.to.get(None, 0)
        cells.append(_part(gone, one.share(gone), to(stages=mine, entered=days, left=days, is_last=True)))
        rows.append(Row(stage.title, cells, stage.tone))
    columns = [Column("Entered"), Column("Still there", "idle")]
    columns += [Column(f"→ {stage.title}", stage.tone) for stage in report.stages]
    note = "Of the deals that entered a stage in this time: where they went next. Some are still there."
    return Table(
        "conversion", "Conversion", "From", [*columns, Column("→ gone", "stage-4")], rows, note=note,
        chart="sideways stacked",
    )  # fmt: skip


def _part(number: int, share: float, url: str) -> Cell:
    return Cell(number, f"{number} ({share:.0%})" if number else "0", url)


def compared(report: Report, *, whole: bool = False) -> Table:
    """The books of the whole time by owner, company or currency."""
    by = report.asked.by
    books = {group: Books.of(_coarse(flows), 1) for group, flows in report.flows_by.items()}
    groups = sorted(books, key=lambda group: (-sum(_size(books[group].whole)), str(group)))
    shown = groups if whole else groups[:FIRST]
    titles = _titles(report, by, shown)
    rows = [Row(titles[group], _compared(report, books[group], f"{by}:{_text(group)}")) for group in shown]
    columns = [("Start", ""), ("New", "busy"), ("Won", "calm"), ("Lost", "bad"), ("Gone", ""), ("End", "idle")]
    note = f"By today's {BYS[by].lower()}, so that the books of each one balance: start + new − gone = end."
    if len(shown) < len(groups):
        note += f" The largest {FIRST} of {len(groups)}; the file has all."
    return Table(
        "compared", f"By {BYS[by].lower()}", BYS[by], [Column(*one) for one in columns], rows, note=note, chart="bars"
    )


def _compared(report: Report, books: Books, of: str) -> list[Cell]:
    [line], days = books.whole.lines(), report.span
    ends = sum(books.entered(report.won)), sum(books.entered(report.lost))
    return [
        Cell(line.start, url=report.ways.to(of=of, at=days[0])),
        *_outcome(report, days, line, ends, of),
        Cell(line.end, url=report.ways.to(of=of, at=days[1])),
    ]


def _coarse(flows: Mapping[Flow, int]) -> Counter[Flow]:
    found: Counter[Flow] = Counter()
    for flow, number in flows.items():
        found[flow.coarse] += number
    return found


def _titles(report: Report, by: str, groups: Sequence[Any]) -> dict[Any, str]:
    if by == "currency":
        return {group: group or "No value" for group in groups}
    shown = report.pipeline.shown(report.names[by], [group for group in groups if group is not None])
    return {group: "None" if group is None else str(shown.get(group) or "Not known here") for group in groups}


def _text(group: Any) -> str:
    return NONE if group is None else str(group)


def _size(account: Account) -> Iterator[int]:
    yield account.start
    yield from account.entered
