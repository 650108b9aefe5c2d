"""Every row has a name a person can read, and attributes describe themselves to the core."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models

from attio_mirror.core.values import AttributeType
from attio_mirror.models import (
    Alert,
    AttioList,
    AttioObject,
    Attribute,
    AwaitedReference,
    BatchedEdit,
    Company,
    Conflict,
    Connection,
    Deal,
    InboxEntry,
    Link,
    Member,
    Option,
    OutboxEntry,
    Person,
    PushBatch,
    RateBudget,
    Sweep,
    User,
    Workspace,
)

LINK = Link(pk=3, object="deals", record_id="r-1")
NAMES: list[tuple[models.Model, str]] = [
    (AttioObject(slug="deals", plural_noun="Deals"), "Deals"),
    (AttioObject(slug="deals"), "deals"),
    (AttioList(slug="pipeline", name="Pipeline"), "Pipeline"),
    (AttioList(slug="pipeline"), "pipeline"),
    (Attribute(slug="stage", object=AttioObject(slug="deals")), "deals.stage"),
    (Attribute(slug="mood", list=AttioList(slug="pipeline")), "pipeline.mood"),
    (Attribute(slug="stage"), ".stage"),
    (Option(title="Lead"), "Lead"),
    (Member(first_name="Ada", last_name="Lovelace"), "Ada Lovelace"),
    (Member(email_address="ada@example.com"), "ada@example.com"),
    (LINK, "deals r-1"),
    (Link(object="deals"), "deals (not in Attio yet)"),
    (OutboxEntry(link=LINK), "Waiting: deals r-1"),
    (InboxEntry(idempotency_key="k-1"), "Waiting: k-1"),
    (Conflict(link=LINK, slug="stage"), "stage of deals r-1"),
    (Sweep(object="deals"), "deals: Running"),
    (Alert(connection=Connection(alias="north"), kind="token"), "north: The token is refused"),
    (PushBatch(object="deals", slug="stage"), "stage of deals"),
    (PushBatch(object="deals", slug="stage", undoes_id=1), "Undo of stage of deals"),
    (BatchedEdit(link=LINK), "Let through: deals r-1"),
    (RateBudget(connection=Connection(pk=1), kind="read"), "read budget of 1"),
    (
        AwaitedReference(link=LINK, slug="buyer", target_object="people", target_record_id="r"),
        "3.buyer awaits people r",
    ),
    (Deal(name="Tea"), "Tea"),
    (Deal(pk=4), "Deal 4"),
    (Company(name="Acme", domains=["acme.example"]), "Acme"),
    (Company(domains=["acme.example"]), "acme.example"),
    (Company(pk=5), "Company 5"),
    (Person(full_name="Ada Lovelace"), "Ada Lovelace"),
    (Person(first_name="Ada"), "Ada"),
    (Person(email_addresses=["ada@example.com"]), "ada@example.com"),
    (Person(pk=6, email_addresses=None), "Person 6"),
    (User(user_id="u-1", primary_email_address="ada@example.com"), "ada@example.com"),
    (User(user_id="u-1"), "u-1"),
    (Workspace(workspace_id="w-1", name="Tea house"), "Tea house"),
    (Workspace(workspace_id="w-1"), "w-1"),
]


@pytest.mark.parametrize(("row", "name"), NAMES, ids=[f"{type(row).__name__}-{name}" for row, name in NAMES])
def test_a_row_is_called(row: models.Model, name: str) -> None:
    assert str(row) == name


@pytest.mark.parametrize(
    ("given", "writable"),
    [
        ({"type": "text"}, True),
        ({"type": "text", "is_writable": False}, False),
        ({"type": "interaction"}, False),
        ({"type": "telepathy"}, False),
    ],
)
def test_only_what_attio_lets_us_write_is_writable(given: dict[str, Any], writable: bool) -> None:
    assert Attribute(slug="x", **given).spec.writable is writable


def test_an_attribute_describes_itself_to_the_core() -> None:
    spec = Attribute(
        slug="tags", type="select", is_multiselect=True, is_required=True, is_archived=True, attribute_id="a-1"
    ).spec
    assert (spec.slug, spec.type, spec.multi, spec.required) == ("tags", AttributeType.SELECT, True, True)
    assert (spec.unique, spec.archived, spec.attribute_id) == (False, True, "a-1")


def test_a_type_newer_than_this_package_stays_readable() -> None:
    assert Attribute(slug="x", type="telepathy").spec.type == "telepathy"
