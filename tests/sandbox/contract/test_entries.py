"""Entries: records on a list."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.sandbox.contract.kit import make_company, make_person, one, records, said, unique, unique_domain
from tests.sandbox.contract.shelf import enter, kept_list
from tests.sandbox.contract.voice import Api, Json, Reply

NOBODY = "11111111-2222-4333-8444-555555555555"


def entries(api: Api) -> str:
    return f"/v2/lists/{kept_list(api)}/entries"


def path_of(entry: Json) -> str:
    return f"/v2/lists/{entry['id']['list_id']}/entries/{entry['id']['entry_id']}"


def edit(api: Api, entry: Json, method: str = "PATCH", **values: Json) -> Reply:
    return api.ask(method, path_of(entry), {"data": {"entry_values": values}})


def put_entry(api: Api, company: Json, **values: Json) -> Reply:
    """Assert an entry by its parent record."""
    parent = {"parent_object": "companies", "parent_record_id": one(company)}
    return api.put(entries(api), {"data": {**parent, "entry_values": values}})


def page(api: Api, **body: Json) -> list[str]:
    return [entry["id"]["entry_id"] for entry in api.post(f"{entries(api)}/query", body).data]


def titles(entry: Json) -> set[str]:
    return {option["title"] for option in said(entry, "amc_tags", "option")}


def test_an_entry_names_its_parent(api: Api) -> None:
    """Attio's OpenAPI document: parent_object and parent_record_id."""
    company = make_company(api)
    entry = enter(api, company)
    assert (entry["parent_object"], entry["parent_record_id"]) == ("companies", one(company))


def test_an_entry_keeps_its_own_books(api: Api) -> None:
    """Seen on the live service: entry_id, created_at, created_by among the values."""
    entry = enter(api, make_company(api))
    assert said(entry, "entry_id") == [entry["id"]["entry_id"]]
    assert {"created_at", "created_by"} <= entry["entry_values"].keys()


def test_an_entry_has_values_of_its_own(api: Api) -> None:
    """Attio's docs: attributes of the list, not of the record."""
    entry = enter(api, make_company(api), amc_note="call back", amc_weight=3)
    assert (said(entry, "amc_note"), said(entry, "amc_weight")) == (["call back"], [3])


def test_an_entry_reads_as_it_was_written(api: Api) -> None:
    """Attio's OpenAPI document: GET answers the same entry."""
    entry = enter(api, make_company(api), amc_note="x")
    assert api.get(path_of(entry)).data == entry


def test_a_record_may_be_on_a_list_twice(api: Api) -> None:
    """Attio's OpenAPI document: several entries per record are allowed."""
    company = make_company(api)
    assert enter(api, company)["id"] != enter(api, company)["id"]


def test_a_record_lists_its_entries(api: Api) -> None:
    """Attio's OpenAPI document: list_id, list_api_slug, entry_id, created_at."""
    company = make_company(api)
    entry = enter(api, company)
    [row] = api.get(f"{records('companies')}/{one(company)}/entries").data
    assert (row["entry_id"], row["list_api_slug"]) == (entry["id"]["entry_id"], kept_list(api))


def test_the_entries_of_a_record_come_in_pages(api: Api) -> None:
    """Attio's OpenAPI document: limit and offset."""
    company = make_company(api)
    for _ in range(3):
        enter(api, company)
    path = f"{records('companies')}/{one(company)}/entries"
    assert len(api.get(path, limit=2).data) == 2
    assert len(api.get(path, limit=2, offset=2).data) == 1


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_of_a_records_entries_holds_up_to_a_thousand(api: Api, limit: int) -> None:
    """Attio's OpenAPI document: maximum 1000."""
    refusal = api.get(f"{records('companies')}/{one(make_company(api))}/entries", limit=limit)
    assert refusal.error == (400, "validation_type")


def test_patch_adds_to_a_multi_value(api: Api) -> None:
    """Attio's OpenAPI document: as with records."""
    entry = enter(api, make_company(api), amc_tags=["Red"])
    assert titles(edit(api, entry, amc_tags=["Blue"]).data) == {"Red", "Blue"}


def test_put_replaces_a_multi_value(api: Api) -> None:
    """Attio's OpenAPI document: as with records."""
    entry = enter(api, make_company(api), amc_tags=["Red"])
    assert titles(edit(api, entry, "PUT", amc_tags=["Blue"]).data) == {"Blue"}


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_the_parent_of_an_entry_is_fixed(api: Api, method: str) -> None:
    """Attio's OpenAPI document: 400 immutable_value."""
    entry = enter(api, make_company(api))
    move = {"parent_object": "companies", "parent_record_id": one(make_company(api)), "entry_values": {}}
    assert api.ask(method, path_of(entry), {"data": move}).error == (400, "immutable_value")


def test_asserting_an_entry_creates_it_once(api: Api) -> None:
    """Attio's OpenAPI document: matched by the parent record."""
    company = make_company(api)
    first = put_entry(api, company, amc_note="one").data
    second = put_entry(api, company, amc_note="two").data
    assert second["id"] == first["id"]
    assert said(second, "amc_note") == ["two"]


