"""What webhooks are told: ids and an actor, never values."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import (
    make_company,
    make_person,
    member_id,
    members,
    one,
    records,
    to,
    unique,
    unique_slug,
    write,
)
from tests.sandbox.contract.shelf import custom, definition, enter, kept_list
from tests.sandbox.contract.voice import Api, Json

Events = list[Json]


def kinds(heard: Events) -> list[str]:
    return [event["event_type"] for event in heard]


def quiet(heard: Events) -> None:
    """Forget the noise of arranging."""
    heard.clear()


def attribute_id(api: Api, slug: str) -> str:
    return str(api.get(f"/v2/objects/companies/attributes/{slug}").data["id"]["attribute_id"])


def test_a_new_record_is_announced_with_its_ids(api: Api, heard: Events) -> None:
    """Attio's OpenAPI document: workspace, object and record id, and who did it."""
    company = make_company(api)
    [event] = [event for event in heard if event["event_type"] == "record.created"]
    assert event["id"] == company["id"]
    assert event["actor"] == {"type": "api-token", "id": api.get("/v2/self").json["client_id"]}


def test_events_carry_no_values(api: Api, heard: Events) -> None:
    """Attio's docs: an event is a hint to read again."""
    write(api, make_company(api), description="secret")
    assert "secret" not in str(heard)


def test_each_changed_attribute_is_an_event(api: Api, heard: Events) -> None:
    """Attio's docs: one record.updated per attribute, named by its id."""
    company = make_company(api, name=unique(), description="old")
    quiet(heard)
    write(api, company, name=unique(), description="new")
    assert kinds(heard) == ["record.updated"] * 2
    changed = {event["id"]["attribute_id"] for event in heard}
    assert changed == {attribute_id(api, "name"), attribute_id(api, "description")}
    assert {event["id"]["record_id"] for event in heard} == {one(company)}


def test_clearing_is_a_change(api: Api, heard: Events) -> None:
    """Attio's docs: record.updated says that, not what."""
    company = make_company(api, description="old")
    quiet(heard)
    write(api, company, description=[])
    assert kinds(heard) == ["record.updated"]


def test_a_refused_write_is_silent(api: Api, heard: Events) -> None:
    """Attio's docs: events are about what happened."""
    company = make_company(api)
    quiet(heard)
    write(api, company, description="new", categories=["no such category"])
    assert heard == []


def test_a_deletion_is_announced(api: Api, heard: Events) -> None:
    """Attio's OpenAPI document: record.deleted with the record's ids."""
    company = make_company(api)
    quiet(heard)
    api.delete(f"{records('companies')}/{one(company)}")
    assert kinds(heard) == ["record.deleted"]
    assert heard[0]["id"] == company["id"]


def test_a_colleagues_edit_carries_the_colleague(api: Api, heard: Events, sandbox_only: World) -> None:
    """Attio's docs: actor.type is workspace-member for people."""
    company, ada = make_company(api), member_id(members(api)[0])
    quiet(heard)
    body = {"data": {"values": {"description": "by hand"}}}
    sandbox_only.ask("PATCH", f"{records('companies')}/{one(company)}", body=body, member=ada)
    assert [event["actor"] for event in heard] == [{"type": "workspace-member", "id": ada}]


def test_reads_are_silent(api: Api, heard: Events) -> None:
    """Attio's docs: the list of events knows no reads."""
    company = make_company(api)
    quiet(heard)
    api.get(f"{records('companies')}/{one(company)}")
    api.post(f"{records('companies')}/query", {})
    assert heard == []


def test_attributes_announce_themselves(api: Api, heard: Events) -> None:
    """Attio's OpenAPI document: created, updated; archiving is an update."""
    made = api.post("/v2/objects/deals/attributes", definition(unique_slug(), type="text")).data
    api.patch(f"/v2/objects/deals/attributes/{made['id']['attribute_id']}", {"data": {"is_archived": True}})
    assert kinds(heard) == ["object-attribute.created", "object-attribute.updated"]
    assert all(event["id"] == made["id"] for event in heard)


def test_attributes_of_lists_name_their_list(api: Api, heard: Events) -> None:
    """Attio's OpenAPI document: list_id and attribute_id."""
    slug = kept_list(api)
    quiet(heard)
    made = api.post(f"/v2/lists/{slug}/attributes", definition(unique_slug(), type="text")).data
    [event] = heard
    assert event["event_type"] == "list-attribute.created"
    assert event["id"].keys() == {"workspace_id", "list_id", "attribute_id"}
    assert event["id"]["attribute_id"] == made["id"]["attribute_id"]


