"""Things keep their ids and change their names; what is kept under a name follows."""

from __future__ import annotations

import pytest

from attio_mirror.models import Attribute, AttributeValue, Conflict, Deal, Link, LinkState, Option
from attio_mirror.testing import Attio

from ..flows.test_main_job import make_deal
from ..host.bookshop import add_attribute
from ..host.models import Book

GENRES = "/v2/objects/books/attributes/genre/options"
MOODS = "/v2/objects/books/attributes/moods/options"


def rename(attio: Attio, path: str, old: str, new: str) -> None:
    attio.ask("PATCH", f"{path}/{Option.objects.get(title=old).option_id}", {"data": {"title": new}})


@pytest.fixture
def books(shop: Attio) -> list[Book]:
    novel = Book.objects.create(isbn="1", title="Tea", genre="Novel", moods=["Gay", "Grave"])
    poems = Book.objects.create(isbn="2", title="Leaves", genre="Poetry", moods=["Grave"])
    shop.drain()
    return [novel, poems]


def test_titles_in_plain_columns_follow_a_renamed_option(shop: Attio, books: list[Book]) -> None:
    rename(shop, GENRES, "Novel", "Long story")
    rename(shop, MOODS, "Grave", "Earnest")
    shop.refresh()
    assert list(Book.objects.order_by("isbn").values_list("genre", "moods")) == [
        ("Long story", ["Gay", "Earnest"]), ("Poetry", ["Earnest"]),
    ]  # fmt: skip
    shop.gate.forget()
    for book in Book.objects.all():
        book.save()
    shop.drain()
    assert shop.gate.writes() == []


def test_options_that_swap_their_titles_are_not_confused(shop: Attio, books: list[Book]) -> None:
    rename(shop, GENRES, "Novel", "Nobody")
    rename(shop, GENRES, "Poetry", "Novel")
    shop.ask("PATCH", f"{GENRES}/{Option.objects.get(title='Novel').option_id}", {"data": {"title": "Poetry"}})
    shop.refresh()
    assert list(Book.objects.order_by("isbn").values_list("genre", flat=True)) == ["Poetry", "Novel"]
    for book in Book.objects.all():
        book.save()
    shop.drain()
    assert {shop.record(book)["genre"] for book in books} == {"Poetry", "Novel"}
    assert shop.record(books[0])["genre"] == "Poetry"
    assert {shop.state(book) for book in books} == {LinkState.IN_STEP}


def test_an_edit_that_waits_follows_too(shop: Attio, books: list[Book]) -> None:
    books[0].genre = "Poetry"
    books[0].save()
    rename(shop, GENRES, "Poetry", "Verse")
    shop.refresh()
    shop.drain()
    assert shop.record(books[0])["genre"] == "Verse"
    assert shop.state(books[0]) == LinkState.IN_STEP


def test_a_renamed_attribute_takes_base_ledger_conflict_and_remainder_along(attio: Attio) -> None:
    add_attribute(attio, "deals", "note", "text")
    attio.refresh()
    deal = make_deal(attio, other_values={"note": "hello"})
    attio.drain()
    attio.edit(deal, note="theirs")
    deal.other_values = {"note": "ours"}
    deal.save()
    attio.drain()
    attio.ask("PATCH", "/v2/objects/deals/attributes/note", {"data": {"api_slug": "remark"}})
    attio.refresh()
    link, conflict = attio.link(deal), Conflict.objects.get()
    assert ("remark" in link.base, "note" in link.base) == (True, False)
    assert (conflict.slug, conflict.open_slot) == ("remark", Conflict.slot(link.pk, "remark"))
    assert not AttributeValue.objects.filter(attribute__slug="note").exists()
    assert AttributeValue.objects.filter(attribute__slug="remark").exists()
    assert Deal.objects.get().other_values["remark"] == "ours"
    assert Attribute.objects.get(slug="remark").api_slug == "remark"


def test_a_renamed_attribute_of_an_object_nobody_mirrors_renames_only_itself(attio: Attio) -> None:
    data = {"api_slug": "trees", "singular_noun": "Tree", "plural_noun": "Trees"}
    attio.ask("POST", "/v2/objects", {"data": data})
    add_attribute(attio, "trees", "height", "number")
    attio.refresh()
    attio.ask("PATCH", "/v2/objects/trees/attributes/height", {"data": {"api_slug": "size"}})
    attio.refresh()
    assert Attribute.objects.filter(object__slug="trees", slug="size").exists()


def test_a_renamed_object_keeps_its_links(shop: Attio, books: list[Book]) -> None:
    shop.ask("PATCH", "/v2/objects/books", {"data": {"api_slug": "tomes"}})
    shop.refresh()
    assert set(Link.objects.for_rows(Book, [b.pk for b in books]).values_list("object", flat=True)) == {"tomes"}


def test_an_attribute_whose_row_was_deleted_comes_back_with_the_next_refresh(attio: Attio) -> None:
    Attribute.objects.get(slug="stage", object__slug="deals").delete()
    attio.refresh()
    assert attio.state(Attribute.objects.get(slug="stage", object__slug="deals")) == LinkState.IN_STEP
