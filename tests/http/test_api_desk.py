"""Conflicts, outbox, sweeps and status over the API: read, and worked with by those who may."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.auth.models import User as Login
from django.test import Client
from django.utils import timezone

from attio_mirror.core.errors import Unavailable
from attio_mirror.core.merge import Policy
from attio_mirror.models import AttributePolicy, Conflict, Deal, OutboxEntry, OutboxState, Sweep, SweepState
from attio_mirror.testing import Attio

from .test_api_rows import custom

pytestmark = pytest.mark.django_db
Allow = Callable[..., None]


@pytest.fixture
def allow(ada: Login) -> Allow:
    """Give Ada just these permissions."""

    def allow(*codenames: str) -> None:
        ada.user_permissions.set(Permission.objects.filter(codename__in=codenames))

    return allow


@pytest.fixture(autouse=True)
def desk(allow: Allow) -> None:
    allow(*(f"{verb}_{thing}" for verb in ("view", "change") for thing in ("conflict", "outboxentry", "sweep")))


@pytest.fixture
def deal(attio: Attio) -> Deal:
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"), value=5)
    attio.drain()
    deal.refresh_from_db()
    return deal


@pytest.fixture
def conflict(attio: Attio, deal: Deal) -> Conflict:
    """Both sides renamed the deal."""
    Deal.objects.filter(pk=deal.pk).update(name="Our tea")
    attio.edit(deal, by="Ben", name="Ben's tea")
    attio.pull(deal)
    return Conflict.objects.get(resolved_at=None)


def ask(api: Client, address: str, **query: Any) -> Any:
    answer = api.get(f"/attio/api/{address}/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def do(api: Client, address: str, **body: Any) -> Any:
    return api.post(f"/attio/api/{address}/", body, content_type="application/json")


# -- conflicts ---------------------------------------------------------------------------------------------------------


def test_a_conflict_shows_both_values_and_what_was_before(api: Client, conflict: Conflict, deal: Deal) -> None:
    found = ask(api, f"conflicts/{conflict.pk}")
    assert (found["base"], found["ours"], found["theirs"]) == ("Tea", "Our tea", "Ben's tea")
    assert found["slug"] == "name"
    assert found["link"]["object"] == "deals"
    assert found["link"]["row"] == str(deal.pk)
    assert found["their_actor_type"] == "workspace-member"


def test_conflicts_are_narrowed(api: Client, conflict: Conflict, deal: Deal) -> None:
    Conflict.objects.create(link=conflict.link, slug="value", resolved_at=timezone.now(), resolution="attio")
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["value", "name"]),
        ({"open": "true"}, ["name"]),
        ({"open": "false"}, ["value"]),
        ({"attribute": "name"}, ["name"]),
        ({"object": "deals", "row": deal.pk, "connection": "default"}, ["value", "name"]),
        ({"object": "companies"}, []),
        ({"connection": "elsewhere"}, []),
    ]
    for query, slugs in cases:
        assert [one["slug"] for one in ask(api, "conflicts", **query)["results"]] == slugs, query


@pytest.mark.parametrize(
    ("body", "there"),
    [
        ({"take": "attio"}, "Ben's tea"),
        ({"take": "django"}, "Our tea"),
        ({"take": "edited", "value": "Peace"}, "Peace"),
    ],
)
def test_a_conflict_is_resolved_as_a_person_says(
    attio: Attio, api: Client, conflict: Conflict, deal: Deal, body: dict[str, str], there: str
) -> None:
    answer = do(api, f"conflicts/{conflict.pk}/resolve", **body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["resolution"] == body["take"]
    attio.drain()
    deal.refresh_from_db()
    assert deal.name == attio.record(deal)["name"] == there


def test_a_conflict_is_resolved_once(api: Client, conflict: Conflict) -> None:
    assert do(api, f"conflicts/{conflict.pk}/resolve", take="attio").status_code == 200
    again = do(api, f"conflicts/{conflict.pk}/resolve", take="django")
    assert (again.status_code, again.json()["code"]) == (409, "too_late")
    conflict.refresh_from_db()
    assert conflict.resolution == "attio"


def test_deciding_for_always_ends_all_conflicts_of_the_attribute(
    attio: Attio, api: Client, allow: Allow, ada: Login, conflict: Conflict, deal: Deal
) -> None:
    other = Conflict.objects.create(link=conflict.link, slug="value", open_slot="x", base="5", ours="5", theirs="6")
    assert do(api, f"conflicts/{conflict.pk}/resolve", take="attio", always=True).status_code == 403
    assert not AttributePolicy.objects.exists()
    allow("view_conflict", "change_conflict", "add_attributepolicy")
    assert do(api, f"conflicts/{conflict.pk}/resolve", take="attio", always=True).status_code == 200
    decided = AttributePolicy.objects.get()
    assert (decided.slug, decided.policy, decided.decided_by) == ("name", Policy.ATTIO, ada)
    assert list(Conflict.objects.filter(resolved_at=None)) == [other]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"take": "dissolved"},
        {"take": "edited"},
        {"take": "attio", "value": "x"},
        {"take": "edited", "value": "x", "always": True},
        {"take": "attio", "always": "yes"},
        {"take": "attio", "forever": True},
    ],
)
def test_a_decision_that_says_too_little_or_too_much_is_refused(
    api: Client, conflict: Conflict, body: dict[str, Any]
) -> None:
    assert do(api, f"conflicts/{conflict.pk}/resolve", **body).json()["code"] == "invalid"
    conflict.refresh_from_db()
    assert conflict.resolved_at is None


def test_a_value_attio_has_no_form_for_resolves_nothing(attio: Attio, api: Client, deal: Deal) -> None:
    custom(attio, "seats", "number")
    conflict = Conflict.objects.create(link=attio.link(deal), slug="seats", open_slot="x", ours="1", theirs="2")
    answer = do(api, f"conflicts/{conflict.pk}/resolve", take="edited", value="many")
    assert list(answer.json()["fields"]) == ["value"]
    answer = do(api, f"conflicts/{conflict.pk}/resolve", take="edited", value=3)
    assert answer.status_code == 200
    deal.refresh_from_db()
    assert deal.other_values["seats"] == "3"


def test_what_cannot_be_resolved_any_more_says_why(attio: Attio, api: Client, deal: Deal) -> None:
    for slug, body in (("gone", {"take": "attio"}), ("lost", {"take": "edited", "value": 1})):
        conflict = Conflict.objects.create(link=attio.link(deal), slug=slug, open_slot=slug)
        answer = do(api, f"conflicts/{conflict.pk}/resolve", **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "impossible")
        assert "not there any more" in answer.json()["message"]


def test_attios_own_words_come_through(
    api: Client, allow: Allow, conflict: Conflict, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow("view_conflict", "change_conflict", "add_attributepolicy")

    def unavailable(*_: Any) -> None:
        raise Unavailable("We are mending it.", status=503, code="down")

    monkeypatch.setattr("attio_mirror.rest.desk.conflicts.decide_always", unavailable)
    answer = do(api, f"conflicts/{conflict.pk}/resolve", take="attio", always=True)
    assert answer.status_code == 502
    assert answer.json()["attio"] == {"status": 503, "code": "down", "message": "We are mending it."}


# -- the outbox --------------------------------------------------------------------------------------------------------


def test_an_entry_shows_what_would_be_sent_now(attio: Attio, api: Client, ada: Login, deal: Deal) -> None:
    Deal.objects.filter(pk=deal.pk).update(other_values={**deal.other_values, "nonsense": 1})
    deal.refresh_from_db()
    deal.name = "Coffee"
    deal.save()
    [row] = ask(api, "outbox", state="waiting")["results"]
    assert "owed" not in row
    found = ask(api, f"outbox/{row['id']}")
    assert found["owed"] == {"name": "Coffee"}
    assert found["refused"] is None


def test_the_outbox_is_narrowed(attio: Attio, api: Client, deal: Deal) -> None:
    OutboxEntry.objects.create(
        link=attio.link(deal), state=OutboxState.REFUSED, error={"message": "No.", "slug": "name"}
    )
    assert [one["state"] for one in ask(api, "outbox")["results"]] == ["refused", "settled"]
    assert [one["state"] for one in ask(api, "outbox", state=["refused", "waiting"])["results"]] == ["refused"]
    assert len(ask(api, "outbox", object="deals", connection="default")["results"]) == 2
    assert ask(api, "outbox", object="people")["results"] == []
    refused = ask(api, "outbox", state="refused")["results"][0]["refused"]
    assert refused == {"attribute": "name", "message": "No.", "code": None, "status": None}


def test_a_refused_entry_is_tried_again(attio: Attio, api: Client, caplog: pytest.LogCaptureFixture) -> None:
    Deal.objects.create(name="Tea")
    attio.drain()
    entry = OutboxEntry.objects.get(state=OutboxState.REFUSED)
    with caplog.at_level(logging.INFO, "attio_mirror"):
        answer = do(api, f"outbox/{entry.pk}/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    [line] = [record.getMessage() for record in caplog.records if "over the API" in record.getMessage()]
    assert f"outboxentry {entry.pk}: retried by user" in line
    assert "Tea" not in line


def test_an_entry_is_dropped_and_the_row_keeps_its_values(attio: Attio, api: Client, deal: Deal) -> None:
    deal.name = "Coffee"
    deal.save()
    entry = OutboxEntry.objects.get(state=OutboxState.WAITING)
    assert do(api, f"outbox/{entry.pk}/drop").json()["state"] == "dropped"
    deal.refresh_from_db()
    assert deal.name == "Coffee"


@pytest.mark.parametrize("deed", ["retry", "drop"])
def test_what_is_done_or_on_its_way_is_left_alone(attio: Attio, api: Client, deal: Deal, deed: str) -> None:
    entry = OutboxEntry.objects.get()
    for state in (OutboxState.SETTLED, OutboxState.SENDING):
        OutboxEntry.objects.filter(pk=entry.pk).update(state=state)
        assert do(api, f"outbox/{entry.pk}/{deed}").status_code == 409
        assert OutboxEntry.objects.get().state == state


# -- sweeps ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sweeps that were queued, instead of a broker."""
    queued: list[int] = []
    monkeypatch.setattr("attio_mirror.sync.sweep.control.enqueue", lambda _, pk: queued.append(pk))
    return queued


