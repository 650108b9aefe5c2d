"""Two tenants side by side whose ids are the same, digit for digit: no row, option, member or version crosses over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.test import override_settings

from attio_mirror.mirrors.registry import registry
from attio_mirror.models import (
    AttioObject,
    Attribute,
    AttributeValue,
    Company,
    Deal,
    Link,
    LinkState,
    Member,
    Option,
    OutboxEntry,
    Person,
    User,
)
from attio_mirror.sandbox import WallClock, World
from attio_mirror.sync.find import find
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio, sandboxed

from ..host.bookshop import add_attribute

BOTH = {
    "north": {"TOKEN": "token-of-the-north", "BASE_URL": "https://north.example"},
    "south": {"TOKEN": "token-of-the-south", "BASE_URL": "https://south.example"},
}


def tenant_of(row: object) -> str:
    """As a host would spread its rows."""
    return "north" if "north" in str(row).lower() else "south"


@pytest.fixture
def tenants(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Attio, Attio]]:
    """Two worlds of one seed; new rows belong to the tenant their name tells."""
    for mirror in registry.all():
        monkeypatch.setattr(mirror, "connection_for", tenant_of)
    given = {**settings.ATTIO_MIRROR, "CONNECTIONS": BOTH}
    with (
        override_settings(ATTIO_MIRROR=given),
        sandboxed("north", World(clock=WallClock(), seed=7)) as north,
        sandboxed("south", World(clock=WallClock(), seed=7)) as south,
    ):
        yield north, south


def ours(model: Any, of: Attio) -> Any:
    """The rows of one tenant."""
    kind = ContentType.objects.get_for_model(model)
    links = Link.objects.filter(connection=of.connection, content_type=kind).values_list("object_id", flat=True)
    return model.objects.filter(pk__in=[int(pk) for pk in links])


def stage(of: Attio, title: str = "Lead") -> Option:
    return Option.objects.get(title=title, attribute__slug="stage", attribute__connection=of.connection)


def sow(of: Attio, name: str) -> str:
    """A company, a person and a deal that points to both; the deal's record id."""
    company = of.create("companies", name=f"{name} Ltd", domains=["acme.example"])
    person = of.create("people", email_addresses=["ann@example.com"], name="Okri, Ann")
    return of.create(
        "deals",
        name=f"{name} deal",
        stage="Lead",
        owner="ada@example.com",
        associated_company={"target_object": "companies", "target_record_id": company},
        associated_people=[{"target_object": "people", "target_record_id": person}],
    )


def test_the_same_ids_stand_for_different_records(tenants: tuple[Attio, Attio]) -> None:
    north, south = tenants
    assert sow(north, "North") == sow(south, "South")
    north.pull_all()
    south.pull_all()
    for of, name in ((north, "North"), (south, "South")):
        [deal] = ours(Deal, of).filter(name__contains="deal")
        assert deal.name == f"{name} deal"
        assert deal.associated_company.name == f"{name} Ltd"
        assert deal.stage.attribute.connection == of.connection
        assert deal.owner.connection == of.connection
        assert [Link.objects.for_rows(Person, [p.pk]).get().connection for p in deal.associated_people.all()] == [
            of.connection
        ]
    assert (Deal.objects.count(), Company.objects.count(), Person.objects.count()) == (2, 2, 2)


def test_the_schema_of_one_is_not_the_schema_of_the_other(tenants: tuple[Attio, Attio]) -> None:
    north, south = tenants
    of_north = AttioObject.objects.get(connection=north.connection, slug="deals")
    of_south = AttioObject.objects.get(connection=south.connection, slug="deals")
    assert of_north.object_id == of_south.object_id
    option_id = stage(north).option_id
    assert stage(south).option_id == option_id
    north.ask("PATCH", f"/v2/objects/deals/attributes/stage/statuses/{option_id}", {"data": {"title": "Cold"}})
    north.refresh()
    south.refresh()
    assert stage(north, "Cold").option_id == stage(south, "Lead").option_id
    assert Member.objects.filter(first_name="Ada").count() == 2


def test_a_renamed_attribute_keeps_its_name_in_the_other_tenant(tenants: tuple[Attio, Attio]) -> None:
    north, south = tenants
    for of in tenants:
        add_attribute(of, "deals", "note", "text")
        of.refresh()
    attribute = Attribute.objects.get(slug="note", connection=north.connection)
    twin = Attribute.objects.get(slug="note", connection=south.connection)
    assert attribute.attribute_id == twin.attribute_id
    attribute.api_slug = "remark"
    attribute.save(update_fields=["api_slug"])
    north.drain()
    attribute.refresh_from_db()
    twin.refresh_from_db()
    assert (attribute.slug, twin.slug) == ("remark", "note")