def test_an_entry_announces_its_parent(api: Api, heard: Events) -> None:
    """Attio's OpenAPI document: parent_object_id and parent_record_id beside the id."""
    kept_list(api)
    company = make_company(api)
    quiet(heard)
    entry = enter(api, company)
    [event] = [event for event in heard if event["event_type"] == "list-entry.created"]
    assert event["id"] == entry["id"]
    assert event["parent_record_id"] == one(company)
    assert event["parent_object_id"] == company["id"]["object_id"]


def test_an_entry_announces_each_changed_attribute(api: Api, heard: Events) -> None:
    """Attio's OpenAPI document: list-entry.updated with attribute_id, list-entry.deleted without."""
    entry = enter(api, make_company(api))
    path = f"/v2/lists/{kept_list(api)}/entries/{entry['id']['entry_id']}"
    quiet(heard)
    api.patch(path, {"data": {"entry_values": {"amc_note": "x", "amc_weight": 1}}})
    api.delete(path)
    assert kinds(heard) == ["list-entry.updated"] * 2 + ["list-entry.deleted"]
    assert all("attribute_id" in event["id"] for event in heard[:2])


def test_a_list_announces_itself(api: Api, heard: Events) -> None:
    """Attio's OpenAPI document: list.created, list.updated."""
    body = {"name": "L", "api_slug": unique_slug("list"), "parent_object": "people", "workspace_access": "full-access"}
    made = api.post("/v2/lists", {"data": body | {"workspace_member_access": []}}).data
    api.patch(f"/v2/lists/{made['api_slug']}", {"data": {"name": "M"}})
    assert kinds(heard) == ["list.created", "list.updated"]
    assert heard[0]["id"] == made["id"]


def test_objects_and_webhooks_are_silent(api: Api, heard: Events) -> None:
    """Attio's OpenAPI document: there are no such events."""
    slug = unique_slug("object")
    api.post("/v2/objects", {"data": {"api_slug": slug, "singular_noun": slug, "plural_noun": f"{slug}s"}})
    subscriptions = [{"event_type": "record.created", "filter": None}]
    api.post(
        "/v2/webhooks", {"data": {"target_url": f"https://amc.example.com/{slug}", "subscriptions": subscriptions}}
    )
    assert not {"object.created", "webhook.created"} & set(kinds(heard))
    assert not [event for event in heard if event["event_type"].startswith("record.")]


def test_a_new_member_is_announced(heard: Events, sandbox_only: World) -> None:
    """Attio's OpenAPI document: workspace-member.created."""
    member = sandbox_only.add_member("Cleo", "Sol", "cleo@acme.test", "suspended")
    assert kinds(heard) == ["workspace-member.created"]
    assert heard[0]["id"]["workspace_member_id"] == member


def listen(world: World) -> Events:
    events: Events = []
    world.listeners.append(lambda event: events.append(event.as_json()))
    return events


@pytest.mark.parametrize("reading", [True, False])
def test_initial_values_as_updates(sandbox: Callable, reading: bool) -> None:
    """Undocumented: whether creating a record also emits record.updated per value."""
    api, world = sandbox(create_emits_updates=reading)
    heard = listen(world)
    make_company(api)
    assert ("record.updated" in kinds(heard)) is reading


@pytest.mark.parametrize("reading", [True, False])
def test_writing_what_is_there_already(sandbox: Callable, reading: bool) -> None:
    """Undocumented: no change, or an event."""
    api, world = sandbox(noop_write_makes_version=reading)
    company = make_company(api, description="same")
    heard = listen(world)
    write(api, company, description="same")
    assert kinds(heard) == (["record.updated"] if reading else [])


@pytest.mark.parametrize("reading", [True, False])
def test_the_entries_of_a_deleted_record(sandbox: Callable, reading: bool) -> None:
    """Undocumented: whether they announce their end."""
    api, world = sandbox(delete_emits_entry_deleted=reading)
    company = make_company(api)
    enter(api, company)
    heard = listen(world)
    api.delete(f"{records('companies')}/{one(company)}")
    assert ("list-entry.deleted" in kinds(heard)) is reading


@pytest.mark.parametrize("reading", [True, False])
def test_the_records_of_a_deleted_object(sandbox: Callable, reading: bool) -> None:
    """Undocumented: whether record.deleted is emitted for each."""
    api, world = sandbox(object_delete_emits_deleted=reading)
    api.post("/v2/objects", {"data": {"api_slug": "ships", "singular_noun": "Ship", "plural_noun": "Ships"}})
    api.post(records("ships"), {"data": {"values": {}}})
    heard = listen(world)
    assert api.delete("/v2/objects/ships").json == {}
    assert ("record.deleted" in kinds(heard)) is reading


def test_a_link_between_records_is_a_change_of_the_one_written(api: Api, heard: Events) -> None:
    """Attio's docs: record.updated for the attribute that was written."""
    company, person = make_company(api), make_person(api)
    custom(api, "text")
    quiet(heard)
    write(api, person, company=to("companies", company))
    assert one(person) in {event["id"]["record_id"] for event in heard}
