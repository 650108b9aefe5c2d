"""What the world says no to, beyond what the contract names."""

from __future__ import annotations

import pytest

from .conftest import id_of, to
from .test_custom_objects import definition

DEALS = "/objects/deals/records/query"
PEOPLE = "/objects/people/records"
FILTER_ERROR = (400, "filter_error")
VALIDATION = (400, "validation_type")
NOT_FOUND = (400, "value_not_found")
CONTACT = {"object": "people", "title": "Of", "api_slug": "of", "is_multiselect": False}


@pytest.mark.parametrize(
    ("condition", "error"),
    [
        ({"name": {"$in": "one"}}, FILTER_ERROR),
        ({"name": 3}, FILTER_ERROR),
        ({"value": "much"}, FILTER_ERROR),
        ({"value": True}, FILTER_ERROR),
        ({"created_at": {"$gt": "2026-01-05"}}, FILTER_ERROR),
        ({"created_at": "soon"}, FILTER_ERROR),
        ({"$and": {"name": "x"}}, FILTER_ERROR),
        ({"$or": [3]}, FILTER_ERROR),
        ({"name": {"$not_empty": "yes"}}, FILTER_ERROR),
        ({"associated_company": "acme.test"}, FILTER_ERROR),
        ({"owner": {"referenced_actor_id": "x"}}, FILTER_ERROR),
        ({"stage": {"$not_empty": True}}, (400, "invalid_filter_operator")),
        ({"name": {"first": "x"}}, (400, "invalid_filter_field")),
    ],
)
def test_filters(ada, condition, error):
    assert ada.refused("POST", DEALS, {"filter": condition}) == error


def test_a_checkbox_is_compared_with_a_bit(ada):
    ada.done("POST", "/objects/deals/attributes", definition("hot", "checkbox"))
    assert ada.refused("POST", DEALS, {"filter": {"hot": "true"}}) == FILTER_ERROR


@pytest.mark.parametrize(
    ("sort", "code"),
    [
        ({"attribute": "nothing"}, "unknown_filter_attribute_slug"),
        ({"attribute": "name", "field": "last_name"}, "invalid_filter_field"),
        ({"path": [["deals", "nothing"]]}, "unknown_filter_attribute_slug"),
        ({"attribute": "name", "by": "x"}, "validation_type"),
    ],
)
def test_sorts(ada, sort, code):
    assert ada.refused("POST", DEALS, {"sorts": [{"direction": "asc", **sort}]}) == (400, code)


def test_a_sort_cannot_end_at_a_parent_record(ada):
    levels = {"workspace_access": "full-access", "workspace_member_access": []}
    ada.done("POST", "/lists", {"data": {"name": "P", "api_slug": "p", "parent_object": "deals", **levels}})
    sort = {"direction": "asc", "path": [["p", "parent_record"]]}
    assert ada.refused("POST", "/lists/p/entries/query", {"sorts": [sort]}) == FILTER_ERROR


def test_views_there_are_none(ada):
    assert ada.refused("POST", DEALS, {"filter_view_id": "x"}) == (404, "not_found")
    assert ada.refused("POST", DEALS, {"filter_view_id": "x", "filter": {}}) == VALIDATION


@pytest.mark.parametrize("query", [{"limit": "many"}, {"limit": "-1"}, {"show_archived": "maybe"}, {"lim": "3"}])
def test_query_strings(ada, query):
    assert ada.refused("GET", "/objects/deals/attributes", None, **query) == VALIDATION


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"phone_numbers": [{"original_phone_number": "0201234567", "country_code": "XX"}]}, VALIDATION),
        ({"phone_numbers": ["+99912345678"]}, VALIDATION),
        ({"company": {}}, VALIDATION),
        ({"company": {"target_object": "companies", "domains": ["a.test"], "name": ["b"]}}, VALIDATION),
        ({"company": {"target_object": "companies", "nothing": ["a"]}}, NOT_FOUND),
        ({"company": {"target_object": "nothing", "domains": ["a.test"]}}, NOT_FOUND),
        ({"company": {"target_object": "companies", "name": ["a"]}}, (400, "matching_attribute_definition_not_unique")),
        ({"company": {"target_object": "companies", "domains": "a.test"}}, VALIDATION),
        ({"company": {"target_object": "companies", "domains": [None]}}, VALIDATION),
        ({"associated_deals": ["Deal"]}, VALIDATION),
        ({"email_addresses": [[]]}, VALIDATION),
    ],
)
def test_values_of_people(ada, values, error):
    assert ada.refused("POST", PEOPLE, {"data": {"values": values}}) == error


