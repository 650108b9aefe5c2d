"""What pointed to merged records, and merges of merged ones."""

from __future__ import annotations

import pytest

from attio_mirror.models import Company, Deal, Link, LinkState, OutboxEntry, OutboxState, Person, User
from attio_mirror.sandbox import faults
from attio_mirror.signals import record_merged
from attio_mirror.sync import merges
from attio_mirror.sync.merges import merged
from attio_mirror.sync.pull import pull
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio

from .kit import sow, sweep
from .merging import assert_merged, join, row, tell


def test_rows_that_pointed_to_an_original_point_to_the_survivor(attio: Attio, pair: tuple[str, str]) -> None:
    reference = {"target_object": "companies", "target_record_id": pair[1]}
    deal_id = attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com", associated_company=reference)
    sweep(attio, "deals")
    quiet = Deal.objects.by_record_id(deal_id).get()
    unsent = Deal.objects.create(
        name="New", stage=attio.stage("Lead"), owner=attio.member("Ada"), associated_company=row(pair[0])
    )
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    for deal in (quiet, unsent):
        deal.refresh_from_db()
        assert deal.associated_company == row(survivor)
    attio.gate.forget()
    attio.drain()
    [write] = attio.gate.writes()
    assert write.method == "POST", "only the new deal was to be sent"
    assert attio.record(unsent)["associated_company"] == survivor
    assert attio.state(quiet) == LinkState.IN_STEP


def test_people_of_both_originals_are_found_at_the_survivor(attio: Attio) -> None:
    ann, bob = (Person.objects.create(full_name=n, email_addresses=[f"{n}@example.com"]) for n in ("ann", "bob"))
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    deal.associated_people.set([ann, bob])
    attio.drain()
    originals = [str(attio.link(one).record_id) for one in (ann, bob)]
    survivor = join(attio, *originals, object_slug="people")
    tell(attio, survivor, *originals, object_slug="people")
    assert set(deal.associated_people.all()) == {Person.objects.by_record_id(survivor).get()}
    attio.gate.forget()
    deal.save()
    attio.drain()
    assert attio.gate.writes() == []


@pytest.mark.usefixtures("rows_follow")
def test_rows_of_the_originals_go_where_the_mirror_says_so(attio: Attio, pair: tuple[str, str]) -> None:
    company = row(pair[0])
    company.description = "Unsent"
    company.save(update_fields=["description"])
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    assert Company.objects.get() == row(survivor)
    attio.drain()
    assert attio.record(row(survivor))["description"] == "Unsent"


@pytest.mark.parametrize("found_gone_before", [False, True])
def test_a_row_takes_over_where_the_table_has_no_room_for_another(attio: Attio, found_gone_before: bool) -> None:
    """`user_id` is unique here: the primary's row becomes the survivor's, with its unsent edit."""
    first = User.objects.create(user_id="u-1", primary_email_address="ann@example.com")
    second = User.objects.create(user_id="u-2", primary_email_address="ann@old.example.com")
    attio.drain()
    originals = [str(attio.link(one).record_id) for one in (first, second)]
    first.primary_email_address = "ann@new.example.com"
    first.save(update_fields=["primary_email_address"])
    survivor = join(attio, *originals, object_slug="users")
    if found_gone_before:
        pull(attio.connection, "users", originals)
        assert attio.entry(first).state == OutboxState.REFUSED
    for told in (originals[1:], originals[:1], originals[1:]):
        tell(attio, survivor, *told, object_slug="users")
    attio.drain()
    assert attio.link(first).record_id == survivor
    assert attio.record(first)["primary_email_address"] == "ann@new.example.com"
    assert Link.objects.get(record_id=originals[1]).merged_into == survivor
    assert User.objects.count() == 2
    assert OutboxEntry.objects.unfinished().count() == 0


def test_a_survivor_that_was_merged_again_passes_all_on(attio: Attio) -> None:
    first, second, third = sow(attio, 3)
    sweep(attio)
    company = row(first)
    company.description = "Unsent"
    company.save(update_fields=["description"])
    middle = join(attio, first, second)
    last = join(attio, middle, third)
    tell(attio, middle, first, second)
    assert {one.merged_into for one in Link.objects.filter(record_id__in=(first, second))} == {middle}
    tell(attio, last, middle, third)
    attio.drain()
    assert_merged(attio, last, first, second, third)
    assert attio.record(row(last))["description"] == "Unsent"


def test_the_last_of_two_merges_may_be_told_first(attio: Attio) -> None:
    """Once the middle record is mirrored, news of the first merge finds its way to the last."""
    first, second, third = sow(attio, 3)
    sweep(attio)
    company = row(first)
    company.description = "Unsent"
    company.save(update_fields=["description"])
    middle = join(attio, first, second)
    pull(attio.connection, "companies", [middle])
    last = join(attio, middle, third)
    tell(attio, last, middle, third)
    tell(attio, middle, first, second)
    attio.drain()
    assert_merged(attio, last, first, second, third, middle)
    assert attio.record(row(last))["description"] == "Unsent"


