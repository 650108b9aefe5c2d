"""PUSH = "inline": no worker is there, so whoever stores a delivery or misses a history also reads it, after commit."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from attio_mirror.models import AttributeValue, Deal, HistoryWish, InboxEntry, InboxState, WishState
from attio_mirror.sandbox import Deliveries, faults
from attio_mirror.sync.history import wanted
from attio_mirror.testing import Attio

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inline(settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "PUSH": "inline", "LINGER": 0.0}


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """What is to follow the commit follows at the end of the block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def make_deal(attio: Attio, name: str = "Tea") -> str:
    return attio.create("deals", name=name, stage="Lead", owner="ada@example.com")


def states() -> set[str]:
    return set(InboxEntry.objects.values_list("state", flat=True))


def test_a_delivery_is_read_once_it_is_stored(
    attio: Attio, deliveries: Deliveries, committed: Any, woken: list[tuple[str, int]]
) -> None:
    make_deal(attio)
    with committed():
        assert set(deliveries.deliver()) == {200}
        assert states() == {InboxState.WAITING}, "not inside the transaction of the webhook"
        assert Deal.objects.count() == 0
    assert Deal.objects.get().name == "Tea"
    assert states() == {InboxState.DONE}
    assert woken == [], "a broker nobody serves is left alone"


def test_a_delivery_that_cannot_be_read_is_answered_with_200_and_read_with_the_next(
    attio: Attio, deliveries: Deliveries, committed: Any
) -> None:
    make_deal(attio, "First")
    attio.gate.faults.add(faults.status(503), path="/records", times=20)
    with committed():
        assert set(deliveries.deliver()) == {200}
    assert states() == {InboxState.WAITING}
    assert Deal.objects.count() == 0
    attio.gate.faults.clear()
    make_deal(attio, "Second")
    with committed():
        assert set(deliveries.deliver()) == {200}
    assert {deal.name for deal in Deal.objects.all()} == {"First", "Second"}
    assert states() == {InboxState.DONE}


def test_a_reader_that_breaks_down_breaks_no_webhook(
    attio: Attio, deliveries: Deliveries, committed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of order")

    make_deal(attio)
    with monkeypatch.context() as patched, committed():
        patched.setattr("attio_mirror.sync.wake.run_now", broken)
        assert set(deliveries.deliver()) == {200}
    assert states() == {InboxState.WAITING}
    call_command("attio_pull", "deals")
    assert states() == {InboxState.DONE}


def test_a_gap_in_a_history_is_filled_at_once(attio: Attio, deliveries: Deliveries, committed: Any) -> None:
    record_id = make_deal(attio)
    with committed():
        deliveries.deliver()
    for title in ("In Progress", "Lost"):
        attio.world.clock.advance(60)
        attio.edit(Deal.objects.get(), stage=title)
    with committed():
        deliveries.deliver()
    stages = AttributeValue.objects.believed().filter(link__record_id=record_id, attribute__slug="stage")
    assert [one.text for one in stages.order_by("active_from")] == ["Lead", "In Progress", "Lost"]


def test_who_opens_a_record_waits_for_a_handful_and_the_next_reads_on(
    attio: Attio, committed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attio_mirror.sync.history.reading.BATCH", 2)
    record_id = make_deal(attio)
    attio.world.clock.advance(days=2)
    attio.ask("PUT", f"/v2/objects/deals/records/{record_id}", {"data": {"values": {"name": "Green tea"}}})
    attio.pull_all()
    link = attio.link(Deal.objects.get())
    for read in (2, 4):
        with committed():
            wanted(link)
        assert HistoryWish.objects.filter(state=WishState.READ).count() == read


def test_a_history_that_cannot_be_read_waits(attio: Attio, committed: Any) -> None:
    make_deal(attio)
    attio.pull_all()
    attio.gate.faults.add(faults.status(503), path="/values", times=50)
    with committed():
        assert wanted(attio.link(Deal.objects.get()))
    assert set(HistoryWish.objects.values_list("state", flat=True)) == {WishState.WAITING}
