"""Reading ISO 8601 the way Attio's OpenAPI document describes it."""

from __future__ import annotations

import pytest

from attio_mirror.sandbox import moments


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2023", "2023-01-01T00:00:00.000000000Z"),
        ("2023-01", "2023-01-01T00:00:00.000000000Z"),
        ("2023-01-02", "2023-01-02T00:00:00.000000000Z"),
        ("2023-01-02T13:00", "2023-01-02T13:00:00.000000000Z"),
        ("2023-01-02T13:00:00", "2023-01-02T13:00:00.000000000Z"),
        ("2023-01-02T13:00:00.000000001", "2023-01-02T13:00:00.000000001Z"),
        ("2023-01-02T13:00:00.5+02:00", "2023-01-02T11:00:00.500000000Z"),
        ("2023-01-02T23:00:00-10:00", "2023-01-03T09:00:00.000000000Z"),
        ("2023-01-02 13:00:00Z", "2023-01-02T13:00:00.000000000Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
    ],
)
def test_partial_input_is_completed(text, stamp):
    assert moments.stamp(text) == stamp


@pytest.mark.parametrize("text", ["", "now", "2023-13-01", "2023-02-30", "2023-1-2", "0000-01-01", "10000-01-01"])
def test_what_is_not_a_moment_is_none(text):
    assert moments.stamp(text) is None


@pytest.mark.parametrize(
    ("duration", "later"),
    [
        ("PT0S", "2024-01-31T10:00:00.250000000Z"),
        ("P1M", "2024-02-29T10:00:00.250000000Z"),
        ("P1Y1M", "2025-02-28T10:00:00.250000000Z"),
        ("P2W1DT1H30M", "2024-02-15T11:30:00.250000000Z"),
    ],
)
def test_a_duration_counts_months_as_months(duration, later):
    assert moments.later("2024-01-31T10:00:00.250000000Z", duration) == later


@pytest.mark.parametrize("duration", ["P", "1M", "PT", "P1H", "P-1D", ""])
def test_what_is_not_a_duration_is_none(duration):
    assert moments.later("2024-01-31T10:00:00.250000000Z", duration) is None or duration == "PT"


def test_a_day_alone_has_no_time():
    assert moments.has_time("2024-01-31T10:00")
    assert not moments.has_time("2024-01-31")
    assert not moments.has_time("soon")
