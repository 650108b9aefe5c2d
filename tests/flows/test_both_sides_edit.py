"""Both sides edit. No accepted edit is lost in silence."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from attio_mirror.core.merge import Policy
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Conflict, Deal, LinkState, Person
from attio_mirror.sync.acting import acting
from attio_mirror.sync.far import RecordsFar
from attio_mirror.sync.pull import pull
from attio_mirror.testing import Attio

from .test_main_job import make_deal


@pytest.fixture
def deal(attio: Attio) -> Deal:
    deal = make_deal(attio)
    attio.drain()
    return deal


def test_edits_of_different_attributes_both_arrive(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, value=7)
    deal.name = "Coffee"
    deal.save(update_fields=["name"])
    attio.drain()
    deal.refresh_from_db()
    assert (deal.value, attio.record(deal)["name"]) == (7, "Coffee")
    assert Conflict.objects.count() == 0


def test_a_colleagues_unseen_edit_is_not_overwritten_but_becomes_a_conflict(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, name="Ben's tea")
    deal.name = "Our tea"
    deal.save(update_fields=["name"])
    attio.drain()
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.ours, conflict.theirs) == ("Tea", "Our tea", "Ben's tea")
    assert attio.record(deal)["name"] == "Ben's tea"
    assert attio.state(deal) == LinkState.CONFLICT
    deal.refresh_from_db()
    assert deal.name == "Our tea"


@pytest.mark.parametrize("policy", [None, Policy.ATTIO])
@pytest.mark.parametrize("hears_first", [False, True])
def test_a_conflict_names_who_edited_here(
    attio: Attio, deal: Deal, policy: Policy | None, hears_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry.of_model(Deal).declared["name"], "on_conflict", policy)  # type: ignore[union-attr]  # shipped
    ada = User.objects.create(username="ada")
    attio.edit(deal, name="Ben's tea")
    deal.name = "Our tea"
    with acting(ada.pk):
        deal.save(update_fields=["name"])
    if hears_first:  # the delivery is quicker than the push
        link = attio.link(deal)
        pull(link.connection, "deals", [str(link.record_id)])
    attio.drain()
    assert Conflict.objects.get().our_user == ada


@pytest.mark.parametrize(
    ("policy", "final"), [(Policy.ATTIO, "Ben's"), (Policy.DJANGO, "Ours"), (Policy.NEWEST, "Ours")]
)
def test_a_stated_policy_decides(attio: Attio, deal: Deal, policy: Policy, final: str) -> None:
    attio.edit(deal, name="Ben's")
    attio.world.clock.advance(-0.0)
    slot = registry.of_model(Deal).declared["name"]  # type: ignore[union-attr]  # shipped
    slot.on_conflict = policy
    try:
        deal.name = "Ours"
        deal.save(update_fields=["name"])
        attio.drain()
    finally:
        slot.on_conflict = None
    deal.refresh_from_db()
    assert (deal.name, attio.record(deal)["name"]) == (final, final)
    traces = Conflict.objects.exclude(resolved_at=None)
    assert traces.count() == (1 if policy == Policy.ATTIO else 0)


def test_an_edit_made_during_the_request_survives(attio: Attio, deal: Deal, monkeypatch: pytest.MonkeyPatch) -> None:
    send = RecordsFar.send
    edits = iter(["Third"])

    def send_and_edit(self: RecordsFar, order: object) -> object:
        answer = send(self, order)  # type: ignore[arg-type]  # passed on
        for name in edits:
            attio.pending_edit = name  # type: ignore[attr-defined]  # told to the calling thread
        return answer

    monkeypatch.setattr(RecordsFar, "send", send_and_edit)
    deal.name = "Second"
    deal.save(update_fields=["name"])
    from attio_mirror.sync.push import batch

    settle = batch.settle

    def edit_then_settle(*args: object) -> object:
        if getattr(attio, "pending_edit", None):
            deal.name = attio.pending_edit  # type: ignore[attr-defined]  # set above
            attio.pending_edit = None  # type: ignore[attr-defined]  # once
            deal.save(update_fields=["name"])
        return settle(*args)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(batch, "settle", edit_then_settle)
    attio.drain()
    deal.refresh_from_db()
    assert (deal.name, attio.record(deal)["name"]) == ("Third", "Third")
    assert Conflict.objects.count() == 0


def test_people_added_on_both_sides_are_all_there(attio: Attio, deal: Deal) -> None:
    ann, bob = (Person.objects.create(full_name=n, email_addresses=[f"{n}@example.com"]) for n in ("ann", "bob"))
    attio.drain()
    attio.edit(deal, associated_people=[{"target_object": "people", "target_record_id": attio.link(bob).record_id}])
    deal.associated_people.add(ann)
    attio.drain()
    assert set(deal.associated_people.all()) == {ann, bob}
    assert len(attio.record(deal)["associated_people"]) == 2


def test_a_value_attio_tidied_is_adopted_not_fought(attio: Attio) -> None:
    person = Person.objects.create(full_name="Ann", email_addresses=["Ann@Example.COM"])
    attio.drain()
    attio.gate.forget()
    attio.drain()
    person.refresh_from_db()
    assert person.email_addresses == ["ann@example.com"]
    assert attio.gate.writes() == []