def test_a_sweep_is_begun_once(
    attio: Attio, api: Client, allow: Allow, woken: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    assert do(api, "sweeps", connection="default", object="deals").status_code == 403
    allow("view_sweep", "add_sweep")
    with django_capture_on_commit_callbacks(execute=True):
        answer = do(api, "sweeps", connection="default", object="deals")
        again = do(api, "sweeps", connection="default", object="deals")
    assert (answer.status_code, again.json()["id"]) == (201, answer.json()["id"])
    assert set(woken) == {Sweep.objects.get().pk}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"connection": "nowhere", "object": "deals"}, ["connection"]),
        ({"connection": "default", "object": "houses"}, ["object"]),
        ({"connection": "default"}, ["object"]),
        ({"connection": "default", "object": "deals", "kind": "light"}, ["kind"]),
    ],
)
def test_what_cannot_be_swept_is_refused(
    attio: Attio, api: Client, allow: Allow, body: dict[str, str], wrong: list[str]
) -> None:
    allow("add_sweep")
    assert list(do(api, "sweeps", **body).json()["fields"]) == wrong
    assert not Sweep.objects.exists()


def test_a_sweep_rests_goes_on_and_ends_as_told(attio: Attio, api: Client, woken: list[int]) -> None:
    sweep = Sweep.objects.create(
        connection=attio.connection, object="deals", running_slot="x", expected=10, seen=5, worked=2.0
    )
    found = ask(api, f"sweeps/{sweep.pk}")
    assert (found["connection"], found["share"], found["eta"]) == ("default", 0.5, 2.0)
    for deed, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        assert do(api, f"sweeps/{sweep.pk}/{deed}").json()["state"] == state
    for deed in ("pause", "resume", "cancel"):
        assert do(api, f"sweeps/{sweep.pk}/{deed}").status_code == 409


