"""The kill switch: while a connection is paused nothing is sent and nothing is read, by whatever way it is tried."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror import tasks
from attio_mirror.core.errors import NotSent
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Deal, InboxEntry, InboxState, OutboxEntry
from attio_mirror.sync import budget, history, schema, sweeps
from attio_mirror.sync.connections import attio as service_of
from attio_mirror.sync.connections import check, pause, resume
from attio_mirror.sync.find import find
from attio_mirror.sync.push import pump
from attio_mirror.sync.sweep import sweep_now
from attio_mirror.testing import Attio


def make_deal(attio: Attio, name: str = "Tea") -> Deal:
    return Deal.objects.create(name=name, stage=attio.stage("Lead"), owner=attio.member("Ada"))


@pytest.fixture
def paused(attio: Attio) -> Attio:
    """A mirrored deal, an edit and a delivery that wait, and the switch thrown."""
    deal = make_deal(attio)
    attio.drain()
    attio.pull_all()
    deal.name = "Coffee"
    deal.save(update_fields=["name"])
    owner = attio.connection.objects_mirrored.get(slug="deals").object_id
    event = {"event_type": "record.updated", "id": {"object_id": owner, "record_id": attio.link(deal).record_id}}
    body = {"webhook_id": "hook", "events": [event]}
    InboxEntry.objects.create(connection=attio.connection, idempotency_key="one", body=body)
    pause(attio.connection)
    attio.gate.forget()
    return attio


WAYS: dict[str, Any] = {
    "push": lambda of: tasks.push(of.pk),
    "pull": lambda of: tasks.pull(of.pk),
    "tick": lambda _: tasks.tick(),
    "care": lambda _: tasks.care(),
    "full sweep": lambda _: sweeps.sweep_all(),
    "light sweep": lambda _: sweeps.look_at_all(),
    "history": lambda of: history.read_wishes(of.pk),
    "audit": lambda _: history.audit_all(),
    "local sweep": find,
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_asked_of_attio(paused: Attio, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attio_mirror.sync.wake.enqueue", lambda *_: None)
    WAYS[way](paused.connection)
    assert paused.gate.log == []


@pytest.mark.parametrize(
    "ask",
    [check, schema.refresh, lambda of: service_of(of).objects(), lambda of: sweep_now(of, registry.of_object("deals"))],
)
def test_a_person_who_asks_is_told(paused: Attio, ask: Any) -> None:
    with pytest.raises(NotSent, match="paused"):
        ask(paused.connection)
    assert paused.gate.log == []


def test_after_the_pause_everything_goes_on_where_it_was(paused: Attio) -> None:
    resume(paused.connection)
    tasks.tick()
    assert [deal["name"] for deal in paused.records("deals")] == ["Coffee"]
    assert InboxEntry.objects.get().state == InboxState.DONE


def test_a_pause_takes_hold_in_the_middle_of_a_batch(attio: Attio, configured: Any, monkeypatch: Any) -> None:
    configured(THREADS=1)
    for number in range(5):
        make_deal(attio, f"Deal {number}")
    draw = budget.RateBudget.objects.draw
    turns = iter(range(5))

    def draw_then_pause(connection_id: int, kind: str, **how: Any) -> float | None:
        if kind == "write" and next(turns, 9) == 2:
            pause(attio.connection)
        return draw(connection_id, kind, **how)

    monkeypatch.setattr(type(budget.RateBudget.objects), "draw", lambda _, *args, **how: draw_then_pause(*args, **how))
    pump(attio.connection.pk)
    assert len(attio.records("deals")) == 2
    assert sorted(OutboxEntry.objects.values_list("state", "attempts")) == [("settled", 1)] * 2 + [("waiting", 0)] * 3
    resume(attio.connection)
    attio.drain()
    assert len(attio.records("deals")) == 5


def test_a_read_refused_by_the_pause_costs_no_attempt(attio: Attio, monkeypatch: Any) -> None:
    deal = make_deal(attio)
    attio.drain()
    deal.name = "Coffee"
    deal.save(update_fields=["name"])

    def paused_just_now(*_: Any) -> Any:
        raise budget.Paused("The connection is paused.")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("attio_mirror.sync.push.batch.find_twins", paused_just_now)
        pump(attio.connection.pk)
    assert attio.entry(deal).attempts == 0
    attio.drain()
    assert attio.record(deal)["name"] == "Coffee"


def test_pausing_one_connection_leaves_the_other_at_work(attio: Attio, other: Attio) -> None:
    other.create("companies", name="Elsewhere", domains=["elsewhere.example"])
    pause(attio.connection)
    other.pull_all()
    assert other.connection.links.filter(object="companies").count() == 1
