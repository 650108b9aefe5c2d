"""What the database itself refuses, on SQLite, PostgreSQL and MariaDB alike: no rule depends on hope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from attio_mirror.models import (
    AttioList,
    AttioObject,
    Attribute,
    AttributePolicy,
    AwaitedReference,
    Conflict,
    Connection,
    HistoryWish,
    InboxEntry,
    Link,
    Member,
    Option,
    OutboxEntry,
    OutboxState,
    RateBudget,
    Sweep,
    SweepState,
)

from . import kit

pytestmark = pytest.mark.django_db


def twins(make: Callable[[], object]) -> None:
    """Making the same thing twice is refused."""
    make()
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


TWICE: dict[str, Callable[[], object]] = {
    "a connection of one alias": lambda: Connection.objects.create(alias="north"),
    "an object": lambda: AttioObject.objects.create(connection=kit.connection(), object_id="o", slug="deals"),
    "a list": lambda: AttioList.objects.create(connection=kit.connection(), list_id="l", slug="pipeline"),
    "a member": lambda: Member.objects.create(connection=kit.connection(), member_id="m"),
    "a budget": lambda: RateBudget.objects.create(connection=kit.connection(), kind="read"),
    "a delivery": lambda: InboxEntry.objects.create(connection=kit.connection(), idempotency_key="k", body={}),
    "a policy": lambda: AttributePolicy.objects.create(
        connection=kit.connection(), object="deals", slug="stage", policy="hold"
    ),
    "a running sweep": lambda: Sweep.objects.create(
        connection=kit.connection(), object="deals", running_slot=Sweep.slot(kit.connection().pk, "deals")
    ),
    "a row of one attribute": lambda: Attribute.objects.create(
        connection=kit.connection(), target="objects", attribute_id="a", slug="stage", type="status"
    ),
}


@pytest.mark.parametrize("make", TWICE.values(), ids=TWICE)
def test_there_is_no_second_one_of(make: Callable[[], object]) -> None:
    twins(make)


def test_an_option_has_one_row() -> None:
    stage = kit.attribute()
    twins(lambda: Option.objects.create(attribute=stage, option_id="o", title="Lead"))


def test_a_record_has_one_link() -> None:
    kit.link(1, "r-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        kit.link(2, "r-1")


def test_a_row_has_one_link_per_connection() -> None:
    kit.link(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        kit.link(1)
    kit.link(1, connection=kit.connection("north"))


def test_any_number_of_rows_may_wait_for_their_record() -> None:
    for number in range(3):
        kit.link(number, record_id=None)
    assert Link.objects.filter(record_id=None).count() == 3


def test_the_same_record_id_may_stand_in_two_connections_and_two_objects() -> None:
    kit.link(1, "r-1")
    kit.link(2, "r-1", connection=kit.connection("north"))
    kit.link(3, "r-1", object="companies")
    assert Link.objects.filter(record_id="r-1").count() == 3


@pytest.mark.parametrize("second", [state for state in OutboxState if state.is_open])
def test_a_link_has_one_open_entry(second: OutboxState) -> None:
    link = kit.link()
    kit.entry(link)
    with pytest.raises(IntegrityError), transaction.atomic():
        kit.entry(link, second)


def test_a_link_may_have_any_number_of_entries_that_are_done() -> None:
    link = kit.link()
    kit.entry(link)
    for state in (OutboxState.SENDING, OutboxState.SETTLED, OutboxState.SETTLED, OutboxState.FOLDED):
        kit.entry(link, state)
    assert OutboxEntry.objects.filter(link=link).count() == 5


def test_an_attribute_has_one_open_conflict() -> None:
    link = kit.link()
    slot = Conflict.slot(link.pk, "stage")
    Conflict.objects.create(link=link, slug="stage", open_slot=slot)
    Conflict.objects.create(link=link, slug="stage")
    Conflict.objects.create(link=link, slug="name", open_slot=Conflict.slot(link.pk, "name"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Conflict.objects.create(link=link, slug="stage", open_slot=slot)


def test_sweeps_that_are_over_hold_no_slot() -> None:
    for _ in range(2):
        Sweep.objects.create(connection=kit.connection(), object="deals", state=SweepState.DONE)
    assert Sweep.objects.count() == 2


def test_a_version_is_believed_once() -> None:
    link, stage = kit.link(), kit.attribute()
    kit.version(link, stage)
    with pytest.raises(IntegrityError), transaction.atomic():
        kit.version(link, stage)


def test_several_elements_may_share_a_start_and_one_element_may_start_again() -> None:
    link, stage = kit.link(), kit.attribute()
    kit.version(link, stage)
    kit.version(link, stage, place=8)
    kit.version(link, stage, active_from=kit.LONG_AGO + timedelta(microseconds=1))
    kit.version(link, stage, superseded_slot=5)
    assert link.values.count() == 4


def test_a_target_is_awaited_once_per_attribute() -> None:
    link = kit.link()

    def wait(slug: str) -> AwaitedReference:
        return AwaitedReference.objects.create(link=link, slug=slug, target_object="companies", target_record_id="r")

    wait("company")
    wait("buyer")
    with pytest.raises(IntegrityError), transaction.atomic():
        wait("buyer")


def test_a_history_is_wished_for_once() -> None:
    link, stage = kit.link(), kit.attribute()
    twins(lambda: HistoryWish.objects.create(link=link, attribute=stage))
