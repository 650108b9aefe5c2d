"""A pump goes on talking: it settles and prepares while requests are out, and says nothing that is no longer true."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attio_mirror.mirrors.mirror import WhenGone
from attio_mirror.mirrors.shipped import PersonMirror
from attio_mirror.models import ATTRIBUTES, Attribute, Company, Conflict, Link, LinkState, OutboxState, Person
from attio_mirror.signals import reconciled
from attio_mirror.sync.push import batch, pump, speak
from attio_mirror.sync.push.claim import claim, renew
from attio_mirror.sync.push.retry import drop
from attio_mirror.testing import Attio

from ..flows.test_found_by_the_machine import declared
from ..flows.test_main_job import make_deal, rename
from ..flows.test_refusals import custom

PATIENCE = 5
"""Seconds a request is held back at most: whoever waits in vain fails."""


@pytest.fixture
def narrow(settings: Any) -> Callable[..., None]:
    """Few threads and small batches."""

    def change(**given: int) -> None:
        settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, **given}

    return change


@pytest.fixture
def answers(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Callable[[], object]]:
    """What is done, by method and end of the path, after Attio acted and before its answer arrives."""
    before: dict[tuple[str, str], Callable[[], object]] = {}
    answer = attio.gate.answer

    def answer_later(method: str, path: str, **what: Any) -> Any:
        reply = answer(method, path, **what)
        for (verb, end), act in list(before.items()):
            if method == verb and path.endswith(end):
                act()
        return reply

    monkeypatch.setattr(attio.gate, "answer", answer_later)
    return before


@pytest.fixture
def at_turns(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What is done, one thing each time, when turns are drawn for what is composed."""
    acts: list[Callable[[], object]] = []
    reserve = speak.reserve

    def act_and_reserve(*args: Any) -> Any:
        if acts:
            acts.pop(0)()
        return reserve(*args)

    monkeypatch.setattr(speak, "reserve", act_and_reserve)
    return acts


# -- at once -------------------------------------------------------------------------------------------------------


@pytest.fixture
def told() -> Iterator[threading.Event]:
    """Set when a row was settled."""
    event = threading.Event()

    def hear(**_: object) -> None:
        event.set()

    reconciled.connect(hear, dispatch_uid="told")
    yield event
    reconciled.disconnect(dispatch_uid="told")


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_settled_while_another_request_is_out(
    attio: Attio, answers: dict[tuple[str, str], Any], told: threading.Event
) -> None:
    deals = [make_deal(attio), make_deal(attio)]
    waits = iter([lambda: told.wait(PATIENCE), lambda: True])
    in_time: list[bool] = []
    answers["POST", "/deals/records"] = lambda: in_time.append(next(waits)())
    pump(attio.connection.pk)
    assert in_time == [True, True]
    assert {attio.state(deal) for deal in deals} == {LinkState.IN_STEP}


@pytest.mark.django_db(transaction=True)
def test_the_next_batch_is_out_before_the_last_is_answered(attio: Attio, answers: dict[tuple[str, str], Any]) -> None:
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    deal = make_deal(attio)
    beside, in_time = threading.Event(), []
    answers["POST", "/companies/records"] = lambda: in_time.append(beside.wait(PATIENCE))
    answers["POST", "/deals/records"] = beside.set
    pump(attio.connection.pk)
    assert in_time == [True]
    assert {attio.state(row) for row in (company, deal)} == {LinkState.IN_STEP}


@pytest.mark.django_db(transaction=True)
def test_who_points_to_a_row_that_is_out_goes_when_that_is_settled(attio: Attio) -> None:
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    deal = make_deal(attio, associated_company=company)
    pump(attio.connection.pk)
    assert [write.path.split("/")[3] for write in attio.gate.writes()] == ["companies", "deals"]
    assert attio.record(deal)["associated_company"] == attio.link(company).record_id


def test_records_wait_for_the_attributes_they_are_composed_by(attio: Attio, narrow: Callable[..., None]) -> None:
    narrow(BATCH=2)
    custom(attio, "note", "text")
    deal = make_deal(attio)
    attio.drain()
    attio.gate.forget()
    attribute = Attribute.objects.get(slug="note", object__slug="deals")
    attribute.api_slug = "remark"
    attribute.save(update_fields=["api_slug"])
    deal.refresh_from_db()
    deal.other_values = {**deal.other_values, "note": "Hot"}
    deal.save(update_fields=["other_values"])
    pump(attio.connection.pk)
    assert [sorted(write.body["data"].get("values", {})) for write in attio.gate.writes()] == [[], ["remark"]]
    assert attio.record(deal)["remark"] == "Hot"


def test_nothing_is_claimed_beside_attributes_nor_these_beside_records(attio: Attio) -> None:
    attribute = Attribute.objects.get(slug="name", object__slug="deals")
    attribute.description = "What for"
    attribute.save(update_fields=["description"])
    assert claim(attio.connection.pk, limit=9, beside={"deals"}) == []
    assert [entry.link.object for entry in claim(attio.connection.pk, limit=9, beside={ATTRIBUTES})] == [ATTRIBUTES]
    make_deal(attio)
    assert claim(attio.connection.pk, limit=9, beside={ATTRIBUTES}) == []
    assert [entry.link.object for entry in claim(attio.connection.pk, limit=9, beside={"people"})] == ["deals"]


# -- nothing that is not true --------------------------------------------------------------------------------------