def test_what_the_brake_stopped_goes_on_with_a_persons_consent(attio: Attio, api: Client, woken: list[int]) -> None:
    sweep = Sweep.objects.create(connection=attio.connection, object="deals", state=SweepState.BRAKED)
    assert do(api, f"sweeps/{sweep.pk}/resume", consent="yes").status_code == 400
    assert do(api, f"sweeps/{sweep.pk}/resume", consent=True).status_code == 200
    sweep.refresh_from_db()
    assert sweep.consented_at is not None


def test_sweeps_are_narrowed(attio: Attio, api: Client) -> None:
    Sweep.objects.create(connection=attio.connection, object="deals", state=SweepState.DONE)
    Sweep.objects.create(connection=attio.connection, object="people", kind="light")
    for query, objects in [
        ({}, ["people", "deals"]),
        ({"state": "done"}, ["deals"]),
        ({"kind": "light"}, ["people"]),
        ({"object": "deals", "connection": "default"}, ["deals"]),
        ({"connection": "elsewhere"}, []),
    ]:
        assert [one["object"] for one in ask(api, "sweeps", **query)["results"]] == objects, query


# -- the status --------------------------------------------------------------------------------------------------------


def test_the_status_tells_what_is_wrong(attio: Attio, api: Client, allow: Allow) -> None:
    allow("view_connection")
    Deal.objects.create(name="Tea")
    assert ask(api, "status")["healthy"] is True
    OutboxEntry.objects.update(not_before=timezone.now() - timedelta(minutes=6))
    found = ask(api, "status")
    assert found["healthy"] is False
    assert "minutes" in found["connections"][0]["problems"][0]
