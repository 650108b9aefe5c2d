"""Sweeps at the desk: watched, paused, resumed, cancelled, and let through the brake."""

from __future__ import annotations

from collections.abc import Callable

from attio_mirror.models import Sweep, SweepKind, SweepState, User
from attio_mirror.sync.sweep import begin, go_on
from attio_mirror.testing import Attio
from tests.sweep.kit import mirrored, small_pages, sow, sweep
from tests.sweep.test_moving import delete

from .desk import Desk, said


def press(desk: Desk, one: Sweep, deed: str) -> str:
    """Press a button on a sweep's page; what the page says then."""
    answer = desk.client.post(f"/admin/attio_mirror/sweep/{one.pk}/attio-do/{deed}/", follow=True)
    one.refresh_from_db()
    return said(answer)


def buttons(desk: Desk, one: Sweep) -> set[str]:
    page = desk.visit("attio_mirror_sweep_change", one.pk)
    return {deed for deed in ("pause", "resume", "accept", "cancel") if f"/attio-do/{deed}/" in page}


def test_a_sweep_is_paused_resumed_and_cancelled(attio: Attio, desk: Desk) -> None:
    one = begin(attio.connection, "companies")
    assert buttons(desk, one) == {"pause", "cancel"}
    assert press(desk, one, "pause") == "Paused: 1."
    assert one.state == SweepState.PAUSED
    assert buttons(desk, one) == {"resume", "cancel"}
    assert press(desk, one, "resume") == "Resumed: 1."
    assert one.state == SweepState.RUNNING
    assert press(desk, one, "cancel") == "Cancelled: 1."
    assert buttons(desk, one) == set()
    assert "cannot do that now" in press(desk, one, "resume")
    assert one.state == SweepState.CANCELLED


def test_what_the_brake_stopped_is_accepted_here(attio: Attio, desk: Desk) -> None:
    there = sow(attio, 30)
    sweep(attio)
    delete(attio, *there[:21])
    one = sweep(attio).sweep
    assert one is not None
    assert "21 of 30 linked records" in desk.visit("attio_mirror_sweep_change", one.pk)
    assert buttons(desk, one) == {"resume", "accept", "cancel"}
    assert press(desk, one, "accept") == "Deletions accepted: 1."
    go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.buried) == (SweepState.DONE, 21)
    assert mirrored() == set(there[21:])


def test_only_what_the_brake_stopped_can_be_accepted(attio: Attio, desk: Desk) -> None:
    one = begin(attio.connection, "companies")
    press(desk, one, "pause")
    assert "cannot do that now" in press(desk, one, "accept")
    assert (one.state, one.consented_at) == (SweepState.PAUSED, None)


def test_the_list_tells_how_far_a_sweep_is(attio: Attio, desk: Desk) -> None:
    sow(attio, 40)
    sweep(attio)
    small_pages(attio, 10)
    running = begin(attio.connection, "companies")
    Sweep.objects.filter(pk=running.pk).update(seen=10, worked=60)
    page = desk.visit("attio_mirror_sweep_changelist")
    assert "10 records, 25%, about 3 min left" in page
    assert "40 records<" in page
    assert SweepKind.FULL.label in page


def test_whoever_may_only_look_may_tell_it_nothing(attio: Attio, clerk: Callable[..., Desk]) -> None:
    one = begin(attio.connection, "companies")
    viewer = clerk("view_sweep")
    assert buttons(viewer, one) == set()
    assert viewer.client.post(f"/admin/attio_mirror/sweep/{one.pk}/attio-do/cancel/").status_code == 403
    one.refresh_from_db()
    assert one.state == SweepState.RUNNING


def test_records_that_no_row_could_be_written_for_are_named_with_the_reason(attio: Attio, desk: Desk) -> None:
    User.objects.bulk_create([User(user_id="u-1")])  # not marked
    record_id = attio.create("users", user_id="u-1", primary_email_address="ann@example.com")
    attio.pull_all()
    one = Sweep.objects.get(object="users")
    page = desk.visit("attio_mirror_sweep_change", one.pk)
    assert record_id in page
    assert "constraint" in page or "Duplicate entry" in page
    assert "u-1" not in page
    operations = "attio_mirror_operations_changelist"
    assert "No row could be written for 1 record." in desk.visit(operations)
    User.objects.all().delete()
    attio.pull_all()
    assert "No row could be written" not in desk.visit(operations)
