"""The documented requests against the sandbox: ids are its own, everything else as it stands in the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from attio_mirror.core.errors import Json, Refused
from attio_mirror.service import Attio

from ..service.tenant import Tenant, open_tenant
from . import pages


@dataclass(frozen=True, slots=True)
class Scene:
    """The people and companies that the pages speak of."""

    tenant: Tenant
    member_id: str
    user_id: str
    company_id: str
    person_id: str

    @property
    def attio(self) -> Attio:
        return self.tenant.attio

    @property
    def workspace_values(self) -> dict[str, Json]:
        """The page's values; the two references point to records that there are."""
        return {
            **pages.WORKSPACE_VALUES,
            "users": [{"target_object": "users", "target_record_id": self.user_id}],
            "company": {"target_object": "companies", "target_record_id": self.company_id},
        }


@pytest.fixture
def scene() -> Iterator[Scene]:
    with open_tenant() as tenant:
        user = {"user_id": "u1", "primary_email_address": "user@company.com"}
        yield Scene(
            tenant,
            tenant.world.add_member("Grace", "Hopper", "person@company.com"),
            tenant.attio.create("users", user).record_id,
            tenant.attio.create("companies", {"domains": ["company.com"]}).record_id,
            tenant.attio.create("people", {"email_addresses": ["person@company.com"]}).record_id,
        )


def in_short(values: Json, slug: str, key: str) -> list[Json]:
    return [value[key] for value in values[slug]]


def test_update_a_workspace_record(scene):
    made = scene.attio.create("workspaces", {"workspace_id": "122", "name": "Old"})
    record = scene.attio.update("workspaces", made.record_id, scene.workspace_values)
    assert record.record_id == made.record_id
    assert in_short(record.values, "workspace_id", "value") == ["123"]
    assert in_short(record.values, "name", "value") == ["Customer.com"]
    assert in_short(record.values, "avatar_url", "value") == ["https://example.com/avatar.png"]
    assert in_short(record.values, "users", "target_record_id") == [scene.user_id]
    assert in_short(record.values, "company", "target_record_id") == [scene.company_id]


def test_assert_a_workspace_record_twice_is_one_record(scene):
    first = scene.attio.assert_("workspaces", scene.workspace_values, matching="workspace_id")  # Attio's verb
    again = scene.attio.assert_("workspaces", scene.workspace_values, matching="workspace_id")  # Attio's verb
    assert first.record_id == again.record_id
    assert first.values == again.values
    assert in_short(first.values, "name", "value") == ["Customer.com"]


def test_update_a_deal_record(scene):
    made = scene.attio.create("deals", {"name": "Old", "stage": "Lead", "owner": "ada@acme.example"})
    record = scene.attio.update("deals", made.record_id, pages.DEAL_VALUES)
    assert in_short(record.values, "name", "value") == ["Contract with Fundstack"]
    assert [status["title"] for status in in_short(record.values, "stage", "status")] == ["In Progress"]
    assert in_short(record.values, "owner", "referenced_actor_id") == [scene.member_id]
    assert in_short(record.values, "value", "currency_value") == [4200]
    assert in_short(record.values, "value", "currency_code") == ["USD"]
    assert in_short(record.values, "associated_people", "target_record_id") == [scene.person_id]
    assert in_short(record.values, "associated_company", "target_record_id") == [scene.company_id]


def a_list(scene: Scene) -> str:
    access = {"workspace_access": "full-access", "workspace_member_access": []}
    data = {"name": "Sales", "api_slug": "sales", "parent_object": "deals", **access}
    made = scene.tenant.in_attio("POST", "/v2/lists", {"data": data})
    return str(made["data"]["id"]["list_id"])


def number_attribute() -> dict[str, Json]:
    flags = {"is_required": False, "is_unique": False, "is_multiselect": False}
    return {"title": "Old", "description": None, "api_slug": "old", "type": "number", "config": {}, **flags}


@pytest.mark.parametrize("target", ["objects", "lists"])
def test_update_an_attribute_of_an_object_and_of_a_list(scene, target):
    identifier = a_list(scene) if target == "lists" else scene.attio.object("deals").object_id
    made = scene.attio.create_attribute(target, identifier, number_attribute())
    changed = scene.attio.update_attribute(target, identifier, made.attribute_id, pages.ATTRIBUTE_CHANGES)
    assert (changed.attribute_id, changed.target_id) == (made.attribute_id, identifier)
    assert (changed.title, changed.description, changed.slug) == ("Your Attribute", "Lorem ipsum", "my-attribute")
    assert (changed.required, changed.unique, changed.archived) == (True, True, False)
    assert changed.default_enabled
    assert changed.default_value["type"] == "static"
    assert in_short(changed.default_value, "template", "value") == [5]
    assert scene.attio.attribute(target, identifier, "my-attribute") == changed


def test_refused_change_of_an_attribute_keeps_attios_words(scene):
    with pytest.raises(Refused) as raised:
        scene.attio.update_attribute("objects", "deals", "stage", {"api_slug": "my-attribute"})
    assert raised.value.code == "system_edit_unauthorized"
    assert raised.value.message


@pytest.mark.parametrize("slug", ["people", "deals", "books"])
def test_create_a_record_of_any_object_by_slug_and_by_attribute_id(scene, slug):
    if slug == "books":
        scene.attio.create_object("books", "Book", "Books")
    of_any = {"description": None, "is_required": False, "is_unique": False, "config": {}}
    text = scene.attio.create_attribute(
        "objects", slug, {**of_any, "title": "Text", "api_slug": "text", "type": "text", "is_multiselect": False}
    )
    scene.attio.create_attribute(
        "objects",
        slug,
        {**of_any, "title": "Many", "api_slug": "multiselect_attribute", "type": "select", "is_multiselect": True},
    )
    for title in ("Select option 1", "Select option 2"):
        scene.attio.create_option("objects", slug, "multiselect_attribute", title)

    needed = {"name": "X", "stage": "Lead", "owner": "person@company.com"} if slug == "deals" else {}
    own_id = {
        text.attribute_id if key == pages.ATTRIBUTE_ID else key: said for key, said in pages.CREATED_VALUES.items()
    }
    record = scene.attio.create(scene.attio.object(slug).object_id, {**own_id, **needed})

    assert in_short(record.values, "text", "value") == ["Text value"]
    options = in_short(record.values, "multiselect_attribute", "option")
    assert [option["title"] for option in options] == ["Select option 1", "Select option 2"]
    assert scene.attio.get(slug, record.record_id) == record
