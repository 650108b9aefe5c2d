"""An undo restores exactly, or says what it left alone and why."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import User

from attio_mirror.core.errors import AttioError
from attio_mirror.models import AttributePolicy, BatchState, Conflict, Deal, EditState, LinkState, Option, Person
from attio_mirror.sandbox import faults
from attio_mirror.sync.batches import NotUndoable, Undo, approve, edit, refuse
from attio_mirror.sync.find import find
from attio_mirror.testing import Attio

from .kit import anybody, braked, frame, move, pile, stages, there, undo

WON, LEAD, MIDDLE, LOST = "Won 🎉", "Lead", "In Progress", "Lost"


@pytest.fixture
def deals(attio: Attio) -> list[Deal]:
    """Of two stages."""
    return [*pile(attio, 2), *pile(attio, 2, "Coffee", stage=attio.stage(MIDDLE))]


def skipped(batch: Any) -> dict[str, str]:
    rows = {str(pk): name for pk, name in Deal.objects.values_list("pk", "name")}
    return {rows[edit.link.object_id]: edit.reason for edit in batch.edits.filter(state=EditState.SKIPPED)}


def test_each_row_says_again_what_it_said_here_and_there(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    attio.drain()
    assert there(attio, deals) == [WON] * 4
    attio.gate.forget()
    done = undo(batch)
    attio.drain()
    assert stages(deals) == there(attio, deals) == [LEAD, LEAD, MIDDLE, MIDDLE]
    assert (done.batch.undoes, done.plan.skipped) == (batch, [])
    assert len(attio.gate.writes()) == 4
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    with pytest.raises(NotUndoable, match="undone already"):
        undo(batch)


def test_an_undo_can_be_undone(attio: Attio, deals: list[Deal]) -> None:
    first = move(attio, deals).batch
    attio.drain()
    second = undo(first).batch
    attio.drain()
    undo(second)
    attio.drain()
    assert stages(deals) == there(attio, deals) == [WON] * 4


def test_what_is_not_sent_yet_is_undone_without_a_word_to_attio(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    undo(batch)
    attio.drain()
    assert (stages(deals), attio.gate.writes()) == ([LEAD, LEAD, MIDDLE, MIDDLE], [])
    assert {attio.state(deal) for deal in deals} == {LinkState.IN_STEP}


def test_what_attio_refused_is_put_back(attio: Attio, deals: list[Deal]) -> None:
    attio.ask("PATCH", "/v2/objects/deals/attributes/stage/statuses/Lost", {"data": {"is_archived": True}})
    batch = move(attio, deals, LOST).batch
    attio.drain()
    assert {attio.state(deal) for deal in deals} == {LinkState.REFUSED}
    undo(batch)
    attio.drain()
    assert stages(deals) == there(attio, deals) == [LEAD, LEAD, MIDDLE, MIDDLE]
    assert {attio.state(deal) for deal in deals} == {LinkState.IN_STEP}


def test_who_changed_what_is_named(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    attio.drain()
    ben, ada, unsent, _ = deals
    attio.edit(ben, stage=LOST)
    for deal in (ada, unsent):
        deal.refresh_from_db()
        deal.stage = attio.stage(MIDDLE if deal is ada else LOST)
        deal.save()
        attio.drain() if deal is ada else None
    done = undo(batch)
    attio.drain()
    assert skipped(done.batch) == {
        ben.name: "It was changed in Attio since by Ben Okri.",
        ada.name: "It was changed here since.",
        unsent.name: "It was changed here since, and that is not in Attio yet.",
    }
    assert stages(deals) == there(attio, deals) == [LOST, MIDDLE, LOST, MIDDLE]


def test_a_change_nobody_told_us_of_is_heard_of_before_anything_is_undone(attio: Attio, deals: list[Deal]) -> None:
    """Even where the policy would let our value win."""
    AttributePolicy.objects.create(connection=attio.connection, object="deals", slug="stage", policy="django")
    batch = move(attio, deals).batch
    attio.drain()
    attio.edit(deals[0], stage=LOST)
    undo(batch)
    attio.drain()
    assert there(attio, deals) == [LOST, LEAD, MIDDLE, MIDDLE]


def test_nothing_is_undone_while_attio_is_not_to_be_reached(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    attio.drain()
    attio.gate.faults.add(faults.status(503), times=3)
    with pytest.raises(AttioError):
        undo(batch)
    assert stages(deals) == [WON] * 4


def test_other_attributes_of_the_rows_stay_as_somebody_made_them(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    attio.drain()
    attio.edit(deals[0], name="Ben's")
    deals[1].refresh_from_db()
    deals[1].value = 99
    deals[1].save()
    undo(batch)
    attio.drain()
    assert stages(deals) == there(attio, deals) == [LEAD, LEAD, MIDDLE, MIDDLE]
    assert (Deal.objects.get(pk=deals[0].pk).name, attio.record(deals[1])["value"]) == ("Ben's", 99)


def test_an_option_archived_since_is_no_way_back(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals).batch
    attio.drain()
    Option.objects.filter(pk=attio.stage(LEAD).pk).update(is_archived=True)
    done = undo(batch)
    assert {why for _, why in done.plan.skipped} == {"The option it would be is archived in Attio."}
    assert stages(deals) == [WON, WON, MIDDLE, MIDDLE]


def test_a_row_it_pointed_to_that_is_gone_is_no_way_back(attio: Attio) -> None:
    """Else it would be cleared, here and in Attio."""
    ann, bob = (Person.objects.create(full_name=name) for name in ("Ann", "Bob"))
    [deal] = pile(attio, 1)
    deal.associated_people.add(ann)
    attio.drain()
    value = [{"target_object": "people", "target_record_id": attio.link(bob).record_id}]
    batch = edit(frame(attio), [deal], "associated_people", value, anybody).batch
    attio.drain()
    ann.delete()
    done = undo(batch)
    assert [why for _, why in done.plan.skipped] == ["What it would point to is not here (any more)."]
    assert list(deal.associated_people.all()) == [bob]


def test_an_undo_is_under_the_same_brake(attio: Attio, deals: list[Deal], settings: Any) -> None:
    batch = move(attio, deals).batch
    attio.drain()
    settings.ATTIO_MIRROR = braked()
    second = undo(batch).batch
    attio.drain()
    batch.refresh_from_db()
    assert (second.state, batch.state, there(attio, deals)) == (BatchState.HELD, BatchState.RELEASED, [WON] * 4)
    with pytest.raises(NotUndoable, match="waits for approval"):
        undo(batch)
    refuse(second)
    assert stages(deals) == [WON] * 4
    third = undo(batch).batch
    approve(third)
    attio.drain()
    batch.refresh_from_db()
    assert (batch.state, there(attio, deals)) == (BatchState.UNDONE, [LEAD, LEAD, MIDDLE, MIDDLE])


def test_a_batch_that_never_went_cannot_be_undone(attio: Attio, deals: list[Deal], settings: Any) -> None:
    settings.ATTIO_MIRROR = braked()
    batch = move(attio, deals).batch
    with pytest.raises(NotUndoable, match="Nothing of it went to Attio"):
        Undo(batch, anybody).plan()


def test_rows_the_user_may_not_change_are_left_alone(attio: Attio, deals: list[Deal]) -> None:
    batch = move(attio, deals, user=User.objects.create_user("ada")).batch
    attio.drain()
    done = Undo(batch, lambda row: row.pk != deals[0].pk).carry_out()
    assert [why for _, why in done.plan.skipped] == ["You may not change it."]
    assert stages(deals) == [WON, LEAD, MIDDLE, MIDDLE]


# -- the law -----------------------------------------------------------------------------------------------------------


def ada_moves(attio: Attio, deal: Deal) -> None:
    deal.refresh_from_db()
    deal.stage = attio.stage(LOST)
    deal.save()


def ada_moves_silently(attio: Attio, deal: Deal) -> None:
    Deal.objects.filter(pk=deal.pk).update(stage=attio.stage(LOST))


def ben_moves(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, stage=LOST)


def ben_moves_and_we_know(attio: Attio, deal: Deal) -> None:
    ben_moves(attio, deal)
    attio.pull(deal)


def ben_moves_it_there_and_back(attio: Attio, deal: Deal) -> None:
    ben_moves(attio, deal)
    attio.edit(deal, stage=WON)


def both_move(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, stage=MIDDLE)
    ada_moves_silently(attio, deal)


def ben_renames(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, name=f"{deal.name}, as Ben says")


def ada_revalues(attio: Attio, deal: Deal) -> None:
    deal.refresh_from_db()
    deal.value = 77
    deal.save()


def nothing(attio: Attio, deal: Deal) -> None:
    """Most rows."""


TOUCHES = (ada_moves, ada_moves_silently, ben_moves, ben_moves_and_we_know, both_move)
LEAVES = (nothing, nothing, ben_renames, ada_revalues, ben_moves_it_there_and_back)


@pytest.mark.parametrize("seed", range(8))
def test_every_row_is_restored_exactly_or_named_with_a_reason(attio: Attio, seed: int) -> None:
    chance = Random(seed)
    deals = [one for title in (LEAD, MIDDLE, WON) for one in pile(attio, 3, stage=attio.stage(title))]
    before = stages(deals)
    batch = move(attio, deals).batch
    if chance.random() < 0.8:
        attio.drain()
    fate = {deal.pk: chance.choice((*TOUCHES, *LEAVES)) for deal in deals}
    for deal in deals:
        fate[deal.pk](attio, deal)
        if chance.random() < 0.3:
            attio.drain()
    found = stages(deals)
    done = undo(batch)
    left = {row.pk: why for row, why in done.plan.skipped if isinstance(row, Deal)}
    now = stages(deals)
    for n, deal in enumerate(deals):
        if before[n] == WON:
            assert deal.pk not in left, "the batch never touched it"
        elif deal.pk in left:
            assert left[deal.pk], deal
            assert fate[deal.pk] in TOUCHES, left
            assert now[n] == found[n] or fate[deal.pk] in (ben_moves, ben_moves_and_we_know, both_move)
        else:
            assert fate[deal.pk] in LEAVES, fate[deal.pk]
            assert now[n] == before[n]
    find(attio.connection)
    attio.drain()
    attio.pull_all()
    quarrels = set(Conflict.objects.filter(resolved_at=None).values_list("link__object_id", flat=True))
    for deal in (deal for deal in deals if str(deal.pk) not in quarrels):
        assert there(attio, [deal]) == stages([deal]), fate[deal.pk]
        assert fate[deal.pk] in LEAVES or stages([deal]) == [LOST]
