"""Attributes: reading, making, changing and archiving them, on objects and on lists."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import make_company, make_deal, read, said, unique_slug, write
from tests.sandbox.contract.shelf import custom, definition, kept_list
from tests.sandbox.contract.voice import Api, Json, Reply

DEALS = "/v2/objects/deals/attributes"
COMPANIES = "/v2/objects/companies/attributes"
SIMPLE = [
    "text", "number", "checkbox", "currency", "date", "timestamp", "rating", "select", "record-reference",
    "actor-reference", "location", "domain", "email-address", "phone-number",
]  # fmt: skip
CONFIGS: dict[str, Json] = {
    "currency": {"currency": {"default_currency_code": "GBP", "display_type": "symbol"}},
    "record-reference": {"record_reference": {"allowed_objects": ["companies"]}},
}


def make(api: Api, path: str = DEALS, **chosen: Json) -> Reply:
    """Create an attribute with a name of its own."""
    return api.post(path, definition(chosen.pop("api_slug", unique_slug("attr")), **({"type": "text"} | chosen)))


def slugs(api: Api, **params: object) -> list[str]:
    return [found["api_slug"] for found in api.get(DEALS, limit=500, **params).data]


def test_an_attribute_is_the_same_by_slug_and_by_id(api: Api) -> None:
    """Attio's OpenAPI document: slug or id in the path."""
    by_slug = api.get(f"{COMPANIES}/domains").data
    assert api.get(f"{COMPANIES}/{by_slug['id']['attribute_id']}").data == by_slug


def test_attributes_come_in_pages(api: Api) -> None:
    """Attio's OpenAPI document: limit and offset."""
    everything = [found["api_slug"] for found in api.get(COMPANIES, limit=500).data]
    page = [found["api_slug"] for found in api.get(COMPANIES, limit=3, offset=2).data]
    assert page == everything[2:5]


@pytest.mark.parametrize("kind", SIMPLE)
def test_an_attribute_of_nearly_any_type_can_be_made(api: Api, kind: str) -> None:
    """Attio's OpenAPI document: all types but interaction and personal-name can be created."""
    made = make(api, type=kind, config=CONFIGS.get(kind, {})).data
    assert (made["type"], made["is_system_attribute"], made["is_writable"]) == (kind, False, True)


@pytest.mark.parametrize("kind", ["interaction", "personal-name", "no-such-type"])
def test_computed_types_cannot_be_made(api: Api, kind: str) -> None:
    """Attio's OpenAPI document: the types accepted on create."""
    assert make(api, type=kind).error == (400, "validation_type")


@pytest.mark.parametrize(
    "missing",
    ["title", "description", "api_slug", "type", "is_required", "is_unique", "is_multiselect", "config"],
)
def test_making_an_attribute_needs_every_key(api: Api, missing: str) -> None:
    """Attio's OpenAPI document: all but default_value and relationship are mandatory."""
    body = definition(unique_slug(), type="text")
    del body["data"][missing]
    assert api.post(DEALS, body).error == (400, "validation_type")


def test_the_config_always_holds_both_kinds(api: Api) -> None:
    """Seen on the live service: currency and record_reference are present with nulls on a text."""
    assert make(api).data["config"] == {
        "currency": {"default_currency_code": None, "display_type": None},
        "record_reference": {"allowed_object_ids": None},
    }


def test_allowed_objects_are_given_as_slugs_and_returned_as_ids(api: Api) -> None:
    """Attio's OpenAPI document: `allowed_objects` in, `allowed_object_ids` out."""
    made = make(api, type="record-reference", config=CONFIGS["record-reference"]).data
    companies = api.get("/v2/objects/companies").data["id"]["object_id"]
    assert made["config"]["record_reference"]["allowed_object_ids"] == [companies]


def test_an_allowed_object_must_exist(api: Api) -> None:
    """Attio's OpenAPI document: 400 when an object of the config is missing."""
    config = {"record_reference": {"allowed_objects": ["nowhere"]}}
    assert make(api, type="record-reference", config=config).status == 400


def test_a_slug_is_taken_once(api: Api) -> None:
    """Attio's OpenAPI document: 409 slug_conflict."""
    slug = make(api).data["api_slug"]
    refusal = make(api, api_slug=slug)
    assert refusal.error == (409, "slug_conflict")
    assert "attribute with the same API slug already exists" in refusal.message


