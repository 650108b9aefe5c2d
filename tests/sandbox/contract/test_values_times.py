"""Dates and timestamps."""

from __future__ import annotations

import pytest

from tests.sandbox.contract.shelf import kept, refused
from tests.sandbox.contract.voice import Api


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2023", "2023-01-01"),
        ("2023-01", "2023-01-01"),
        ("2023-01-02", "2023-01-02"),
        ("2023-01-02T13:00", "2023-01-02"),
        ("2023-01-02T14:00:00", "2023-01-02"),
        ("2023-01-02T15:00:00.000000000", "2023-01-02"),
        ("2023-01-02T15:00:00.000000000+02:00", "2023-01-02"),
        ("2023-01-02T23:00:00-10:00", "2023-01-03"),
        ({"value": "2024-02-29"}, "2024-02-29"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_a_date_is_the_day_in_utc(api: Api, sent: object, day: str) -> None:
    """Attio's OpenAPI document: its own examples of how a date is coerced."""
    assert kept(api, "date", sent) == day


@pytest.mark.parametrize("sent", ["soon", "2023-13-01", "2023-02-30", 20230101, ""])
def test_what_is_no_date_is_refused(api: Api, sent: object) -> None:
    """Attio's docs: ISO 8601."""
    refused(api, "date", sent)


@pytest.mark.parametrize(
    ("sent", "moment"),
    [
        ("2023", "2023-01-01T00:00:00.000000000Z"),
        ("2023-01", "2023-01-01T00:00:00.000000000Z"),
        ("2023-01-02", "2023-01-02T00:00:00.000000000Z"),
        ("2023-01-02T13:00", "2023-01-02T13:00:00.000000000Z"),
        ("2023-01-02T13:00:00", "2023-01-02T13:00:00.000000000Z"),
        ("2023-01-02T13:00:00Z", "2023-01-02T13:00:00.000000000Z"),
        ("2023-01-02T13:00:00.123Z", "2023-01-02T13:00:00.123000000Z"),
        ("2023-01-02T13:00:00.123456789Z", "2023-01-02T13:00:00.123456789Z"),
        ("2023-01-02T13:00:00.000000000+02:00", "2023-01-02T11:00:00.000000000Z"),
        ({"value": "2023-01-02T13:00:00Z"}, "2023-01-02T13:00:00.000000000Z"),
    ],
)
def test_a_timestamp_is_completed_to_nine_digits_in_utc(api: Api, sent: object, moment: str) -> None:
    """Attio's docs: partial input is completed, UTC is assumed, other zones are converted."""
    assert kept(api, "timestamp", sent) == moment


@pytest.mark.parametrize("sent", ["soon", "2023-01-02T25:00:00Z", 1672531200, ""])
def test_what_is_no_time_is_refused(api: Api, sent: object) -> None:
    """Attio's docs: ISO 8601."""
    refused(api, "timestamp", sent)
