"""Writing over the API: nothing is passed over in silence, a deletion goes as far as its mirror says."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User as Login
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.db.models.signals import pre_delete, pre_save
from django.test import Client
from rest_framework.exceptions import ValidationError

from attio_mirror.mirrors import DELETE, KEEP
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Company, Deal, Link, Option, OutboxEntry, Person, User
from attio_mirror.rest import errors
from attio_mirror.testing import Attio

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(ada: Login, api: Client) -> Client:
    Login.objects.filter(pk=ada.pk).update(is_superuser=True)
    return api


@pytest.fixture
def deal(attio: Attio) -> Deal:
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"), value=5)
    attio.drain()
    deal.refresh_from_db()
    return deal


def send(client: Client, verb: str, address: str, body: Any) -> Any:
    return getattr(client, verb)(f"/attio/api/{address}/", body, content_type="application/json")


def complaints(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] == "invalid"
    return {name: [one["message"] for one in found] for name, found in answer.json()["fields"].items()}


@pytest.mark.parametrize(
    "body",
    [
        {"nmae": "Coffee"},
        {"name": 7},
        {"name": ["Coffee"]},
        {"stage": "1"},
        {"stage": True},
        {"owner": ""},
        {"value": True},
        {"value": "much"},
        {"associated_people": 1},
        {"associated_people": ["1"]},
        {"other_values": []},
        {"value_currency": "EUR"},
        {"id": 0},
        {"stage": 10**30},
    ],
)
def test_what_cannot_be_taken_is_named(attio: Attio, root: Client, deal: Deal, body: dict[str, Any]) -> None:
    found = complaints(send(root, "patch", f"deals/{deal.pk}", body))
    assert {name.partition(".")[0] for name in found} == set(body)


@pytest.mark.parametrize(
    "body",
    [b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}', b'{"other_values": {"x": 1e999}}', b"[" * 100_000, b"{"],
)
def test_a_body_no_database_could_hold_is_refused(root: Client, body: bytes) -> None:
    answer = root.post("/attio/api/deals/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


@pytest.mark.parametrize("body", ["[]", '"tea"', "7", "null"])
def test_a_body_that_is_no_object_is_refused(root: Client, body: str) -> None:
    answer = root.post("/attio/api/deals/", body, content_type="application/json")
    assert list(complaints(answer)) == ["non_field_errors"] or "name" in complaints(answer)


def test_a_form_is_no_json(root: Client) -> None:
    answer = root.post("/attio/api/deals/", {"name": "Tea"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_everything_that_was_read_can_be_written_back(attio: Attio, root: Client, deal: Deal) -> None:
    body = root.get(f"/attio/api/deals/{deal.pk}/").json()
    assert send(root, "patch", f"deals/{deal.pk}", body).status_code == 200
    assert not OutboxEntry.objects.filter(state="waiting").exists()


def test_a_stage_that_was_archived_may_stay_and_cannot_be_chosen(attio: Attio, root: Client, deal: Deal) -> None:
    lead, other = attio.stage("Lead"), attio.stage("In Progress")
    Option.objects.filter(pk__in=[lead.pk, other.pk]).update(is_archived=True)
    assert send(root, "patch", f"deals/{deal.pk}", {"stage": lead.pk, "name": "Coffee"}).status_code == 200
    assert list(complaints(send(root, "patch", f"deals/{deal.pk}", {"stage": other.pk}))) == ["stage"]


def test_what_attio_refused_stands_beside_the_row_in_its_own_words(attio: Attio, root: Client) -> None:
    Deal.objects.create(name="Tea")  # Attio wants a stage and an owner
    attio.drain()
    [row] = root.get("/attio/api/deals/").json()["results"]
    assert row["attio"]["state"] == "refused"
    refused = row["attio"]["refused"]
    entry = OutboxEntry.objects.get()
    assert refused["message"] == entry.error["message"] != ""
    assert (refused["attribute"], refused["status"]) == (entry.error["slug"], 400)


def test_a_deleted_row_leaves_its_record_where_the_mirror_says_so(attio: Attio, root: Client, deal: Deal) -> None:
    record_id = attio.link(deal).record_id
    assert root.delete(f"/attio/api/deals/{deal.pk}/").status_code == 204
    attio.drain()
    assert Link.objects.get(record_id=record_id).row_gone_at is not None
    assert [one["name"] for one in attio.records("deals")] == ["Tea"]
    assert root.get(f"/attio/api/deals/{deal.pk}/").status_code == 404


def test_a_deleted_row_takes_its_record_along_where_the_mirror_says_so(
    attio: Attio, root: Client, ada: Login, deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = registry.of_model(Deal)
    assert mirror is not None
    assert mirror.options.on_delete == KEEP
    options = type(mirror.options)(**{**_given(mirror.options), "on_delete": DELETE})
    monkeypatch.setattr(mirror, "options", options)
    assert root.delete(f"/attio/api/deals/{deal.pk}/").status_code == 204
    assert OutboxEntry.objects.get(state="waiting").actor == ada
    attio.drain()
    assert attio.records("deals") == []


def _given(options: Any) -> dict[str, Any]:
    return {name: getattr(options, name) for name in options.__slots__}


def test_two_who_take_one_key_at_once_end_with_one_row_and_no_error_page(attio: Attio, root: Client) -> None:
    """The other one is quicker by the time between looking and writing."""
    body = {"user_id": "u1", "primary_email_address": "ann@acme.example"}

    def first(**_: Any) -> None:
        if not User.objects.exists():
            User.objects.bulk_create([User(**body)])

    pre_save.connect(first, sender=User)
    try:
        answer = send(root, "post", "users", body)
    finally:
        pre_save.disconnect(first, sender=User)
    assert (answer.status_code, answer.json()["code"]) == (409, "taken")
    assert list(complaints(send(root, "post", "users", {**body, "user_id": "u2", "x": 1}))) == ["x"]


def test_a_row_others_protect_is_kept_and_says_so(attio: Attio, root: Client) -> None:
    company = Company.objects.create(name="Acme")

    def protect(instance: Company, **_: Any) -> None:
        raise ProtectedError("no", {instance})

    pre_delete.connect(protect, sender=Company)
    try:
        answer = root.delete(f"/attio/api/companies/{company.pk}/")
    finally:
        pre_delete.disconnect(protect, sender=Company)
    assert (answer.status_code, answer.json()["code"]) == (409, "protected")
    assert Company.objects.exists()


def test_the_relations_of_a_new_row_are_in_the_answer(attio: Attio, root: Client) -> None:
    people = [Person.objects.create(full_name=str(n)) for n in range(3)]
    answer = send(root, "post", "deals", {"name": "Tea", "associated_people": [one.pk for one in people]})
    assert sorted(answer.json()["associated_people"]) == [one.pk for one in people]


def test_a_complaint_within_a_complaint_has_a_dotted_name() -> None:
    wrong: Any = {"domains": {1: ["No."]}, "people": [{}, {"name": "Odd."}], "fine": {}}
    found = errors.answer(ValidationError(wrong), {})
    assert found is not None
    assert {name: one[0]["message"] for name, one in found.data["fields"].items()} == {
        "domains.1": "No.",
        "people.1.name": "Odd.",
    }
    assert errors.answer(ValidationError("All of it."), {}).data["fields"]["non_field_errors"][0]["code"] == "invalid"  # type: ignore[union-attr]  # it is one


def test_a_bug_is_djangos_to_tell_and_a_forbidden_thing_is_ours() -> None:
    assert errors.answer(RuntimeError(), {}) is None
    found = errors.answer(PermissionDenied(), {})
    assert found is not None
    assert (found.status_code, found.data["code"]) == (403, "permission_denied")


def test_errors_have_one_shape(root: Client, bob: Login) -> None:
    stranger, outsider = Client(), Client()
    outsider.force_login(bob)
    answers = [
        stranger.get("/attio/api/deals/"),
        outsider.get("/attio/api/deals/"),
        root.get("/attio/api/deals/0/"),
        root.put("/attio/api/deals/"),
        root.post("/attio/api/deals/", {"name": "Tea"}),
        root.get("/attio/api/deals/?nonsense=1"),
        root.get("/attio/api/deals/", headers={"Accept": "text/csv"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 404, 405, 415, 400, 406]
    for answer in answers:
        body = answer.json()
        assert {"code", "message"} <= set(body) <= {"code", "message", "fields", "values", "attio"}
        assert answer.headers["Content-Type"] == "application/json"
