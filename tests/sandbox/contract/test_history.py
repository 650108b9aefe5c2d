"""Every value an attribute ever had, and rewriting it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import (
    history,
    make_company,
    make_deal,
    make_person,
    member_id,
    members,
    one,
    records,
    said,
    stages,
    unique_domain,
    write,
)
from tests.sandbox.contract.voice import Api, Json


def values_path(record: Json, slug: str) -> str:
    return f"{records(record['id']['object_id'])}/{one(record)}/attributes/{slug}/values"


def renamed(api: Api, *descriptions: str) -> Json:
    """A company whose description was each of these in turn."""
    company = make_company(api, description=descriptions[0])
    for description in descriptions[1:]:
        company = write(api, company, description=description).data
    return company


def test_without_asking_only_the_active_value_is_shown(api: Api) -> None:
    """Attio's OpenAPI document: show_historic is false by default."""
    company = renamed(api, "one", "two")
    assert [value["value"] for value in api.get(values_path(company, "description")).data] == ["two"]


def test_history_runs_from_oldest_to_newest(api: Api) -> None:
    """Attio's OpenAPI document: sorted by active_from."""
    company = renamed(api, "one", "two", "three")
    assert [value["value"] for value in history(api, company, "description")] == ["one", "two", "three"]


def test_a_value_ends_when_the_next_begins(api: Api) -> None:
    """Attio's docs: active_until of the replaced value."""
    first, second = history(api, renamed(api, "one", "two"), "description")
    assert first["active_until"] == second["active_from"]
    assert second["active_until"] is None


def test_a_cleared_value_leaves_only_its_past(api: Api) -> None:
    """Attio's docs: nothing marks the clearing itself."""
    company = renamed(api, "one")
    write(api, company, description=[])
    [past] = history(api, company, "description")
    assert past["value"] == "one"
    assert past["active_until"] is not None


def test_a_value_never_set_has_no_history(api: Api) -> None:
    """Attio's docs: absence is not a value."""
    assert history(api, make_company(api), "description") == []


def test_stages_have_a_history(api: Api) -> None:
    """Attio's docs: who was in which stage, and when."""
    titles = [stage["title"] for stage in stages(api)[:2]]
    deal = make_deal(api, stage=titles[0])
    write(api, deal, stage=titles[1])
    assert [value["status"]["title"] for value in history(api, deal, "stage")] == titles


def test_each_of_many_values_has_its_own_time(api: Api) -> None:
    """Attio's docs: removal ends one value and leaves the others."""
    kept, lost = unique_domain(), unique_domain()
    company = make_company(api, domains=[kept, lost])
    write(api, company, "PUT", domains=[kept])
    ended = {value["domain"]: value["active_until"] for value in history(api, company, "domains")}
    assert ended[kept] is None
    assert ended[lost] is not None


def test_what_lasts_and_what_ended_are_sorted_together(api: Api) -> None:
    """Attio's OpenAPI document: by active_from, whether a value is still active or not."""
    lasts, ended = unique_domain(), unique_domain()
    company = make_company(api, domains=[lasts])
    write(api, company, domains=[ended])
    write(api, company, "PUT", domains=[lasts])
    assert [value["domain"] for value in history(api, company, "domains")] == [lasts, ended]


def test_a_value_that_returns_is_a_new_value(api: Api) -> None:
    """Attio's docs: an ended value is not revived."""
    company = renamed(api, "one", "two", "one")
    assert [value["value"] for value in history(api, company, "description")] == ["one", "two", "one"]


def test_history_comes_in_pages(api: Api) -> None:
    """Attio's OpenAPI document: limit and offset."""
    company = renamed(api, "one", "two", "three")
    assert [value["value"] for value in history(api, company, "description", limit=1, offset=1)] == ["two"]


def test_history_works_by_attribute_id(api: Api) -> None:
    """Attio's OpenAPI document: slug or id."""
    attribute_id = api.get("/v2/objects/companies/attributes/description").data["id"]["attribute_id"]
    assert len(history(api, renamed(api, "one", "two"), attribute_id)) == 2


@pytest.mark.parametrize("slug", ["last_interaction", "strongest_connection_user"])
def test_computed_attributes_have_no_history(api: Api, slug: str) -> None:
    """Attio's OpenAPI document: 400, the message mentions COMINT."""
    refusal = api.get(values_path(make_company(api), slug), show_historic=True)
    assert refusal.error == (400, "validation_type")
    assert "COMINT" in refusal.message


def test_computed_attributes_still_show_what_is(api: Api) -> None:
    """Attio's OpenAPI document: only show_historic is refused."""
    assert api.get(values_path(make_person(api), "last_interaction")).data == []


def test_the_history_of_a_missing_attribute_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404 with the name in the message."""
    refusal = api.get(values_path(make_company(api), "nothing"))
    assert refusal.error == (404, "not_found")
    assert refusal.message == 'Attribute with slug/ID "nothing" not found.'


def test_a_deleted_record_has_no_readable_history(api: Api) -> None:
    """Attio's docs: 404 after the record is gone."""
    company = renamed(api, "one", "two")
    api.delete(f"{records('companies')}/{one(company)}")
    assert api.get(values_path(company, "description"), show_historic=True).error == (404, "not_found")


def test_the_history_of_an_unknown_record_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404."""
    assert api.get(f"{records('companies')}/{uuid4()}/attributes/name/values").error == (404, "not_found")


def test_each_value_names_who_wrote_it(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: created_by_actor per value; nobody is recorded for a removal."""
    ada = member_id(members(api)[0])
    company = renamed(api, "by the token")
    path = f"{records('companies')}/{one(company)}"
    sandbox_only.ask("PATCH", path, body={"data": {"values": {"description": "by Ada"}}}, member=ada)
    token, member = (value["created_by_actor"] for value in history(api, company, "description"))
    assert token["type"] == "api-token"
    assert member == {"type": "workspace-member", "id": ada}


def test_attio_itself_is_an_actor_without_id(api: Api, sandbox_only: World) -> None:
    """Seen on the live service: enrichment writes as {"type": "system", "id": null}, even where nobody else can."""
    company = make_company(api)
    body = {"data": {"values": {"logo_url": "https://logo.example/x.png"}}}
    written = sandbox_only.ask("PATCH", f"{records('companies')}/{one(company)}", body=body, system=True)
    assert said(written.body["data"], "logo_url", "created_by_actor") == [{"type": "system", "id": None}]


def test_time_passes_between_values(api: Api, sandbox_only: World) -> None:
    """Attio's docs: active_from is when the value was set."""
    company = renamed(api, "one")
    sandbox_only.clock.advance(days=2)
    write(api, company, description="two")
    first, second = (value["active_from"] for value in history(api, company, "description"))
    assert first[:10] < second[:10]


@pytest.mark.parametrize(("reading", "versions"), [(False, 1), (True, 2)])
def test_writing_what_is_there_already(sandbox: Callable, reading: bool, versions: int) -> None:
    """Undocumented: no change, or a new version."""
    api, _ = sandbox(noop_write_makes_version=reading)
    assert len(history(api, renamed(api, "same", "same"), "description")) == versions
