"""Querysets that speak: who may talk, what is due, what was true and what we believed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from attio_mirror.models import (
    Attribute,
    AttributeValue,
    Company,
    Conflict,
    Connection,
    ConnectionState,
    Deal,
    Link,
    LinkState,
    OutboxEntry,
    OutboxState,
    Verb,
)
from attio_mirror.testing import Attio

from ..host.models import Book, Paperback
from . import kit

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)


# -- connections ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "talks"),
    [
        ({}, True),
        ({"state": ConnectionState.ACTIVE}, True),
        ({"state": ConnectionState.LIMITED}, True),
        ({"state": ConnectionState.REVOKED}, False),
        ({"state": ConnectionState.FOREIGN}, False),
        ({"paused_at": EARLIER}, False),
        ({"quiet_until": LATER}, False),
        ({"quiet_until": EARLIER}, True),
    ],
)
def test_who_may_talk_to_attio(given: dict[str, Any], talks: bool) -> None:
    one = Connection.objects.create(alias="default", **given)
    entry = kit.entry(kit.link())
    assert one.is_talking is talks
    assert Connection.objects.talking().exists() is talks
    assert (list(OutboxEntry.objects.due()) == [entry]) is talks


def test_a_connection_is_named_by_its_alias_and_its_tenant() -> None:
    assert str(Connection(alias="north")) == "north"
    assert str(Connection(alias="north", workspace_name="Acme")) == "north (Acme)"


def test_a_connection_that_settings_forgot_has_no_secrets() -> None:
    assert Connection(alias="default").conf.token == "token-of-the-tests"
    assert Connection(alias="forgotten").conf.token == ""


# -- the outbox ----------------------------------------------------------------------------------------------------


def test_what_is_due_comes_oldest_first_and_what_must_wait_does_not_come() -> None:
    second, first, third = (kit.link(number) for number in range(3))
    later = kit.entry(second, not_before=EARLIER + timedelta(minutes=1))
    sooner = kit.entry(first, not_before=EARLIER)
    kit.entry(third, not_before=LATER)
    for number, state in enumerate(set(OutboxState) - {OutboxState.WAITING}):
        kit.entry(kit.link(10 + number), state)
    assert list(OutboxEntry.objects.due()) == [sooner, later]


def test_states_say_whether_they_are_open_or_out() -> None:
    kinds = {state: (state.is_open, state.is_out) for state in OutboxState}
    assert {state for state, (is_open, _) in kinds.items() if is_open} == {
        OutboxState.WAITING, OutboxState.REFUSED, OutboxState.IN_DOUBT,
    }  # fmt: skip
    assert {state for state, (_, is_out) in kinds.items() if is_out} == {OutboxState.SENDING, OutboxState.ANSWERED}


def test_open_out_and_unfinished_entries_are_told_apart() -> None:
    for number, state in enumerate(OutboxState):
        kit.entry(kit.link(number), state)

    def states(entries: Any) -> set[str]:
        return set(entries.values_list("state", flat=True))

    every = OutboxEntry.objects
    assert states(every.open()) == {state for state in OutboxState if state.is_open}
    assert states(every.out()) == {state for state in OutboxState if state.is_out}
    assert states(every.unfinished()) == states(every.open()) | states(every.out())


def test_only_a_bare_create_may_not_be_repeated() -> None:
    assert [verb for verb in Verb if not verb.is_repeatable] == [Verb.CREATE]


# -- links ---------------------------------------------------------------------------------------------------------


def test_links_of_rows_are_found_for_proxies_and_any_kind_of_key() -> None:
    Book.objects.bulk_create([Book(isbn="1")])
    book = Book.objects.get()
    link = kit.link(book.pk, object="books", content_type=ContentType.objects.get_for_model(Book))
    assert Link.objects.for_rows(Paperback, [book.pk]).get() == link
    assert Link.objects.for_rows(Book, [str(book.pk)]).get() == link
    assert not Link.objects.for_rows(Deal, [book.pk]).exists()


def test_tombstones_and_the_living() -> None:
    alive, row_gone, record_gone, both = (
        kit.link(1), kit.link(2, row_gone_at=NOW), kit.link(3, record_gone_at=NOW),
        kit.link(4, row_gone_at=NOW, record_gone_at=NOW),
    )  # fmt: skip
    assert set(Link.objects.alive()) == {alive}
    assert set(Link.objects.tombstones()) == {row_gone, record_gone, both}
    assert [link.is_alive for link in (alive, row_gone, record_gone, both)] == [True, False, False, False]


def test_a_lease_is_taken_by_one_and_runs_out() -> None:
    link = kit.link()
    assert Link.objects.all().take_lease(link.pk, 60)
    assert not Link.objects.all().take_lease(link.pk, 60)
    assert not Link.objects.free().exists()
    Link.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert Link.objects.free().exists()
    assert Link.objects.all().take_lease(link.pk, 60)
    assert not Link.objects.all().take_lease(link.pk + 1, 60)


def states_of_links() -> dict[int, str]:
    return dict(Link.objects.with_state().values_list("pk", "state"))  # type: ignore[misc]  # annotated


STATES: list[tuple[list[OutboxState], bool, str]] = [
    ([], False, LinkState.IN_STEP),
    ([OutboxState.DROPPED, OutboxState.FOLDED, OutboxState.SETTLED], False, LinkState.IN_STEP),
    ([OutboxState.SETTLED, OutboxState.DROPPED], False, LinkState.DROPPED),
    ([OutboxState.WAITING], False, LinkState.WAITING),
    ([OutboxState.REFUSED], False, LinkState.REFUSED),
    ([OutboxState.IN_DOUBT], False, LinkState.IN_DOUBT),
    ([OutboxState.SENDING], False, LinkState.SENDING),
    ([OutboxState.ANSWERED], False, LinkState.SENDING),
    ([OutboxState.SENDING, OutboxState.WAITING], False, LinkState.SENDING),
    ([OutboxState.SENDING, OutboxState.REFUSED], False, LinkState.SENDING),
    ([OutboxState.WAITING], True, LinkState.CONFLICT),
]


@pytest.mark.parametrize(("entries", "conflict", "state"), STATES)
def test_where_a_row_stands_with_attio(entries: list[OutboxState], conflict: bool, state: str) -> None:
    link = kit.link()
    for one in entries:
        kit.entry(link, one)
    if conflict:
        Conflict.objects.create(link=link, slug="stage", open_slot=Conflict.slot(link.pk, "stage"))
    Conflict.objects.create(link=link, slug="name", resolved_at=NOW)
    assert states_of_links() == {link.pk: state}


def test_a_row_without_a_record_is_unsent_and_a_tombstone_is_gone_whatever_else() -> None:
    unsent, gone = kit.link(1, record_id=None), kit.link(2, record_gone_at=NOW)
    kit.entry(gone)
    assert states_of_links() == {unsent.pk: LinkState.UNSENT, gone.pk: LinkState.GONE}


def test_states_can_be_filtered_and_counted() -> None:
    kit.entry(kit.link(1), OutboxState.REFUSED)
    kit.link(2)
    refused = Link.objects.with_state().filter(state=LinkState.REFUSED)  # type: ignore[misc]  # annotated
    assert refused.count() == 1


# -- the ledger ----------------------------------------------------------------------------------------------------


def test_the_ledger_tells_what_was_true_and_what_we_believed() -> None:
    link, stage = kit.link(), kit.attribute()
    t = [kit.LONG_AGO + timedelta(days=day) for day in range(10)]
    lead = kit.version(link, stage, text="Lead", active_from=t[0], active_until=t[4], learned_at=t[1])
    wrong = kit.version(
        link, stage, text="Won", active_from=t[4], place=1, learned_at=t[5], superseded_at=t[8], superseded_slot=1
    )
    lost = kit.version(link, stage, text="Lost", active_from=t[4], place=2, learned_at=t[8])
    every = AttributeValue.objects
    assert list(every.believed()) == [lead, lost]
    assert set(every.believed(t[6])) == {lead, wrong}
    assert list(every.as_of(t[2])) == [lead]
    assert list(every.as_of(t[4])) == [lost]
    assert list(every.as_of(t[6], believed_at=t[6])) == [wrong]
    assert list(every.current()) == [lost]
    assert str(lead) == f"stage of {link.pk} from {t[0]:%Y-%m-%d %H:%M}"


# -- rows ----------------------------------------------------------------------------------------------------------


def test_rows_are_found_by_the_record_they_mirror() -> None:
    Deal.objects.bulk_create([Deal(name="Tea"), Deal(name="Coffee")])
    tea, coffee = Deal.objects.order_by("pk")
    kit.link(tea.pk, "r-1")
    kit.link(coffee.pk, "r-2")
    assert list(Deal.objects.by_record_id("r-1")) == [tea]
    assert set(Deal.objects.by_record_id("r-1", "r-2", "r-3")) == {tea, coffee}
    assert not Company.objects.by_record_id("r-1").exists()
    Link.objects.filter(record_id="r-1").update(row_gone_at=NOW)
    assert not Deal.objects.by_record_id("r-1").exists()


def test_attributes_attio_stopped_listing_are_left_out() -> None:
    stage, _gone = kit.attribute(), kit.attribute("old", gone_at=NOW)
    assert list(Attribute.objects.of_object(kit.connection(), "deals")) == [stage]
    assert not Attribute.objects.of_object(kit.connection("north"), "deals").exists()


def test_the_currency_belongs_to_the_attribute(attio: Attio) -> None:
    value = Attribute.objects.get(slug="value", object__slug="deals")
    assert value.currency_code == "USD"
    assert Attribute.objects.get(slug="name", object__slug="deals").currency_code == ""


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_of_a_moment_share_nothing_and_leave_nothing_out(seed: int) -> None:
    dice, of, named = random.Random(seed), kit.link(), kit.attribute()

    def when(chance: float = 1.0) -> datetime | None:
        return NOW + timedelta(hours=dice.randrange(8)) if dice.random() < chance else None

    for place in range(60):
        ends, superseded = when(0.7), when(0.3)
        more = {"active_from": when(), "active_until": ends, "end_learned_at": when(0.6) if ends else None}
        made = kit.version(of, named, place=place, learned_at=when(), **more)
        if superseded:
            AttributeValue.objects.filter(pk=made.pk).update(superseded_at=superseded, superseded_slot=made.pk)
    for hours in range(8):
        for believed in (None, *(NOW + timedelta(hours=h) for h in range(8))):
            moment = NOW + timedelta(hours=hours)
            parts = AttributeValue.objects.all().parts_of(moment, believed)
            found = sorted(pk for part in parts for pk in part.values_list("pk", flat=True))
            whole = AttributeValue.objects.as_of(moment, believed)
            assert found == sorted(whole.values_list("pk", flat=True))
