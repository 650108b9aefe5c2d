"""The past of a host's own model, with a field for every type of attribute."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from attio_mirror import mirrors
from attio_mirror.models import Attribute, Option
from attio_mirror.testing import Attio
from tests.host.bookshop import open_shop
from tests.host.models import Author, Book, Paperback

FIRST = {
    "title": "Persuasion", "pages": 300, "weight": 1.5, "in_print": True, "signed": True, "price": 12.5,
    "published": "1817-12-20", "catalogued": "2024-05-06T07:08:09.123456000Z", "rating": 4, "reading_state": "Unread",
    "genre": "Novel", "tags": ["Red", "Green"], "moods": ["Gay"], "site": "austen.example",
    "contact": "jane@austen.example", "orders_to": ["a@shop.example", "b@shop.example"], "phone": "+15558675309",
    "blurb": "At Lyme.", "prizes": ["Booker"],
}  # fmt: skip
SECOND = {
    "title": "Emma", "pages": 301, "weight": [], "in_print": False, "signed": False, "price": [],
    "published": "1815-12-23", "catalogued": [], "rating": [], "reading_state": "Read", "genre": "Poetry",
    "tags": ["Blue"], "moods": [], "site": [], "contact": [], "orders_to": ["b@shop.example"], "phone": [],
    "blurb": [], "prizes": ["Nobel"],
}  # fmt: skip


@pytest.fixture
def shop(attio: Attio, one_clock: None) -> Attio:
    open_shop(attio)
    return attio


@pytest.fixture
def then(shop: Attio) -> datetime:
    """A moment at which the one book was as `FIRST` says; it is as `SECOND` says since."""
    ada = {"target_object": "authors", "target_record_id": shop.create("authors", name="Jane", born="1775-12-16")}
    editor = {"referenced_actor_type": "workspace-member", "referenced_actor_id": shop.members["Ada"]}
    shop.create("books", isbn="1", written_by=ada, translators=[ada], editor=editor, proofreaders=[editor], **FIRST)
    shop.pull_all()
    shop.world.clock.advance(hours=1)
    moment = shop.world.clock.now()
    shop.world.clock.advance(hours=1)
    shop.edit(Book.objects.get(), written_by=[], translators=[], editor=[], proofreaders=[], **SECOND)
    shop.pull(Book.objects.get())
    shop.world.clock.advance(hours=1)
    return moment


def option(slug: str, title: str) -> Option:
    return Option.objects.get(attribute__slug=slug, title=title)


def test_every_field_is_as_it_was(shop: Attio, then: datetime) -> None:
    [book] = mirrors.as_of(Book, then)
    assert (book.isbn, book.title, book.pages, book.weight) == ("1", "Persuasion", 300, 1.5)
    assert (book.in_print, book.signed, book.rating, book.genre) == (True, True, 4, "Novel")
    assert (book.price, book.price_currency, book.published) == (Decimal("12.50"), "EUR", date(1817, 12, 20))
    assert book.catalogued is not None
    assert book.catalogued.microsecond == 123456
    assert (book.state, book.moods, book.site) == (option("reading_state", "Unread"), ["Gay"], "austen.example")
    assert set(book.tags.all()) == {option("tags", "Red"), option("tags", "Green")}
    assert (book.email, sorted(book.orders_to), book.phone) == (
        "jane@austen.example",
        ["a@shop.example", "b@shop.example"],
        "+15558675309",
    )
    assert book.author is not None
    assert (book.author.name, book.author.born) == ("Jane", date(1775, 12, 16))
    assert [author.name for author in book.translators.all()] == ["Jane"]
    assert (book.editor, list(book.proofreaders.all())) == (shop.member("Ada"), [shop.member("Ada")])
    assert (book.extra["blurb"], book.extra["prizes"]) == ("At Lyme.", [option("prizes", "Booker").option_id])


def test_now_is_today(shop: Attio, then: datetime) -> None:
    today = Book.objects.get()
    [book] = mirrors.as_of(Book, shop.world.clock.now())
    for field in Book._meta.concrete_fields:
        if field.name != "price_currency":  # the row keeps the code of a price that was cleared
            assert getattr(book, field.attname) == getattr(today, field.attname), field.name
    for relation in Book._meta.many_to_many:
        held, wanted = (set(getattr(one, relation.name).all()) for one in (book, today))
        assert held == wanted, relation.name


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ("state", 1), ("pages", {300: 1}), ("genre", {"Novel": 1}), ("in_print", {True: 1}), ("tags", 2),
        ("orders_to", {"a@shop.example": 1, "b@shop.example": 1}), ("author", 1), ("editor", 1), ("rating", {4: 1}),
        ("prizes", {"Booker": 1}), ("blurb", {"At Lyme.": 1}), ("written_by", 1), ("moods", {"Gay": 1}),
    ],
)  # fmt: skip
def test_rows_are_counted_by_any_value(shop: Attio, then: datetime, field: str, count: object) -> None:
    counts = mirrors.as_of(Book, then).counts(field)
    assert counts == count if isinstance(count, dict) else len(counts) == count


def test_rows_are_narrowed_by_any_value(shop: Attio, then: datetime) -> None:
    books = mirrors.as_of(Book, then)
    jane = Author.objects.get()
    for named in ({"state": "Unread"}, {"pages": 300}, {"genre": "Novel"}, {"author": jane}, {"blurb": "At Lyme."},
                  {"tags": option("tags", "Red")}, {"price": "12.50"}, {"editor": shop.member("Ada")}):  # fmt: skip
        assert books.where(**named).count() == 1, named
    for named in ({"state": "Read"}, {"pages": 301}, {"author": None}, {"prizes": "Nobel"}):
        assert books.where(**named).count() == 0, named


def test_a_proxy_shows_the_same_past(shop: Attio, then: datetime) -> None:
    [paperback] = mirrors.as_of(Paperback, then)
    assert type(paperback) is Paperback
    assert paperback.title == "Persuasion"


def test_a_queryset_that_filters_means_todays_rows(shop: Attio, then: datetime) -> None:
    assert [book.title for book in mirrors.as_of(Book.objects.filter(title="Emma"), then)] == ["Persuasion"]
    assert list(mirrors.as_of(Book.objects.filter(title="Persuasion"), then)) == []
    assert mirrors.as_of(Book.objects.all(), then).count() == 1


def test_an_attribute_archived_since_still_had_its_values(shop: Attio, then: datetime) -> None:
    Attribute.objects.filter(slug="genre").update(is_archived=True)
    assert [book.genre for book in mirrors.as_of(Book, then)] == ["Novel"]


def test_an_attribute_renamed_since_is_known_by_its_new_name(shop: Attio, then: datetime) -> None:
    blurb = Attribute.objects.get(slug="blurb")
    shop.ask("PATCH", f"/v2/objects/books/attributes/{blurb.attribute_id}", {"data": {"api_slug": "praise"}})
    shop.refresh()
    [book] = mirrors.as_of(Book, then)
    assert (book.extra.get("praise"), book.extra.get("blurb")) == ("At Lyme.", None)
    assert mirrors.as_of(Book, then).counts("praise") == {"At Lyme.": 1}


def test_before_anything_there_is_nothing(shop: Attio, then: datetime) -> None:
    assert list(mirrors.as_of(Book, then - timedelta(days=1))) == []
