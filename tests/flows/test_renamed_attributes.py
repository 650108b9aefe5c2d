"""An attribute is given another slug in Attio while something is kept under its old one."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.models import Conflict, Deal, LinkState, OutboxState, PushBatch
from attio_mirror.sandbox import faults
from attio_mirror.sync.batches import approve, edit
from attio_mirror.testing import Attio

from ..batches.kit import anybody, braked, frame, pile, undo
from ..host.bookshop import add_attribute


@pytest.fixture
def note(attio: Attio) -> Attio:
    """Deals have a note, without a field of its own."""
    add_attribute(attio, "deals", "note", "text")
    attio.refresh()
    return attio


def rename(attio: Attio) -> None:
    attio.ask("PATCH", "/v2/objects/deals/attributes/note", {"data": {"api_slug": "remark"}})
    attio.refresh()


def write(deal: Deal, **values: Any) -> None:
    deal.refresh_from_db()
    deal.other_values = {**deal.other_values, **values}
    deal.save(update_fields=["other_values"])


def test_what_waits_for_approval_goes_on_waiting(note: Attio, settings: Any) -> None:
    settings.ATTIO_MIRROR = braked()
    deals = pile(note, 3)
    edit(frame(note), deals, "note", "Held", anybody)
    rename(note)
    for deal in deals:
        write(deal)
    note.drain()
    assert note.gate.writes() == []
    batch = PushBatch.objects.get()
    assert batch.slug == "remark"
    approve(batch)
    note.drain()
    assert [note.record(deal)["remark"] for deal in deals] == ["Held"] * 3
    approve(undo(batch).batch)
    note.drain()
    assert [note.record(deal)["remark"] for deal in deals] == [None] * 3


def test_our_own_word_is_known_again(note: Attio) -> None:
    """Said, taken, unanswered: what Attio says then is ours, and nobody's edit."""
    [deal] = pile(note, 1)
    write(deal, note="Ours")
    note.gate.faults.add(faults.timeout_after, method="PATCH")
    note.drain(patient=False)
    rename(note)
    write(deal, remark="Ours, again")
    note.pass_time(500)
    note.drain()
    assert note.record(deal)["remark"] == "Ours, again"
    assert Conflict.objects.count() == 0
    assert note.state(deal) == LinkState.IN_STEP


def test_a_refusal_is_told_beside_the_attribute_it_was_about(note: Attio) -> None:
    [deal] = pile(note, 1)
    write(deal, note=["Not", "one", "text"])
    note.drain()
    assert (note.entry(deal).state, note.entry(deal).error["slug"]) == (OutboxState.REFUSED, "note")
    rename(note)
    assert note.entry(deal).error["slug"] == "remark"
