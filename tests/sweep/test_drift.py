"""Drift counts what nothing had announced, and only that."""

from __future__ import annotations

import pytest

from attio_mirror.models import Company, Connection, InboxEntry, Sweep
from attio_mirror.testing import Attio

from .kit import sow, sweep
from .test_moving import delete


@pytest.fixture
def there(attio: Attio) -> list[str]:
    made = sow(attio, 5)
    sweep(attio)
    return made


def company(record_id: str) -> Company:
    return Company.objects.by_record_id(record_id).get()


def drift(attio: Attio) -> int:
    done = sweep(attio).sweep
    assert done is not None
    return done.drift


def announce(attio: Attio, record_id: str, **more: str) -> None:
    event = {"event_type": "record.updated", "id": {"record_id": record_id}, "actor": {}}
    body = {"webhook_id": "w", "events": [event]}
    InboxEntry.objects.create(connection=attio.connection, idempotency_key=record_id, body=body, **more)


def test_a_first_mirror_is_no_drift(attio: Attio, there: list[str]) -> None:
    assert Sweep.objects.get().drift == 0


def test_changes_births_and_deaths_nobody_announced_are_drift(attio: Attio, there: list[str]) -> None:
    attio.edit(company(there[0]), name="Changed")
    delete(attio, there[1])
    sow(attio, 1, start=10)
    assert drift(attio) == 3
    assert drift(attio) == 0


def test_what_waits_in_the_inbox_was_announced(attio: Attio, there: list[str]) -> None:
    attio.edit(company(there[0]), name="Changed")
    attio.edit(company(there[1]), name="Changed, too")
    delete(attio, there[2])
    announce(attio, there[0])
    announce(attio, there[1], state="done")
    announce(attio, there[2])
    assert drift(attio) == 1


def test_what_we_pushed_ourselves_is_no_drift(attio: Attio, there: list[str]) -> None:
    row = company(there[0])
    row.name = "Ours"
    row.save(update_fields=["name"])
    attio.drain()
    assert drift(attio) == 0


def test_with_a_webhook_a_young_change_may_still_be_announced(attio: Attio, there: list[str]) -> None:
    Connection.objects.update(webhook_id="w")
    attio.connection.refresh_from_db()
    attio.edit(company(there[0]), name="Young")
    assert drift(attio) == 0
    attio.edit(company(there[1]), name="Old")
    attio.world.clock.advance(120)
    assert drift(attio) == 1
