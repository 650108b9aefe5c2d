"""The page of a push batch: what it would send, verdicts, the way back, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.http import HttpResponse

from attio_mirror.admin.batches import PushBatchAdmin
from attio_mirror.models import BatchState, Deal, LinkState, PushBatch
from attio_mirror.sandbox import faults
from attio_mirror.testing import Attio

from ..batches.kit import braked, move, pile, stages, there
from .desk import Desk, said
from .test_bulk import text_of

WON, LEAD = "Won 🎉", "Lead"


@pytest.fixture
def deals(attio: Attio) -> list[Deal]:
    """Four of one stage."""
    return pile(attio)


@pytest.fixture
def held(attio: Attio, desk: Desk, deals: list[Deal], settings: Any) -> PushBatch:
    """A batch of Ada's that waits."""
    settings.ATTIO_MIRROR = braked()
    return move(attio, deals, user=desk.user).batch


@pytest.fixture
def sent(attio: Attio, desk: Desk, deals: list[Deal]) -> PushBatch:
    """A batch of Ada's that went to Attio."""
    batch = move(attio, deals, user=desk.user).batch
    attio.drain()
    return batch


def page(desk: Desk, batch: PushBatch) -> str:
    return desk.visit("attio_mirror_pushbatch_change", batch.pk)


def press(desk: Desk, batch: PushBatch, deed: str) -> HttpResponse:
    return desk.client.post(f"/admin/attio_mirror/pushbatch/{batch.pk}/attio-do/{deed}/", follow=True)


def undo(desk: Desk, batch: PushBatch, method: str = "post") -> HttpResponse:
    return getattr(desk.client, method)(f"/admin/attio_mirror/pushbatch/{batch.pk}/attio-undo/", follow=True)


def message(user: Any) -> list[str]:
    lines = LogEntry.objects.filter(content_type__model="pushbatch", user=user).order_by("pk")
    return [line.get_change_message() for line in lines]


def test_the_page_shows_why_it_waits_and_what_would_be_sent(desk: Desk, held: PushBatch) -> None:
    text = page(desk, held)
    assert "4 rows are more than 2." in text
    assert text.count(f"<td>{LEAD}</td>") == 4
    assert text.count(f'<td class="attio-new">{WON}</td>') == 4
    assert f"/admin/attio_mirror/batchededit/?batch__id__exact={held.pk}" in text
    assert desk.visit("attio_mirror_batchededit_changelist", batch__id__exact=str(held.pk)).count("Tea ") >= 4


def test_the_page_of_a_held_row_says_what_waits_and_where(desk: Desk, held: PushBatch, deals: list[Deal]) -> None:
    text = desk.open(deals[0]).text
    assert f"a push batch changed it from <b>{LEAD}</b>" in text
    assert f"/admin/attio_mirror/pushbatch/{held.pk}/change/" in text
    assert "Waiting for approval" in text


def test_the_page_says_how_much_of_it_attio_has_heard(attio: Attio, desk: Desk, deals: list[Deal]) -> None:
    batch = move(attio, deals, user=desk.user).batch
    address = f"/admin/attio_mirror/pushbatch/{batch.pk}/change/"
    assert "What Attio heard: Waiting 4 " in text_of(desk.client.get(address))
    attio.drain()
    assert "What Attio heard: Settled 4 " in text_of(desk.client.get(address))


def test_status_and_metrics_count_it(attio: Attio, desk: Desk, held: PushBatch, capsys: Any) -> None:
    call_command("attio_status")
    assert "1 waiting for approval" in capsys.readouterr().out
    numbers = desk.client.get("/attio/metrics/").content.decode()
    assert 'attio_mirror_push_batches_held{connection="default"} 1' in numbers


def test_approved_it_goes_and_the_log_says_who(attio: Attio, desk: Desk, held: PushBatch, deals: list[Deal]) -> None:
    assert said(press(desk, held, "approve")) == "Approved: 1."
    attio.drain()
    assert there(attio, deals) == [WON] * 4
    assert message(desk.user) == ["Approved."]
    held.refresh_from_db()
    assert held.decided_by == desk.user
    assert "attio-do" not in page(desk, held), "decided once"


@pytest.mark.parametrize("deed", ["refuse", "withdraw"])
def test_refused_or_withdrawn_the_rows_go_back(
    attio: Attio, desk: Desk, held: PushBatch, deals: list[Deal], deed: str
) -> None:
    press(desk, held, deed)
    assert stages(deals) == [LEAD] * 4
    assert {attio.state(deal) for deal in deals} == {LinkState.IN_STEP}
    assert len(message(desk.user)) == 1


def test_several_are_decided_from_the_list_and_somebody_may_have_been_quicker(
    attio: Attio, desk: Desk, held: PushBatch
) -> None:
    assert "Approved: 1." in said(desk.act("attio_mirror_pushbatch", "approve", held))
    told = said(desk.act("attio_mirror_pushbatch", "refuse", held))
    assert "somebody has decided about it already" in told


