"""Selects, statuses and people of the workspace."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.contract.kit import make_deal, member_id, members, said, stages, write
from tests.sandbox.contract.shelf import custom, kept, refused
from tests.sandbox.contract.voice import Api, Json


def option_id(api: Api, title: str) -> str:
    found = api.get(f"/v2/objects/deals/attributes/{custom(api, 'select')}/options").data
    return next(option["id"]["option_id"] for option in found if option["title"] == title)


@pytest.mark.parametrize("form", [lambda title: title, lambda title: [title], lambda title: {"option": title}])
def test_an_option_is_written_by_its_title(api: Api, form: Callable[[str], Json]) -> None:
    """Attio's docs: the title, bare or as {"option"}."""
    assert kept(api, "select", form("Green"), "option")["title"] == "Green"


@pytest.mark.parametrize("form", [lambda uuid: {"option": uuid}, lambda uuid: uuid])
def test_an_option_is_written_by_its_id(api: Api, form: Callable[[str], Json]) -> None:
    """Attio's OpenAPI document: id or title, bare or as {"option"}."""
    assert kept(api, "select", form(option_id(api, "Blue")), "option")["title"] == "Blue"


@pytest.mark.parametrize(("reading", "titles"), [("accepted", ["Blue"]), ("ignored", [])])
def test_a_bare_option_id_in_a_list(sandbox: Callable, reading: str, titles: list[str]) -> None:
    """Undocumented: one integrator saw it have no effect."""
    api, _ = sandbox(bare_option_uuid_in_array=reading)
    slug = custom(api, "selects")
    found = api.get(f"/v2/objects/deals/attributes/{slug}/options").data
    blue = next(option["id"]["option_id"] for option in found if option["title"] == "Blue")
    reply = write(api, make_deal(api), "PUT", **{slug: [blue]}).data
    assert [option["title"] for option in said(reply, slug, "option")] == titles


def test_an_option_reads_as_an_object_with_its_ids(api: Api) -> None:
    """Attio's OpenAPI document: id, title, is_archived."""
    option = kept(api, "select", "Red", "option")
    assert option == {"id": option["id"], "title": "Red", "is_archived": False}
    assert option["id"]["option_id"] == option_id(api, "Red")


def test_a_multi_select_takes_several_titles(api: Api) -> None:
    """Attio's docs: an array of titles."""
    slug = custom(api, "selects")
    deal = make_deal(api, **{slug: ["Red", {"option": "Blue"}]})
    assert {option["title"] for option in said(deal, slug, "option")} == {"Red", "Blue"}


@pytest.mark.parametrize("value", ["Beige", {"option": "Beige"}, {"option": "11111111-2222-4333-8444-555555555555"}])
def test_an_unknown_option_is_refused(api: Api, value: Json) -> None:
    """Attio's OpenAPI document: value_not_found."""
    assert refused(api, "select", value).error == (400, "value_not_found")


def test_a_single_select_takes_one(api: Api) -> None:
    """Attio's docs: one value only."""
    refused(api, "select", ["Red", "Blue"])


def test_a_select_is_strict_about_its_keys(api: Api) -> None:
    """Seen on the live service: unknown keys are refused."""
    assert refused(api, "select", {"title": "Red"}).error == (400, "validation_type")


def second_stage(api: Api, form: str) -> tuple[Json, str]:
    """The second stage in one way of writing it, and its title."""
    stage = stages(api)[1]
    title, uuid = stage["title"], stage["id"]["status_id"]
    written = {"title": title, "id": uuid, "object": {"status": title}, "object by id": {"status": uuid}}
    return written[form], title


@pytest.mark.parametrize("form", ["title", "id", "object", "object by id"])
def test_a_stage_is_written_in_four_ways(api: Api, form: str) -> None:
    """Attio's docs: title or id, bare or as {"status"}."""
    written, title = second_stage(api, form)
    assert [status["title"] for status in said(make_deal(api, stage=written), "stage", "status")] == [title]


def test_a_stage_holds_one_value(api: Api) -> None:
    """Attio's docs: a status never has two."""
    titles = [stage["title"] for stage in stages(api)[:2]]
    assert write(api, make_deal(api), stage=titles).status == 400


def test_the_time_of_a_stage_is_when_it_was_entered(api: Api) -> None:
    """Attio's docs: active_from of the status; other changes do not move it."""
    deal = make_deal(api)
    entered = said(deal, "stage", "active_from")
    assert said(write(api, deal, value=9).data, "stage", "active_from") == entered
    assert said(write(api, deal, stage=stages(api)[1]["title"]).data, "stage", "active_from") > entered


def forms_of(member: Json) -> dict[str, Json]:
    return {
        "e-mail": member["email_address"],
        "e-mail object": {"workspace_member_email_address": member["email_address"]},
        "reference": {"referenced_actor_type": "workspace-member", "referenced_actor_id": member_id(member)},
    }


@pytest.mark.parametrize("form", ["e-mail", "e-mail object", "reference"])
def test_a_member_is_written_in_three_ways(api: Api, form: str) -> None:
    """Attio's OpenAPI document: an e-mail, an object with it, or type and id."""
    member = members(api)[0]
    deal = make_deal(api, owner=forms_of(member)[form])
    assert said(deal, "owner", "referenced_actor_type") == ["workspace-member"]
    assert said(deal, "owner", "referenced_actor_id") == [member_id(member)]


def test_several_members_fit_a_multi_value(api: Api) -> None:
    """Attio's docs: actor references may be multiselect."""
    everyone = members(api)[:2]
    slug = custom(api, "actors")
    deal = make_deal(api, **{slug: [member["email_address"] for member in everyone]})
    assert set(said(deal, slug, "referenced_actor_id")) == {member_id(member) for member in everyone}


@pytest.mark.parametrize(
    "value",
    [
        "nobody@amc-nowhere.com",
        {"workspace_member_email_address": "nobody@amc-nowhere.com"},
        {"referenced_actor_type": "workspace-member", "referenced_actor_id": "11111111-2222-4333-8444-555555555555"},
    ],
)
def test_a_stranger_is_not_found(api: Api, value: Json) -> None:
    """Attio's OpenAPI document: value_not_found for a missing workspace member."""
    assert refused(api, "actor", value).error == (400, "value_not_found")


@pytest.mark.parametrize("kind", ["api-token", "system", "app"])
def test_only_members_can_be_referred_to(api: Api, kind: str) -> None:
    """Attio's OpenAPI document: other actors can be read, not written."""
    token = api.get("/v2/self").json["client_id"]
    refused(api, "actor", {"referenced_actor_type": kind, "referenced_actor_id": token})
