"""Relationships: two attributes that are one link."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.contract.kit import (
    history,
    make_company,
    make_deal,
    make_person,
    make_user,
    make_workspace,
    one,
    read,
    said,
    to,
    unique_slug,
    write,
)
from tests.sandbox.contract.shelf import definition
from tests.sandbox.contract.voice import Api, Json


def target(record: Json, slug: str) -> list[str]:
    return said(record, slug, "target_record_id")


def test_writing_one_side_shows_on_the_other(api: Api) -> None:
    """Attio's docs: values on both sides."""
    company = make_company(api)
    deal = make_deal(api, associated_company=to("companies", company))
    assert target(read(api, company), "associated_deals") == [one(deal)]


def test_writing_the_other_side_works_as_well(api: Api) -> None:
    """Attio's docs: either side may be written."""
    company, person = make_company(api), make_person(api)
    write(api, company, team=[to("people", person)])
    assert target(read(api, person), "company") == [one(company)]


def test_clearing_one_side_clears_the_other(api: Api) -> None:
    """Attio's docs: it is one link."""
    company = make_company(api)
    person = make_person(api, company=to("companies", company))
    write(api, person, company=[])
    assert target(read(api, company), "team") == []


def test_changing_a_single_side_moves_the_link(api: Api) -> None:
    """Attio's docs: the old partner loses it, the new one gains it."""
    old, new = make_company(api), make_company(api)
    person = make_person(api, company=to("companies", old))
    write(api, person, company=to("companies", new))
    assert target(read(api, old), "team") == []
    assert target(read(api, new), "team") == [one(person)]


def test_adding_to_the_many_side_takes_from_the_former_owner(api: Api) -> None:
    """Attio's docs: the single side holds one value."""
    old, new = make_company(api), make_company(api)
    person = make_person(api, company=to("companies", old))
    write(api, new, team=[to("people", person)])
    assert target(read(api, person), "company") == [one(new)]
    assert target(read(api, old), "team") == []


def test_removing_from_the_many_side_clears_the_single_one(api: Api) -> None:
    """Attio's OpenAPI document: PUT by id removes; Attio's docs: on both sides."""
    company = make_company(api)
    person = make_person(api, company=to("companies", company))
    write(api, company, "PUT", team=[])
    assert target(read(api, person), "company") == []


def test_many_to_many_on_both_sides(api: Api) -> None:
    """Attio's docs: a user may be in several workspaces, a workspace has several users."""
    ada, ben = make_user(api), make_user(api)
    first, second = (make_workspace(api, users=[to("users", ada), to("users", ben)]) for _ in range(2))
    assert set(target(read(api, ada), "workspace")) == {one(first), one(second)}
    assert set(target(read(api, second), "users")) == {one(ada), one(ben)}


def test_users_know_the_person_behind(api: Api) -> None:
    """Attio's docs: users.person and people.associated_users."""
    person = make_person(api)
    user = make_user(api, person=to("people", person))
    assert target(read(api, person), "associated_users") == [one(user)]


def test_workspaces_know_their_company(api: Api) -> None:
    """Attio's docs: workspaces.company and companies.associated_workspaces."""
    company = make_company(api)
    workspace = make_workspace(api, company=to("companies", company))
    assert target(read(api, company), "associated_workspaces") == [one(workspace)]


def test_both_sides_keep_their_history(api: Api) -> None:
    """Attio's docs: a replaced value gets its active_until, on the other side too."""
    old, new = make_company(api), make_company(api)
    person = make_person(api, company=to("companies", old))
    write(api, person, company=to("companies", new))
    [past] = history(api, old, "team")
    assert past["target_record_id"] == one(person)
    assert past["active_until"] is not None


def test_a_deleted_partner_is_gone_from_the_other_side(api: Api) -> None:
    """Attio's docs: a link has two ends."""
    company = make_company(api)
    deal = make_deal(api, associated_company=to("companies", company))
    api.delete(f"/v2/objects/deals/records/{one(deal)}")
    assert target(read(api, company), "associated_deals") == []


def relate(api: Api, **chosen: Json) -> Json:
    """A custom relationship between deals and people."""
    relationship = {
        "object": "people",
        "title": "amc back",
        "api_slug": unique_slug("back"),
        "is_multiselect": True,
    }
    config = {"record_reference": {"allowed_objects": ["people"]}}
    body = definition(unique_slug("forth"), type="record-reference", config=config, relationship=relationship | chosen)
    made = api.post("/v2/objects/deals/attributes", body).data
    back = f"/v2/objects/people/attributes/{made['relationship']['id']['attribute_id']}"
    api.undo.append(("PATCH", back, {"data": {"is_archived": True}}))
    return made


def test_a_relationship_brings_its_other_side(api: Api) -> None:
    """Attio's OpenAPI document: two entangled attributes are created."""
    made = relate(api)
    back = api.get(f"/v2/objects/people/attributes/{made['relationship']['api_slug']}").data
    assert back["relationship"]["id"] == made["id"]
    assert (back["type"], back["is_multiselect"]) == ("record-reference", True)


def test_a_custom_relationship_links_both_ways(api: Api) -> None:
    """Attio's OpenAPI document: bidirectional."""
    made, person = relate(api), make_person(api)
    deal = make_deal(api, **{made["api_slug"]: to("people", person)})
    assert target(read(api, person), made["relationship"]["api_slug"]) == [one(deal)]


def test_one_to_one_has_room_for_one_on_each_side(api: Api) -> None:
    """Attio's OpenAPI document: both is_multiselect false is one-to-one."""
    made, person = relate(api, is_multiselect=False), make_person(api)
    first = make_deal(api, **{made["api_slug"]: to("people", person)})
    second = make_deal(api, **{made["api_slug"]: to("people", person)})
    assert target(read(api, person), made["relationship"]["api_slug"]) == [one(second)]
    assert target(read(api, first), made["api_slug"]) == []


@pytest.mark.parametrize(("reading", "kind"), [("caller", "api-token"), ("system", "system")])
def test_the_actor_of_the_other_side(sandbox: Callable, reading: str, kind: str) -> None:
    """Undocumented: the one who wrote, or the system."""
    api, _ = sandbox(partner_actor=reading)
    company = make_company(api)
    make_person(api, company=to("companies", company))
    assert said(read(api, company), "team", "created_by_actor")[0]["type"] == kind


@pytest.mark.parametrize("reading", [True, False])
def test_the_events_of_the_other_side(sandbox: Callable, reading: bool) -> None:
    """Undocumented, likely: the partner emits record.updated too."""
    api, world = sandbox(partner_emits_updated=reading)
    company, person, touched = make_company(api), make_person(api), []
    world.listeners.append(lambda event: touched.append(event.id["record_id"]))
    write(api, person, company=to("companies", company))
    assert (one(company) in touched) is reading
