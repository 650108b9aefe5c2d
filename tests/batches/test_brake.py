"""What the brake stops stays where it is, whoever pushes; what else happens to those rows goes its way."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import call_command

from attio_mirror.models import (
    BatchedEdit,
    BatchState,
    Company,
    Conflict,
    Deal,
    EditState,
    LinkState,
    OutboxEntry,
    Person,
    Resolution,
)
from attio_mirror.sync.acting import acting
from attio_mirror.sync.batches import NotYours, approve, edit, finish_left, refuse, withdraw
from attio_mirror.sync.conflicts import resolve
from attio_mirror.sync.drain import drain
from attio_mirror.sync.find import find
from attio_mirror.sync.mark import queue
from attio_mirror.sync.push import pump
from attio_mirror.sync.push.retry import retry
from attio_mirror.sync.shadow import planned
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio

from ..sweep.merging import join, tell
from .kit import anybody, braked, frame, move, pile, stages, there

WON, LEAD = "Won 🎉", "Lead"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.ATTIO_MIRROR = braked()


@pytest.fixture
def deals(attio: Attio) -> list[Deal]:
    return pile(attio)


def retry_all(attio: Attio) -> None:
    for deal in Deal.objects.all():
        retry(queue(attio.link(deal)))
    pump(attio.connection.pk)


WAYS: dict[str, Callable[[Attio], object]] = {
    "pump": lambda attio: attio.drain(),
    "tick": lambda attio: tick(),
    "drain": lambda attio: drain(attio.connection),
    "attio_push": lambda attio: call_command("attio_push", verbosity=0),
    "attio_push --find": lambda attio: call_command("attio_push", "--find", verbosity=0),
    "local sweep": lambda attio: (find(attio.connection), attio.drain()),
    "retry": retry_all,
    "save again": lambda attio: ([deal.save() for deal in Deal.objects.all()], attio.drain()),
    "pull": lambda attio: (attio.pull(*Deal.objects.all()), attio.drain()),
    "sweep": lambda attio: (attio.pull_all(), attio.drain()),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_stopped_batch_is_pushed_by_nobody(attio: Attio, deals: list[Deal], way: str) -> None:
    batch = move(attio, deals).batch
    assert (batch.state, stages(deals)) == (BatchState.HELD, [WON] * 4)
    WAYS[way](attio)
    assert attio.gate.writes() == []
    assert there(attio, deals) == [LEAD] * 4
    assert {attio.state(deal) for deal in deals} == {LinkState.HELD}
    assert list(planned(attio.connection)) == []
    assert OutboxEntry.objects.unfinished().count() == 0


def test_approved_it_goes_as_the_edit_of_who_asked(attio: Attio, deals: list[Deal]) -> None:
    ada = User.objects.create_user("ada")
    batch = move(attio, deals, user=ada).batch
    assert approve(batch)
    assert {entry.actor for entry in OutboxEntry.objects.unfinished()} == {ada}
    attio.drain()
    assert (there(attio, deals), stages(deals)) == ([WON] * 4, [WON] * 4)
    assert {attio.state(deal) for deal in deals} == {LinkState.IN_STEP}
    edits = BatchedEdit.objects.select_related("entry")
    assert all(edit.entry is not None and edit.entry.said == {"stage": edit.after} for edit in edits)


@pytest.mark.parametrize("verdict", [refuse, withdraw])
def test_refused_the_rows_say_what_they_said_and_attio_hears_nothing(
    attio: Attio, deals: list[Deal], verdict: Any
) -> None:
    batch = move(attio, deals).batch
    assert verdict(batch)
    attio.drain()
    assert find(attio.connection) == 0
    assert (stages(deals), there(attio, deals)) == ([LEAD] * 4, [LEAD] * 4)
    assert attio.gate.writes() == []
    assert {attio.state(deal) for deal in deals} == {LinkState.IN_STEP}
    assert set(batch.edits.values_list("state", flat=True)) == {EditState.PUT_BACK}


def test_it_is_decided_once(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    assert approve(batch)
    assert not refuse(batch)
    assert not approve(batch)
    assert stages(deals) == [WON] * 4


def test_another_may_have_to_approve(attio: Attio, deals: list[Deal], settings: Any) -> None:
    settings.ATTIO_MIRROR = braked(APPROVE_BY_ANOTHER=True)
    ada, ben = (User.objects.create_user(name) for name in ("ada", "ben"))
    batch = move(attio, deals, user=ada).batch
    with acting(ada.pk), pytest.raises(NotYours):
        approve(batch)
    with acting(ben.pk):
        assert approve(batch)
    batch.refresh_from_db()
    assert (batch.asked_by, batch.decided_by) == (ada, ben)


# -- a row edited by itself meanwhile ----------------------------------------------------------------------------------


def test_another_attribute_of_a_held_row_goes_at_once(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    one = Deal.objects.get(pk=deals[0].pk)
    one.name = "Coffee"
    one.save()
    assert attio.state(one) == LinkState.WAITING
    attio.drain()
    [write] = attio.gate.writes()
    assert set(write.body["data"]["values"]) == {"name"}
    assert attio.state(one) == LinkState.HELD
    approve(batch)
    attio.drain()
    assert there(attio, deals) == [WON] * 4


def test_a_row_read_before_the_batch_is_no_edit_of_what_it_does_not_write(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    old = deals[0]
    old.name = "Coffee"
    old.save(update_fields=["name"])
    attio.drain()
    assert set(attio.gate.writes()[0].body["data"]["values"]) == {"name"}
    assert batch.edits.filter(state=EditState.HELD).count() == 4
    assert there(attio, deals) == [LEAD] * 4


def test_the_same_attribute_edited_by_itself_goes_at_once_and_leaves_the_batch(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    one = Deal.objects.get(pk=deals[0].pk)
    one.stage = attio.stage("In Progress")
    one.save()
    attio.drain()
    assert attio.record(one)["stage"] == "In Progress"
    assert attio.state(one) == LinkState.IN_STEP
    assert batch.edits.get(link=attio.link(one)).state == EditState.OVERTAKEN
    refuse(batch)
    attio.drain()
    assert stages(deals) == ["In Progress", LEAD, LEAD, LEAD]


def test_an_edit_no_signal_announced_leaves_the_batch_when_it_is_decided(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    Deal.objects.filter(pk=deals[0].pk).update(stage=attio.stage("In Progress"))
    assert find(attio.connection) == 1
    attio.drain()
    assert there(attio, deals) == ["In Progress", LEAD, LEAD, LEAD]
    approve(batch)
    attio.drain()
    assert there(attio, deals) == ["In Progress", WON, WON, WON]


def test_a_multi_value_waits_whole_and_keeps_what_others_added(attio: Attio) -> None:
    deals = pile(attio)
    ann, bob, cleo = (Person.objects.create(full_name=name) for name in ("Ann", "Bob", "Cleo"))
    deals[0].associated_people.add(ann)
    attio.drain()
    attio.gate.forget()
    value = [{"target_object": "people", "target_record_id": attio.link(bob).record_id}]
    batch = edit(frame(attio), deals, "associated_people", value, anybody).batch
    assert batch.state == BatchState.HELD
    deals[0].associated_people.add(cleo)
    attio.drain()
    assert attio.gate.writes() == []
    refuse(batch)
    attio.drain()
    assert {str(one) for one in deals[0].associated_people.all()} == {"Ann", "Cleo"}
    assert not deals[1].associated_people.exists()
    assert len(attio.gate.writes()) == 1


# -- Attio changes meanwhile -------------------------------------------------------------------------------------------


def test_a_colleagues_edit_of_a_held_attribute_is_a_conflict_as_ever(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    attio.edit(deals[0], stage="In Progress")
    attio.pull(deals[0])
    conflict = Conflict.objects.get()
    resolve(conflict, Resolution.DJANGO)
    attio.drain()
    assert there(attio, deals)[0] == "In Progress", "ours won, and still waits for approval"
    approve(batch)
    attio.drain()
    assert there(attio, deals) == [WON] * 4


def test_refused_after_a_colleagues_edit_the_row_says_what_attio_says(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    attio.edit(deals[0], stage="In Progress")
    attio.pull(deals[0])
    resolve(Conflict.objects.get(), Resolution.DJANGO)
    refuse(batch)
    attio.drain()
    assert stages(deals) == ["In Progress", LEAD, LEAD, LEAD]
    assert attio.gate.writes() == []


def test_an_unsent_edit_of_before_is_not_lost_with_the_refusal(attio: Attio, deals: list[Deal]) -> None:
    one = deals[0]
    one.stage = attio.stage("In Progress")
    one.save()
    batch = move(attio, deals).batch
    attio.drain()
    assert there(attio, deals) == [LEAD] * 4
    refuse(batch)
    attio.drain()
    assert there(attio, deals) == stages(deals) == ["In Progress", LEAD, LEAD, LEAD]


def test_a_row_deleted_meanwhile_is_left_out(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    Deal.objects.get(pk=deals[0].pk).delete()
    approve(batch)
    attio.drain()
    assert there(attio, deals[1:]) == [WON] * 3
    assert batch.edits.get(state=EditState.SKIPPED).reason == "The row or its record is gone."


# -- crashes, limits ---------------------------------------------------------------------------------------------------


def test_a_verdict_outlives_the_process_that_wrote_it_down(
    attio: Attio, deals: list[Deal], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = move(attio, deals).batch
    monkeypatch.setattr("attio_mirror.sync.batches.verdict._follow", lambda batch: None)
    approve(batch)
    monkeypatch.undo()
    assert {attio.state(deal) for deal in deals} == {LinkState.HELD}
    tick()
    attio.drain()
    assert there(attio, deals) == [WON] * 4
    assert finish_left(attio.connection) == 0


@pytest.mark.parametrize(
    ("limits", "stopped"),
    [
        ({"APPROVE_COUNT": 4}, ""),
        ({"APPROVE_COUNT": None}, ""),
        ({"APPROVE_COUNT": 3}, "4 rows are more than 3."),
        ({"APPROVE_COUNT": None, "APPROVE_VALUE": 40}, ""),
        ({"APPROVE_COUNT": None, "APPROVE_VALUE": 39.5}, "They are worth 40, more than 39.5."),
        ({"APPROVE_COUNT": None, "APPROVE_SHARE": 0.1}, ""),
        ({"APPROVE_COUNT": None, "APPROVE_SHARE": None, "APPROVE_VALUE": None}, ""),
    ],
)
def test_each_limit_stops_by_itself(
    attio: Attio, deals: list[Deal], settings: Any, limits: dict[str, Any], stopped: str
) -> None:
    settings.ATTIO_MIRROR = braked(**limits)
    batch = move(attio, deals).batch
    assert (batch.brake, batch.state) == (stopped, BatchState.HELD if stopped else BatchState.RELEASED)
    assert batch.value == Decimal(40)


def test_a_share_stops_only_where_there_are_more_than_a_few(attio: Attio, settings: Any) -> None:
    settings.ATTIO_MIRROR = braked(APPROVE_COUNT=None, APPROVE_SHARE=0.5)
    deals = pile(attio, 12)
    assert move(attio, deals[:10]).batch.brake == ""
    assert move(attio, deals, LEAD).batch.brake == ""
    assert move(attio, deals, "In Progress").batch.brake == "12 of 12 rows are more than 50%."


def test_what_is_left_alone_says_why(attio: Attio, deals: list[Deal], settings: Any) -> None:
    settings.ATTIO_MIRROR = braked(APPROVE_COUNT=None)
    held, gone, moved, quarrel = deals
    new = Deal.objects.create(name="New", stage=attio.stage(LEAD))
    attio.edit(quarrel, stage="In Progress")
    Deal.objects.filter(pk=quarrel.pk).update(stage=attio.stage("Lost"))
    attio.pull(quarrel)
    attio.delete(gone)
    attio.pull(gone)
    moved.stage = attio.stage(WON)
    moved.save()
    settings.ATTIO_MIRROR = braked(APPROVE_COUNT=0)
    move(attio, [held])
    done = move(attio, [*deals, new])
    assert done.plan.unchanged == 1
    assert sorted((str(row), why) for row, why in done.plan.skipped) == [
        ("New", "It is not in Attio yet."),
        ("Tea 0", "It waits for approval in another batch."),
        ("Tea 1", "The row or its record is gone."),
        ("Tea 3", "A conflict about it is open."),
    ]
    assert done.batch.edits.count() == 4, "rows that have a link are remembered"


def test_what_a_hosts_own_save_makes_of_a_value_is_held_back_too(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    def shout(self: Company, **options: Any) -> None:
        self.description = (self.description or "").upper()
        super(Company, self).save(**options)

    companies = [Company.objects.create(name=f"C{n}", domains=[f"c{n}.example"]) for n in range(3)]
    attio.drain()
    attio.gate.forget()
    monkeypatch.setattr(Company, "save", shout)
    batch = edit(frame(attio, Company), companies, "description", "tea", anybody).batch
    attio.drain()
    assert attio.gate.writes() == []
    assert {attio.state(one) for one in companies} == {LinkState.HELD}
    approve(batch)
    attio.drain()
    assert {attio.record(one)["description"] for one in companies} == {"TEA"}


def test_a_held_edit_is_not_inherited_when_records_are_merged(attio: Attio) -> None:
    companies = [Company.objects.create(name=f"C{n}", domains=[f"c{n}.example"]) for n in range(3)]
    attio.drain()
    attio.gate.forget()
    batch = edit(frame(attio, Company), companies, "description", "tea", anybody).batch
    companies[0].name = "Unsent"
    companies[0].save(update_fields=["name"])
    originals = [str(attio.link(one).record_id) for one in companies[:2]]
    survivor = join(attio, *originals)
    tell(attio, survivor, *originals)
    attio.drain()
    assert attio.there("companies", survivor)["name"] == "Unsent", "what nobody held is inherited"
    approve(batch)
    attio.drain()
    assert attio.there("companies", survivor)["description"] is None
    assert attio.record(companies[2])["description"] == "tea"
    skipped = batch.edits.filter(state=EditState.SKIPPED).values_list("reason", flat=True)
    assert list(skipped) == ["The row or its record is gone."] * 2


def test_a_hosts_rule_about_one_row_stops_no_other(
    attio: Attio, deals: list[Deal], monkeypatch: pytest.MonkeyPatch
) -> None:
    def strict(self: Deal, **options: Any) -> None:
        if self.pk == deals[0].pk:
            raise ValidationError({"stage": "Never."})
        super(Deal, self).save(**options)

    with monkeypatch.context() as patch:
        patch.setattr(Deal, "save", strict)
        done = move(attio, deals)
    assert [why for _, why in done.plan.skipped] == ["It could not be saved: the model refuses stage."]
    assert stages(deals) == [LEAD, WON, WON, WON]


def test_a_row_the_host_does_not_let_go_back_stays_held_until_it_can(
    attio: Attio, deals: list[Deal], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = move(attio, deals).batch

    def strict(self: Deal, **options: Any) -> None:
        if self.pk == deals[0].pk:
            raise ValidationError({"stage": "Never."})
        super(Deal, self).save(**options)

    with monkeypatch.context() as patch:
        patch.setattr(Deal, "save", strict)
        refuse(batch)
        attio.drain()
        assert (stages(deals), attio.gate.writes()) == ([WON, LEAD, LEAD, LEAD], [])
        assert attio.state(deals[0]) == LinkState.HELD
    tick()
    attio.drain()
    assert (stages(deals), attio.gate.writes()) == ([LEAD] * 4, [])
