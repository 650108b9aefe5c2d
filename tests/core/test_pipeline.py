"""The books of a pipeline balance, whatever deals do, and say what counting by hand says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.core.pipeline import Books, Conversion, Flow, Line, Slips, Unit, conversions, cut, survival, times

STAGES = ("lead", "talk", "won")
HORIZON = 12


@st.composite
def lives(draw):
    """A deal's stays (stage, since, until), one after the other, some with nothing between; moments are small numbers,
    so that many fall on the edges of periods."""
    moments = sorted(draw(st.sets(st.integers(0, HORIZON), min_size=1, max_size=7)))
    stays = []
    for since, until in zip(moments, [*moments[1:], None], strict=True):
        stage = draw(st.sampled_from([*STAGES, None]))  # None: not made yet, deleted, or the stage was emptied
        if stage is not None:
            stays.append((stage, since, until))
    return stays


edges = st.sets(st.integers(0, HORIZON), min_size=2, max_size=6).map(sorted)
histories = st.lists(lives(), max_size=8)


def flows_of(deals, moments):
    """The flows of stays, deal by deal: what the ledger's query has to say, too."""
    flows = Counter()
    for stays in deals:
        began = {since: stage for stage, since, _ in stays}
        for stage, since, until in stays:
            entered = bisect_right(moments, since)
            left = None if until is None or until >= moments[-1] else bisect_right(moments, until)
            if left == 0 or entered == len(moments):
                continue
            flows[Flow(stage, None if left is None else began.get(until), entered, left)] += 1
    return flows


def held(deals, moment, stage=None):
    """How many were in a stage (in any) just before a moment."""
    return sum(
        1
        for stays in deals
        for name, since, until in stays
        if since < moment and (until is None or until >= moment) and stage in (None, name)
    )


@given(histories, edges)
def test_every_stage_balances_in_every_period_and_is_what_was_held(deals, moments):
    books = Books.of(flows_of(deals, moments), len(moments) - 1)
    for stage in STAGES:
        for (since, until), line in zip(pairwise(moments), books.account(stage).lines(), strict=True):
            assert line.start + line.entered - line.left == line.end
            assert (line.start, line.end) == (held(deals, since, stage), held(deals, until, stage))
            assert line.entered == sum(
                1 for stays in deals for name, began, _ in stays if name == stage and since <= began < until
            )
            assert line.left == sum(
                1
                for stays in deals
                for name, _, ended in stays
                if name == stage and ended is not None and since <= ended < until
            )


@given(histories, edges)
def test_the_whole_balances_and_leaves_out_what_moved_inside(deals, moments):
    books = Books.of(flows_of(deals, moments), len(moments) - 1)
    for n, (since, until) in enumerate(pairwise(moments)):
        line = books.whole.lines()[n]
        assert line.start + line.entered - line.left == line.end
        assert (line.start, line.end) == (held(deals, since), held(deals, until))
        starts = [
            since_
            for stays in deals
            for _, since_, _ in stays
            if since <= since_ < until and since_ not in {ended for _, _, ended in stays}
        ]
        assert line.entered == len(starts)
        assert sum(books.account(stage).lines()[n].start for stage in STAGES) == line.start
        assert sum(books.account(stage).lines()[n].end for stage in STAGES) == line.end


@given(histories, edges)
def test_one_period_ends_where_the_next_one_starts(deals, moments):
    books = Books.of(flows_of(deals, moments), len(moments) - 1)
    for account in (books.whole, *books.stages.values()):
        lines = account.lines()
        assert [line.end for line in lines[:-1]] == [line.start for line in lines[1:]]


@given(histories, edges)
def test_finer_periods_tell_the_same_story(deals, moments):
    flows = Counter()
    for flow, number in flows_of(deals, moments).items():
        flows[flow.coarse] += number
    assert flows == flows_of(deals, [moments[0], moments[-1]])
    fine = Books.of(flows_of(deals, moments), len(moments) - 1)
    coarse = Books.of(flows_of(deals, [moments[0], moments[-1]]), 1)
    for stage in STAGES:
        [line] = coarse.account(stage).lines()
        lines = fine.account(stage).lines()
        assert line == Line(
            lines[0].start, sum(one.entered for one in lines), sum(one.left for one in lines), lines[-1].end
        )


@given(histories, edges)
def test_every_stay_that_began_is_still_there_or_went_somewhere(deals, moments):
    flows = flows_of(deals, moments)
    books, found = Books.of(flows, len(moments) - 1), conversions(flows)
    for stage in STAGES:
        one = found.get(stage, Conversion())
        assert one.entered == one.still + sum(one.to.values()) == sum(books.account(stage).entered)


