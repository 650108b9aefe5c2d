"""Push now, pull now, and where rows stand: what people do at the desk."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import override_settings
from django.utils import timezone

from attio_mirror.admin.records import DealAdmin
from attio_mirror.models import (
    AttioObject,
    Attribute,
    Connection,
    Deal,
    Link,
    LinkState,
    OutboxEntry,
    OutboxState,
)
from attio_mirror.sandbox import faults
from attio_mirror.sync.push.retry import drop
from attio_mirror.testing import Attio

from .desk import Desk, said


def push(desk: Desk, deal: Deal, verb: str = "push") -> str:
    """Press a button on a deal's page; what the page says then."""
    return said(desk.client.post(f"/admin/attio_mirror/deal/{deal.pk}/attio-{verb}/", follow=True))


# -- push now and pull now ---------------------------------------------------------------------------------------------


def test_push_now_sends_at_once_and_is_logged(attio: Attio, desk: Desk, deal: Deal) -> None:
    Deal.objects.filter(pk=deal.pk).update(name="Silent edit")
    assert push(desk, deal) == "1 in step with Attio."
    assert attio.record(deal)["name"] == "Silent edit"
    assert LogEntry.objects.latest("pk").get_change_message() == "Pushed to Attio."


def test_pull_now_brings_a_colleagues_edit(attio: Attio, desk: Desk, deal: Deal) -> None:
    attio.edit(deal, name="Ben's tea")
    assert push(desk, deal, "pull") == "Read 1 from Attio."
    deal.refresh_from_db()
    assert deal.name == "Ben's tea"


