"""What the machine of tests/machine found, one example each, in the fewest steps that show it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from attio_mirror.mirrors.mirror import Mirror, WhenGone, Writes
from attio_mirror.mirrors.shipped import DealMirror, PersonMirror
from attio_mirror.models import AttributeValue, Company, Conflict, Deal, LinkState, OutboxEntry, Person, Resolution
from attio_mirror.sandbox import faults
from attio_mirror.sync.find import find
from attio_mirror.sync.push import pump
from attio_mirror.testing import Attio

from .test_main_job import make_deal


@contextmanager
def declared(mirror: type[Mirror[Any]], **options: Any) -> Iterator[None]:
    """A mirror with other words in `Meta`."""
    before = mirror.options
    mirror.options = replace(before, **options)
    try:
        yield
    finally:
        mirror.options = before


def test_the_local_sweep_leaves_open_conflicts_alone(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.edit(deal, name="Ben's tea")
    Deal.objects.update(name="Our tea")
    find(attio.connection)
    attio.drain()
    assert attio.state(deal) == LinkState.CONFLICT
    assert find(attio.connection) == 0, "a person must decide first; until then there is nothing to send"


def test_records_become_rows_also_where_rows_are_saved_one_by_one(attio: Attio) -> None:
    with declared(DealMirror, writes=Writes.SAVE):
        attio.create("deals", name="Tea", stage="Lead", owner="ben@example.com")
        attio.pull_all()
        deal = Deal.objects.get()
        assert attio.state(deal) == LinkState.IN_STEP
        attio.edit(deal, name="Coffee")
        attio.pull(deal)
    deal.refresh_from_db()
    assert deal.name == "Coffee"
    assert OutboxEntry.objects.count() == 0, "the signals of our own writing mark nothing"


def test_two_rows_with_one_key_do_not_write_over_each_other(attio: Attio) -> None:
    first, second = (Person.objects.create(full_name=n, email_addresses=["a@example.com"]) for n in ("Ann", "Bob"))
    attio.drain()
    assert attio.record(first)["name"] == "Ann"
    assert (attio.state(first), attio.state(second)) == (LinkState.IN_STEP, LinkState.REFUSED)
    third = Person.objects.create(full_name="Cem", email_addresses=["a@example.com"])
    attio.drain()
    assert attio.record(first)["name"] == "Ann", "an assert would have found Ann's record and written over it"
    assert attio.state(third) == LinkState.REFUSED


def test_a_row_waits_while_a_like_one_is_on_its_way(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/people/records$")
    first = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
    attio.drain(patient=False)
    second = Person.objects.create(full_name="Bob", email_addresses=["a@example.com"])
    attio.drain(patient=False)
    assert attio.state(second) == LinkState.WAITING
    attio.drain()
    assert attio.record(first)["name"] == "Ann"
    assert attio.state(second) == LinkState.REFUSED


def test_a_record_whose_creation_was_not_answered_is_found_though_a_colleague_edited_it(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    pump(attio.connection.pk)
    rename_the_only_deal(attio, "Ben's tea")
    attio.drain()
    attio.pass_time(61)
    attio.drain()
    attio.pull_all()
    assert [record["name"] for record in attio.records("deals")] == ["Ben's tea"]
    deal.refresh_from_db()
    assert deal.name == "Ben's tea"


def rename_the_only_deal(attio: Attio, name: str) -> None:
    """Ben renames a deal whose id we do not know."""
    [record_id] = attio.world.objects.find("deals").holders  # type: ignore[union-attr]  # a standard object
    path = f"/v2/objects/deals/records/{record_id}"
    attio.ask("PATCH", path, {"data": {"values": {"name": name}}}, by="Ben")


def test_both_may_edit_a_record_whose_creation_was_not_answered_and_neither_is_overwritten(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    pump(attio.connection.pk)
    rename_the_only_deal(attio, "Ben's tea")
    deal.name = "Our tea"
    deal.save(update_fields=["name"])
    attio.drain()
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.ours, conflict.theirs) == ("Tea", "Our tea", "Ben's tea")


def test_an_answer_settled_late_makes_no_edit_of_ours_out_of_a_colleagues(
    attio: Attio, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = make_deal(attio)
    attio.drain()
    Deal.objects.filter(pk=deal.pk).update(name="Ours")
    find(attio.connection)
    with monkeypatch.context() as patch:
        patch.setattr("attio_mirror.sync.push.batch.settle", _die)
        with pytest.raises(KeyboardInterrupt):
            pump(attio.connection.pk)
    attio.pull(deal)
    attio.edit(deal, name="Ben's first")
    attio.pull(deal)
    attio.edit(deal, name="Ben's second")
    attio.pass_time(200)
    attio.drain()
    deal.refresh_from_db()
    assert (deal.name, Conflict.objects.count()) == ("Ben's second", 0)


def test_what_was_answered_has_arrived_though_its_process_died_before_it_was_settled(
    attio: Attio, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Person.objects.create(full_name="Ann", job_title="Baker", email_addresses=["a@example.com"])
    attio.drain()
    ann.job_title, ann.email_addresses = "Cook", ["a@example.com", "b@example.com"]
    ann.save(update_fields=["job_title", "email_addresses"])
    with monkeypatch.context() as patch:
        patch.setattr("attio_mirror.sync.push.batch.settle", _die)
        with pytest.raises(KeyboardInterrupt):
            pump(attio.connection.pk)
    attio.edit(ann, job_title="Baker", email_addresses=["a@example.com"])
    attio.pull(ann)
    attio.pass_time(200)
    attio.drain()
    ann.refresh_from_db()
    assert (ann.job_title, ann.email_addresses) == ("Baker", ["a@example.com"]), "Ben took back what we had said"
    assert (attio.record(ann)["job_title"], attio.record(ann)["email_addresses"]) == ("Baker", "a@example.com")


def test_what_was_answered_and_read_is_not_taken_for_news_once_more(
    attio: Attio, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
    attio.drain()
    both = ["a@example.com", "b@example.com"]
    ann.email_addresses = both
    ann.save(update_fields=["email_addresses"])
    with monkeypatch.context() as patch:
        patch.setattr("attio_mirror.sync.push.batch.settle", _die)
        with pytest.raises(KeyboardInterrupt):
            pump(attio.connection.pk)
    attio.edit(ann, job_title="Cook", email_addresses=["a@example.com"])
    attio.pull(ann)
    ann.refresh_from_db()
    assert ann.email_addresses == ["a@example.com"]
    ann.email_addresses = both
    ann.save(update_fields=["email_addresses"])
    attio.pass_time(200)
    attio.drain()
    ann.refresh_from_db()
    assert sorted(ann.email_addresses) == both, "Ada said it again"
    assert sorted(attio.record(ann)["email_addresses"]) == both


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_new_row_does_not_write_over_the_record_that_is_just_getting_its_key(attio: Attio) -> None:
    ann = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
    attio.drain()
    ann.email_addresses = ["a@example.com", "b@example.com"]
    ann.save(update_fields=["email_addresses"])
    bob = Person.objects.create(full_name="Bob", email_addresses=["b@example.com"])
    attio.drain()
    assert attio.record(ann)["name"] == "Ann"
    assert (attio.state(ann), attio.state(bob)) == (LinkState.IN_STEP, LinkState.REFUSED)


def test_a_create_that_may_not_be_sent_does_not_keep_new_records_out(attio: Attio) -> None:
    attio.gate.faults.add(faults.status(403), path="/records$", times=9)
    make_deal(attio)
    attio.drain(patient=False)
    attio.create("deals", name="Coffee", stage="Lead", owner="ben@example.com")
    attio.pull_all()
    assert Deal.objects.filter(name="Coffee").exists()


def test_a_row_made_again_under_its_key_keeps_the_record_that_was_to_be_deleted(attio: Attio) -> None:
    with declared(PersonMirror, on_delete=WhenGone.DELETE):
        ann = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
        attio.drain()
        ann.delete()
        again = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
        attio.drain()
    assert attio.state(again) == LinkState.IN_STEP
    assert [one["email_addresses"] for one in attio.records("people")] == ["a@example.com"]


def test_the_conflicts_of_a_deleted_row_are_over(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.edit(deal, name="Ben's tea")
    Deal.objects.update(name="Our tea")
    attio.pull(deal)
    deal.refresh_from_db()
    deal.delete()
    assert [one.resolution for one in Conflict.objects.all()] == [Resolution.DELETED]


def test_a_record_that_brings_a_new_attribute_is_written_once(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    asked = {"title": "Tint", "api_slug": "tint", "type": "text", "description": None}
    more = {"is_multiselect": False, "is_required": False, "is_unique": False, "config": {}}
    attio.ask("POST", "/v2/objects/deals/attributes", {"data": asked | more})
    attio.pull_all()
    before = attio.link(deal).synced_at
    attio.pull_all()
    assert attio.link(deal).synced_at == before


def test_a_value_that_was_in_conflict_and_was_cleared_is_not_believed_any_more(attio: Attio) -> None:
    person = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
    attio.drain()
    attio.edit(person, job_title="Theirs")
    Person.objects.update(job_title="Ours")
    attio.pull(person)
    assert attio.state(person) == LinkState.CONFLICT
    attio.edit(person, job_title=[])
    Person.objects.update(job_title=None)
    attio.pull(person)
    believed = AttributeValue.objects.current().filter(link=attio.link(person), attribute__slug="job_title")
    assert not believed.exists()


def test_a_row_made_again_under_its_key_is_pointed_to_as_before(attio: Attio) -> None:
    tea, ann, deal = _pointed_to(attio)
    tea.delete()
    ann.delete()
    tea = Company.objects.create(name="Tea", domains=["tea.example"])
    ann = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
    attio.drain()
    _still_points(attio, deal, tea, ann)


def test_a_row_that_came_back_under_its_primary_key_is_pointed_to_as_before(attio: Attio) -> None:
    tea, ann, deal = _pointed_to(attio)
    company_pk, person_pk = tea.pk, ann.pk
    tea.delete()
    ann.delete()
    tea = Company.objects.create(pk=company_pk, name="Tea", domains=["tea.example"])
    ann = Person.objects.create(pk=person_pk, full_name="Ann", email_addresses=["a@example.com"])
    attio.drain()
    _still_points(attio, deal, tea, ann)


def test_a_row_that_came_to_point_elsewhere_meanwhile_goes_on_to(attio: Attio) -> None:
    tea, _, deal = _pointed_to(attio)
    other = Company.objects.create(name="Coffee", domains=["coffee.example"])
    attio.drain()
    tea.delete()
    deal.refresh_from_db()
    deal.associated_company = other
    deal.save()
    Company.objects.create(name="Tea", domains=["tea.example"])
    attio.drain()
    deal.refresh_from_db()
    assert deal.associated_company == other
    assert attio.record(deal)["associated_company"] == attio.link(other).record_id


def _pointed_to(attio: Attio) -> tuple[Company, Person, Deal]:
    tea = Company.objects.create(name="Tea", domains=["tea.example"])
    ann = Person.objects.create(full_name="Ann", email_addresses=["a@example.com"])
    deal = make_deal(attio, associated_company=tea)
    deal.associated_people.add(ann)
    attio.drain()
    return tea, ann, deal


def _still_points(attio: Attio, deal: Deal, company: Company, person: Person) -> None:
    find(attio.connection)
    attio.drain()
    deal.refresh_from_db()
    assert deal.associated_company == company
    assert list(deal.associated_people.all()) == [person]
    assert attio.record(deal)["associated_company"] == attio.link(company).record_id
    assert attio.record(deal)["associated_people"] == attio.link(person).record_id
    assert attio.state(deal) == LinkState.IN_STEP
