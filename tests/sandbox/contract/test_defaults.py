"""Default values: what Attio fills in when a record is created without them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import make_deal, said, unique_slug, write
from tests.sandbox.contract.shelf import definition
from tests.sandbox.contract.voice import Api, Json

DEALS = "/v2/objects/deals/attributes"


def make_default(api: Api, kind: str, default_value: Json) -> str:
    """A custom attribute of deals with a default; archived again when the test ends."""
    made = api.post(DEALS, definition(unique_slug("default"), type=kind, default_value=default_value)).data
    assert made["is_default_value_enabled"] is True
    return str(made["api_slug"])


def test_a_static_default_fills_new_records(api: Api) -> None:
    """Attio's OpenAPI document: static values populate new records with their content."""
    slug = make_default(api, "number", {"type": "static", "template": [{"value": 5}]})
    assert said(make_deal(api), slug) == [5]


def test_a_sent_value_beats_the_default(api: Api) -> None:
    """Attio's OpenAPI document: a default stands in for what was not sent."""
    slug = make_default(api, "number", {"type": "static", "template": [{"value": 5}]})
    assert said(make_deal(api, **{slug: 7}), slug) == [7]


def test_a_default_is_not_given_to_old_records(api: Api) -> None:
    """Attio's OpenAPI document: defaults are looked up at the point of creation."""
    deal = make_deal(api)
    slug = make_default(api, "number", {"type": "static", "template": [{"value": 5}]})
    assert write(api, deal, value=1).data["values"][slug] == []


def test_now_is_a_duration_of_nothing(api: Api) -> None:
    """Attio's OpenAPI document: an ISO-8601 duration from now; PT0S is now."""
    slug = make_default(api, "timestamp", {"type": "dynamic", "template": "PT0S"})
    deal = make_deal(api)
    assert said(deal, slug)[0][:10] == deal["created_at"][:10]


def test_a_month_from_now_is_a_date(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: "P1M" is now plus one month."""
    slug = make_default(api, "date", {"type": "dynamic", "template": "P1M"})
    now = sandbox_only.clock.now()
    month = now.month % 12 + 1
    assert said(make_deal(api), slug) == [f"{now.year + (month == 1)}-{month:02}-{now.day:02}"]


def test_current_user_is_the_member_who_creates(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: the member or token that created the record."""
    slug = make_default(api, "actor-reference", {"type": "dynamic", "template": "current-user"})
    member = api.get("/v2/workspace_members").data[0]["id"]["workspace_member_id"]
    values = {"name": "x", "stage": "Lead", "owner": "ada@acme.test"}
    made = sandbox_only.ask("POST", "/v2/objects/deals/records", body={"data": {"values": values}}, member=member)
    assert said(made.body["data"], slug, "referenced_actor_id") == [member]


def test_a_default_satisfies_required(api: Api) -> None:
    """Attio's docs: a required attribute with a default need not be sent."""
    slug = make_default(api, "text", {"type": "static", "template": [{"value": "as usual"}]})
    api.patch(f"{DEALS}/{slug}", {"data": {"is_required": True}})
    assert said(make_deal(api), slug) == ["as usual"]


@pytest.mark.parametrize("object_slug", ["people", "companies"])
def test_people_and_companies_take_no_defaults(api: Api, object_slug: str) -> None:
    """Attio's docs: default values are not currently supported on people or company objects."""
    body = definition(unique_slug(), type="number", default_value={"type": "static", "template": [{"value": 5}]})
    assert api.post(f"/v2/objects/{object_slug}/attributes", body).status == 400


def test_a_default_can_be_taken_away(api: Api) -> None:
    """Attio's OpenAPI document: `default_value` may be null."""
    slug = make_default(api, "number", {"type": "static", "template": [{"value": 5}]})
    changed = api.patch(f"{DEALS}/{slug}", {"data": {"default_value": None}}).data
    assert (changed["default_value"], changed["is_default_value_enabled"]) == (None, False)
    assert make_deal(api)["values"][slug] == []


@pytest.mark.parametrize("key", ["object_id", "list_id"])
def test_the_id_of_a_list_attribute_names_its_list(sandbox: Callable, key: str) -> None:
    """Undocumented: presumably under `object_id`, as Attio's OpenAPI document writes it for both."""
    api, _ = sandbox(list_attribute_id_key=key)
    api.judge = None if key == "list_id" else api.judge
    body = {"name": "L", "api_slug": "l", "parent_object": "people", "workspace_access": "full-access"}
    made = api.post("/v2/lists", {"data": body | {"workspace_member_access": []}}).data
    attribute = api.post("/v2/lists/l/attributes", definition("a", type="text")).data
    assert attribute["id"][key] == made["id"]["list_id"]