def test_a_deal_that_leaves_and_comes_back_within_a_period_is_counted_both_times():
    deals = [[("lead", 1, 2), ("talk", 2, 3), ("lead", 3, None)]]
    books = Books.of(flows_of(deals, [2, 4]), 1)
    assert books.account("lead").lines() == [Line(1, 1, 1, 1)]
    assert books.account("talk").lines() == [Line(0, 1, 1, 0)]
    assert books.whole.lines() == [Line(1, 0, 0, 1)]


def test_what_happens_on_an_edge_belongs_to_the_period_that_begins_there():
    books = Books.of(flows_of([[("lead", 2, 4)]], [0, 2, 4, 6]), 3)
    assert books.account("lead").lines() == [Line(0, 0, 0, 0), Line(0, 1, 0, 1), Line(1, 0, 1, 0)]
    assert books.entered(["lead"]) == [0, 1, 0]


def test_nothing_happened():
    books = Books.of({}, 2)
    assert books.whole.lines() == [Line(0, 0, 0, 0)] * 2
    assert books.entered([]) == [0, 0]
    assert conversions({}) == {}
    assert Conversion().share(0) == 0.0
    assert Conversion(entered=4).share(1) == 0.25


# -- periods ----------------------------------------------------------------------------------------------------------


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400), st.sampled_from(Unit))
def test_periods_cover_every_day_once(first, length, unit):
    last = first + timedelta(days=length)
    days = cut(first, last, unit)
    assert (days[0], days[-1]) == (first, last + timedelta(days=1))
    assert days == sorted(set(days))
    for inner in days[1:-1]:
        assert unit.begins(inner)
    for n in range(length + 1):
        day = first + timedelta(days=n)
        assert not unit.begins(day) or days[bisect_left(days, day)] == day


@pytest.mark.parametrize(
    ("unit", "starts"),
    [
        (Unit.WEEK, ["2026-03-30", "2026-04-06"]),
        (Unit.MONTH, ["2026-03-30", "2026-04-01"]),
        (Unit.QUARTER, ["2026-03-30", "2026-04-01"]),
    ],
)
def test_periods_begin_where_the_calendar_says(unit, starts):
    assert [str(day) for day in cut(date(2026, 3, 30), date(2026, 4, 7), unit)[:-1]] == starts


# -- time -------------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.just(False)), st.integers(1, 5), min_size=1))
def test_where_all_are_over_the_medians_agree(durations):
    found = times(durations)
    assert found.open == 0
    assert found.median == found.median_over


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.booleans()), st.integers(1, 5)))
def test_a_share_never_grows_and_those_that_go_on_make_the_median_no_shorter(durations):
    shares = [1.0, *(share for _, share in survival(durations))]
    assert shares == sorted(shares, reverse=True)
    found = times(durations)
    assert found.number - found.open == sum(n for (_, goes_on), n in durations.items() if not goes_on)
    if found.median is not None:
        assert found.median_over is not None
        assert found.median >= found.median_over


def test_those_that_go_on_count_as_longer():
    """Five of ten are over after 1, 2, 3, 4, 5 days; the others go on since 10."""
    durations = {**{(day, False): 1 for day in range(1, 6)}, (10, True): 5}
    found = times(durations)
    assert (found.number, found.open, found.median_over, found.median) == (10, 5, 3, 5)


def test_the_textbook_example():
    """Kaplan and Meier's estimate for 6, 6, 6, 6+, 7, 9+, 10, 10+, 11+, 13, 16, 17+, 19+, 20+, 22, 23, 25+, 32+, 32+,
    34+, 35+ weeks (Gehan's leukaemia trial, 6-MP): the median is 23."""
    over = Counter([6, 6, 6, 7, 10, 13, 16, 22, 23])
    going_on = Counter([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    durations = {**{(n, False): k for n, k in over.items()}, **{(n, True): k for n, k in going_on.items()}}
    shares = {day: round(share, 3) for day, share in survival(durations)}
    assert shares == {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert times(durations).median == 23


def test_nothing_has_no_median():
    assert times({}).median is None
    assert times({(4, True): 3}).median is None
    assert times({(4, True): 3}).median_over is None


# -- slippage ---------------------------------------------------------------------------------------------------------


def test_close_dates_slip():
    slips = Slips()
    assert slips.mean == 0.0
    slips.add(date(2026, 1, 1), date(2026, 1, 11), 2)
    slips.add(date(2026, 1, 6), date(2026, 1, 1), 1)
    slips.add(date(2026, 1, 1), date(2026, 1, 1), 1)
    assert (slips.number, slips.later, slips.earlier, slips.mean) == (4, 2, 1, 15 / 4)
