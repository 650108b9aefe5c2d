"""The three-way merge: it settles, it repeats, and no edit is lost in silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.core.merge import Merged, Policy, Sides, Word, acknowledge, hear, merge
from attio_mirror.core.stamps import to_stamp
from attio_mirror.core.values import keys, same

SINGLES = st.none() | st.sampled_from(["a", "b", "c", True, 1])
SETS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TIMES = st.none() | st.integers(-2, 2).map(lambda seconds: NOON + timedelta(seconds=seconds))
POLICIES = st.sampled_from(Policy)
ONE = st.builds(Sides, SINGLES, SINGLES, SINGLES, TIMES, TIMES.map(lambda at: at and to_stamp(at)))
MANY = st.builds(Sides, SETS, SETS, SETS)
EITHER = st.tuples(ONE, st.just(False)) | st.tuples(MANY, st.just(True))


def settle(pair, policy):
    sides, multi = pair
    return merge(sides, policy=policy, multi=multi)


@given(EITHER, POLICIES)
def test_no_edit_is_lost_in_silence(pair, policy):
    sides, multi = pair
    merged = settle(pair, policy)
    if multi:
        assert keys(sides.local) - keys(sides.base) <= keys(merged.row)
        assert not (keys(sides.base) - keys(sides.local)) & (keys(merged.row) - keys(sides.remote))
        assert not (keys(sides.base) - keys(sides.local)) & keys(merged.row)
    elif not same(sides.local, sides.base):
        assert same(merged.row, sides.local) or merged.yielded
    if not same(sides.remote, sides.base) and not multi:
        assert same(merged.row, sides.remote) or merged.clash or merged.owed


@given(EITHER, POLICIES)
def test_what_is_owed_is_exactly_what_attio_does_not_have(pair, policy):
    merged = settle(pair, policy)
    assert (merged.owed or merged.clash) == (not same(merged.row, pair[0].remote))
    assert not (merged.owed and merged.clash)


@given(EITHER, POLICIES)
def test_settling_the_outcome_again_changes_nothing(pair, policy):
    sides, multi = pair
    merged = settle(pair, policy)
    again = merge(
        Sides(merged.base, merged.row, sides.remote, sides.local_at, sides.remote_at), policy=policy, multi=multi
    )
    assert (again.row, again.owed, again.clash) == (merged.row, merged.owed, merged.clash)
    assert same(again.base, merged.base)
    assert not again.yielded


@given(EITHER, POLICIES)
def test_once_attio_has_the_row_all_is_quiet(pair, policy):
    merged = settle(pair, policy)
    after = merge(Sides(merged.base, merged.row, merged.row), policy=policy, multi=pair[1])
    assert after == Merged(row=merged.row, base=merged.row)


@given(EITHER, POLICIES)
def test_the_base_is_the_old_one_or_what_attio_says(pair, policy):
    merged = settle(pair, policy)
    assert same(merged.base, pair[0].base if merged.clash else pair[0].remote)


@given(MANY, POLICIES)
def test_sets_merge_to_the_same_set_seen_from_either_side(sides, policy):
    ours = merge(sides, policy=policy, multi=True)
    theirs = merge(Sides(sides.base, sides.remote, sides.local), policy=policy, multi=True)
    assert same(ours.row, theirs.row)
    assert not ours.clash


@given(SINGLES, SINGLES, POLICIES, st.booleans())
def test_one_sided_edits_need_no_policy(base, edit, policy, is_ours):
    sides = Sides(base, edit, base) if is_ours else Sides(base, base, edit)
    merged = merge(sides, policy=policy, multi=False)
    assert same(merged.row, edit)
    assert merged.owed == (is_ours and not same(edit, base))


def test_new_elements_stand_in_front_as_attio_puts_them():
    merged = merge(Sides(["a", "b"], ["x", "a", "y"], ["t", "a", "b"]), policy=Policy.HOLD, multi=True)
    assert merged == Merged(row=["x", "y", "t", "a"], base=["t", "a", "b"], owed=True)


def test_both_adding_the_same_element_owe_nothing():
    assert not merge(Sides([], ["a"], ["a", "b"]), policy=Policy.HOLD, multi=True).owed


@pytest.mark.parametrize(
    ("policy", "merged"),
    [
        (Policy.ATTIO, Merged(row="r", base="r", yielded=True)),
        (Policy.DJANGO, Merged(row="l", base="r", owed=True)),
        (Policy.HOLD, Merged(row="l", base="b", clash=True)),
    ],
)
def test_each_policy_has_its_winner(policy, merged):
    assert merge(Sides("b", "l", "r"), policy=policy, multi=False) == merged


@pytest.mark.parametrize(
    ("local_at", "remote_at", "winner"),
    [
        (NOON, to_stamp(NOON - timedelta(microseconds=1)), Policy.DJANGO),
        (NOON, to_stamp(NOON + timedelta(microseconds=1)), Policy.ATTIO),
        (NOON, to_stamp(NOON), Policy.ATTIO),
        (NOON, "2026-01-01T12:00:00.000000001Z", Policy.ATTIO),
        (None, to_stamp(NOON), Policy.HOLD),
        (NOON, None, Policy.HOLD),
    ],
)
def test_the_newest_edit_wins_where_both_times_are_known(local_at, remote_at, winner):
    newest = merge(Sides("b", "l", "r", local_at, remote_at), policy=Policy.NEWEST, multi=False)
    assert newest == merge(Sides("b", "l", "r"), policy=winner, multi=False)


@given(SINGLES, SINGLES, SINGLES, SINGLES)
def test_an_edit_made_after_we_spoke_is_compared_with_what_we_said(base, said, edit, remote):
    known = acknowledge(base, Word(said), remote, multi=False)
    if same(remote, said):
        assert merge(Sides(known, edit, remote), policy=Policy.HOLD, multi=False).clash is False
    else:
        assert known == base


@given(SETS, SETS, SETS, SETS)
def test_each_element_attio_repeats_after_us_is_agreed_on(base, said, before, remote):
    removed = [element for element in before if element not in said]
    known = keys(acknowledge(base, Word(said, removed), remote, multi=True))
    for name in keys(base) | keys(said) | keys(remote):
        is_echo = (name in keys(said) & keys(remote)) or (name in keys(removed) - keys(remote))
        assert (name in known) == (name in (keys(said) if is_echo else keys(base)))


@given(SETS, SETS, SETS)
def test_once_attio_answered_all_we_said_is_agreed_on_and_nothing_else(base, said, before):
    removed = [element for element in before if element not in said]
    known = keys(hear(base, Word(said, removed)))
    assert known == keys(said) | (keys(base) - keys(removed))


def test_an_element_that_came_and_went_after_we_spoke_is_not_made_again():
    word = Word(["ours"], [])
    base = acknowledge(["theirs", "ours"], word, ["ours"], multi=True)
    assert merge(Sides(base, ["theirs", "ours"], ["ours"]), policy=Policy.HOLD, multi=True).row == ["ours"]


def test_an_element_removed_again_while_its_addition_was_out_stays_removed():
    known = acknowledge(["a"], Word(["x", "a"]), ["x", "a"], multi=True)
    assert merge(Sides(known, ["a"], ["x", "a"]), policy=Policy.HOLD, multi=True).row == ["a"]