def test_an_archived_attribute_keeps_its_slug(api: Api) -> None:
    """Seen on the live service: creating it again is a conflict."""
    slug = make(api).data["api_slug"]
    api.patch(f"{DEALS}/{slug}", {"data": {"is_archived": True}})
    assert make(api, api_slug=slug).error == (409, "slug_conflict")


@pytest.mark.parametrize("path", ["/v2/objects/people/attributes", COMPANIES])
def test_people_and_companies_take_no_unique_attribute(api: Api, path: str) -> None:
    """Seen on the live service: "Cannot set attribute as unique."."""
    refusal = make(api, path, is_unique=True)
    assert refusal.error == (400, "validation_type")
    assert "Cannot set attribute as unique." in refusal.message


def test_a_select_cannot_be_unique(api: Api) -> None:
    """Seen on the live service."""
    assert make(api, type="select", is_unique=True).error == (400, "validation_type")


@pytest.mark.parametrize("kind", ["text", "number", "checkbox", "date", "rating", "location"])
def test_types_of_one_value_cannot_be_multiselect(api: Api, kind: str) -> None:
    """Attio's docs: multiselect is for selects, references, actors, domains, e-mails and phones."""
    assert make(api, type=kind, is_multiselect=True).status == 400


def test_making_an_attribute_of_a_missing_object_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404 not_found."""
    assert make(api, "/v2/objects/nowhere/attributes").error == (404, "not_found")


def test_a_new_attribute_is_empty_on_old_records(api: Api) -> None:
    """Seen on the live service: every attribute is in `values`, as an empty array."""
    deal = make_deal(api)
    slug = make(api).data["api_slug"]
    assert read(api, deal)["values"][slug] == []


def test_title_and_description_can_be_changed(api: Api) -> None:
    """Attio's OpenAPI document: PATCH takes part of an attribute and returns all of it."""
    old = make(api).data
    new = api.patch(f"{DEALS}/{old['api_slug']}", {"data": {"title": "Plan B", "description": "why"}}).data
    assert new == old | {"title": "Plan B", "description": "why"}


def test_a_new_slug_renames_the_key_in_values(api: Api) -> None:
    """Attio's OpenAPI document: `api_slug` may be patched; values are keyed by slug."""
    old, new = make(api).data["api_slug"], unique_slug("renamed")
    deal = make_deal(api, **{old: "kept"})
    api.patch(f"{DEALS}/{old}", {"data": {"api_slug": new}})
    values = read(api, deal)["values"]
    assert values[new][0]["value"] == "kept"
    assert old not in values


def test_a_change_to_a_taken_slug_is_refused(api: Api) -> None:
    """Attio's OpenAPI document: slugs are unique within their object."""
    assert api.patch(f"{DEALS}/{custom(api, 'text')}", {"data": {"api_slug": "name"}}).status in {400, 409}


def test_required_is_asked_of_new_records_only(api: Api) -> None:
    """Attio's OpenAPI document: is_required does not affect existing data."""
    old = make_deal(api)
    slug = make(api).data["api_slug"]
    api.patch(f"{DEALS}/{slug}", {"data": {"is_required": True}})
    assert write(api, old, value=5).status == 200
    with pytest.raises(AssertionError, match="missing_value"):
        make_deal(api)


def test_unique_is_asked_of_new_values_only(api: Api) -> None:
    """Attio's OpenAPI document: uniqueness does not apply to what was there before."""
    slug = make(api).data["api_slug"]
    make_deal(api, **{slug: "twin"})
    twin = make_deal(api, **{slug: "twin"})
    api.patch(f"{DEALS}/{slug}", {"data": {"is_unique": True}})
    assert said(read(api, twin), slug) == ["twin"]
    with pytest.raises(AssertionError, match="uniqueness_conflict"):
        make_deal(api, **{slug: "twin"})


