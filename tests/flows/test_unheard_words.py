"""What we said and nobody heard (decision 0013): who edits upon it, here or in Attio, loses nothing in silence."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.utils import timezone

from attio_mirror.core.merge import Policy
from attio_mirror.models import Conflict, Deal, LinkState, OutboxEntry, OutboxState, Person
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


def test_who_edits_what_was_answered_had_seen_it_though_a_reading_before_had_not(attio: Attio) -> None:
    deal = say_coffee(attio, faults.timeout_before)
    attio.edit(deal, value=5)
    attio.pull(deal)
    attio.edit(deal, name="Coffee")  # it arrives after all, and the worker dies with the answer
    OutboxEntry.objects.unfinished().update(state=OutboxState.ANSWERED, answered_at=timezone.now(), waiting_slot=None)
    attio.edit(deal, name="Cocoa")
    attio.pull(deal)
    deal.refresh_from_db()
    assert (deal.name, Conflict.objects.count()) == ("Cocoa", 0)


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


@pytest.mark.parametrize("names", [("Coffee", "Cocoa", "Coffee"), ("Cocoa", "Coffee")], ids=["seen", "overtaken"])
def test_who_goes_back_to_what_we_had_said_is_not_taken_for_us(
    attio: Attio, unheard: Deal, names: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """We hear each time what a member makes of it."""
    decides(monkeypatch, "name", Policy.ATTIO)
    for name in names:
        attio.edit(unheard, name=name)
        attio.pull(unheard)
    unheard.refresh_from_db()
    assert unheard.name == "Coffee"
    attio.gate.forget()
    attio.drain()
    assert attio.gate.writes() == []


# -- multi-values: each element is a word of its own --------------------------------------------------------------


@pytest.fixture
def team(attio: Attio) -> list[Person]:
    """Ann, Bob and Cleo."""
    names = ("ann", "bob", "cleo")
    people = [Person.objects.create(full_name=name, email_addresses=[f"{name}@example.com"]) for name in names]
    attio.drain()
    return people


def assign(attio: Attio, deal: Deal, people: Sequence[Person]) -> None:
    """A member decides who belongs to a deal."""
    ids = [attio.link(one).record_id for one in people]
    attio.edit(deal, associated_people=[{"target_object": "people", "target_record_id": one} for one in ids])


def of(attio: Attio, deal: Deal, team: Sequence[Person]) -> tuple[set[Person], set[Person]]:
    """Whom a deal has here, and whom in Attio."""
    ids = attio.record(deal)["associated_people"] or ()
    return set(deal.associated_people.all()), {one for one in team if str(attio.link(one).record_id) in ids}


def unanswered(attio: Attio, team: Sequence[Person], method: str, before: Sequence[int], after: Sequence[int]) -> Deal:
    """A deal that had some people; that it has others was said, and taken, and no answer came."""
    deal = make_deal(attio)
    deal.associated_people.set([team[n] for n in before])
    attio.drain()
    attio.gate.faults.add(faults.timeout_after, method=method, path=r"/deals/records/")
    deal.associated_people.set([team[n] for n in after])
    attio.drain(patient=False)
    return deal


def test_who_puts_back_what_we_had_repeated_is_not_taken_for_us(attio: Attio, team: list[Person]) -> None:
    """We added Ann to Bob. Bob goes, which we hear, and comes back."""
    _, bob, cleo = team
    deal = unanswered(attio, team, "PATCH", before=[1], after=[0, 1])
    assign(attio, deal, [])
    attio.pull(deal)
    assign(attio, deal, [bob])
    deal.associated_people.set([cleo])
    attio.drain()
    assert of(attio, deal, team) == ({bob, cleo}, {bob, cleo})


def test_who_puts_back_what_we_had_added_is_not_taken_for_us(attio: Attio, team: list[Person]) -> None:
    """We added Ann, which is seen. Then she goes, which we hear, and comes back."""
    ann, bob, cleo = team
    deal = unanswered(attio, team, "PATCH", before=[1], after=[0, 1])
    attio.pull(deal)
    assign(attio, deal, [bob])
    attio.pull(deal)
    assign(attio, deal, [ann, bob])
    deal.associated_people.set([bob, cleo])
    attio.drain()
    assert of(attio, deal, team) == ({ann, bob, cleo}, {ann, bob, cleo})


def test_who_takes_away_again_what_we_had_taken_away_is_not_taken_for_us(attio: Attio, team: list[Person]) -> None:
    """We took Ann away, which is seen. Then she comes back, which we hear, and goes."""
    ann, bob, cleo = team
    deal = unanswered(attio, team, "PUT", before=[0, 1], after=[1])
    attio.pull(deal)
    assign(attio, deal, [ann, bob])
    attio.pull(deal)
    assert of(attio, deal, team) == ({ann, bob}, {ann, bob})
    assign(attio, deal, [bob])
    deal.associated_people.add(cleo)
    attio.drain()
    assert of(attio, deal, team) == ({bob, cleo}, {bob, cleo})


def test_who_takes_back_here_what_arrives_only_now_is_heard(attio: Attio, team: list[Person]) -> None:
    """Our words outlast a reading that does not show them yet."""
    ann, bob, _ = team
    deal = unanswered(attio, team, "PATCH", before=[1], after=[0, 1])
    assign(attio, deal, [bob])
    attio.edit(deal, value=5)
    attio.pull(deal)
    assign(attio, deal, [ann, bob])  # it arrives after all
    deal.associated_people.set([bob])
    attio.drain()
    assert of(attio, deal, team) == ({bob}, {bob})