def test_an_edit_goes_to_its_own_tenant_only(tenants: tuple[Attio, Attio]) -> None:
    north, south = tenants
    record_id = sow(north, "North")
    sow(south, "South")
    north.pull_all()
    south.pull_all()
    [deal] = ours(Deal, north).filter(name="North deal")
    deal.stage = stage(north, "In Progress")
    deal.save()
    south.gate.forget()
    south.drain()
    assert south.gate.writes() == []
    tick()
    assert north.there("deals", record_id)["stage"] == "In Progress"
    assert south.there("deals", record_id)["stage"] == "Lead"
    versions = AttributeValue.objects.current().filter(attribute__slug="stage")
    assert {(v.link.connection.alias, v.text) for v in versions} == {("north", "In Progress"), ("south", "Lead")}


def test_new_rows_go_to_the_tenant_they_belong_to(tenants: tuple[Attio, Attio]) -> None:
    north, south = tenants
    for of, name in ((north, "North"), (south, "South")):
        owner = Member.objects.get(first_name="Ada", connection=of.connection)
        Deal.objects.create(name=f"{name} tea", stage=stage(of), owner=owner)
    tick()
    assert [record["name"] for record in north.records("deals")] == ["North tea"]
    assert [record["name"] for record in south.records("deals")] == ["South tea"]
    assert set(Link.objects.with_state().filter(object="deals").values_list("state", flat=True)) == {LinkState.IN_STEP}  # type: ignore[misc]  # annotated


def test_a_reference_across_tenants_is_never_sent_as_if_it_were_there(tenants: tuple[Attio, Attio]) -> None:
    north, south = tenants
    company = Company.objects.create(name="South Ltd", domains=["acme.example"])
    south.drain()
    owner = Member.objects.get(first_name="Ada", connection=north.connection)
    deal = Deal.objects.create(name="North tea", stage=stage(north), owner=owner, associated_company=company)
    north.drain()
    sent = [write.body for write in north.gate.writes()]
    assert str(Link.objects.for_rows(Company, [company.pk]).get().record_id) not in str(sent)
    assert north.records("companies") == []
    assert OutboxEntry.objects.filter(link=north.link(deal)).exists()


def test_a_deleted_record_of_one_leaves_the_other_alone(tenants: tuple[Attio, Attio]) -> None:
    north, south = tenants
    sow(north, "North")
    sow(south, "South")
    north.pull_all()
    south.pull_all()
    [northern] = ours(Deal, north).filter(name="North deal")
    [southern] = ours(Deal, south).filter(name="South deal")
    north.delete(northern)
    north.pull(northern)
    assert north.state(northern) == LinkState.GONE
    assert south.state(southern) == LinkState.IN_STEP


def test_the_local_sweep_looks_at_one_tenant_at_a_time(tenants: tuple[Attio, Attio]) -> None:
    north, south = tenants
    sow(north, "North")
    sow(south, "South")
    north.pull_all()
    south.pull_all()
    ours(Deal, north).filter(name="North deal").update(name="North coffee")
    Company.objects.bulk_create([Company(name="South bulk", domains=["bulk.example"])])
    assert find(south.connection) == 1
    assert find(north.connection) == 1
    assert find(north.connection) == find(south.connection) == 0


def test_a_key_is_looked_for_in_the_rows_own_tenant(tenants: tuple[Attio, Attio]) -> None:
    north, south = tenants
    north.create("users", user_id="u-1", primary_email_address="north@example.com")
    south.create("users", user_id="u-1", primary_email_address="south@example.com")
    user = User.objects.create(user_id="u-1", primary_email_address="south@example.com")
    tick()
    assert Link.objects.for_rows(User, [user.pk]).get().connection == south.connection
    assert len(north.records("users")) == len(south.records("users")) == 1
    assert north.gate.writes() == []


@pytest.mark.parametrize("silenced", ["revoked", "quiet", "paused"])
def test_a_tenant_that_may_not_talk_holds_up_nobody_else(tenants: tuple[Attio, Attio], silenced: str) -> None:
    north, south = tenants
    for of, name in ((north, "North"), (south, "South")):
        owner = Member.objects.get(first_name="Ada", connection=of.connection)
        Deal.objects.create(name=f"{name} tea", stage=stage(of), owner=owner)
    changes = {
        "revoked": {"state": "revoked"},
        "quiet": {"quiet_until": "2999-01-01T00:00Z"},
        "paused": {"paused_at": "2020-01-01T00:00Z"},
    }
    type(north.connection).objects.filter(pk=north.connection.pk).update(**changes[silenced])
    if silenced == "revoked":
        north.world.revoke_token(north.connection.conf.token)
    north.gate.forget()
    tick()
    asked = {one.path for one in north.gate.log}
    assert asked <= ({"/v2/self"} if silenced == "revoked" else set()), "no more than whether the token is taken again"
    assert [record["name"] for record in south.records("deals")] == ["South tea"]