def test_an_archived_attribute_hides_and_returns_with_its_values(api: Api) -> None:
    """Attio's docs: archiving hides, restoring brings the data back."""
    slug = make(api).data["api_slug"]
    deal = make_deal(api, **{slug: "asleep"})
    api.patch(f"{DEALS}/{slug}", {"data": {"is_archived": True}})
    assert slug not in read(api, deal)["values"]
    api.patch(f"{DEALS}/{slug}", {"data": {"is_archived": False}})
    assert said(read(api, deal), slug) == ["asleep"]


def test_archived_attributes_are_listed_on_request(api: Api) -> None:
    """Attio's OpenAPI document: show_archived, off by default."""
    slug = make(api).data["api_slug"]
    api.patch(f"{DEALS}/{slug}", {"data": {"is_archived": True}})
    assert slug not in slugs(api)
    assert slug in slugs(api, show_archived=True)


def test_an_archived_attribute_can_still_be_read(api: Api) -> None:
    """Seen on the live service: GET of the attribute itself returns it."""
    slug = make(api).data["api_slug"]
    api.patch(f"{DEALS}/{slug}", {"data": {"is_archived": True}})
    assert api.get(f"{DEALS}/{slug}").data["is_archived"] is True


@pytest.mark.parametrize(("path", "slug"), [(COMPANIES, "domains"), (DEALS, "record_id")])
def test_a_system_attribute_is_not_archived(api: Api, sandbox_only: World, path: str, slug: str) -> None:
    """Attio's OpenAPI document: "Cannot update a System attribute."."""
    refusal = api.patch(f"{path}/{slug}", {"data": {"is_archived": True}})
    assert refusal.error == (400, "system_edit_unauthorized")
    assert refusal.message == "Cannot update a System attribute."


@pytest.mark.parametrize(("reading", "status"), [({"title"}, 200), (set(), 400)])
def test_the_title_of_a_system_attribute(sandbox: Callable, reading: set[str], status: int) -> None:
    """Undocumented: "in a way not allowed" is all that is said about editing system attributes."""
    api, _ = sandbox(system_attribute_edits=frozenset(reading))
    assert api.patch(f"{COMPANIES}/domains", {"data": {"title": "Sites"}}).status == status


@pytest.mark.parametrize(("reading", "status"), [(True, 200), (False, 400)])
def test_making_a_domain_attribute(sandbox: Callable, reading: bool, status: int) -> None:
    """Undocumented in the end: Attio's OpenAPI document says yes, the docs say no."""
    api, _ = sandbox(domain_creatable=reading)
    assert make(api, type="domain").status == status


def test_changing_a_missing_attribute_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404 with the name in the message."""
    nobody = str(uuid4())
    refusal = api.patch(f"{DEALS}/{nobody}", {"data": {"title": "x"}})
    assert refusal.error == (404, "not_found")
    assert refusal.message == f'Attribute with slug/ID "{nobody}" not found.'


def test_what_cannot_be_changed_is_refused_not_ignored(api: Api, sandbox_only: World) -> None:
    """Undocumented for this route: the sandbox is strict, so that a slip of a client shows."""
    refusal = api.patch(f"{DEALS}/{custom(api, 'text')}", {"data": {"is_multiselect": True}})
    assert refusal.error == (400, "validation_type")


def test_attributes_of_lists_use_the_same_routes(api: Api) -> None:
    """Attio's OpenAPI document: the target is `objects` or `lists`."""
    path = f"/v2/lists/{kept_list(api)}/attributes"
    made = make(api, path).data
    changed = api.patch(f"{path}/{made['id']['attribute_id']}", {"data": {"title": "New"}}).data
    assert changed["title"] == "New"
    assert changed in api.get(path, limit=500).data


def test_a_list_attribute_keeps_its_slug_too(api: Api) -> None:
    """Attio's OpenAPI document: "… already exists on this list."."""
    path = f"/v2/lists/{kept_list(api)}/attributes"
    slug = make(api, path).data["api_slug"]
    refusal = make(api, path, api_slug=slug)
    assert refusal.error == (409, "slug_conflict")
    assert "on this list" in refusal.message


def test_an_attribute_id_works_as_a_key_in_values(api: Api) -> None:
    """Attio's OpenAPI document: values are keyed by slug or attribute id."""
    attribute_id = api.get(f"{COMPANIES}/description").data["id"]["attribute_id"]
    company = make_company(api, **{attribute_id: "by id"})
    assert said(company, "description") == ["by id"]
