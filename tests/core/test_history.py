"""Splicing the ledger: reads leave it saying what Attio says, and old beliefs stay answerable."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.core.history import Known, Splice, apart, splice_current, splice_full
from attio_mirror.core.values import Actor, Version, key


def at(second):
    return f"2026-01-01T00:00:{second:02d}.000000000Z"


def version(element, active_from, active_until=None):
    until = None if active_until is None else at(active_until)
    return Version(element, at(active_from), until, Actor(), {"value": element})


def known(number, element, active_from, active_until=None):
    return Known(number, key(element), at(active_from), None if active_until is None else at(active_until))


def apply(ledger, splice):
    """The believed rows after a splice; superseding and closing must hit rows that are there, once."""
    rows = {row.id: row for row in ledger}
    for number in splice.supersede:
        del rows[number]
    for number, until in splice.close:
        assert rows[number].active_until is None
        assert until >= rows[number].active_from
        rows[number] = replace(rows[number], active_until=until)
    for number, until in splice.cut:
        assert rows[number].active_until > until >= rows[number].active_from
        rows[number] = replace(rows[number], active_until=until)
    start = max([*(row.id for row in ledger), 0]) + 1
    for number, added in enumerate(splice.add, start):
        rows[number] = Known(number, key(added.element), added.active_from, added.active_until)
    return list(rows.values())


def facts(rows):
    return sorted((row.element_key, row.active_from, row.active_until or "") for row in rows)


def said(versions):
    return sorted((key(one.element), one.active_from, one.active_until or "") for one in versions)


SECONDS = st.integers(0, 20)
SPANS = st.tuples(SECONDS, st.none() | st.integers(0, 10)).map(
    lambda span: (span[0], None if span[1] is None else span[0] + span[1])
)
VERSIONS = st.builds(lambda element, span: version(element, *span), st.sampled_from("abc"), SPANS)
HISTORIES = st.lists(VERSIONS, max_size=6, unique_by=lambda one: (one.element, one.active_from))
LEDGERS = HISTORIES.map(
    lambda found: [Known(i, key(one.element), one.active_from, one.active_until) for i, one in enumerate(found)]
)
OPEN = LEDGERS.map(lambda rows: [row for row in rows if row.active_until is None])
ACTIVE = st.lists(st.builds(version, st.sampled_from("abc"), SECONDS), max_size=3, unique_by=lambda one: one.element)


@given(LEDGERS, HISTORIES)
def test_after_a_full_read_the_ledger_says_what_attio_says(ledger, seen):
    after = apply(ledger, splice_full(ledger, seen))
    assert facts(after) == said(seen)
    assert splice_full(after, seen) == Splice()


@given(LEDGERS, HISTORIES)
def test_a_full_read_keeps_every_row_that_was_right(ledger, seen):
    splice = splice_full(ledger, seen)
    right = {row.id for row in ledger if (row.element_key, row.active_from, row.active_until or "") in said(seen)}
    assert not right & {*splice.supersede, *(number for number, _ in splice.close)}
    assert not splice.gap


@given(OPEN, ACTIVE, SECONDS, st.booleans())
def test_after_a_current_read_the_open_rows_are_what_attio_shows(ledger, seen, second, multi):
    after = apply(ledger, splice_current(ledger, seen, multi=multi, seen_at=at(second)))
    still_open = [row for row in after if row.active_until is None]
    assert facts(still_open) == said(seen)
    assert splice_current(still_open, seen, multi=multi, seen_at=at(second)) == Splice()


@given(LEDGERS, ACTIVE, SECONDS, st.booleans())
def test_closed_rows_may_be_shown_too(ledger, seen, second, multi):
    after = apply(ledger, splice_current(ledger, seen, multi=multi, seen_at=at(second)))
    assert facts(row for row in after if row.active_until is None) == said(seen)


@given(OPEN, ACTIVE, SECONDS, st.booleans())
def test_anything_new_may_hide_a_gap(ledger, seen, second, multi):
    splice = splice_current(ledger, seen, multi=multi, seen_at=at(second))
    assert splice.gap == bool(splice)


def test_a_successor_closes_its_predecessor_where_it_begins():
    splice = splice_current([known(1, "lead", 0)], [version("won", 7)], multi=False, seen_at=at(9))
    assert splice == Splice(add=(version("won", 7),), close=((1, at(7)),), gap=True)


def test_a_cleared_value_ended_when_we_looked_at_the_latest():
    assert splice_current([known(1, "lead", 0)], [], multi=False, seen_at=at(9)) == Splice(
        close=((1, at(9)),), gap=True
    )


def test_nothing_ends_before_it_began_even_by_a_slow_clock():
    assert splice_current([known(1, "lead", 8)], [], multi=True, seen_at=at(3)).close == ((1, at(8)),)


@pytest.mark.parametrize("multi", [False, True])
def test_the_same_value_set_anew_follows_itself(multi):
    splice = splice_current([known(1, "lead", 0)], [version("lead", 5)], multi=multi, seen_at=at(9))
    assert splice == Splice(add=(version("lead", 5),), close=((1, at(5)),), gap=True)


@pytest.mark.parametrize("multi", [False, True])
def test_a_value_that_began_earlier_than_believed_was_rewritten(multi):
    splice = splice_current([known(1, "lead", 5)], [version("lead", 2)], multi=multi, seen_at=at(9))
    assert splice == Splice(add=(version("lead", 2),), supersede=(1,), gap=True)


def test_another_value_at_the_very_moment_was_rewritten():
    splice = splice_current([known(1, "lead", 5)], [version("won", 5)], multi=False, seen_at=at(9))
    assert splice.supersede == (1,)


def test_elements_of_a_set_come_and_go_on_their_own():
    ledger = [known(1, "a", 0), known(2, "b", 0)]
    splice = splice_current(ledger, [version("c", 4), version("b", 0)], multi=True, seen_at=at(9))
    assert splice == Splice(add=(version("c", 4),), close=((1, at(9)),), gap=True)


def test_a_version_attio_reopened_supersedes_its_closed_row():
    ledger = [known(1, "lead", 0, 3), known(2, "won", 3)]
    splice = splice_current(ledger, [version("lead", 0)], multi=False, seen_at=at(9))
    assert splice == Splice(add=(version("lead", 0),), supersede=(1, 2), gap=True)


def test_values_as_old_as_their_record_hide_no_gap():
    seen = [version("lead", 4)]
    assert splice_current([], seen, multi=False, seen_at=at(9), born=at(4)) == Splice(add=(seen[0],))
    assert splice_current([], seen, multi=False, seen_at=at(9), born=at(3)).gap
    assert splice_current([], seen, multi=False, seen_at=at(9)).gap


def test_a_read_of_everything_feeds_the_current_splice_too():
    seen = [version("lead", 0, 4), version("won", 4), version("won", 4)]
    assert splice_current([], seen, multi=False, seen_at=at(9)).add == (version("won", 4),)


def test_an_open_row_that_ended_is_closed_and_a_wrong_ending_superseded():
    ledger = [known(1, "lead", 0), known(2, "won", 4, 5)]
    splice = splice_full(ledger, [version("lead", 0, 4), version("won", 4, 6)])
    assert splice == Splice(add=(version("won", 4, 6),), close=((1, at(4)),), supersede=(2,))


def test_a_row_known_twice_is_superseded_once():
    assert splice_full([known(1, "lead", 0), known(2, "lead", 0)], [version("lead", 0)]) == Splice(supersede=(2,))


def test_a_closed_row_attio_shows_open_is_superseded():
    splice = splice_full([known(1, "lead", 0, 4)], [version("lead", 0)])
    assert splice == Splice(add=(version("lead", 0),), supersede=(1,))


def test_an_empty_splice_is_false():
    assert not Splice(gap=True)
    assert Splice(supersede=(1,))


def true_at(rows, second):
    """Which rows were true just after a moment."""
    return [one for one in rows if one.active_from <= at(second) and (one.active_until or at(59)) > at(second)]


@given(HISTORIES)
def test_no_two_versions_of_a_single_value_are_true_at_once(seen):
    told = apart(seen)
    assert sorted(key(one.element) + one.active_from for one in told) == sorted(
        key(one.element) + one.active_from for one in seen
    )
    assert {id(one.wire) for one in told} == {id(one.wire) for one in seen}, "what Attio sent is kept"
    assert all(len(true_at(told, second)) <= 1 for second in range(40))
    assert said(apart(told)) == said(told)


@given(HISTORIES)
def test_what_is_active_now_stays_so_and_of_others_the_later_is_believed(seen):
    told = apart(seen)
    newest = max((one.active_from for one in seen if one.active_until is None), default=None)
    assert [one.active_from for one in told if one.active_until is None] == ([newest] if newest else [])
    for second in range(40):
        claims = [one.active_from for one in true_at(seen, second) if newest is None or one.active_from <= newest]
        for one in true_at(told, second):
            assert one.active_from == max(claims)


def test_versions_that_do_not_overlap_are_left_as_they_are():
    seen = [version("lead", 0, 4), version("won", 4, 4), version("lost", 4, 6), version("lead", 8)]
    assert said(apart(seen)) == said(seen)


def test_an_overlap_below_a_microsecond_is_none_to_the_ledger():
    lead = replace(version("lead", 0), active_until="2026-01-01T00:00:05.123456999Z")
    won = replace(version("won", 5), active_from="2026-01-01T00:00:05.123456500Z")
    assert apart([lead, won]) == [lead, won]


def test_an_end_that_we_make_is_one_a_column_can_hold():
    lead = version("lead", 0, 9)
    won = replace(version("won", 5), active_from="2026-01-01T00:00:05.123456789Z")
    assert apart([won, lead])[0].active_until == "2026-01-01T00:00:05.123456000Z"


SINGLE = st.lists(st.builds(version, st.sampled_from("abc"), SECONDS), max_size=1)


@given(HISTORIES, st.lists(SINGLE | HISTORIES, max_size=4), SECONDS)
def test_the_ledger_of_a_single_value_never_overlaps_whatever_is_read(first, reads, second):
    """Full reads and current ones in any order; the last word about now is Attio's."""
    ledger = apply([], splice_full([], apart(first)))
    for seen in reads:
        told = apart(seen)
        is_current = all(one.active_until is None for one in seen)
        splice = splice_current(ledger, told, multi=False, seen_at=at(second)) if is_current else None
        ledger = apply(ledger, splice if splice is not None else splice_full(ledger, told))
        assert all(len(true_at(ledger, moment)) <= 1 for moment in range(40))
        still_open = [row for row in ledger if row.active_until is None]
        assert facts(still_open) == said(one for one in told if one.active_until is None)


def test_a_closed_row_that_reaches_into_the_present_is_cut_where_that_began():
    ledger = [known(1, "lead", 0, 5), known(2, "lost", 4, 6), known(3, "won", 7)]
    splice = splice_current(ledger, [version("won", 3)], multi=False, seen_at=at(9))
    assert splice == Splice(add=(version("won", 3),), supersede=(3,), cut=((1, at(3)), (2, at(4))), gap=True)
