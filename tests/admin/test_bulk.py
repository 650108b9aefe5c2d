"""Changing many rows at once: what is asked, what a dry run shows, what is done, and who may."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse

from attio_mirror.admin.records import DealAdmin
from attio_mirror.models import BatchState, Company, Deal, EditState, OutboxEntry, Person, PushBatch
from attio_mirror.testing import Attio

from ..batches.kit import pile
from .desk import Desk, said

LIST = "/admin/attio_mirror/deal/"


@pytest.fixture
def deals(attio: Attio) -> list[Deal]:
    """Six of one stage."""
    return pile(attio, 6)


def step(desk: Desk, deals: list[Any], url: str = LIST, **sent: Any) -> HttpResponse:
    """Press a button of the page."""
    chosen = {"action": "change_attribute", "_selected_action": [str(deal.pk) for deal in deals]}
    return desk.client.post(url, {**chosen, "select_across": "0", **sent}, follow=True)


def text_of(answer: HttpResponse) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(plain))


def look(desk: Desk, deals: list[Any], attribute: str, **sent: Any) -> HttpResponse:
    return step(desk, deals, attribute=attribute, look="1", **sent)


def change(desk: Desk, deals: list[Any], attribute: str, **sent: Any) -> HttpResponse:
    seen = look(desk, deals, attribute, **sent).context["seen"]
    return step(desk, deals, attribute=attribute, change="1", seen=seen, **sent)


def won(attio: Attio) -> dict[str, Any]:
    return {"to-stage": attio.stage("Won 🎉").pk}


def test_it_begins_by_asking_which_attribute(attio: Attio, desk: Desk, deals: list[Deal]) -> None:
    answer = step(desk, deals)
    assert {"stage", "owner", "value", "associated_people"} <= set(answer.context["offered"])
    assert "created_at" not in answer.context["offered"], "Attio sets it itself"
    page = text_of(step(desk, deals, attribute="stage", choose="1"))
    assert "See what would change" in page
    assert "In Progress" in page, "the options to choose from"


def test_the_dry_run_writes_nothing_and_says_what_would_be(attio: Attio, desk: Desk, deals: list[Deal]) -> None:
    Deal.objects.filter(pk=deals[0].pk).update(stage=attio.stage("In Progress"))
    deals[1].stage = attio.stage("Won 🎉")
    deals[1].save()
    attio.drain()
    new = Deal.objects.create(name="New", stage=attio.stage("Lead"))
    before = OutboxEntry.objects.count()
    page = text_of(look(desk, [*deals, new], "stage", **won(attio)))
    assert "5 would change, 1 says so already, 1 is left alone. Together they are worth 50.00 USD" in page
    assert "4 × Lead" in page
    assert "1 × In Progress" in page
    assert "It is not in Attio yet. 1 New" in page
    assert (PushBatch.objects.count(), OutboxEntry.objects.count()) == (0, before)
    assert set(Deal.objects.values_list("stage__title", flat=True)) == {"Lead", "In Progress", "Won 🎉"}


def test_confirmed_it_is_one_batch_of_the_user_and_in_every_log(attio: Attio, desk: Desk, deals: list[Deal]) -> None:
    answer = change(desk, deals, "stage", **won(attio))
    label = step(desk, deals).context["offered"]["stage"]
    assert said(answer) == f"{label} of 6 deals changed."
    batch = PushBatch.objects.get()
    assert (batch.asked_by, batch.state, batch.edits.count()) == (desk.user, BatchState.RELEASED, 6)
    assert {entry.actor for entry in OutboxEntry.objects.unfinished()} == {desk.user}
    lines = LogEntry.objects.filter(content_type__model="deal", user=desk.user)
    assert {line.get_change_message() for line in lines} == {f"Changed {label} with push batch {batch.pk}."}
    assert lines.count() == 6
    assert LogEntry.objects.get(content_type__model="pushbatch").user == desk.user
    attio.drain()
    assert {attio.record(deal)["stage"] for deal in deals} == {"Won 🎉"}


def test_what_changed_since_the_dry_run_is_shown_before_anything_is_done(
    attio: Attio, desk: Desk, deals: list[Deal]
) -> None:
    seen = look(desk, deals, "stage", **won(attio)).context["seen"]
    Deal.objects.filter(pk=deals[0].pk).update(stage=attio.stage("In Progress"))
    page = text_of(step(desk, deals, attribute="stage", change="1", seen=seen, **won(attio)))
    assert "Something changed since you looked" in page
    assert PushBatch.objects.count() == 0


def test_what_is_too_much_says_so_before_and_waits_afterwards(
    attio: Attio, desk: Desk, deals: list[Deal], settings: Any
) -> None:
    settings.ATTIO_MIRROR = {**django_settings.ATTIO_MIRROR, "APPROVE_COUNT": 5}
    assert "It would wait for approval. 6 rows are more than 5." in text_of(look(desk, deals, "stage", **won(attio)))
    answer = change(desk, deals, "stage", **won(attio))
    assert "Nothing is sent until somebody approves it. 6 rows are more than 5." in said(answer)
    assert PushBatch.objects.get().state == BatchState.HELD
    listed = desk.visit("attio_mirror_deal_changelist", attio="held")
    assert listed.count("Waiting for approval</span>") == 6


@pytest.mark.parametrize(
    ("attribute", "sent", "wanted"),
    [
        ("value", {"to-value": "1250.5"}, 1250.5),
        ("name", {"to-name": "All the same"}, "All the same"),
        ("seats", {"to-attio__seats": "12"}, 12),
        ("seats", {"to-attio__seats": ""}, None),
    ],
)
def test_any_attribute_is_given_by_its_own_widget(
    customs: Attio, desk: Desk, attribute: str, sent: dict[str, str], wanted: Any
) -> None:
    deals = pile(customs, 2, other_values={"seats": "3"})
    change(desk, deals, attribute, **sent)
    customs.drain()
    assert [customs.record(deal)[attribute] for deal in deals] == [wanted] * 2


def test_owners_companies_and_people_are_given_too(attio: Attio, desk: Desk, deals: list[Deal]) -> None:
    company, ann = Company.objects.create(name="Acme"), Person.objects.create(full_name="Ann")
    attio.drain()
    change(desk, deals, "owner", **{"to-owner": attio.member("Ben").pk})
    change(desk, deals, "associated_company", **{"to-associated_company": company.pk})
    change(desk, deals, "associated_people", **{"to-associated_people": [ann.pk]})
    attio.drain()
    there = attio.record(deals[0])
    assert there["owner"] == attio.members["Ben"]
    assert there["associated_company"] == attio.link(company).record_id
    assert there["associated_people"] == attio.link(ann).record_id


def test_a_value_that_is_none_is_asked_for_again(attio: Attio, desk: Desk, deals: list[Deal]) -> None:
    answer = look(desk, deals, "value", **{"to-value": "plenty"})
    assert "Enter a number." in text_of(answer)
    assert answer.context["plan"] is None
    assert "This field is required." in text_of(look(desk, deals, "stage", **{"to-stage": ""}))
    assert PushBatch.objects.count() == 0


def test_all_of_a_filtered_list_can_be_meant(attio: Attio, desk: Desk, deals: list[Deal]) -> None:
    other = pile(attio, 1, "Other", stage=attio.stage("In Progress"))
    url = f"{LIST}?stage={attio.stage('Lead').pk}"
    asked = {"url": url, "select_across": "1", "attribute": "stage", **won(attio)}
    answer = step(desk, deals[:1], look="1", **asked)
    assert len(answer.context["chosen"]) == 1, "they are not all sent to and fro"
    step(desk, deals[:1], change="1", seen=answer.context["seen"], **asked)
    assert PushBatch.objects.get().edits.count() == 6
    assert Deal.objects.get(pk=other[0].pk).stage == attio.stage("In Progress")


def test_rows_of_which_none_is_in_attio_are_not_changed(attio: Attio, desk: Desk) -> None:
    new = Deal.objects.create(name="New", stage=attio.stage("Lead"))
    assert "None of them is in Attio yet." in said(step(desk, [new]))


def test_too_many_are_refused(attio: Attio, desk: Desk, deals: list[Deal], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attio_mirror.admin.bulk.MOST", 5)
    assert "Choose at most 5 at once." in said(step(desk, deals))


def test_only_who_may_change_rows_is_offered_it(attio: Attio, clerk: Callable[..., Desk], deals: list[Deal]) -> None:
    viewer = clerk("view_deal")
    assert "change_attribute" not in viewer.visit("attio_mirror_deal_changelist")
    step(viewer, deals, attribute="stage", change="1", seen="", **won(attio))
    assert PushBatch.objects.count() == 0


def test_a_row_the_user_may_not_change_is_left_alone(
    attio: Attio, desk: Desk, deals: list[Deal], monkeypatch: pytest.MonkeyPatch
) -> None:
    def may(self: Any, request: Any, obj: Any = None) -> bool:
        return obj is None or obj.pk != deals[0].pk

    monkeypatch.setattr(DealAdmin, "has_change_permission", may)
    change(desk, deals, "stage", **won(attio))
    batch = PushBatch.objects.get()
    assert batch.edits.filter(state=EditState.RELEASED).count() == 5
    assert batch.edits.get(state=EditState.SKIPPED).reason == "You may not change it."
    monkeypatch.setattr(DealAdmin, "has_change_permission", lambda self, request, obj=None: obj is None)
    assert "You may change none of them." in said(step(desk, deals))
