"""Many records, many pages."""

from __future__ import annotations

import json

import pytest

from attio_mirror.core.errors import Refused

from ..client.kit import answer, refusal
from . import wires


def offsets(far) -> list[str]:
    return [str(request.url).partition("offset=")[2] for request in far.asked]


def rows(count: int, start: int = 0) -> dict[str, list[object]]:
    return {"data": [wires.webhook(number) for number in range(start, start + count)]}


def test_short_listing_costs_one_request(attio, far):
    far.will(answer(body=rows(49)))
    assert len(attio.webhooks()) == 49
    assert offsets(far) == ["0"]


def test_full_page_is_followed_by_the_next(attio, far):
    far.will(answer(body=rows(100)), answer(body=rows(100, 100)), answer(body=rows(3, 200)))
    webhooks = attio.webhooks()
    assert [each.webhook_id for each in webhooks] == [wires.uid(number) for number in range(203)]
    assert offsets(far) == ["0", "100", "200"]


def test_page_cut_by_attio_below_what_we_asked_for_is_not_taken_for_the_last(attio, far):
    far.will(answer(body=rows(50)), answer(body=rows(20, 50)))
    assert len(attio.webhooks()) == 70
    assert offsets(far) == ["0", "50"]


def test_page_attio_finds_too_large_is_asked_for_smaller_and_never_so_large_again(attio, far):
    too_many = {"code": "too_big", "path": ["limit"], "message": "Number must be less than or equal to 50"}
    refused = refusal(400, "validation_type", validation_errors=[too_many])
    far.will(refused, answer(body=rows(50)), answer(body=rows(7, 50)), answer(body=rows(3)))
    assert len(attio.webhooks()) == 57
    assert len(attio.webhooks()) == 3
    assert [str(request.url).partition("?")[2] for request in far.asked] == [
        "limit=100&offset=0", "limit=50&offset=0", "limit=50&offset=50", "limit=50&offset=0",
    ]  # fmt: skip


@pytest.mark.parametrize("problem", ["limit", "show_historic"])
def test_what_no_smaller_page_mends_is_told(attio, far, problem):
    issue = {"code": "too_big" if problem == "limit" else "invalid", "path": [problem], "message": "No."}
    refused = [refusal(400, "validation_type", validation_errors=[issue]) for _ in range(2)]
    far.will(*refused)
    with pytest.raises(Refused):
        attio.webhooks()
    assert len(far.asked) == (2 if problem == "limit" else 1)


def test_listing_that_ends_with_a_full_page_ends(attio, far):
    far.will(answer(body=rows(100)), answer(body=rows(0)))
    assert len(attio.webhooks()) == 100


def test_listing_that_does_not_heed_the_offset_ends_too(attio, far):
    far.will(answer(body=rows(100)), answer(body=rows(100)))
    assert len(attio.webhooks()) == 100


def test_history_comes_page_by_page_in_order(attio, far):
    versions = [{"active_from": f"2026-01-01T00:00:00.{n:09}Z", "value": n} for n in range(130)]
    far.will(answer(body={"data": versions[:100]}), answer(body={"data": versions[100:]}))
    assert attio.history("deals", "r1", "stage") == versions


def test_page_of_records_knows_whether_there_may_be_more(attio, far):
    headers = {"x-accurate-at": wires.WHEN, "x-attio-record-query-score": "12"}
    far.will(answer(body={"data": [wires.record(1), wires.record(2)]}, headers=headers), answer(body={"data": []}))
    page = attio.query("deals", limit=2)
    assert [record.record_id for record in page.records] == [wires.uid(1), wires.uid(2)]
    assert page.is_full
    assert page.accurate_at == wires.WHEN
    assert page.score == 12
    last = attio.query("deals", limit=2, offset=2)
    assert not last.is_full
    assert last.accurate_at == ""
    assert last.score is None


def asked_ids(far) -> list[list[str]]:
    bodies = [json.loads(request.body) for request in far.asked]
    assert all(body["limit"] == len(body["filter"]["record_id"]["$in"]) for body in bodies)
    return [body["filter"]["record_id"]["$in"] for body in bodies]


def test_many_records_are_read_by_the_hundred(attio, far):
    ids = [wires.uid(number) for number in range(250)]
    far.will(
        answer(body={"data": [wires.record(number) for number in range(100)]}),
        answer(body={"data": [wires.record(150)]}),
        answer(body={"data": []}),
    )
    records = attio.read_many("deals", ids)
    assert asked_ids(far) == [ids[:100], ids[100:200], ids[200:]]
    assert {record.record_id for record in records} == {*ids[:100], ids[150]}


def test_record_asked_for_twice_is_read_once(attio, far):
    far.will(answer(body={"data": []}))
    attio.read_many("deals", iter(["a", "b", "a"]))
    assert asked_ids(far) == [["a", "b"]]


@pytest.mark.parametrize("nobody", [[], (), iter(())])
def test_nobody_is_read_without_a_request(attio, far, nobody):
    assert attio.read_many("deals", nobody) == []
    assert not far.asked
