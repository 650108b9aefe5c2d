"""The answers that the five pages show become rows, links, bases and versions, as if Attio had just given them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from attio_mirror.core.errors import Json
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import (
    ATTRIBUTES,
    AttioList,
    AttioObject,
    Attribute,
    AttributeValue,
    AwaitedReference,
    Company,
    Connection,
    Deal,
    Link,
    LinkState,
    Member,
    Option,
    Person,
    Target,
    User,
    Workspace,
)
from attio_mirror.service import AttributeInfo, Record
from attio_mirror.sync.far import far_side, settings_of, settings_seen
from attio_mirror.sync.frame import Frame
from attio_mirror.sync.reconcile import reconcile
from attio_mirror.sync.welcome import welcome

from . import pages

pytestmark = pytest.mark.django_db

SCHEMA: dict[str, dict[str, tuple[str, bool]]] = {
    "workspaces": {
        "workspace_id": ("text", False), "name": ("text", False), "users": ("record-reference", True),
        "company": ("record-reference", False), "avatar_url": ("text", False),
    },
    "deals": {
        "name": ("text", False), "stage": ("status", False), "owner": ("actor-reference", False),
        "value": ("currency", False), "associated_people": ("record-reference", True),
        "associated_company": ("record-reference", False),
    },
    "people": {"name": ("personal-name", False)},
}  # fmt: skip
"""Slug to type and multi, as the pages assume them."""
SINCE = datetime(2023, 1, 1, 15, tzinfo=UTC)


@pytest.fixture
def of() -> Connection:
    """A tenant with the attributes that the pages speak of, and Grace."""
    connection = Connection.objects.create(alias="default", workspace_id=pages.TENANT_ID)
    for number, (slug, attributes) in enumerate(SCHEMA.items()):
        owner = AttioObject.objects.create(connection=connection, object_id=f"object-{number}", slug=slug)
        for name, (kind, multi) in attributes.items():
            Attribute.objects.bulk_create(
                [
                    Attribute(
                        connection=connection, target=Target.OBJECTS, object=owner, slug=name, api_slug=name, type=kind,
                        is_multiselect=multi,
                        attribute_id=pages.ATTRIBUTE_ID if name == "stage" else f"{slug}-{name}"[:36],
                    )
                ]
            )  # fmt: skip
    stage = Attribute.objects.get(slug="stage")
    Option.objects.create(attribute=stage, option_id=pages.STATUS_ID, title="In Progress")
    Member.objects.create(connection=connection, member_id=pages.MEMBER_ID, first_name="Grace")
    return connection


def linked(of: Connection, row: models.Model, object_slug: str, record_id: str) -> Any:
    """A row that mirrors a record already."""
    row.save_base(raw=True)
    content_type = ContentType.objects.get_for_model(type(row))
    Link.objects.create(
        connection=of, object=object_slug, record_id=record_id, content_type=content_type, object_id=str(row.pk)
    )
    return row


def told(of: Connection, object_slug: str, answer: Json) -> None:
    """Attio has just given this answer."""
    mirror = registry.of_object(object_slug)
    assert mirror is not None
    frame = Frame.of(of, mirror)
    now = timezone.now()
    seen = far_side(frame).seen(Record.read(answer["data"]), now, now)  # type: ignore[attr-defined]  # a far side of records
    frame, batch = welcome(frame, [seen])
    report = reconcile(frame, batch, source="pull")
    assert report.failed == {}


def link_of(row: models.Model) -> Link:
    return Link.objects.for_rows(type(row), [row.pk]).get()


def base_of(row: models.Model) -> dict[str, Json]:
    return {slug: agreed["value"] for slug, agreed in link_of(row).base.items()}


@pytest.mark.parametrize("page", [pages.UPDATE_WORKSPACE, pages.ASSERT_WORKSPACE], ids=["update", "assert"])
def test_a_workspace_record(of: Connection, page: pages.Page) -> None:
    company = linked(of, Company(name="Fundstack Ltd"), "companies", pages.COMPANY_ID)
    user = linked(of, User(user_id="u", primary_email_address="u@example.com"), "users", pages.USER_ID)
    told(of, "workspaces", page.answer)
    workspace = Workspace.objects.get()
    assert (workspace.workspace_id, workspace.name) == ("123", "Fundstack")
    assert workspace.avatar_url == "https://example.com/avatar.png"
    assert workspace.company == company
    assert list(workspace.users.all()) == [user]
    link = link_of(workspace)
    assert (link.object, link.record_id) == ("workspaces", pages.RECORD_ID)
    assert link.record_created_at == "2022-11-21T13:22:49.061281000Z"
    assert link.web_url == page.answer["data"].get("web_url")
    assert base_of(workspace)["users"] == [{"target_object": "users", "target_record_id": pages.USER_ID}]
    assert Link.objects.with_state().filter(pk=link.pk, state=LinkState.IN_STEP).exists()  # type: ignore[misc]  # annotated


def test_a_workspace_record_whose_company_and_users_are_not_mirrored_yet(of: Connection) -> None:
    told(of, "workspaces", pages.UPDATE_WORKSPACE.answer)
    workspace = Workspace.objects.get()
    assert (workspace.company, workspace.users.count()) == (None, 0)
    awaited = AwaitedReference.objects.values_list("slug", "target_object", "target_record_id")
    assert set(awaited) == {("company", "companies", pages.COMPANY_ID), ("users", "users", pages.USER_ID)}


def test_the_same_workspace_told_twice_is_one_row(of: Connection) -> None:
    told(of, "workspaces", pages.UPDATE_WORKSPACE.answer)
    told(of, "workspaces", pages.ASSERT_WORKSPACE.answer)
    assert Workspace.objects.count() == 1
    assert link_of(Workspace.objects.get()).web_url == pages.WEB_URL, "an answer without one does not take it away"
    assert AttributeValue.objects.filter(attribute__slug="name").count() == 1


def test_a_deal_record(of: Connection) -> None:
    company = linked(of, Company(name="Fundstack Ltd"), "companies", pages.RECORD_ID)
    person = linked(of, Person(full_name="Ann"), "people", pages.RECORD_ID)
    told(of, "deals", pages.UPDATE_DEAL.answer)
    deal = Deal.objects.get()
    assert deal.name == "Contract with Fundstack"
    assert deal.stage == Option.objects.get(title="In Progress")
    assert deal.owner == Member.objects.get(first_name="Grace")
    assert (deal.value, deal.value_currency) == (Decimal(4200), "USD")
    assert deal.associated_company == company
    assert list(deal.associated_people.all()) == [person]
    assert base_of(deal)["value"] == "4200"
    assert base_of(deal)["stage"] == pages.STATUS_ID
    assert list(Deal.objects.by_record_id(pages.RECORD_ID)) == [deal]


def test_a_deal_whose_stage_was_never_seen_before(of: Connection) -> None:
    Option.objects.all().delete()
    told(of, "deals", pages.UPDATE_DEAL.answer)
    stage = Option.objects.get()
    assert (stage.option_id, stage.title, stage.attribute.slug) == (pages.STATUS_ID, "In Progress", "stage")
    assert Deal.objects.get().stage == stage


def test_every_value_of_the_deal_is_a_version_with_its_time_and_its_actor(of: Connection) -> None:
    told(of, "deals", pages.UPDATE_DEAL.answer)
    versions = {version.slug: version for version in AttributeValue.objects.all()}
    assert versions.keys() == SCHEMA["deals"].keys()
    assert {version.active_from for version in versions.values()} == {SINCE}
    assert {version.active_until for version in versions.values()} == {None}
    assert {(version.actor_type, version.actor_id) for version in versions.values()} == {("system", "")}
    assert (versions["stage"].text, versions["value"].number) == ("In Progress", Decimal(4200))
    assert versions["owner"].text == pages.MEMBER_ID
    assert versions["name"].value == pages.UPDATE_DEAL.answer["data"]["values"]["name"][0]


def test_a_created_record_without_values_is_linked_to_the_row_it_was_made_for(of: Connection) -> None:
    person = linked(of, Person(full_name="Ann"), "people", pages.RECORD_ID)
    told(of, "people", pages.CREATE_RECORD.answer)
    link = link_of(person)
    assert (link.record_id, link.web_url) == (pages.RECORD_ID, pages.WEB_URL)
    assert link.record_created_at == "2022-11-21T13:22:49.061281000Z"
    assert Person.objects.get().full_name == "Ann", "what Attio does not speak of is not cleared"


# -- the settings of an attribute ----------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [Target.OBJECTS, Target.LISTS])
def test_an_attribute(of: Connection, target: Target) -> None:
    owner: Mapping[str, Any]
    if target == Target.OBJECTS:
        owner = {"object": AttioObject.objects.get(slug="people")}
    else:
        owner = {"list": AttioList.objects.create(connection=of, list_id=pages.LIST_ID, slug="sales")}
    Attribute.objects.filter(attribute_id=pages.ATTRIBUTE_ID).delete()
    changes = {**pages.ATTRIBUTE_CHANGES, "config": {}}
    attribute = Attribute(
        connection=of, target=target, attribute_id=pages.ATTRIBUTE_ID, slug="my-attribute", type="record-reference",
        **changes, **owner,
    )  # fmt: skip
    linked(of, attribute, ATTRIBUTES, pages.ATTRIBUTE_ID)
    mirror = registry.of_object(ATTRIBUTES)
    assert mirror is not None
    Link.objects.update(base={name: {"value": value, "since": None} for name, value in changes.items()})
    now = timezone.now()
    info = AttributeInfo.read(pages.ATTRIBUTE_ANSWER["data"])
    reconcile(Frame.of(of, mirror), [settings_seen(info, now, now)], source="push")
    attribute.refresh_from_db()
    held = {name: getattr(attribute, name) for name in settings_of(info)}
    assert held == {
        "title": "Company", "description": "A company attribute", "api_slug": "company", "is_required": False,
        "is_unique": False, "default_value": None, "is_archived": False,
        "config": pages.ATTRIBUTE_ANSWER["data"]["config"],
    }  # fmt: skip
    assert AttributeValue.objects.count() == 0, "settings have no history"
