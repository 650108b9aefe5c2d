"""PUT of values: the past, written anew (beta)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.sandbox.contract.kit import history, make_company, make_deal, make_person, one, read, records, said, to
from tests.sandbox.contract.shelf import custom
from tests.sandbox.contract.test_history import renamed, values_path
from tests.sandbox.contract.voice import Api, Json, Reply

PAST = [
    {
        "value": "2020",
        "active_from": "2020-01-01T00:00:00.000000000Z",
        "active_until": "2021-01-01T00:00:00.000000000Z",
    },
    {"value": "2021", "active_from": "2021-01-01T00:00:00.000000000Z", "active_until": None},
]

CODES = {
    "validation_type",
    "duplicate_values",
    "multiple_values_for_single_value_attribute",
}
"""What Attio's OpenAPI document of 2026-10 lists for this route; which is for which case it does not say."""


def days(count: int) -> list[Json]:
    """Values that follow one upon the other, each true for a day."""
    starts = [f"{date(2000, 1, 1) + timedelta(days=day)}T00:00:00.000000000Z" for day in range(count + 1)]
    return [{"value": begins, "active_from": begins, "active_until": ends} for begins, ends in pairwise(starts)]


def rewrite(api: Api, record: Json, slug: str, values: list[Json]) -> Reply:
    return api.put(values_path(record, slug), {"data": {"values": values, "replace_history": True}})


def test_the_past_can_be_replaced(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: replace_history."""
    company = renamed(api, "one", "two")
    assert rewrite(api, company, "description", PAST).status == 200
    assert [value["value"] for value in history(api, company, "description")] == ["2020", "2021"]


def test_the_last_of_the_past_is_the_present(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: a value without end is active."""
    company = renamed(api, "one")
    rewrite(api, company, "description", PAST)
    assert said(read(api, company), "description") == ["2021"]
    assert said(read(api, company), "description", "active_from") == [PAST[1]["active_from"]]


def test_four_hundred_values_fit(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: 1 to 400 values."""
    company = renamed(api, "one")
    assert rewrite(api, company, "description", days(400)).status == 200
    assert len(history(api, company, "description")) == 400


def test_rewriting_tells_nobody(api: Api, heard: list[Json]) -> None:
    """Attio's OpenAPI document of 2026-10: no webhooks, no workflows."""
    company = renamed(api, "one")
    heard.clear()
    rewrite(api, company, "description", PAST)
    assert heard == []


@pytest.mark.parametrize(
    "values",
    [
        [],
        [PAST[0] | {"active_until": "2022-01-01T00:00:00.000000000Z"}, PAST[1]],
        [PAST[1] | {"active_from": "2999-01-01T00:00:00.000000000Z"}],
        [{key: value for key, value in PAST[1].items() if key != "active_until"}],
        [PAST[0] | {"active_until": "2019-01-01T00:00:00.000000000Z"}],
        days(401),
    ],
    ids=["none", "overlap", "future", "no end key", "ends before it begins", "over 400"],
)
def test_an_impossible_past_is_refused(api: Api, values: list[Json]) -> None:
    """Attio's OpenAPI document of 2026-10: 1–400 values, no overlaps, no future, active_until required."""
    company = renamed(api, "one")
    refusal = rewrite(api, company, "description", values)
    assert refusal.status == 400
    assert refusal.json["code"] in CODES
    assert [value["value"] for value in history(api, company, "description")] == ["one"]


def test_relationships_keep_their_past(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: not for relationship attributes."""
    company = to("companies", make_company(api))
    assert rewrite(api, make_person(api), "company", [PAST[1] | {"value": company}]).status == 400


def test_what_attio_keeps_keeps_its_past(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: not for enriched or immutable attributes."""
    assert rewrite(api, make_company(api), "created_at", PAST).error == (400, "system_edit_unauthorized")


def test_the_same_value_is_not_twice_at_a_time(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: duplicate_values."""
    twice = [{"value": "Red", "active_from": PAST[0]["active_from"], "active_until": None}] * 2
    assert rewrite(api, make_deal(api), custom(api, "selects"), twice).error == (400, "duplicate_values")


def test_a_missing_record_has_no_past_to_write(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: 404 value_not_found on this route."""
    company = make_company(api)
    api.delete(f"{records('companies')}/{one(company)}")
    assert rewrite(api, company, "description", PAST).error == (404, "value_not_found")


def test_several_values_may_overlap_where_several_fit(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: overlaps are refused on single-value attributes only."""
    slug = custom(api, "selects")
    deal = make_deal(api)
    both = [{"value": title, "active_from": PAST[0]["active_from"], "active_until": None} for title in ("Red", "Blue")]
    assert rewrite(api, deal, slug, both).status == 200
    assert {option["title"] for option in said(read(api, deal), slug, "option")} == {"Red", "Blue"}


def test_a_rewrite_must_say_so(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: replace_history is true."""
    company = renamed(api, "one")
    assert api.put(values_path(company, "description"), {"data": {"values": PAST}}).status == 400