@pytest.mark.parametrize("value", [10**15, "1e999", "NaN", "", [1, 2]])
def test_amounts_beyond_measure(ada, value):
    values = {"name": "D", "stage": "Lead", "owner": "ada@acme.test", "value": value}
    status, code = ada.refused("POST", "/objects/deals/records", {"data": {"values": values}})
    assert (status, code) in [VALIDATION, (400, "multiple_values_for_single_value_attribute")]


def test_texts_end_at_ten_megabytes(ada):
    body = {"data": {"values": {"description": "x" * (10 * 1024 * 1024 + 1)}}}
    assert ada.refused("POST", PEOPLE, body) == VALIDATION


@pytest.mark.parametrize(
    "body",
    [
        definition("t", "timestamp", default_value={"type": "dynamic", "template": "current-user"}),
        definition("t", "text", default_value={"type": "dynamic", "template": "PT0S"}),
        definition("t", "number", default_value={"type": "static", "template": [{"value": "many"}]}),
        definition("t", "number", default_value={"type": "static", "template": [{"value": 1}, {"value": 2}]}),
        definition("t", "text", is_multiselect=True),
        definition("t", "select", is_unique=True),
    ],
)
def test_definitions(ada, body):
    assert ada.refused("POST", "/objects/deals/attributes", body) == VALIDATION


def test_people_and_companies_take_no_status_attributes(ada):
    assert ada.refused("POST", "/objects/people/attributes", definition("s", "status")) == VALIDATION


def test_the_objects_of_a_reference_may_change_but_not_those_of_a_relationship(ada):
    path = "/objects/deals/attributes"
    ada.done("POST", path, definition("free", "record-reference"))
    ada.done("POST", path, definition("tied", "record-reference", relationship=CONTACT))
    change = {"data": {"config": {"record_reference": {"allowed_objects": ["companies"]}}}}
    companies = ada.done("GET", "/objects/companies")["id"]["object_id"]
    changed = ada.done("PATCH", f"{path}/free", change)
    assert changed["config"]["record_reference"]["allowed_object_ids"] == [companies]
    assert ada.refused("PATCH", f"{path}/tied", change) == VALIDATION


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"value": "A", "active_from": "soon", "active_until": None}, VALIDATION),
        ({"value": "A", "active_from": "2025-01-01", "active_until": "later"}, VALIDATION),
        ({"value": "", "active_from": "2025-01-01", "active_until": None}, VALIDATION),
        ({"value": "A", "active_from": "2025-01-01", "active_until": "2025-02-01"}, (400, "missing_value")),
    ],
)
def test_histories(ada, row, error):
    deal = id_of(ada.create("deals", name="D", stage="Lead", owner="ada@acme.test"))
    path = f"/objects/deals/records/{deal}/attributes/name/values"
    assert ada.refused("PUT", path, {"data": {"values": [row], "replace_history": True}}) == error


def test_a_rewritten_history_keeps_values_unique(ada):
    ada.done("POST", "/objects/deals/attributes", definition("key", "text", is_unique=True))
    needed = {"name": "D", "stage": "Lead", "owner": "ada@acme.test"}
    ada.create("deals", **needed, key="taken")
    path = f"/objects/deals/records/{id_of(ada.create('deals', **needed))}/attributes/key/values"
    row = {"value": "taken", "active_from": "2025-01-01", "active_until": None}
    body = {"data": {"values": [row], "replace_history": True}}
    assert ada.refused("PUT", path, body) == (400, "uniqueness_conflict")
    assert ada.refused("PUT", path, {"data": {**body["data"], "replace_history": False}}) == VALIDATION


