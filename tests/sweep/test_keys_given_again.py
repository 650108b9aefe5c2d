"""A key that is unique here and in Attio goes from one record to another, and the row of the first still holds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attio_mirror.models import AttributeValue, LinkState, OutboxEntry, OutboxState, User, Workspace
from attio_mirror.sync.pull import pull, pull_all
from attio_mirror.testing import Attio

Hear = Callable[[Attio, str, str], object]

WAYS: dict[str, Hear] = {
    "sweep": lambda attio, first, again: pull_all(attio.connection, "users"),
    "the new one": lambda attio, first, again: pull(attio.connection, "users", [again]),
    "the old one, the new one": lambda attio, first, again: [
        pull(attio.connection, "users", [one]) for one in (first, again)
    ],
    "the new one, the old one": lambda attio, first, again: [
        pull(attio.connection, "users", [one]) for one in (again, first)
    ],
}


@pytest.fixture
def ann(attio: Attio) -> User:
    """Among ten others, so that no brake holds a deletion up."""
    for n in range(10):
        attio.create("users", user_id=f"o-{n}", primary_email_address=f"{n}@example.com")
    attio.create("users", user_id="u-1", primary_email_address="ann@example.com")
    pull_all(attio.connection, "users")
    return User.objects.get(user_id="u-1")


def make_again(attio: Attio, user: User, address: str = "ann@new.example.com") -> tuple[str, str]:
    """A colleague deletes a record and makes it anew; both ids."""
    first = str(attio.link(user).record_id)
    attio.ask("DELETE", f"/v2/objects/users/records/{first}", by="Ben")
    return first, attio.create("users", user_id=user.user_id, primary_email_address=address)


@pytest.mark.parametrize("hear", WAYS.values(), ids=WAYS)
def test_a_record_made_again_under_its_key_has_the_row_of_the_one_that_is_gone(
    attio: Attio, ann: User, hear: Hear
) -> None:
    desk = Workspace.objects.create(workspace_id="w-1")
    desk.users.add(ann)
    attio.drain()
    first, again = make_again(attio, ann)
    hear(attio, first, again)
    ann.refresh_from_db()
    assert (ann.primary_email_address, attio.link(ann).record_id) == ("ann@new.example.com", again)
    assert (User.objects.count(), attio.state(ann)) == (11, LinkState.IN_STEP)
    assert list(desk.users.all()) == [ann]
    ann.primary_email_address = "ann@last.example.com"
    ann.save()
    attio.drain()
    assert attio.record(ann)["primary_email_address"] == "ann@last.example.com"
    attio.gate.forget()
    assert not pull_all(attio.connection, "users").report.changed
    attio.drain()
    assert attio.gate.writes() == []


@pytest.mark.parametrize("hear", WAYS.values(), ids=WAYS)
def test_what_was_not_sent_to_the_one_goes_to_the_other(attio: Attio, ann: User, hear: Hear) -> None:
    first, again = make_again(attio, ann, "ann@example.com")
    ann.primary_email_address = "ann@unsent.example.com"
    ann.save()
    hear(attio, first, again)
    attio.drain()
    assert attio.record(ann)["record_id"] == again
    assert attio.record(ann)["primary_email_address"] == "ann@unsent.example.com"
    assert OutboxEntry.objects.exclude(state=OutboxState.SETTLED).count() == 0


def test_its_history_goes_on(attio: Attio, ann: User) -> None:
    make_again(attio, ann)
    pull_all(attio.connection, "users")
    versions = AttributeValue.objects.filter(link=attio.link(ann), attribute__slug="primary_email_address")
    told = list(versions.order_by("active_from").values_list("text", "active_until"))
    assert [text for text, _ in told] == ["ann@example.com", "ann@new.example.com"]
    assert told[0][1] is not None
    assert told[1][1] is None


@pytest.mark.parametrize("everything", [True, False])
def test_a_key_that_moves_to_another_record_makes_room_first(attio: Attio, ann: User, everything: bool) -> None:
    attio.edit(ann, user_id="u-2")
    heir = attio.create("users", user_id="u-1", primary_email_address="bob@example.com")
    report = pull_all(attio.connection, "users").report if everything else pull(attio.connection, "users", [heir])
    assert (report.failed, report.changed) == ({}, 2)
    ann.refresh_from_db()
    assert ann.user_id == "u-2"
    assert User.objects.by_record_id(heir).get().user_id == "u-1"


def test_records_that_exchanged_their_keys_are_told_of_and_stop_nobody(attio: Attio, ann: User) -> None:
    other = User.objects.get(user_id="o-1")
    for user, key in ((ann, "u-tmp"), (other, "u-1"), (ann, "o-1")):
        attio.edit(user, user_id=key)
    attio.create("users", user_id="u-3", primary_email_address="new@example.com")
    report = pull_all(attio.connection, "users").report
    assert report.failed.keys() == {str(attio.link(user).record_id) for user in (ann, other)}
    assert User.objects.filter(user_id="u-3").exists()
    attio.gate.forget()
    attio.drain()
    assert attio.gate.writes() == []


def test_a_living_record_that_takes_the_key_of_one_that_is_gone_waits_for_a_person(attio: Attio, ann: User) -> None:
    """It has a row of its own; which of the two gives way is nothing to guess."""
    other = User.objects.get(user_id="o-1")
    attio.delete(ann)
    attio.edit(other, user_id="u-1")
    report = pull_all(attio.connection, "users").report
    assert report.failed.keys() == {str(attio.link(other).record_id)}
    assert (User.objects.get(pk=ann.pk).user_id, User.objects.get(pk=other.pk).user_id) == ("u-1", "o-1")
    User.objects.filter(pk=ann.pk).delete()
    assert pull_all(attio.connection, "users").report.failed == {}
    assert User.objects.get(pk=other.pk).user_id == "u-1"
