"""What we said and nobody heard (decision 0013): who edits upon it, here or in Attio, loses nothing in silence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from attio_mirror.core.merge import Policy
from attio_mirror.models import Conflict, Deal, LinkState, OutboxEntry, OutboxState
from attio_mirror.sandbox import faults
from attio_mirror.testing import Attio

from .test_main_job import make_deal, rename
from .test_out_of_sight import decides


def say_coffee(attio: Attio, fault: faults.Fault) -> Deal:
    """A deal that was Tea; that it is Coffee now was said, and no answer came."""
    deal = make_deal(attio)
    attio.drain()
    attio.gate.faults.add(fault, method="PATCH", path=r"/deals/records/")
    rename(deal, "Coffee")
    attio.drain(patient=False)
    return deal


@pytest.fixture
def unheard(attio: Attio) -> Deal:
    """One that Attio took."""
    deal = say_coffee(attio, faults.timeout_after)
    assert attio.record(deal)["name"] == "Coffee"
    return deal


def test_who_puts_back_what_was_unheard_does_not_lose_to_a_member_in_silence(attio: Attio, unheard: Deal) -> None:
    attio.edit(unheard, name="Cocoa")
    rename(unheard, "Tea")
    attio.drain()
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.ours, conflict.theirs) == ("Coffee", "Tea", "Cocoa")
    assert attio.record(unheard)["name"] == "Cocoa"


def test_who_puts_it_back_after_both_sides_parted_does_not_lose_in_silence_either(attio: Attio, unheard: Deal) -> None:
    """Attio had Coffee, and a member saw it; of that nothing was heard when the conflict about what followed began."""
    attio.edit(unheard, name="Cocoa")
    rename(unheard, "Chai")
    attio.pull(unheard)
    assert (Conflict.objects.get().ours, Conflict.objects.get().theirs) == ("Chai", "Cocoa")
    unheard.value = Decimal(7)
    unheard.save(update_fields=["value"])
    attio.drain()
    assert attio.record(unheard)["value"] == 7
    attio.edit(unheard, name="Cacao")
    rename(unheard, "Tea")
    attio.drain()
    attio.pull(unheard)
    conflict = Conflict.objects.get(resolved_at=None)
    assert (conflict.base, conflict.ours, conflict.theirs) == ("Coffee", "Tea", "Cacao")
    attio.edit(unheard, name="Tea")
    attio.pull(unheard)
    assert attio.state(unheard) == LinkState.IN_STEP


def test_a_reading_before_our_word_arrives_does_not_make_it_forgotten(attio: Attio) -> None:
    deal = say_coffee(attio, faults.timeout_before)
    attio.edit(deal, value=5)
    attio.pull(deal)
    attio.edit(deal, name="Coffee")  # it arrives after all
    attio.edit(deal, name="Cocoa")
    rename(deal, "Tea")
    attio.drain()
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.ours, conflict.theirs) == ("Coffee", "Tea", "Cocoa")


def test_a_row_that_took_a_members_value_since_was_not_put_back_by_anybody(
    attio: Attio, unheard: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    decides(monkeypatch, "name", Policy.ATTIO)
    OutboxEntry.objects.unfinished().update(state=OutboxState.SENDING)  # its worker died
    for name in ("Cocoa", "Cacao"):
        attio.edit(unheard, name=name)
        attio.pull(unheard)
    unheard.refresh_from_db()
    assert unheard.name == "Cacao"
    [yielded] = Conflict.objects.all()
    assert (yielded.ours, yielded.theirs) == ("Coffee", "Cocoa")