@pytest.mark.parametrize("who", [{"workspace_member_id": "nobody"}, {"email_address": "no@body.test"}])
def test_a_search_as_somebody_unknown(ada, who):
    body = {"query": "", "objects": ["people"], "request_as": {"type": "workspace-member", **who}}
    assert ada.refused("POST", "/objects/records/search", body) == NOT_FOUND


def test_a_target_time_is_a_duration(ada):
    path = "/objects/deals/attributes/stage/statuses"
    for wrong in (5, "a week"):
        assert ada.refused("POST", path, {"data": {"title": "Won", "target_time_in_status": wrong}}) == VALIDATION


@pytest.mark.parametrize("path", ["/things/deals/attributes", "/objects", "/"])
def test_routes_that_do_not_exist(ada, path):
    assert ada.refused("PUT", path) == (404, "not_found")
    assert ada.refused("GET", "/things/deals/attributes") == (404, "not_found")


def test_an_entry_needs_an_object_that_exists(ada):
    levels = {"workspace_access": "full-access", "workspace_member_access": []}
    ada.done("POST", "/lists", {"data": {"name": "P", "api_slug": "p", "parent_object": "people", **levels}})
    body = {"data": {"parent_record_id": "x", "parent_object": "nothing", "entry_values": {}}}
    assert ada.refused("POST", "/lists/p/entries", body) == NOT_FOUND
    assert ada.refused("PUT", "/objects/people/records", 3, matching_attribute="email_addresses") == VALIDATION


def test_lists_are_renamed_to_free_slugs_only(ada):
    levels = {"workspace_access": "full-access", "workspace_member_access": []}
    for slug in ("p", "q"):
        ada.done("POST", "/lists", {"data": {"name": slug, "api_slug": slug, "parent_object": "people", **levels}})
    assert ada.refused("PATCH", "/lists/p", {"data": {"api_slug": "q"}}) == (409, "slug_conflict")
    assert ada.done("PATCH", "/lists/p", {"data": {"api_slug": "r"}})["api_slug"] == "r"
    ada.told()
    ada.done("PATCH", "/lists/r", {"data": {"name": "p"}})
    assert ada.told() == []


def test_entries_of_merged_records_move_to_the_survivor(ada):
    levels = {"workspace_access": "full-access", "workspace_member_access": []}
    ada.done("POST", "/lists", {"data": {"name": "P", "api_slug": "p", "parent_object": "companies", **levels}})
    one, two = ada.create("companies", name="One"), ada.create("companies", name="Two")
    entry = {"parent_record_id": id_of(two), "parent_object": "companies", "entry_values": {}}
    entry_id = ada.done("POST", "/lists/p/entries", {"data": entry})["id"]["entry_id"]
    body = {"data": {"primary_record_id": id_of(one), "secondary_record_id": id_of(two)}}
    survivor = ada.done("POST", "/objects/companies/records/merge", body)["new_record_id"]
    assert ada.done("GET", f"/lists/p/entries/{entry_id}")["parent_record_id"] == survivor
    assert [row["entry_id"] for row in ada.done("GET", f"/objects/companies/records/{survivor}/entries")] == [entry_id]


def test_references_to_a_deleted_record_may_be_left_alone(under):
    ada = under(delete_closes_references=False)
    company = ada.create("companies", name="Gone")
    person = ada.create("people", email_addresses=["a@b.test"], company=to("companies", company))
    ada.done("DELETE", f"/objects/companies/records/{id_of(company)}")
    values = ada.read("people", id_of(person))["values"]["company"]
    assert [value["target_record_id"] for value in values] == [id_of(company)]
