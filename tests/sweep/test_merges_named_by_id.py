"""Merged records that are named by their id alone: in remainders, in bases, and in edits nobody has sent yet."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.models import (
    BatchedEdit,
    Conflict,
    Deal,
    EditState,
    LinkState,
    OutboxEntry,
    OutboxState,
    Person,
    PushBatch,
)
from attio_mirror.sync.batches import approve, edit
from attio_mirror.sync.mark import mark
from attio_mirror.testing import Attio

from ..batches.kit import anybody, braked, frame, pile
from ..flows.test_refusals import custom
from .kit import read, sow, sweep
from .merging import join, row, tell, to

ALLOWED = {"record_reference": {"allowed_objects": ["companies"]}}


def deal_with(attio: Attio, **references: Any) -> Deal:
    record_id = attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com", **references)
    sweep(attio, "deals")
    return Deal.objects.by_record_id(record_id).get()


def hold(deal: Deal, slug: str, value: Any) -> None:
    deal.refresh_from_db()
    deal.other_values = {**deal.other_values, slug: value}
    deal.save(update_fields=["other_values"])


def settle(attio: Attio) -> None:
    """Everything that is still to be said is said, and Attio's word is heard."""
    attio.drain()
    sweep(attio, "deals")


def assert_in_step(attio: Attio, deal: Deal, slug: str, value: Any) -> None:
    deal.refresh_from_db()
    assert deal.other_values.get(slug) == value
    assert attio.link(deal).base[slug]["value"] == value
    assert attio.state(deal) == LinkState.IN_STEP
    there = [to(one) for one in _listed(attio.record(deal)[slug])]
    assert there == _listed(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


@pytest.fixture(params=[True, False], ids=["moved", "dropped"])
def moved(attio: Attio, request: pytest.FixtureRequest) -> bool:
    """Whether Attio moves its references to the survivor, or drops them."""
    read(attio, merge_moves_references=request.param)
    custom(attio, "rival", "record-reference", config=ALLOWED)
    custom(attio, "rivals", "record-reference", config=ALLOWED, is_multiselect=True)
    return bool(request.param)


def test_what_nobody_edited_follows_attio_at_once_and_sends_nothing(
    attio: Attio, pair: tuple[str, str], moved: bool
) -> None:
    [third] = sow(attio, 1, start=3)
    sweep(attio)
    deal = deal_with(attio, rival=to(pair[0]), rivals=[to(pair[1]), to(third)])
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    attio.gate.forget()
    attio.drain()
    assert attio.gate.writes() == []
    assert_in_step(attio, deal, "rival", to(survivor) if moved else None)
    assert_in_step(attio, deal, "rivals", [to(survivor), to(third)] if moved else [to(third)])
    assert Conflict.objects.count() == 0


def test_an_unsent_edit_that_names_an_original_is_sent_with_the_survivor(
    attio: Attio, pair: tuple[str, str], moved: bool
) -> None:
    deal = deal_with(attio)
    hold(deal, "rival", to(pair[1]))
    hold(deal, "rivals", [to(pair[0]), to(pair[1])])
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    settle(attio)
    assert_in_step(attio, deal, "rival", to(survivor))
    assert_in_step(attio, deal, "rivals", [to(survivor)])
    assert OutboxEntry.objects.unfinished().count() == 0


@pytest.mark.usefixtures("moved")
def test_one_refused_because_the_original_was_gone_is_tried_again(attio: Attio, pair: tuple[str, str]) -> None:
    deal = deal_with(attio)
    survivor = join(attio, *pair)
    hold(deal, "rival", to(pair[1]))
    attio.drain()
    assert attio.entry(deal).state == OutboxState.REFUSED
    tell(attio, survivor, *pair)
    settle(attio)
    assert_in_step(attio, deal, "rival", to(survivor))


def test_an_unsent_edit_away_from_an_original_meets_no_conflict(
    attio: Attio, pair: tuple[str, str], moved: bool
) -> None:
    """Attio moved the reference and nobody there edited it. Where it dropped it, a person may decide."""
    [third] = sow(attio, 1, start=3)
    sweep(attio)
    deal = deal_with(attio, rival=to(pair[0]), associated_company=to(pair[0]))
    hold(deal, "rival", to(third))
    deal.associated_company = row(third)
    deal.save(update_fields=["associated_company"])
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    settle(attio)
    deal.refresh_from_db()
    assert deal.other_values["rival"] == to(third)
    assert deal.associated_company == row(third)
    assert Conflict.objects.filter(resolved_at=None).count() == (0 if moved else 1)
    if moved:
        assert_in_step(attio, deal, "rival", to(third))
        assert attio.record(deal)["associated_company"] == third


def test_an_element_added_beside_an_original_is_all_that_is_sent(
    attio: Attio, pair: tuple[str, str], moved: bool
) -> None:
    [third] = sow(attio, 1, start=3)
    sweep(attio)
    deal = deal_with(attio, rivals=[to(pair[0])])
    hold(deal, "rivals", [to(pair[0]), to(third)])
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    settle(attio)
    assert_in_step(attio, deal, "rivals", [to(third), to(survivor)] if moved else [to(third)])


@pytest.mark.usefixtures("moved")
def test_a_row_not_yet_in_attio_is_made_there_with_the_survivor(attio: Attio, pair: tuple[str, str]) -> None:
    deal = Deal(name="New", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    deal.other_values = {"rival": to(pair[0])}
    deal.save()
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    settle(attio)
    assert_in_step(attio, deal, "rival", to(survivor))


def test_the_foreign_key_nobody_edited_follows_attio_without_a_conflict(
    attio: Attio, pair: tuple[str, str], moved: bool
) -> None:
    """Relationships of the secondary are tied anew, or dropped."""
    read(attio, merge_unites_relationships=moved)
    for record_id in pair:
        attio.create("people", name="Ann Bee", email_addresses=[f"a@{record_id}.example"], company=to(record_id))
    sweep(attio, "people")
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    attio.gate.forget()
    attio.drain()
    sweep(attio, "people")
    assert attio.gate.writes() == []
    assert Conflict.objects.count() == 0
    expected = [survivor, survivor if moved else None]
    people = Person.objects.order_by("pk")
    assert [attio.record(person)["company"] for person in people] == expected
    assert [person.company == row(survivor) for person in people] == [True, moved]


@pytest.mark.parametrize("slug", ["rival", "associated_company"])
@pytest.mark.usefixtures("moved")
def test_a_held_edit_that_names_an_original_stays_held_and_names_the_survivor(
    attio: Attio, pair: tuple[str, str], settings: Any, slug: str
) -> None:
    settings.ATTIO_MIRROR = braked()
    deals = pile(attio)
    edit(frame(attio), deals, slug, to(pair[1]), anybody)
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    for deal in deals:
        deal.refresh_from_db()
        mark(deal)
    attio.drain()
    assert attio.gate.writes() == []
    assert {one.state for one in BatchedEdit.objects.all()} == {EditState.HELD}
    approve(PushBatch.objects.get())
    attio.drain()
    assert [attio.record(deal)[slug] for deal in deals] == [survivor] * len(deals)