def test_a_survivor_nobody_ever_saw_and_that_is_gone_leaves_the_edits_where_they_are(attio: Attio) -> None:
    first, second, third = sow(attio, 3)
    sweep(attio)
    company = row(first)
    company.description = "Unsent"
    company.save(update_fields=["description"])
    middle = join(attio, first, second)
    last = join(attio, middle, third)
    tell(attio, last, middle, third)
    tell(attio, middle, first, second)
    assert Link.objects.get(record_id=first).merged_into == middle
    entry = attio.entry(company)
    assert (entry.state, entry.error["code"]) == (OutboxState.REFUSED, "not_found")


def test_a_survivor_that_may_be_our_own_create_waits(attio: Attio, pair: tuple[str, str]) -> None:
    """A create whose answer is lost could be any new record: nobody is buried before that is settled."""
    attio.gate.faults.add(faults.timeout_before, method="POST", path="/deals/records$")
    originals = sow(attio, 2, "deals")
    sweep(attio, "deals")
    Deal.objects.create(name="Ours", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.drain(patient=False)
    survivor = join(attio, *originals, object_slug="deals")
    assert merged(attio.connection, "deals", survivor, originals).stale == [survivor]
    assert Link.objects.tombstones().count() == 0
    attio.pass_time(61)
    attio.drain()
    tell(attio, survivor, *originals, object_slug="deals")
    assert Link.objects.get(record_id=originals[0]).merged_into == survivor
    assert len(attio.records("deals")) == 2


def test_a_row_deleted_here_is_only_noted(attio: Attio, pair: tuple[str, str]) -> None:
    row(pair[0]).delete()
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    assert_merged(attio, survivor, *pair)
    assert Company.objects.count() == 2


@pytest.mark.parametrize("fault", [faults.timeout_before, faults.timeout_after], ids=lambda f: str(f.after))
def test_an_edit_that_was_out_arrives_too(attio: Attio, pair: tuple[str, str], fault: faults.Fault) -> None:
    company = row(pair[1])
    company.description = "Out"
    company.save(update_fields=["description"])
    attio.gate.faults.add(fault, method="PATCH")
    attio.drain(patient=False)
    OutboxEntry.objects.unfinished().update(state=OutboxState.SENDING, waiting_slot=None)
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    attio.pass_time(500)
    attio.drain()
    tick()
    attio.drain()
    assert attio.record(row(survivor))["description"] == "Out"
    assert OutboxEntry.objects.unfinished().count() == 0
    assert merges.settle_left(attio.connection) == 0


def test_an_answer_from_before_the_merge_wakes_no_tombstone(
    attio: Attio, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker died between the answer and its settling, and the record was merged meanwhile."""
    company = row(pair[1])
    company.description = "Answered"
    company.save(update_fields=["description"])
    with monkeypatch.context() as patch:
        patch.setattr("attio_mirror.sync.push.batch.settle", lambda *_: [])
        attio.drain()
    assert attio.entry(company).state == OutboxState.ANSWERED
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    attio.pass_time(500)
    attio.drain()
    assert_merged(attio, survivor, *pair)
    assert OutboxEntry.objects.unfinished().count() == 0
    assert attio.record(row(survivor))["description"] == "Answered"


def test_an_edit_the_survivor_agrees_with_is_done(attio: Attio) -> None:
    """Also where it had been refused, and its row became the survivor's."""
    first = User.objects.create(user_id="u-1", primary_email_address="ann@example.com")
    second = User.objects.create(user_id="u-2", primary_email_address="ann@old.example.com")
    attio.drain()
    originals = [str(attio.link(one).record_id) for one in (first, second)]
    first.primary_email_address = "ann@new.example.com"
    first.save(update_fields=["primary_email_address"])
    attio.edit(first, primary_email_address="ann@new.example.com")
    survivor = join(attio, *originals, object_slug="users")
    pull(attio.connection, "users", originals)
    tell(attio, survivor, *originals, object_slug="users")
    attio.drain()
    assert attio.state(first) == LinkState.IN_STEP
    assert OutboxEntry.objects.unfinished().count() == 0


@pytest.mark.django_db(transaction=True)
def test_hosts_hear_of_each_original_once(attio: Attio, pair: tuple[str, str]) -> None:
    heard: list[tuple[str, str]] = []

    def hear(sender: object, record_id: str, into: str, **_: object) -> None:
        assert sender is Company
        heard.append((record_id, into))

    record_merged.connect(hear)
    try:
        survivor = join(attio, *pair)
        tell(attio, survivor, pair[1])
        tell(attio, survivor, *pair)
    finally:
        record_merged.disconnect(hear)
    assert heard == [(pair[1], survivor), (pair[0], survivor)]


def test_an_object_that_is_not_mirrored_is_a_lookup_error(attio: Attio) -> None:
    with pytest.raises(LookupError):
        merged(attio.connection, "spaceships", "a", ["b"])
