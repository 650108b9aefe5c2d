"""An attribute that held one value holds several now: the row shows one of them, and the others stay in Attio."""

from __future__ import annotations

import pytest

from attio_mirror.sync.find import find
from attio_mirror.testing import Attio

from ..host.models import Author, Book

AUTHORS = ("Austen", "Brontë", "Carroll")


@pytest.fixture
def ids(shop: Attio) -> list[str]:
    """Three authors that have rows."""
    made = [shop.create("authors", name=name) for name in AUTHORS]
    shop.pull_all()
    return made


@pytest.fixture
def book(shop: Attio, ids: list[str]) -> Book:
    """By the first of them, then by the first two: its attribute was changed in Attio."""
    shop.create("books", name="Emma", isbn="1", written_by=_pointing(ids[:1]))
    shop.pull_all()
    book = Book.objects.get()
    shop.world.objects.find("books").attributes.find("written_by").multi = True  # type: ignore[union-attr]  # they are there
    shop.edit(book, written_by=_pointing(ids[:2]))
    shop.refresh()
    shop.pull_all()
    book.refresh_from_db()
    return book


def _pointing(ids: list[str]) -> list[dict[str, str]]:
    return [{"target_object": "authors", "target_record_id": one} for one in ids]


def test_the_row_shows_the_first(shop: Attio, book: Book) -> None:
    assert book.author == Author.objects.get(name="Austen")


def test_who_edits_something_else_takes_nobody_away(shop: Attio, ids: list[str], book: Book) -> None:
    assert find(shop.connection) == 0
    book.title = "Emma, a novel"
    book.save()
    shop.drain()
    assert shop.record(book)["written_by"] == ids[:2]


def test_who_changes_the_one_that_is_shown_changes_that_one(shop: Attio, ids: list[str], book: Book) -> None:
    book.author = Author.objects.get(name="Carroll")
    book.save()
    shop.drain()
    assert set(shop.record(book)["written_by"]) == {ids[1], ids[2]}
    book.refresh_from_db()
    assert book.author is not None
    assert find(shop.connection) == 0


def test_who_clears_the_one_that_is_shown_sees_the_next(shop: Attio, ids: list[str], book: Book) -> None:
    book.author = None
    book.save()
    shop.drain()
    assert shop.record(book)["written_by"] == ids[1]
    book.refresh_from_db()
    assert book.author == Author.objects.get(name="Brontë")
