"""Merging two records into a new one (beta)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.sandbox.contract.kit import history, make_company, make_deal, one, read, records, said, to
from tests.sandbox.contract.voice import Api, Json, Reply

COMPANIES = records("companies")


def merge(api: Api, primary: Json, secondary: Json) -> Reply:
    body = {"primary_record_id": one(primary), "secondary_record_id": one(secondary)}
    return api.post(f"{COMPANIES}/merge", {"data": body})


def survivor(api: Api, primary: Json, secondary: Json) -> Json:
    return api.get(f"{COMPANIES}/{merge(api, primary, secondary).data['new_record_id']}").data


def test_a_merge_makes_a_new_record(api: Api) -> None:
    """Attio's OpenAPI document of 2026-08: the answer is the id of a third record."""
    first, second = make_company(api), make_company(api)
    assert one(survivor(api, first, second)) not in {one(first), one(second)}


def test_the_originals_are_gone(api: Api) -> None:
    """Attio's OpenAPI document of 2026-08: neither readable nor writable."""
    first, second = make_company(api), make_company(api)
    merge(api, first, second)
    for original in (first, second):
        assert api.get(f"{COMPANIES}/{one(original)}").error == (404, "not_found")
        body = {"data": {"values": {"name": "x"}}}
        assert api.patch(f"{COMPANIES}/{one(original)}", body).error == (404, "not_found")


def test_the_values_of_the_primary_win(api: Api) -> None:
    """Attio's OpenAPI document of 2026-08: the secondary's fill the gaps."""
    first, second = make_company(api, name="First"), make_company(api, name="Second", description="only here")
    record = survivor(api, first, second)
    assert (said(record, "name"), said(record, "description")) == (["First"], ["only here"])


def test_references_follow_to_the_new_record(sandbox: Callable) -> None:
    """Undocumented, but there is one record left to refer to."""
    api, _ = sandbox()
    first, second = make_company(api), make_company(api)
    deal = make_deal(api, associated_company=to("companies", second))
    record = survivor(api, first, second)
    assert said(read(api, deal), "associated_company", "target_record_id") == [one(record)]


@pytest.mark.parametrize("reading", [True, False])
def test_the_deals_of_both_originals(sandbox: Callable, reading: bool) -> None:
    """Undocumented: united, or the primary's only."""
    api, _ = sandbox(merge_unites_relationships=reading)
    first, second = make_company(api), make_company(api)
    mine, yours = (make_deal(api, associated_company=to("companies", company)) for company in (first, second))
    linked = set(said(survivor(api, first, second), "associated_deals", "target_record_id"))
    assert linked == ({one(mine), one(yours)} if reading else {one(mine)})


def test_a_record_is_not_merged_with_itself(api: Api) -> None:
    """Attio's OpenAPI document of 2026-08: 400 self_merge."""
    company = make_company(api)
    assert merge(api, company, company).error == (400, "self_merge")


def test_a_missing_record_is_not_merged(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: 404 value_not_found."""
    body = {"primary_record_id": one(make_company(api)), "secondary_record_id": str(uuid4())}
    assert api.post(f"{COMPANIES}/merge", {"data": body}).error == (404, "value_not_found")


def test_a_merge_is_not_repeatable(api: Api) -> None:
    """Attio's OpenAPI document of 2026-08: not idempotent; the originals are no more."""
    first, second = make_company(api), make_company(api)
    merge(api, first, second)
    assert merge(api, first, second).status == 404


def test_a_merge_is_announced_once_per_original(api: Api, heard: list[Json]) -> None:
    """Attio's OpenAPI document of 2026-10: the new record in `id`, an original in duplicate_record_id."""
    first, second = make_company(api), make_company(api)
    heard.clear()
    new = merge(api, first, second).data["new_record_id"]
    told = [event for event in heard if event["event_type"] == "record.merged"]
    assert {event["id"]["record_id"] for event in told} == {new}
    assert {event["duplicate_record_id"] for event in told} == {one(first), one(second)}
    assert {event["duplicate_object_id"] for event in told} == {first["id"]["object_id"]}


@pytest.mark.parametrize(("reading", "times"), [(True, 2), (False, 1)])
def test_how_often_a_merge_is_announced(sandbox: Callable, reading: bool, times: int) -> None:
    """Undocumented before the newest document: once per original, or for the secondary only."""
    api, world = sandbox(merged_event_twice=reading)
    first, second, heard = make_company(api), make_company(api), []
    world.listeners.append(lambda event: heard.append(event.event_type))
    merge(api, first, second)
    assert heard.count("record.merged") == times


@pytest.mark.parametrize("reading", [True, False])
def test_other_events_of_a_merge(sandbox: Callable, reading: bool) -> None:
    """Undocumented: whether record.created and record.deleted come too."""
    api, world = sandbox(merge_emits_created_deleted=reading)
    first, second, heard = make_company(api), make_company(api), []
    world.listeners.append(lambda event: heard.append(event.event_type))
    merge(api, first, second)
    assert ("record.created" in heard) is reading
    assert ("record.deleted" in heard) is reading


def test_a_slow_merge_is_accepted_and_finished_later(sandbox: Callable) -> None:
    """Attio's OpenAPI document of 2026-08: 202, and 404 merge_in_progress until it is done."""
    api, world = sandbox(async_merge=True)
    first, second = make_company(api), make_company(api)
    reply = merge(api, first, second)
    path = f"{COMPANIES}/{reply.data['new_record_id']}"
    assert reply.status == 202
    assert api.get(path).error == (404, "merge_in_progress")
    assert api.patch(path, {"data": {"values": {"name": "x"}}}).error == (400, "merge_in_progress")
    world.clock.advance(minutes=5)
    assert api.get(path).status == 200


@pytest.mark.parametrize(("reading", "versions"), [(True, 2), (False, 1)])
def test_the_history_of_a_merged_record(sandbox: Callable, reading: bool, versions: int) -> None:
    """Undocumented: whether the versions of the originals are carried over with their times."""
    api, _ = sandbox(merge_keeps_history=reading)
    first, second = make_company(api, description="one"), make_company(api)
    api.patch(f"{COMPANIES}/{one(first)}", {"data": {"values": {"description": "two"}}})
    assert len(history(api, survivor(api, first, second), "description")) == versions