def test_asserting_an_entry_replaces_multi_values(api: Api) -> None:
    """Attio's OpenAPI document: created or deleted as necessary."""
    company = make_company(api)
    enter(api, company, amc_tags=["Red", "Green"])
    assert titles(put_entry(api, company, amc_tags=["Green", "Blue"]).data) == {"Green", "Blue"}


def test_asserting_among_several_entries_is_refused(api: Api) -> None:
    """Attio's OpenAPI document: 400 multiple_match_results."""
    company = make_company(api)
    enter(api, company)
    enter(api, company)
    assert put_entry(api, company, amc_note="x").error == (400, "multiple_match_results")


def test_a_missing_parent_record_is_a_missing_value(api: Api) -> None:
    """Attio's OpenAPI document: 400 value_not_found."""
    data = {"parent_object": "companies", "parent_record_id": NOBODY, "entry_values": {}}
    refusal = api.post(entries(api), {"data": data})
    assert refusal.error == (400, "value_not_found")
    assert refusal.message == f'Parent record with slug/ID "{NOBODY}" not found.'


def test_only_records_of_the_parent_object_fit(api: Api) -> None:
    """Attio's OpenAPI document: a list has one parent object."""
    data = {"parent_object": "people", "parent_record_id": one(make_person(api)), "entry_values": {}}
    assert api.post(entries(api), {"data": data}).status == 400


@pytest.mark.parametrize(
    ("method", "message"),
    [("POST", 'Could not find list with slug/ID "nowhere".'), ("PUT", 'List with slug/ID "nowhere" was not found.')],
)
def test_entering_a_missing_list_is_not_found(api: Api, method: str, message: str) -> None:
    """Attio's OpenAPI document: each verb has a sentence of its own."""
    data = {"parent_object": "companies", "parent_record_id": one(make_company(api)), "entry_values": {}}
    refusal = api.ask(method, "/v2/lists/nowhere/entries", {"data": data})
    assert refusal.error == (404, "not_found")
    assert refusal.message == message


def test_a_bad_entry_value_is_refused(api: Api) -> None:
    """Attio's OpenAPI document: the same rules as on records."""
    entry = enter(api, make_company(api))
    assert edit(api, entry, amc_weight="heavy").error == (400, "validation_type")
    assert edit(api, entry, amc_state="Mauve").error == (400, "value_not_found")


def test_deleting_an_entry_leaves_the_record(api: Api) -> None:
    """Attio's OpenAPI document: the record stays."""
    company = make_company(api)
    entry = enter(api, company)
    gone = api.delete(path_of(entry))
    assert (gone.status, gone.json) == (200, {})
    assert api.get(path_of(entry)).error == (404, "not_found")
    assert api.get(f"{records('companies')}/{one(company)}").status == 200


def test_a_missing_entry_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404."""
    assert api.get(f"{entries(api)}/{uuid4()}").error == (404, "not_found")


def test_entries_have_a_history(api: Api) -> None:
    """Attio's OpenAPI document: the values route exists for entries too."""
    entry = enter(api, make_company(api), amc_state="Red")
    edit(api, entry, amc_state="Green")
    values = api.get(f"{path_of(entry)}/attributes/amc_state/values", show_historic=True).data
    assert [value["status"]["title"] for value in values] == ["Red", "Green"]


def test_entries_by_their_parent_record(api: Api) -> None:
    """Seen on the live service: parent_record_id in a filter."""
    company = make_company(api)
    entry = enter(api, company)
    enter(api, make_company(api))
    assert page(api, filter={"parent_record_id": {"$eq": one(company)}}) == [entry["id"]["entry_id"]]


def test_entries_by_a_path_into_the_parent(api: Api) -> None:
    """Attio's docs: the path form with parent_record."""
    domain = unique_domain()
    entry = enter(api, make_company(api, domains=[domain]))
    path = [[kept_list(api), "parent_record"], ["companies", "domains"]]
    assert page(api, filter={"path": path, "constraints": {"domain": domain}}) == [entry["id"]["entry_id"]]


def test_entries_by_their_own_values(api: Api) -> None:
    """Attio's OpenAPI document: filters as on records."""
    note = unique("note")
    entry = enter(api, make_company(api), amc_note=note)
    assert page(api, filter={"amc_note": note}) == [entry["id"]["entry_id"]]


def test_entries_are_sorted_and_paged(api: Api) -> None:
    """Attio's OpenAPI document: sorts, limit and offset as on records."""
    note = unique("note")
    ids = [enter(api, make_company(api), amc_note=note, amc_weight=w)["id"]["entry_id"] for w in (3, 1, 2)]
    sorts = [{"direction": "asc", "attribute": "amc_weight"}]
    assert page(api, filter={"amc_note": note}, sorts=sorts, limit=2) == [ids[1], ids[2]]
    assert page(api, filter={"amc_note": note}, sorts=sorts, limit=2, offset=2) == [ids[0]]


def test_entries_are_sorted_by_their_parent(api: Api) -> None:
    """Attio's OpenAPI document: its own example of a sort by path."""
    note, mark = unique("note"), unique()
    ids = [enter(api, make_company(api, name=f"{mark} {end}"), amc_note=note)["id"]["entry_id"] for end in ("b", "a")]
    path = [[kept_list(api), "parent_record"], ["companies", "name"]]
    assert page(api, filter={"amc_note": note}, sorts=[{"direction": "asc", "path": path}]) == ids[::-1]
