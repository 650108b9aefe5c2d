"""The world as a thing in hand: callers, tokens, listeners, determinism."""

from __future__ import annotations

import json

import pytest

from attio_mirror.sandbox.clock import Clock
from attio_mirror.sandbox.ids import Ids, is_uuid
from attio_mirror.sandbox.world import World

from .conftest import TOKEN, id_of, people


def test_the_same_seed_and_requests_give_the_same_answers():
    def story(seed):
        ada = people(World(seed=seed))
        ada.create("companies", name="Engines", domains=["engines.test"])
        return json.dumps(ada.done("POST", "/objects/companies/records/query", {}))

    assert story(7) == story(7) != story(8)


def test_ids_look_like_uuids_of_the_asked_version():
    ids = Ids(1)
    assert all(is_uuid(ids.uuid()) for _ in range(50))
    assert ids.uuid(5)[14] == "5"
    assert len(ids.secret()) == 64


def test_a_person_in_attio_leaves_their_own_name_on_values(ada):
    member = next(iter(ada.world.members))
    record = ada.world.ask_or_raise(
        "POST", "/v2/objects/companies/records", body={"data": {"values": {"name": "By hand"}}}, member=member
    )
    actors = {value["created_by_actor"]["id"] for values in record["data"]["values"].values() for value in values}
    assert actors == {member}


def test_attio_itself_writes_what_nobody_else_may(ada):
    company = id_of(ada.create("companies", name="Enriched"))
    assert ada.refused(
        "PATCH", f"/objects/companies/records/{company}", {"data": {"values": {"logo_url": "https://x.test/a.png"}}}
    ) == (400, "system_edit_unauthorized")
    ada.who = {"system": True}
    interaction = {
        "interaction_type": "email",
        "interacted_at": "2026-01-04T10:00:00Z",
        "owner_actor": {"type": "workspace-member", "id": next(iter(ada.world.members))},
    }
    written = ada.write("companies", company, logo_url="https://x.test/a.png", last_interaction=interaction)
    logo, met = written["values"]["logo_url"][0], written["values"]["last_interaction"][0]
    assert logo["created_by_actor"] == {"type": "system", "id": None}
    assert met["interacted_at"] == "2026-01-04T10:00:00.000000000Z"
    assert met["owner_actor"] == interaction["owner_actor"]


@pytest.mark.parametrize("broken", [{"interaction_type": "fax"}, {"interacted_at": "soon"}, {"owner_actor": {}}])
def test_a_malformed_interaction_is_refused_even_to_attio(ada, broken):
    company = id_of(ada.create("companies"))
    ada.who = {"system": True}
    owner = {"type": "system", "id": None}
    whole = {"interaction_type": "email", "interacted_at": "2026-01-04T10:00", "owner_actor": owner}
    body = {"data": {"values": {"last_interaction": whole | broken}}}
    assert ada.refused("PATCH", f"/objects/companies/records/{company}", body) == (400, "validation_type")


def test_an_app_signs_with_its_own_kind(ada):
    client = ada.world.add_token("a" * 64, kind="app")
    ada.who = {"token": "a" * 64}
    value = ada.create("companies", name="By app")["values"]["name"][0]
    assert value["created_by_actor"] == {"type": "app", "id": client}


def test_unknown_people_cannot_be_impersonated(ada):
    with pytest.raises(ValueError, match="no workspace member"):
        ada.world.ask("GET", "/v2/objects", member="nobody")


def test_a_revoked_token_is_shut_out_and_says_so_about_itself(ada):
    ada.world.revoke_token(TOKEN)
    assert ada.refused("GET", "/objects") == (401, "unauthorized")
    assert ada.ask("GET", "/self").body == {"active": False}


def test_scopes_can_be_taken_away_and_given_back(ada):
    ada.world.set_scopes(TOKEN, ["object_configuration:read-write"])
    assert ada.ask("GET", "/objects").status == 200
    answer = ada.ask("GET", "/workspace_members")
    assert answer.status == 403
    assert "user_management:read" in answer.body["message"]
    ada.world.set_scopes(TOKEN, None)
    assert ada.ask("GET", "/workspace_members").status == 200


def test_scopes_of_attributes_depend_on_whose_they_are(ada):
    ada.world.set_scopes(TOKEN, ["list_configuration:read"])
    assert ada.refused("GET", "/objects/deals/attributes") == (403, "unauthorized")
    assert ada.refused("GET", "/lists/none/attributes") == (404, "not_found")


def test_ask_or_raise_shows_the_envelope(ada):
    with pytest.raises(AssertionError, match="not_found"):
        ada.world.ask_or_raise("GET", "/v2/objects/nothing", token=TOKEN)


def test_listeners_hear_after_the_change_is_complete(ada):
    seen = []

    def look(event):
        record_id = event.id["record_id"]
        seen.append(ada.world.ask("GET", f"/v2/objects/companies/records/{record_id}", token=TOKEN).status)

    ada.world.listeners.append(look)
    ada.create("companies", name="Complete")
    assert seen == [200]


def test_a_refused_request_changes_and_tells_nothing(ada):
    before = ada.done("POST", "/objects/people/records/query", {})
    ada.told()
    body = {"data": {"values": {"email_addresses": ["a@b.test"], "name": {"first_name": "half"}}}}
    assert ada.refused("POST", "/objects/people/records", body) == (400, "validation_type")
    assert ada.done("POST", "/objects/people/records/query", {}) == before
    assert ada.told() == []


def test_answers_are_copies_nobody_can_change_the_world_through(ada):
    record = ada.create("companies", name="Safe", domains=["safe.test"])
    record["values"]["domains"].clear()
    record["values"]["name"][0]["value"] = "Hacked"
    again = ada.read("companies", id_of(record))
    assert again["values"]["name"][0]["value"] == "Safe"
    assert len(again["values"]["domains"]) == 1


def test_values_seen_in_the_future_do_not_happen():
    clock = Clock()
    ada = people(World(clock=clock))
    for _ in range(5):
        record = ada.create("companies", name="Quick")
    assert record["created_at"] <= ada.ask("GET", "/objects").headers["x-accurate-at"]


def test_objects_that_are_switched_off_leave_no_trace():
    ada = people(World(enabled=["deals"]))
    assert [each["api_slug"] for each in ada.done("GET", "/objects")] == ["people", "companies", "deals"]
    slugs = {each["api_slug"] for each in ada.done("GET", "/objects/people/attributes")}
    assert "associated_deals" in slugs
    assert "associated_users" not in slugs
    assert ada.refused("GET", "/objects/users") == (404, "not_found")


def test_every_request_is_named_by_its_own_execution_id(ada):
    first, second = (ada.ask("GET", "/objects").headers["x-attio-execution-id"] for _ in range(2))
    assert is_uuid(first)
    assert first != second


def test_a_segment_of_a_path_may_be_quoted(ada):
    made = ada.done(
        "PATCH", "/objects/deals/attributes/stage/statuses/Won%20%F0%9F%8E%89", {"data": {"title": "Signed"}}
    )
    assert made["title"] == "Signed"