def test_only_who_may_approve_is_offered_it(held: PushBatch, clerk: Callable[..., Desk]) -> None:
    cleo = clerk("view_pushbatch", "change_pushbatch")
    assert "attio-do" not in page(cleo, held)
    for deed in ("approve", "refuse", "withdraw"):
        assert press(cleo, held, deed).status_code == 403
    cleo.user.user_permissions.add(Permission.objects.get(codename="approve_pushbatch"))
    assert "attio-do/approve" in page(cleo, held)
    assert "attio-do/withdraw" not in page(cleo, held), "she did not ask for it"
    assert said(press(cleo, held, "approve")) == "Approved: 1."


def test_from_the_list_nobody_withdraws_what_another_asked_for(held: PushBatch, clerk: Callable[..., Desk]) -> None:
    cleo = clerk("view_pushbatch")
    told = said(cleo.act("attio_mirror_pushbatch", "withdraw", held))
    assert "only who asked for it may withdraw it" in told
    held.refresh_from_db()
    assert held.state == BatchState.HELD


def test_another_may_have_to_approve(attio: Attio, desk: Desk, held: PushBatch, settings: Any) -> None:
    settings.ATTIO_MIRROR = braked(APPROVE_BY_ANOTHER=True)
    assert "attio-do/approve" not in page(desk, held)
    assert press(desk, held, "approve").status_code == 403
    assert "somebody else has to approve it" in said(desk.act("attio_mirror_pushbatch", "approve", held))
    held.refresh_from_db()
    assert held.state == BatchState.HELD


def test_permission_may_depend_on_the_batch(desk: Desk, held: PushBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PushBatchAdmin, "has_approve_permission", lambda self, request, obj=None: obj is None)
    assert press(desk, held, "approve").status_code == 403
    assert "you may not" in said(desk.act("attio_mirror_pushbatch", "approve", held))


# -- undo --------------------------------------------------------------------------------------------------------------


def test_undo_shows_first_and_asks_nobody(attio: Attio, desk: Desk, sent: PushBatch) -> None:
    assert f"/admin/attio_mirror/pushbatch/{sent.pk}/attio-undo/" in page(desk, sent)
    attio.gate.forget()
    text = text_of(undo(desk, sent, "get"))
    assert "4 would change." in text
    assert "Undo for 4 rows" in text
    assert attio.gate.log == []


def test_undone_the_rows_are_as_before_and_the_log_says_who(
    attio: Attio, desk: Desk, sent: PushBatch, deals: list[Deal]
) -> None:
    attio.edit(deals[0], stage="In Progress")
    answer = undo(desk, sent)
    assert "3 put back." in said(answer)
    assert "1 left alone; the reasons are below." in said(answer)
    assert "It was changed in Attio since by Ben Okri." in text_of(answer)
    attio.drain()
    assert there(attio, deals) == stages(deals) == ["In Progress", LEAD, LEAD, LEAD]
    second = PushBatch.objects.latest("pk")
    assert (second.undoes, second.asked_by) == (sent, desk.user)
    assert message(desk.user) == [f"Undone with push batch {second.pk}: 3 rows, 1 left alone.", "3 rows."]
    lines = LogEntry.objects.filter(content_type__model="deal")
    assert {line.get_change_message() for line in lines} == {
        f"Put back with push batch {second.pk}, the undo of {sent.pk}."
    }
    assert "It is undone already." in text_of(undo(desk, sent, "get"))


def test_an_undo_that_is_too_much_waits(
    attio: Attio, desk: Desk, sent: PushBatch, deals: list[Deal], settings: Any
) -> None:
    settings.ATTIO_MIRROR = braked()
    assert "It would wait for approval. 4 rows are more than 2." in text_of(undo(desk, sent, "get"))
    assert "Nothing is sent until somebody approves it." in said(undo(desk, sent))
    attio.drain()
    assert there(attio, deals) == [WON] * 4


def test_nothing_is_undone_while_attio_cannot_be_asked(attio: Attio, desk: Desk, sent: PushBatch) -> None:
    attio.gate.faults.add(faults.status(503), times=3)
    assert "Nothing is undone. Attio could not be asked" in text_of(undo(desk, sent))
    assert PushBatch.objects.count() == 1


def test_undo_needs_the_right_to_change_such_rows(sent: PushBatch, clerk: Callable[..., Desk]) -> None:
    cleo = clerk("view_pushbatch", "change_pushbatch")
    assert "attio-undo" not in page(cleo, sent)
    assert undo(cleo, sent).status_code == 403
    cleo.user.user_permissions.add(Permission.objects.get(codename="change_deal"))
    assert undo(cleo, sent, "get").status_code == 200


def test_what_waits_has_no_undo(desk: Desk, held: PushBatch) -> None:
    assert "attio-undo" not in page(desk, held)
    assert "Nothing of it went to Attio." in text_of(undo(desk, held))
