"""A refused or dropped edit that nobody wants any more: with nothing left to say, the row is in step again."""

from __future__ import annotations

import pytest

from attio_mirror.models import Deal, LinkState, OutboxEntry
from attio_mirror.sync.push.retry import drop
from attio_mirror.testing import Attio

from .test_main_job import make_deal
from .test_refusals import custom


@pytest.fixture
def refused(attio: Attio) -> Deal:
    """Ada wants a contract number that another deal has."""
    custom(attio, "contract", "text", is_unique=True)
    attio.create("deals", name="Other", stage="Lead", owner="ada@example.com", contract="C-1")
    attio.pull_all()
    deal = make_deal(attio, other_values={"contract": "C-2"})
    attio.drain()
    deal.refresh_from_db()
    deal.other_values["contract"] = "C-1"
    deal.save()
    attio.drain()
    assert attio.state(deal) == LinkState.REFUSED
    attio.gate.forget()
    return deal


def test_an_edit_put_back_after_its_refusal_is_no_longer_refused(attio: Attio, refused: Deal) -> None:
    refused.other_values["contract"] = "C-2"
    refused.save()
    attio.drain()
    assert attio.state(refused) == LinkState.IN_STEP
    assert OutboxEntry.objects.unfinished().count() == 0
    assert attio.gate.writes() == []


def test_a_refused_edit_that_attio_comes_to_say_itself_is_no_longer_refused(attio: Attio, refused: Deal) -> None:
    other = Deal.objects.get(name="Other")
    attio.edit(other, contract="C-3")
    attio.edit(refused, contract="C-1")
    attio.pull(other, refused)
    attio.drain()
    assert attio.state(refused) == LinkState.IN_STEP
    assert OutboxEntry.objects.unfinished().count() == 0
    assert attio.gate.writes() == []


def test_a_dropped_edit_put_back_is_in_step(attio: Attio, refused: Deal) -> None:
    drop(attio.entry(refused))
    refused.other_values["contract"] = "C-2"
    refused.save()
    attio.drain()
    assert attio.state(refused) == LinkState.IN_STEP
    assert attio.gate.writes() == []


def test_a_save_that_changes_nothing_asks_nothing(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.gate.forget()
    deal.save()
    attio.drain()
    assert (attio.gate.log, attio.state(deal)) == ([], LinkState.IN_STEP)
