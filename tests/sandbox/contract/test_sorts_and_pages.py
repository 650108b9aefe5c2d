"""Sorting and paging of queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.contract.kit import make_company, make_deal, make_person, one, person_name, query, said, to, unique
from tests.sandbox.contract.shelf import custom
from tests.sandbox.contract.voice import Api, Json

ASCENDING = [{"direction": "asc", "attribute": "created_at"}]


def batch(api: Api, recipe: str, *values: Json) -> tuple[list[str], Json]:
    """Deals with these values of a custom attribute, in this order, and a filter that finds just them."""
    slug = custom(api, recipe)
    ids = [one(make_deal(api, **{slug: value})) for value in values]
    return ids, {"record_id": {"$in": ids}}


def ids_of(page: list[Json]) -> list[str]:
    return [one(record) for record in page]


def test_a_limit_cuts_the_page(api: Api) -> None:
    """Attio's OpenAPI document: limit."""
    ids, ours = batch(api, "number", 1, 2, 3)
    assert ids_of(query(api, "deals", filter=ours, sorts=ASCENDING, limit=2)) == ids[:2]


def test_an_offset_skips(api: Api) -> None:
    """Attio's OpenAPI document: offset."""
    ids, ours = batch(api, "number", 1, 2, 3)
    assert ids_of(query(api, "deals", filter=ours, sorts=ASCENDING, limit=2, offset=2)) == ids[2:]


def test_beyond_the_end_there_is_nothing(api: Api) -> None:
    """Attio's docs: the end is a page shorter than its limit; there is no total."""
    _, ours = batch(api, "number", 1)
    reply = api.post("/v2/objects/deals/records/query", {"filter": ours, "offset": 5})
    assert reply.json == {"data": []}


def test_sorting_by_creation_is_stable_for_paging(api: Api) -> None:
    """Seen on the live service: what integrators page by."""
    ids, ours = batch(api, "number", 3, 1, 2)
    assert ids_of(query(api, "deals", filter=ours, sorts=ASCENDING)) == ids


@pytest.mark.parametrize(("direction", "order"), [("asc", [1, 2, 0]), ("desc", [0, 2, 1])])
@pytest.mark.parametrize(
    ("recipe", "values"),
    [
        ("number", (10, 2, 9)),
        ("currency", (10, 2, 9)),
        ("date", ("2024-03-01", "2023-01-01", "2024-02-01")),
        ("text", ("cherry", "apple", "banana")),
    ],
)
def test_sorting_by_a_value(api: Api, recipe: str, values: tuple, direction: str, order: list[int]) -> None:
    """Attio's OpenAPI document: direction and attribute."""
    ids, ours = batch(api, recipe, *values)
    sorts = [{"direction": direction, "attribute": custom(api, recipe)}]
    assert ids_of(query(api, "deals", filter=ours, sorts=sorts)) == [ids[place] for place in order]


def test_sorting_by_an_attribute_id(api: Api) -> None:
    """Attio's OpenAPI document: slug or id."""
    ids, ours = batch(api, "number", 2, 1)
    attribute = api.get(f"/v2/objects/deals/attributes/{custom(api, 'number')}").data["id"]["attribute_id"]
    assert ids_of(query(api, "deals", filter=ours, sorts=[{"direction": "asc", "attribute": attribute}])) == ids[::-1]


def test_the_second_sort_breaks_ties(api: Api) -> None:
    """Attio's OpenAPI document: sorts is a list."""
    ids, ours = batch(api, "number", 0, 1, 1)
    sorts = [{"direction": "asc", "attribute": custom(api, "number")}, {"direction": "desc", "attribute": "created_at"}]
    assert ids_of(query(api, "deals", filter=ours, sorts=sorts)) == [ids[0], ids[2], ids[1]]


def test_sorting_by_a_part_of_a_name(api: Api) -> None:
    """Attio's OpenAPI document: `field` for composite types."""
    mark = unique()
    people = [make_person(api, name=person_name(mark, last)) for last in ("Curie", "Ampère", "Babbage")]
    sorts = [{"direction": "asc", "attribute": "name", "field": "last_name"}]
    page = query(api, "people", filter={"name": {"first_name": mark}}, sorts=sorts)
    assert ids_of(page) == [one(people[place]) for place in (1, 2, 0)]


def test_sorting_by_a_path(api: Api) -> None:
    """Attio's OpenAPI document: path traverses references."""
    mark = unique()
    companies = [make_company(api, name=f"{mark} {end}") for end in ("b", "a")]
    deals = [make_deal(api, associated_company=to("companies", company)) for company in companies]
    path = [["deals", "associated_company"], ["companies", "name"]]
    ours = {"record_id": {"$in": ids_of(deals)}}
    page = query(api, "deals", filter=ours, sorts=[{"direction": "asc", "path": path}])
    assert ids_of(page) == ids_of(deals)[::-1]


@pytest.mark.parametrize(
    "sorts", [[{"direction": "up", "attribute": "name"}], [{"direction": "asc"}], [{"attribute": "name"}]]
)
def test_a_sort_needs_a_direction_and_a_place(api: Api, sorts: Json) -> None:
    """Attio's OpenAPI document: both are required."""
    assert api.post("/v2/objects/deals/records/query", {"sorts": sorts}).status == 400


def test_sorting_by_an_unknown_attribute_is_refused(api: Api) -> None:
    """Attio's OpenAPI document: the attribute is looked up."""
    sorts = [{"direction": "asc", "attribute": "nothing"}]
    assert api.post("/v2/objects/deals/records/query", {"sorts": sorts}).status == 400


@pytest.mark.parametrize("body", [{"limit": -1}, {"limit": "all"}, {"offset": -1}, {"offset": "x"}])
def test_limits_and_offsets_are_counts(api: Api, body: Json) -> None:
    """Attio's OpenAPI document: numbers."""
    assert api.post("/v2/objects/deals/records/query", body).error == (400, "validation_type")


def test_queries_return_whole_records(api: Api) -> None:
    """Attio's OpenAPI document: the same shape as one record."""
    deal = make_deal(api)
    assert query(api, "deals", filter={"record_id": one(deal)}) == [deal]


def test_a_deleted_record_is_found_no_more(api: Api) -> None:
    """Attio's OpenAPI document: queries, unlike search, see every write at once."""
    deal = make_deal(api)
    api.delete(f"/v2/objects/deals/records/{one(deal)}")
    assert query(api, "deals", filter={"name": said(deal, "name")[0]}) == []


@pytest.mark.parametrize("reading", ["refuse", "cap"])
def test_a_limit_over_the_largest(sandbox: Callable, reading: str) -> None:
    """Undocumented: where the maximum lies, and what exceeding it gets."""
    api, _ = sandbox(query_limit_max=2, query_limit_over_max=reading)
    for _ in range(3):
        make_company(api)
    reply = api.post("/v2/objects/companies/records/query", {"limit": 3})
    assert reply.status == 400 if reading == "refuse" else len(reply.data) == 2


@pytest.mark.parametrize("reading", ["created_at", "unspecified"])
def test_the_order_without_sorts(sandbox: Callable, reading: str) -> None:
    """Undocumented: no order is promised, so pages need a sort."""
    api, _ = sandbox(default_order=reading)
    made = ids_of([make_company(api) for _ in range(12)])
    page = ids_of(query(api, "companies"))
    assert sorted(page) == sorted(made)
    assert (page == made) is (reading == "created_at")
    assert ids_of(query(api, "companies")) == page
