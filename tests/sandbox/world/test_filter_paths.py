"""Filters and sorts that follow references."""

from __future__ import annotations

import pytest

from .conftest import id_of, to

LEVELS = {"workspace_access": "full-access", "workspace_member_access": []}


@pytest.fixture
def pipeline(ada):
    """Two companies in a list, with a person each."""
    ada.done("POST", "/lists", {"data": {"name": "P", "api_slug": "pipeline", "parent_object": "companies", **LEVELS}})
    for name in ("Beta", "alpha"):
        company = ada.create("companies", name=name, domains=[f"{name}.test"])
        ada.create("people", email_addresses=[f"boss@{name}.test"], company=to("companies", company))
        entry = {"parent_record_id": id_of(company), "parent_object": "companies", "entry_values": {}}
        ada.done("POST", "/lists/pipeline/entries", {"data": entry})
    return ada


def names(ada, **body):
    rows = ada.done("POST", "/lists/pipeline/entries/query", body)
    return [ada.read("companies", row["parent_record_id"])["values"]["name"][0]["value"] for row in rows]


def test_entries_by_their_parent_and_beyond(pipeline):
    path = [["pipeline", "parent_record"], ["companies", "team"], ["people", "email_addresses"]]
    condition = {"path": path, "constraints": {"email_domain": "beta.test"}}
    assert names(pipeline, filter=condition) == ["Beta"]
    assert names(pipeline, filter={"$not": condition}) == ["alpha"]


def test_a_path_may_end_at_the_parent_itself(pipeline):
    condition = {"path": [["pipeline", "parent_record"]], "constraints": {"name": "ALPHA"}}
    assert names(pipeline, filter=condition) == ["alpha"]


def test_entries_sorted_by_their_parent(pipeline):
    sort = {"direction": "asc", "path": [["pipeline", "parent_record"], ["companies", "name"]]}
    assert names(pipeline, sorts=[sort]) == ["alpha", "Beta"]


@pytest.mark.parametrize(
    "path",
    [
        [],
        "companies",
        [["companies"]],
        [["people", "name"]],
        [["companies", "name"], ["people", "name"]],
        [["companies", "nothing"]],
        [["companies", "team"], ["nowhere", "name"]],
        [["companies", "team"]] * 6,
    ],
)
def test_a_path_that_leads_nowhere_is_refused(pipeline, path):
    body = {"filter": {"path": path, "constraints": {"value": "x"}}}
    status, code = pipeline.refused("POST", "/objects/companies/records/query", body)
    assert (status, code) in [(400, "filter_error"), (400, "unknown_filter_attribute_slug")]


def test_sorting_by_a_field_and_by_the_time_of_a_value(ada):
    for first, last in (("Ada", "Zander"), ("Zoe", "Abel")):
        ada.create("people", name={"first_name": first, "last_name": last, "full_name": f"{first} {last}"})

    def firsts(**sort):
        rows = ada.done("POST", "/objects/people/records/query", {"sorts": [{"attribute": "name", **sort}]})
        return [row["values"]["name"][0]["first_name"] for row in rows]

    assert firsts(direction="asc", field="last_name") == ["Zoe", "Ada"]
    assert firsts(direction="desc") == ["Zoe", "Ada"]


def test_sorting_deals_by_the_order_of_stages_and_by_their_last_move(ada):
    stages = ("Lost", "Lead", "In Progress")
    ids = [id_of(ada.create("deals", name=stage, stage=stage, owner="ada@acme.test")) for stage in stages]

    def order(**sort):
        rows = ada.done("POST", "/objects/deals/records/query", {"sorts": [{"attribute": "stage", **sort}]})
        return [ids.index(id_of(row)) for row in rows]

    assert order(direction="asc") == [1, 2, 0]
    ada.write("deals", ids[0], stage="Won 🎉")
    assert order(direction="desc", field="active_from") == [0, 2, 1]