@pytest.mark.parametrize("deed", ["push_now", "pull_now"])
def test_rows_the_user_may_not_change_are_neither_pushed_nor_pulled(
    attio: Attio, desk: Desk, deal: Deal, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    Deal.objects.filter(pk=deal.pk).update(name="Silent edit")
    monkeypatch.setattr(DealAdmin, "has_change_permission", lambda self, request, obj=None: obj is None)
    assert "1 left alone: you may not change them." in said(desk.act("attio_mirror_deal", deed, deal))
    assert attio.gate.log == []


def test_pull_now_passes_over_rows_that_are_not_in_attio_yet(attio: Attio, desk: Desk) -> None:
    new = Deal.objects.create(name="New")
    assert "1 not in Attio yet." in push(desk, new, "pull")


def test_attribute_settings_are_pulled_too(attio: Attio, desk: Desk, deal: Deal) -> None:
    attio.ask("PATCH", "/v2/objects/deals/attributes/value", {"data": {"title": "Worth"}})
    value = Attribute.objects.get(slug="value", object__slug="deals")
    desk.act("attio_mirror_attribute", "pull_now", value)
    value.refresh_from_db()
    assert value.title == "Worth"


def test_many_rows_are_pushed_from_the_list(customs: Attio, desk: Desk, deal: Deal) -> None:
    stage, owner = customs.stage("Lead"), customs.member("Ada")
    clash = [
        Deal.objects.create(name=f"D{n}", stage=stage, owner=owner, other_values={"external_id": "X"}) for n in range(2)
    ]
    told = said(desk.act("attio_mirror_deal", "push_now", deal, *clash))
    assert "2 in step with Attio." in told
    assert "conflicts with one already in the system" in told


def test_trouble_with_attio_becomes_a_message(attio: Attio, desk: Desk, deal: Deal) -> None:
    attio.gate.faults.add(faults.status(503), times=3)
    assert push(desk, deal, "pull") == "An internal error occurred."


def test_a_missing_token_becomes_a_message(attio: Attio, desk: Desk, deal: Deal) -> None:
    Deal.objects.filter(pk=deal.pk).update(name="Edit")
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": {"default": {"TOKEN": ""}}, "PUSH": "off"}):
        assert "has no TOKEN" in push(desk, deal)
        assert "has no TOKEN" in push(desk, deal, "pull")


def test_paused_and_shadowed_pushes_say_why_nothing_moves(attio: Attio, desk: Desk, deal: Deal) -> None:
    Deal.objects.filter(pk=deal.pk).update(name="Edit")
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": {"default": {"TOKEN": "x"}}, "PUSH": "shadow"}):
        assert "Shadow mode sends nothing." in push(desk, deal)
    Connection.objects.update(paused_at=timezone.now())
    assert "The connection is paused." in push(desk, deal)
    assert "paused" in said(desk.open(deal).send(name="Another"))
    assert "until somebody resumes it" in desk.open(deal).text


@pytest.mark.parametrize(
    ("mode", "words"), [("queued", "Being sent to Attio."), ("shadow", "Shadow mode sends nothing.")]
)
def test_a_save_says_what_happens_next(attio: Attio, desk: Desk, deal: Deal, mode: str, words: str) -> None:
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": {"default": {"TOKEN": "x"}}, "PUSH": mode}):
        assert words in said(desk.open(deal).send(name="Coffee"))


def test_push_and_pull_need_the_right_to_change_and_a_post(
    attio: Attio, desk: Desk, clerk: Callable[..., Desk], deal: Deal
) -> None:
    viewer = clerk("view_deal")
    for verb in ("push", "pull"):
        url = f"/admin/attio_mirror/deal/{deal.pk}/attio-{verb}/"
        assert viewer.client.post(url).status_code == 403
        assert desk.client.get(url).status_code == 403
    assert viewer.client.post("/admin/attio_mirror/deal/999/attio-push/").status_code in (302, 403)


# -- states ------------------------------------------------------------------------------------------------------------


def test_the_badge_can_ask_where_rows_stand(attio: Attio, desk: Desk, clerk: Callable[..., Desk], deal: Deal) -> None:
    new = Deal.objects.create(name="New")
    url = "/admin/attio_mirror/deal/attio-state/"
    told = desk.client.get(url, {"pk": [deal.pk, new.pk, "nonsense"]}).json()
    assert told == {
        str(deal.pk): {"state": "in_step", "label": "In step", "tone": "calm", "hint": ""},
        str(new.pk): {
            "state": "waiting",
            "label": "Waiting to be sent",
            "tone": "busy",
            "hint": "The change waits in the outbox.",
        },
    }
    assert desk.client.get(url).json() == {}
    assert clerk("view_person").client.get(url).status_code == 403


def test_the_list_filters_by_state(attio: Attio, desk: Desk, deal: Deal) -> None:
    stage, owner = attio.stage("Lead"), attio.member("Ada")
    rows = {
        name: Deal.objects.create(name=name, stage=stage, owner=owner)
        for name in ("Waits", "Gone", "Refused", "Doubt", "Kept")
    }
    attio.drain()
    rows["Unsent"] = Deal.objects.bulk_create([Deal(name="Unsent")])[0]
    Deal.objects.get(name="Waits").save()
    rows["Waits"].name = "Waits!"
    rows["Waits"].save()
    Link.objects.filter(pk=attio.link(rows["Gone"]).pk).update(record_gone_at=timezone.now())
    for name, state in (("Refused", OutboxState.REFUSED), ("Doubt", OutboxState.IN_DOUBT)):
        link = attio.link(rows[name])
        OutboxEntry.objects.create(link=link, state=state, waiting_slot=link.pk)
    rows["Kept"].name = "Kept!"
    rows["Kept"].save()
    assert drop(attio.entry(rows["Kept"]))
    attio.edit(deal, name="Theirs")
    Deal.objects.filter(pk=deal.pk).update(name="Ours")
    attio.pull(deal)
    wanted = {
        LinkState.WAITING: {"Waits!"},
        LinkState.GONE: {"Gone"},
        LinkState.DROPPED: {"Kept!"},
        LinkState.REFUSED: {"Refused"},
        LinkState.IN_DOUBT: {"Doubt"},
        LinkState.CONFLICT: {"Ours"},
        LinkState.UNSENT: {"Unsent"},
        LinkState.IN_STEP: set(),
        LinkState.SENDING: set(),
    }
    for state, names in wanted.items():
        answer = desk.client.get("/admin/attio_mirror/deal/", {"attio": state.value})
        assert {row.name for row in answer.context["cl"].result_list} == names, state


def test_the_list_filters_by_stage_and_owner_and_finds_record_ids(attio: Attio, desk: Desk, deal: Deal) -> None:
    other = Deal.objects.create(name="Other", stage=attio.stage("Lost"))
    attio.drain()

    def found(**query: str) -> set[str]:
        answer = desk.client.get("/admin/attio_mirror/deal/", query)
        return {row.name for row in answer.context["cl"].result_list}

    assert found(stage=str(other.stage_id)) == {"Other"}
    assert found(owner=str(deal.owner_id)) == {"Tea"}
    assert found(owner="none") == {"Other"}
    assert found(stage="x", owner="x", attio="x") == {"Tea", "Other"}
    assert found(q=str(attio.link(deal).record_id)) == {"Tea"}
    assert found(q=str(uuid4())) == set()
    assert found(q="oth") == {"Other"}


def test_attributes_filter_by_their_object_or_list(attio: Attio, desk: Desk) -> None:
    users = AttioObject.objects.get(slug="users")
    answer = desk.client.get("/admin/attio_mirror/attribute/", {"of": f"object.{users.pk}"})
    assert {row.object for row in answer.context["cl"].result_list} == {users}
    answer = desk.client.get("/admin/attio_mirror/attribute/", {"of": "nonsense"})
    assert answer.context["cl"].result_count > 50
