"""Two tenants side by side: what one row points to is of the row's own tenant, and so is what a user sees."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.auth.models import User as Login
from django.test import Client, override_settings

from attio_mirror.models import Company, Conflict, Deal, Link, Member, Person, User, Workspace

from ..tenants import Tenants, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(db: None) -> Client:
    """May do everything with rows, whoever's they are."""
    zoe = Login.objects.create_user("zoe")
    zoe.user_permissions.set(Permission.objects.filter(content_type__app_label="attio_mirror"))
    client = Client()
    client.force_login(zoe)
    return client


def send(client: Client, verb: str, address: str, body: dict[str, Any]) -> Any:
    return getattr(client, verb)(f"/attio/api/{address}/", body, content_type="application/json")


def complaints(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.content
    return sorted(answer.json()["fields"])


def test_a_new_row_takes_options_and_members_of_its_own_tenant(tenants: Tenants, editor: Client) -> None:
    north, south = tenants
    for own, other, name in ((north, south, "North tea"), (south, north, "South tea")):
        owner = Member.objects.get(first_name="Ada", connection=own.connection)
        strange = Member.objects.get(first_name="Ada", connection=other.connection)
        refused = send(editor, "post", "deals", {"name": name, "stage": stage(other).pk, "owner": strange.pk})
        assert complaints(refused) == ["owner", "stage"]
        taken = send(editor, "post", "deals", {"name": name, "stage": stage(own).pk, "owner": owner.pk})
        assert taken.status_code == 201, taken.content
        assert own.link(Deal.objects.get(pk=taken.json()["id"])).connection == own.connection


def test_a_user_sees_and_makes_rows_of_his_tenants_only(tenants: Tenants, editor: Client) -> None:
    north, south = tenants
    rows = {}
    for of, name in ((north, "North"), (south, "South")):
        owner = Member.objects.get(first_name="Ada", connection=of.connection)
        rows[name] = Deal.objects.create(name=f"{name} tea", stage=stage(of), owner=owner)
        of.drain()
    lonely = Deal.objects.bulk_create([Deal(name="Nobody's tea")])[0]
    now = {"as_of": north.world.clock.now().isoformat()}

    def seen(**query: str) -> list[str]:
        return [row["name"] for row in editor.get("/attio/api/deals/", query).json()["results"]]

    assert seen() == ["North tea", "South tea", "Nobody's tea"]
    assert seen(**now) == ["North tea", "South tea"]
    given = {**settings.ATTIO_MIRROR, "TENANTS_OF_USER": "tests.tenants.northern"}
    with override_settings(ATTIO_MIRROR=given):
        assert seen() == seen(**now) == ["North tea"]
        for row in (rows["South"], lonely):
            for page in ("", "timeline/"):
                assert editor.get(f"/attio/api/deals/{row.pk}/{page}").status_code == 404
            assert send(editor, "patch", f"deals/{row.pk}", {"name": "Mine"}).status_code == 404
        assert editor.get(f"/attio/api/deals/{rows['South'].pk}/", now).status_code == 404
        assert send(editor, "post", "deals", {"name": "South coffee"}).status_code == 403
        assert send(editor, "post", "deals", {"name": "North coffee"}).status_code == 201
        assert {one["alias"] for one in editor.get("/attio/api/status/").json()["connections"]} == {"north"}
    assert not Deal.objects.filter(name="South coffee").exists()


def test_a_reference_never_leaves_the_tenant_of_its_row(tenants: Tenants, editor: Client) -> None:
    company = Company.objects.create(name="South Ltd", domains=["south.example"])
    person = Person.objects.create(full_name="South Ann", email_addresses=["ann@south.example"])
    space = Workspace.objects.create(workspace_id="south-1", name="South space")
    user = User.objects.create(user_id="south-u", primary_email_address="ann@south.example")
    tries: list[tuple[str, dict[str, Any], list[str]]] = [
        ("deals", {"name": "North tea", "associated_company": company.pk}, ["associated_company"]),
        ("deals", {"name": "North tea", "associated_people": [person.pk]}, ["associated_people"]),
        ("companies", {"name": "North Ltd", "team": [person.pk]}, ["team"]),
        ("people", {"full_name": "North Bo", "company": company.pk}, ["company"]),
        (
            "users",
            {"user_id": "n", "primary_email_address": "a@north.example", "person": person.pk, "workspaces": [space.pk]},
            ["person", "workspaces"],
        ),
        (
            "workspaces",
            {"workspace_id": "n", "name": "North", "users": [user.pk], "company": company.pk},
            ["company", "users"],
        ),
    ]
    for address, body, refused in tries:
        assert complaints(send(editor, "post", address, body)) == refused, address
    assert Link.objects.filter(connection__alias="north").exclude(object="@attributes").count() == 0


def test_an_edit_cannot_point_elsewhere_either(tenants: Tenants, editor: Client) -> None:
    company = Company.objects.create(name="South Ltd")
    deal = Deal.objects.create(name="North tea")
    assert complaints(send(editor, "patch", f"deals/{deal.pk}", {"associated_company": company.pk})) == [
        "associated_company"
    ]
    native = Company.objects.create(name="North Ltd")
    assert send(editor, "patch", f"deals/{deal.pk}", {"associated_company": native.pk}).status_code == 200


def test_a_row_that_is_nobodys_yet_counts_as_where_it_will_belong(tenants: Tenants, editor: Client) -> None:
    strange, native = Company.objects.bulk_create([Company(name="South Ltd"), Company(name="North Ltd")])
    deal = Deal.objects.create(name="North tea")
    assert send(editor, "patch", f"deals/{deal.pk}", {"associated_company": strange.pk}).status_code == 400
    assert send(editor, "patch", f"deals/{deal.pk}", {"associated_company": native.pk}).status_code == 200


def test_what_the_row_holds_already_may_be_said_again(tenants: Tenants, editor: Client) -> None:
    """A reference that crossed over by another way must not stand in the way of other edits."""
    company = Company.objects.create(name="South Ltd")
    deal = Deal.objects.create(name="North tea", associated_company=company)
    body = {"name": "North coffee", "associated_company": company.pk}
    assert send(editor, "patch", f"deals/{deal.pk}", body).status_code == 200


def test_what_a_user_may_not_see_does_not_exist_for_him(tenants: Tenants, editor: Client, northerners: None) -> None:
    company, unborn = Company.objects.create(name="South Ltd"), Company.objects.order_by("-pk").count() + 1_000
    deal = Deal.objects.create(name="North tea")

    def refusal(pk: int) -> str:
        answer = send(editor, "patch", f"deals/{deal.pk}", {"associated_company": pk})
        assert complaints(answer) == ["associated_company"]
        return str(answer.json()["fields"]["associated_company"]).replace(str(pk), "")

    assert refusal(company.pk) == refusal(unborn)
    lonely = Company.objects.bulk_create([Company(name="North, and nobody's yet")])[0]
    assert refusal(lonely.pk) == refusal(unborn)


def test_whoever_sees_both_is_told_why_a_reference_cannot_be(tenants: Tenants, editor: Client) -> None:
    company = Company.objects.create(name="South Ltd")
    deal = Deal.objects.create(name="North tea")
    answer = send(editor, "patch", f"deals/{deal.pk}", {"associated_company": company.pk})
    assert complaints(answer) == ["associated_company"]
    assert "is of the connection south" in str(answer.json())


def test_a_conflict_is_not_ended_with_what_is_not_of_its_tenant(tenants: Tenants, editor: Client) -> None:
    north, south = tenants
    own, _, strange = (Company.objects.create(name=f"{name} Ltd") for name in ("North", "South", "Far south"))
    deal = Deal.objects.create(name="North tea", associated_company=own)
    for one in tenants:
        one.drain()
    link, slug = north.link(deal), "associated_company"
    conflict = Conflict.objects.create(link=link, slug=slug, open_slot=Conflict.slot(link.pk, slug))

    def end_with(record_id: Any) -> Any:
        value = {"target_object": "companies", "target_record_id": str(record_id)}
        return send(editor, "post", f"conflicts/{conflict.pk}/resolve", {"take": "edited", "value": value})

    assert complaints(end_with(south.link(strange).record_id)) == ["value"]
    deal.refresh_from_db()
    assert deal.associated_company == own
    assert end_with(north.link(own).record_id).status_code == 200
