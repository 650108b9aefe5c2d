"""Five pages of Attio's reference, each request sent as it is written there (names made unique)."""

from __future__ import annotations

import pytest

from tests.sandbox.contract.kit import (
    make_company,
    make_deal,
    make_person,
    make_user,
    make_workspace,
    members,
    one,
    put_by,
    records,
    said,
    stages,
    to,
    unique_domain,
    unique_email,
    unique_slug,
    write,
)
from tests.sandbox.contract.shelf import custom, definition, kept_list
from tests.sandbox.contract.voice import Api, Json


def workspace_page(api: Api, workspace_id: str) -> tuple[dict[str, Json], Json, Json]:
    """The values both workspace pages send, and the user and company they name."""
    user, company = make_user(api), make_company(api)
    values = {
        "workspace_id": workspace_id,
        "name": "Customer.com",
        "avatar_url": "https://example.com/avatar.png",
        "users": [to("users", user)],
        "company": to("companies", company),
    }
    return values, user, company


def says_the_page(workspace: Json, workspace_id: str, user: Json, company: Json) -> None:
    assert said(workspace, "workspace_id") == [workspace_id]
    assert said(workspace, "name") == ["Customer.com"]
    assert said(workspace, "avatar_url") == ["https://example.com/avatar.png"]
    assert said(workspace, "users", "target_record_id") == [one(user)]
    assert said(workspace, "company", "target_record_id") == [one(company)]


def test_update_a_workspace_record(api: Api) -> None:
    """Attio's docs: PATCH /v2/objects/workspaces/records/{record_id}."""
    workspace_id = unique_slug("ws")
    values, user, company = workspace_page(api, workspace_id)
    says_the_page(write(api, make_workspace(api), **values).data, workspace_id, user, company)


def test_assert_a_workspace_record(api: Api) -> None:
    """Attio's docs: PUT /v2/objects/workspaces/records?matching_attribute=workspace_id; twice is one record."""
    workspace_id = unique_slug("ws")
    values, user, company = workspace_page(api, workspace_id)
    first, second = (put_by(api, "workspaces", "workspace_id", **values).data for _ in range(2))
    assert one(first) == one(second)
    says_the_page(second, workspace_id, user, company)


def test_update_a_deal_record(api: Api) -> None:
    """Attio's docs: PATCH /v2/objects/deals/records/{record_id} with people and company by unique attribute."""
    email, domain = unique_email(), unique_domain()
    person, company = make_person(api, email_addresses=[email]), make_company(api, domains=[domain])
    owner, stage = members(api)[-1], stages(api)[1]
    deal = write(
        api,
        make_deal(api),
        name="Contract with Fundstack",
        stage=stage["title"],
        owner=owner["email_address"],
        value=4200,
        associated_people=[{"target_object": "people", "email_addresses": [{"email_address": email}]}],
        associated_company={"target_object": "companies", "domains": [{"domain": domain}]},
    ).data
    assert said(deal, "stage", "status") == [stage]
    assert said(deal, "owner", "referenced_actor_id") == [owner["id"]["workspace_member_id"]]
    assert said(deal, "value", "currency_value") == [4200]
    assert said(deal, "associated_people", "target_record_id") == [one(person)]
    assert said(deal, "associated_company", "target_record_id") == [one(company)]


@pytest.mark.parametrize("target", ["objects", "lists"])
def test_update_an_attribute(api: Api, target: str) -> None:
    """Attio's docs: PATCH /v2/{target}/{identifier}/attributes/{attribute}, on an object and on a list."""
    path = "/v2/objects/deals/attributes" if target == "objects" else f"/v2/lists/{kept_list(api)}/attributes"
    slug, title = unique_slug(), "Your Attribute"
    made = api.post(path, definition(unique_slug(), type="number")).data
    change = {
        "title": title,
        "description": "Lorem ipsum",
        "api_slug": slug,
        "is_required": True,
        "default_value": {"type": "static", "template": [{"value": 5}]},
        "is_archived": False,
    }
    changed = api.patch(f"{path}/{made['api_slug']}", {"data": change}).data
    assert changed["id"] == made["id"]
    assert (changed["title"], changed["description"], changed["api_slug"]) == (title, "Lorem ipsum", slug)
    assert changed["is_required"] is True
    assert changed["default_value"]["template"][0]["value"] == 5


def test_update_the_config_of_an_attribute(api: Api) -> None:
    """Attio's docs: the same page, with the currency of a currency attribute."""
    path = "/v2/objects/deals/attributes"
    config = {"currency": {"default_currency_code": "GBP", "display_type": "symbol"}}
    made = api.post(path, definition(unique_slug(), type="currency", config=config)).data
    config["currency"]["default_currency_code"] = "USD"
    changed = api.patch(f"{path}/{made['api_slug']}", {"data": {"config": config}}).data
    assert changed["config"]["currency"] == config["currency"]


def test_create_a_record_of_any_object(api: Api) -> None:
    """Attio's docs: POST /v2/objects/{object}/records, keyed by attribute id and by slug, one value and many."""
    values = {"stage": stages(api)[0]["title"], "owner": members(api)[0]["email_address"]}
    name_id = api.get("/v2/objects/deals/attributes/name").data["id"]["attribute_id"]
    body = {"data": {"values": values | {name_id: "Text value", custom(api, "selects"): ["Red", "Green"]}}}
    object_id = api.get("/v2/objects/deals").data["id"]["object_id"]
    deal = api.post(records(object_id), body).data
    assert said(deal, "name") == ["Text value"]
    assert {option["title"] for option in said(deal, custom(api, "selects"), "option")} == {"Red", "Green"}
