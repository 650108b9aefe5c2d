"""Nine-digit times: completed as Attio does, in time order as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.core.stamps import complete, parse_stamp, same_moment, to_stamp

from .canonicals import STAMPS

ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DAWN = datetime.min.replace(tzinfo=UTC)
MOMENTS = st.builds(
    lambda micros, zone: (DAWN + timedelta(microseconds=micros)).astimezone(zone),
    st.integers(2 * 86_400 * 10**6, 3_652_057 * 86_400 * 10**6),
    ZONES,
)


@given(STAMPS)
def test_a_whole_stamp_is_complete(stamp):
    assert complete(stamp) == stamp


@given(MOMENTS)
def test_a_moment_survives_its_stamp(moment):
    assert parse_stamp(to_stamp(moment)) == moment
    assert parse_stamp(to_stamp(moment)).tzinfo is UTC


@given(MOMENTS)
def test_any_zone_and_spelling_completes_to_the_same_stamp(moment):
    assert complete(moment.isoformat()) == to_stamp(moment)


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(a, b):
    assert (to_stamp(a) < to_stamp(b)) == (a < b)


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2023", "2023-01-01T00:00:00.000000000Z"),
        ("2023-05", "2023-05-01T00:00:00.000000000Z"),
        ("2023-01-02", "2023-01-02T00:00:00.000000000Z"),
        ("2023-01-02T13:00", "2023-01-02T13:00:00.000000000Z"),
        (" 2023-01-02 13:00:01 ", "2023-01-02T13:00:01.000000000Z"),
        ("2023-01-02T15:00:00.5", "2023-01-02T15:00:00.500000000Z"),
        ("2023-01-02T15:00:00.123456789123+02:00", "2023-01-02T13:00:00.123456789Z"),
        ("2023-01-02T23:00:00-1030", "2023-01-03T09:30:00.000000000Z"),
        ("2021-11-21t13:22:49.061z", "2021-11-21T13:22:49.061000000Z"),
        ("0001-01-01T00:00:00+00", "0001-01-01T00:00:00.000000000Z"),
    ],
)
def test_partial_and_zoned_text_is_completed(text, stamp):
    assert complete(text) == stamp


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "２０２３", "23-01-01", "2023-13", "2023-02-30", "2023-01-01T25:00", "2023-01-01Z"),
        *("9999-12-31T23:00-10:00", "0001-01-01T00:00+02:00", "2023-01-01T00:00+99:00"),
        *("2023-02-29T00:00:00.000000000Z", "0000-01-01T00:00:00.000000000Z", "2023-01-01T00:00:60.000000000Z"),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        complete(text)


def test_a_naive_datetime_names_no_moment():
    with pytest.raises(ValueError, match="naive"):
        to_stamp(datetime(2023, 1, 1))  # noqa: DTZ001 - the point of the test


def test_the_eighth_digit_is_cut_not_rounded():
    assert parse_stamp("2023-01-01T00:00:00.999999999Z") == datetime(2023, 1, 1, 0, 0, 0, 999999, tzinfo=UTC)


def test_one_moment_has_many_spellings():
    assert same_moment("2023-01-01T02:00:00.1+02:00", "2023-01-01T00:00:00.100000000Z")
    assert not same_moment("2023-01-01T00:00:00.000000001Z", "2023-01-01T00:00:00.000000000Z")
