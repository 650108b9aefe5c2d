"""When Attio wants us back: Retry-After on Attio's clock, told on ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from attio_mirror.client import AttioClient
from attio_mirror.core.errors import RateLimited, Unavailable

from .conftest import NOW, TOKEN
from .kit import answer

AT = "Tue, 23 May 2023 14:42:{:02} GMT"


def back_at(client, far, headers: dict[str, str]) -> datetime | None:
    far.will(answer(429, b"", headers))
    with pytest.raises(RateLimited) as raised:
        client.request("GET", "/v2/self")
    return raised.value.retry_at


def test_wait_is_the_distance_between_the_two_dates_of_the_answer(client, far):
    assert back_at(client, far, {"Retry-After": AT.format(3), "Date": AT.format(1)}) == NOW + timedelta(seconds=2)


def test_our_clock_does_not_matter_when_both_dates_are_there(client, far):
    """Our clock reads 2026 and Attio's 2023; subtracting one from the other would mean no wait at all."""
    assert back_at(client, far, {"Retry-After": AT.format(2), "Date": AT.format(1)}) == NOW + timedelta(seconds=1)


def test_same_second_still_waits_a_little(client, far):
    expected = NOW + timedelta(milliseconds=50)
    assert back_at(client, far, {"Retry-After": AT.format(1), "Date": AT.format(1)}) == expected
    assert back_at(client, far, {"Retry-After": AT.format(1), "Date": AT.format(9)}) == expected
    assert back_at(client, far, {"Retry-After": "0"}) == expected
    assert back_at(client, far, {"Retry-After": "-5"}) == expected


def test_seconds_are_understood(client, far):
    assert back_at(client, far, {"Retry-After": "7"}) == NOW + timedelta(seconds=7)
    assert back_at(client, far, {"retry-after": " 1.5 "}) == NOW + timedelta(seconds=1.5)


def test_date_alone_is_read_on_our_clock(client, far):
    assert back_at(client, far, {"Retry-After": "Sun, 01 Mar 2026 12:00:04 GMT"}) == NOW + timedelta(seconds=4)
    assert back_at(client, far, {"Retry-After": "Sun, 01 Mar 2026 12:00:04 -0000"}) == NOW + timedelta(seconds=4)
    assert back_at(client, far, {"Retry-After": "Sun, 01 Mar 2026 12:00:04 GMT", "Date": "?"}) is not None


@pytest.mark.parametrize("absurd", ["99999999999999999999", "inf", "1e300", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_absurd_wait_is_cut_to_an_hour(client, far, absurd):
    assert back_at(client, far, {"Retry-After": absurd}) == NOW + timedelta(hours=1)


@pytest.mark.parametrize("nonsense", ["", "soon", "nan", "Tue, 99 May 2023 99:99:99 GMT", "²"])
def test_nonsense_says_nothing(client, far, nonsense):
    assert back_at(client, far, {"Retry-After": nonsense}) is None


def test_missing_header_says_nothing(client, far):
    assert back_at(client, far, {}) is None


def test_outage_may_say_when_too(client, far):
    far.will(answer(503, b"", {"Retry-After": "30"}))
    with pytest.raises(Unavailable) as raised:
        client.request("GET", "/v2/self")
    assert raised.value.retry_at == NOW + timedelta(seconds=30)


def test_clock_of_the_system_is_the_default(far):
    far.will(answer(429, b"", {"Retry-After": "1"}))
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as raised:
        AttioClient(TOKEN).request("GET", "/v2/self")
    assert raised.value.retry_at is not None
    assert raised.value.retry_at >= before + timedelta(seconds=1)
