"""Merges, the slow kind too, and what points to the originals."""

from __future__ import annotations

import pytest

from .conftest import id_of, to
from .test_custom_objects import definition


def merge(ada, primary, secondary, target="companies"):
    body = {"data": {"primary_record_id": id_of(primary), "secondary_record_id": id_of(secondary)}}
    return ada.ask("POST", f"/objects/{target}/records/merge", body)


def test_a_slow_merge_goes_on_in_the_background(under):
    ada = under(async_merge=True, async_merge_seconds=10)
    one, two = ada.create("companies", name="One"), ada.create("companies", description="Two")
    answer = merge(ada, one, two)
    survivor = answer.body["data"]["new_record_id"]
    assert answer.status == 202
    for record_id in (id_of(one), id_of(two), survivor):
        path = f"/objects/companies/records/{record_id}"
        assert ada.refused("GET", path) == (404, "merge_in_progress")
        assert ada.refused("PATCH", path, {"data": {"values": {}}}) == (400, "merge_in_progress")
    assert merge(ada, one, two).body["code"] == "merge_in_progress"
    ada.told()
    ada.world.clock.advance(10)
    ada.world.settle()
    assert ada.told() == ["record.merged"] * 2
    values = ada.read("companies", survivor)["values"]
    assert [values[slug][0]["value"] for slug in ("name", "description")] == ["One", "Two"]
    assert ada.refused("GET", f"/objects/companies/records/{id_of(one)}") == (404, "not_found")


def test_plain_references_follow_the_survivor(ada):
    config = {"record_reference": {"allowed_objects": ["companies"]}}
    ada.done(
        "POST",
        "/objects/deals/attributes",
        definition("rivals", "record-reference", config=config, is_multiselect=True),
    )
    one, two, three = (ada.create("companies", name=name) for name in ("One", "Two", "Three"))
    rivals = [to("companies", each) for each in (one, three, two)]
    deal = ada.create("deals", name="D", stage="Lead", owner="ada@acme.test", rivals=rivals)
    survivor = merge(ada, one, two).body["data"]["new_record_id"]
    values = ada.read("deals", id_of(deal))["values"]["rivals"]
    assert [each["target_record_id"] for each in values] == [survivor, id_of(three)]


@pytest.mark.parametrize(("united", "count"), [(True, 2), (False, 1)])
def test_relationships_of_both_originals(under, united, count):
    ada = under(merge_unites_relationships=united)
    one, two = ada.create("companies", name="One"), ada.create("companies", name="Two")
    people = [
        ada.create("people", email_addresses=[f"{n}@x.test"], company=to("companies", c))
        for n, c in ((1, one), (2, two))
    ]
    survivor = merge(ada, one, two).body["data"]["new_record_id"]
    assert len(ada.read("companies", survivor)["values"]["team"]) == count
    linked = [ada.read("people", id_of(person))["values"]["company"] for person in people]
    assert [bool(values) for values in linked] == [True, united]


@pytest.mark.parametrize(("kept", "versions"), [(True, 2), (False, 1)])
def test_the_history_of_the_survivor(under, kept, versions):
    ada = under(merge_keeps_history=kept)
    one, two = ada.create("companies", name="First"), ada.create("companies", name="Two")
    ada.write("companies", id_of(one), name="Second")
    survivor = merge(ada, one, two).body["data"]["new_record_id"]
    path = f"/objects/companies/records/{survivor}/attributes/name/values"
    assert len(ada.done("GET", path, show_historic="true")) == versions


def test_records_that_pointed_at_each_other_do_not_point_at_ghosts(ada):
    config = {"record_reference": {"allowed_objects": ["companies"]}}
    ada.done("POST", "/objects/companies/attributes", definition("owner_of", "record-reference", config=config))
    one = ada.create("companies", name="One")
    two = ada.create("companies", name="Two", owner_of=to("companies", one))
    survivor = merge(ada, one, two).body["data"]["new_record_id"]
    assert ada.read("companies", survivor)["values"]["owner_of"] == []


def test_unique_values_pass_to_the_survivor(ada):
    one = ada.create("companies", domains=["one.test"])
    two = ada.create("companies", name="Two")
    survivor = merge(ada, two, one).body["data"]["new_record_id"]
    body = {"data": {"values": {"domains": ["one.test"]}}}
    found = ada.done("PUT", "/objects/companies/records", body, matching_attribute="domains")
    assert id_of(found) == survivor