def test_an_edit_made_after_composing_is_what_is_sent(attio: Attio, at_turns: list[Any]) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.gate.forget()
    rename(deal, "Coffee")
    at_turns.append(lambda: rename(deal, "Cocoa"))
    pump(attio.connection.pk)
    assert [write.body["data"]["values"] for write in attio.gate.writes()] == [{"name": [{"value": "Cocoa"}]}]
    assert (attio.entry(deal).state, attio.entry(deal).attempts) == (OutboxState.SETTLED, 1)


def test_an_edit_in_attio_that_was_heard_of_after_composing_is_not_written_over(
    attio: Attio, at_turns: list[Any]
) -> None:
    """A webhook brings it while our request waits for its turn."""
    deal = make_deal(attio)
    attio.drain()
    attio.gate.forget()
    rename(deal, "Coffee")

    def hear() -> None:
        attio.edit(deal, name="Cocoa")
        attio.pull(deal)

    at_turns.append(hear)
    attio.drain()
    assert attio.gate.writes() == []
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.ours, conflict.theirs) == ("Tea", "Coffee", "Cocoa")
    assert (attio.record(deal)["name"], attio.state(deal)) == ("Cocoa", LinkState.CONFLICT)


def test_an_edit_dropped_after_composing_is_not_sent_and_its_lease_is_given_back(
    attio: Attio, at_turns: list[Any]
) -> None:
    deal = make_deal(attio)
    at_turns.append(lambda: drop(attio.entry(deal)))
    pump(attio.connection.pk)
    assert attio.gate.writes() == []
    assert attio.link(deal).lease_until is None


def test_an_entry_whose_lease_went_to_another_pump_is_that_ones(attio: Attio, at_turns: list[Any]) -> None:
    deal = make_deal(attio)
    later = timezone.now() + timedelta(hours=1)
    at_turns.append(lambda: Link.objects.filter(pk=attio.link(deal).pk).update(lease_until=later))
    pump(attio.connection.pk)
    assert attio.gate.writes() == []
    assert (attio.link(deal).lease_until, attio.entry(deal).attempts) == (later, 1)


def test_the_lease_lasts_from_when_the_request_goes_out(attio: Attio) -> None:
    deal = make_deal(attio)
    [entry] = claim(attio.connection.pk, limit=1)
    turn = timezone.now() + timedelta(seconds=60)
    assert renew(entry, turn)
    assert attio.link(deal).lease_until == turn + timedelta(seconds=120)


def test_a_key_that_is_composed_and_not_said_yet_is_taken(attio: Attio, narrow: Callable[..., None]) -> None:
    narrow(THREADS=1, BATCH=2)
    people = [
        Person.objects.create(full_name=name, email_addresses=[f"{address}@example.com"])
        for name, address in (("Ann", "a"), ("Bob", "b"), ("Twin", "b"))
    ]
    attio.drain()
    assert [attio.state(one) for one in people] == [LinkState.IN_STEP, LinkState.IN_STEP, LinkState.REFUSED]
    assert attio.record(people[1])["name"] == "Bob"


@pytest.mark.django_db(transaction=True)
def test_a_record_deleted_while_its_key_is_looked_for_is_not_adopted(
    attio: Attio, narrow: Callable[..., None], answers: dict[tuple[str, str], Any]
) -> None:
    narrow(THREADS=1, BATCH=2)
    with declared(PersonMirror, on_delete=WhenGone.DELETE):
        zoe = Person.objects.create(full_name="Zoe", email_addresses=["z@example.com"])
        ann = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
        attio.drain()
        ids = [str(attio.link(one).record_id) for one in (zoe, ann)]
        zoe.delete()
        ann.delete()
        again = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
        looked, deleted, in_time = threading.Event(), threading.Event(), []

        def found() -> None:
            if not looked.is_set():
                looked.set()
                in_time.append(deleted.wait(PATIENCE))

        answers["DELETE", ids[0]] = lambda: looked.wait(PATIENCE)
        answers["DELETE", ids[1]] = deleted.set
        answers["POST", "/people/records/query"] = found
        attio.drain()
    assert in_time == [True]
    assert attio.state(again) == LinkState.IN_STEP
    assert [one["email_addresses"] for one in attio.records("people")] == ["a@example.com"]


def test_a_silence_lasts_until_all_who_are_out_are_back(attio: Attio) -> None:
    with speak.Speaker(attio.connection.pk) as speaker:
        speaker.silence.set()
        speaker.out[Future()] = None  # type: ignore[assignment]  # whatever it says
        speaker.speak_up()
        assert speaker.silence.is_set()
        speaker.out.clear()
        speaker.speak_up()
        assert not speaker.silence.is_set()


# -- when something breaks -----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_is_out_when_something_breaks_is_still_heard_and_the_rest_put_back(
    attio: Attio, narrow: Callable[..., None], answers: dict[tuple[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(THREADS=1, BATCH=2)
    deals = [make_deal(attio, name=f"Deal {number}") for number in range(4)]
    debt, seen, broken = batch.debt, [], threading.Event()
    answers["POST", "/deals/records"] = lambda: broken.wait(PATIENCE)

    def break_at_the_third(*args: Any) -> Any:
        seen.append(args)
        if len(seen) == 3:
            broken.set()
            raise RuntimeError
        return debt(*args)

    with monkeypatch.context() as patch:
        patch.setattr(batch, "debt", break_at_the_third)
        with pytest.raises(RuntimeError):
            pump(attio.connection.pk)
    assert [attio.entry(deal).state for deal in deals[:2]] == [OutboxState.ANSWERED, OutboxState.WAITING]
    assert (attio.link(deals[1]).lease_until, attio.entry(deals[1]).attempts) == (None, 0)
    attio.pass_time(200)
    attio.drain()
    assert [attio.state(deal) for deal in deals] == [LinkState.IN_STEP] * 4
    assert len(attio.records("deals")) == 4
