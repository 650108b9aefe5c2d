"""An attribute, or an object, is given another slug in Attio while something is kept under its old one."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.models import Conflict, Deal, Link, LinkState, OutboxState, PushBatch
from attio_mirror.sandbox import faults
from attio_mirror.sync.batches import approve, edit
from attio_mirror.testing import Attio

from ..batches.kit import anybody, braked, frame, pile, undo
from ..host.bookshop import add_attribute


@pytest.fixture
def note(attio: Attio) -> Attio:
    """Deals have a note, without a field of its own."""
    add_attribute(attio, "deals", "note", "text")
    attio.refresh()
    return attio


def rename(attio: Attio) -> None:
    attio.ask("PATCH", "/v2/objects/deals/attributes/note", {"data": {"api_slug": "remark"}})
    attio.refresh()


def write(deal: Deal, **values: Any) -> None:
    deal.refresh_from_db()
    deal.other_values = {**deal.other_values, **values}
    deal.save(update_fields=["other_values"])


def test_what_waits_for_approval_goes_on_waiting(note: Attio, settings: Any) -> None:
    settings.ATTIO_MIRROR = braked()
    deals = pile(note, 3)
    edit(frame(note), deals, "note", "Held", anybody)
    rename(note)
    for deal in deals:
        write(deal)
    note.drain()
    assert note.gate.writes() == []
    batch = PushBatch.objects.get()
    assert batch.slug == "remark"
    approve(batch)
    note.drain()
    assert [note.record(deal)["remark"] for deal in deals] == ["Held"] * 3
    approve(undo(batch).batch)
    note.drain()
    assert [note.record(deal)["remark"] for deal in deals] == [None] * 3


def test_our_own_word_is_known_again(note: Attio) -> None:
    """Said, taken, unanswered: what Attio says then is ours, and nobody's edit."""
    [deal] = pile(note, 1)
    write(deal, note="Ours")
    note.gate.faults.add(faults.timeout_after, method="PATCH")
    note.drain(patient=False)
    rename(note)
    write(deal, remark="Ours, again")
    note.pass_time(500)
    note.drain()
    assert note.record(deal)["remark"] == "Ours, again"
    assert Conflict.objects.count() == 0
    assert note.state(deal) == LinkState.IN_STEP


def test_a_refusal_is_told_beside_the_attribute_it_was_about(note: Attio) -> None:
    [deal] = pile(note, 1)
    write(deal, note=["Not", "one", "text"])
    note.drain()
    assert (note.entry(deal).state, note.entry(deal).error["slug"]) == (OutboxState.REFUSED, "note")
    rename(note)
    assert note.entry(deal).error["slug"] == "remark"


@pytest.mark.parametrize(
    "steps",
    [
        [("note", "old_note"), ("memo", "note")],
        [("memo", "old_memo"), ("note", "memo")],
        [("note", "between"), ("memo", "note"), ("between", "memo")],
    ],
    ids=["one takes the other's", "the other takes the one's", "they swap"],
)
def test_edits_stay_with_their_attribute_where_slugs_are_passed_on(note: Attio, steps: list[tuple[str, str]]) -> None:
    """All of it between two looks at the schema, with an unsent edit of each."""
    add_attribute(note, "deals", "memo", "text")
    note.refresh()
    [deal] = pile(note, 1)
    write(deal, note="note", memo="memo")
    note.drain()
    write(deal, note="note, edited", memo="memo, edited")
    called = {"note": "note", "memo": "memo"}
    for old, new in steps:
        note.ask("PATCH", f"/v2/objects/deals/attributes/{old}", {"data": {"api_slug": new}})
        called = {was: new if now == old else now for was, now in called.items()}
    note.refresh()
    note.drain()
    assert {was: note.record(deal)[now] for was, now in called.items()} == {
        "note": "note, edited",
        "memo": "memo, edited",
    }
    assert note.state(deal) == LinkState.IN_STEP


@pytest.mark.parametrize(
    "steps",
    [
        [("shelves", "old_shelves"), ("reviews", "shelves")],
        [("reviews", "old_reviews"), ("shelves", "reviews")],
        [("shelves", "between"), ("reviews", "shelves"), ("between", "reviews")],
    ],
    ids=["one takes the other's", "the other takes the one's", "they swap"],
)
def test_links_stay_with_their_object_where_slugs_are_passed_on(shop: Attio, steps: list[tuple[str, str]]) -> None:
    links = {slug: shop.create(slug) for slug in ("shelves", "reviews")}
    shop.pull_all()
    batches = {slug: PushBatch.objects.create(connection=shop.connection, object=slug, slug="name") for slug in links}
    called = {slug: slug for slug in links}
    for old, new in steps:
        shop.ask("PATCH", f"/v2/objects/{old}", {"data": {"api_slug": new}})
        called = {was: new if now == old else now for was, now in called.items()}
    shop.refresh()
    assert {was: Link.objects.get(record_id=one).object for was, one in links.items()} == called
    assert {was: PushBatch.objects.get(pk=one.pk).object for was, one in batches.items()} == called
