"""An edit that was dropped is still an edit: the row owes it, and says so."""

from __future__ import annotations

from attio_mirror.models import Deal, LinkState
from attio_mirror.sync.find import find
from attio_mirror.sync.push.retry import drop
from attio_mirror.testing import Attio


def _dropped(attio: Attio) -> Deal:
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.drain()
    deal.name = "Coffee"
    deal.save()
    assert drop(attio.entry(deal))
    return deal


def test_a_dropped_edit_is_not_in_step(attio: Attio) -> None:
    deal = _dropped(attio)
    assert attio.state(deal) == LinkState.DROPPED


def test_reading_the_record_does_not_make_a_dropped_edit_in_step(attio: Attio) -> None:
    deal = _dropped(attio)
    attio.pull(deal)
    assert attio.state(deal) == LinkState.DROPPED


def test_when_attio_comes_to_say_the_same_it_is_in_step(attio: Attio) -> None:
    deal = _dropped(attio)
    attio.edit(deal, name="Coffee")
    attio.pull(deal)
    assert attio.state(deal) == LinkState.IN_STEP


def test_the_local_sweep_takes_a_dropped_edit_up_again(attio: Attio) -> None:
    deal = _dropped(attio)
    find(attio.connection)
    assert attio.state(deal) == LinkState.WAITING
    attio.drain()
    assert attio.state(deal) == LinkState.IN_STEP
    assert attio.record(deal)["name"] == "Coffee"
