"""The little host app: what its mirrors declare happens, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db.models.signals import post_save

from attio_mirror.models import AttributeValue, Conflict, Link, LinkState, Member, OutboxEntry
from attio_mirror.signals import reconciled
from attio_mirror.sync.find import find
from attio_mirror.testing import Attio

from ..host.bookshop import option
from ..host.models import Author, Book, Loan, Paperback, Review, Sale, Shelf

ORIGIN = {
    "line_1": "1 Infinite Loop", "line_2": None, "line_3": None, "line_4": None, "locality": "Cupertino",
    "region": "CA", "postcode": "95014", "country_code": "US", "latitude": "37.331741", "longitude": "-122.030333",
}  # fmt: skip


def full_book(shop: Attio) -> Book:
    """A book with a value in every field."""
    ursula, stanislaw = Author.objects.create(name="Ursula"), Author.objects.create(name="Stanisław")
    book = Book.objects.create(
        isbn="978-0", title="Tea", pages=300, weight=0.25, thickness=Decimal("2.50"), in_print=True, signed=True,
        price=Decimal("9.99"), published=date(2026, 2, 28), catalogued=datetime(2026, 5, 9, 21, 43, 8, 480000, UTC),
        rating=4, state=option("Reading"), genre="Novel", moods=["Gay", "Grave"], author=ursula,
        editor=Member.objects.get(first_name="Ada"), origin=ORIGIN, site="example.com", email="shop@example.com",
        orders_to=["a@example.com", "b@example.com"], phone="+15558675309",
        extra={"blurb": "Lovely", "prizes": ["Booker"]},
    )  # fmt: skip
    book.tags.set([option("Red"), option("Blue")])
    book.translators.set([stanislaw])
    book.proofreaders.set(Member.objects.filter(first_name__in=["Ada", "Ben"]))
    shop.drain()
    assert shop.state(book) == LinkState.IN_STEP, shop.entry(book).error
    return book


def fields_of(book: Book) -> dict[str, Any]:
    """All that the row says, relations as sets."""
    plain = {f.attname: getattr(book, f.attname) for f in Book._meta.concrete_fields}
    many = {f.name: set(getattr(book, f.name).values_list("pk", flat=True)) for f in Book._meta.many_to_many}
    return plain | many


def test_every_type_of_attribute_reaches_attio(shop: Attio) -> None:
    there = shop.record(full_book(shop))
    plain = {"isbn": "978-0", "title": "Tea", "pages": 300, "weight": 0.25, "thickness": 2.5, "in_print": True,
             "signed": True, "price": 9.99, "published": "2026-02-28", "rating": 4, "reading_state": "Reading",
             "catalogued": "2026-05-09T21:43:08.480000000Z", "genre": "Novel", "site": "example.com",
             "contact": "shop@example.com", "phone": "+15558675309", "blurb": "Lovely",
             "prizes": "Booker"}  # fmt: skip
    assert {slug: there[slug] for slug in plain} == plain
    assert set(there["tags"]) == {"Red", "Blue"}
    assert set(there["moods"]) == {"Gay", "Grave"}
    assert set(there["orders_to"]) == {"a@example.com", "b@example.com"}
    assert there["editor"] == shop.members["Ada"]
    assert set(there["proofreaders"]) == {shop.members["Ada"], shop.members["Ben"]}
    assert there["written_by"] == shop.link(Author.objects.get(name="Ursula")).record_id
    assert there["translators"] == shop.link(Author.objects.get(name="Stanisław")).record_id
    assert {name: there["origin"][name] for name in ORIGIN} == ORIGIN


def test_attios_answer_changes_nothing_that_was_said(shop: Attio) -> None:
    book = full_book(shop)
    said, held = fields_of(book), fields_of(Book.objects.get())
    assert held.pop("extra")["blurb"] == said.pop("extra")["blurb"]
    assert held == said | {"price_currency": "EUR"}
    shop.gate.forget()
    Book.objects.get().save()
    assert find(shop.connection) == 0
    shop.drain()
    assert shop.gate.writes() == []


def test_a_record_of_every_type_becomes_a_row(shop: Attio) -> None:
    book = full_book(shop)
    said = fields_of(Book.objects.get())
    Link.objects.exclude(object="@attributes").delete()
    Book.objects.all().delete()
    Author.objects.all().delete()
    OutboxEntry.objects.all().delete()
    shop.gate.forget()
    shop.pull_all()
    again = fields_of(Book.objects.get())
    for name in ("id", "author_id", "translators"):
        assert again.pop(name), name
        said.pop(name)
    assert again == said
    assert str(Book.objects.get().author) == "Ursula"
    assert book.pk != Book.objects.get().pk
    shop.drain()
    assert shop.gate.writes() == []


def test_a_second_pull_touches_no_row(shop: Attio, django_assert_num_queries: Any) -> None:
    full_book(shop)
    shop.pull_all()
    told: list[object] = []
    reconciled.connect(told.append, weak=False, dispatch_uid="told")
    try:
        shop.pull_all()
    finally:
        reconciled.disconnect(dispatch_uid="told")
    assert told == []


def test_digits_the_columns_cannot_hold_survive_edits_of_other_fields(shop: Attio) -> None:
    book = full_book(shop)
    shop.edit(book, price=9.9951, thickness=2.123456, catalogued="2026-05-09T21:43:08.123456789Z")
    shop.pull(book)
    book = Book.objects.get()
    assert (book.price, book.thickness) == (Decimal("10.00"), Decimal("2.12"))
    book.title = "More tea"
    book.save()
    shop.drain()
    there = shop.record(book)
    assert (there["price"], there["thickness"]) == (9.9951, 2.123456)
    assert there["catalogued"] == "2026-05-09T21:43:08.123456789Z"
    assert there["title"] == "More tea"


def test_a_value_of_the_remainder_flows_both_ways(shop: Attio) -> None:
    book = full_book(shop)
    shop.edit(book, blurb="Dull", prizes=[])
    shop.pull(book)
    book = Book.objects.get()
    assert (book.extra["blurb"], "prizes" in book.extra) == ("Dull", False)
    book.extra |= {"blurb": "Splendid", "prizes": ["Nobel", "Booker"]}
    book.save()
    shop.drain()
    assert (shop.record(book)["blurb"], set(shop.record(book)["prizes"])) == ("Splendid", {"Nobel", "Booker"})


def test_a_row_with_a_uuid_for_a_key_goes_there_and_back(shop: Attio) -> None:
    author = Author.objects.create(name="Ursula", born=date(1929, 10, 21))
    shop.drain()
    assert shop.record(author)["born"] == "1929-10-21"
    shop.edit(author, name="Ursula K.")
    shop.pull(author)
    assert Author.objects.get(pk=author.pk).name == "Ursula K."
    shop.create("authors", name="Octavia")
    shop.pull_all()
    octavia = Author.objects.get(name="Octavia")
    octavia.name = "Octavia E."
    octavia.save()
    shop.drain()
    assert shop.record(octavia)["name"] == "Octavia E."


def test_saving_a_proxy_saves_the_row_it_stands_for(shop: Attio) -> None:
    book = Paperback.objects.create(isbn="1", title="Tea")
    shop.drain()
    assert shop.record(book)["title"] == "Tea"
    paperback = Paperback.objects.get()
    paperback.title = "Coffee"
    paperback.save()
    paperback.tags.add(option("Red"))
    shop.drain()
    assert (shop.record(book)["title"], shop.record(book)["tags"]) == ("Coffee", "Red")
    paperback.delete()
    assert Link.objects.tombstones().filter(object="books").count() == 1


# -- how rows are written ------------------------------------------------------------------------------------------


@pytest.fixture
def saves() -> Iterator[list[dict[str, Any]]]:
    """What Django's own signal told of shelves."""
    heard: list[dict[str, Any]] = []

    def hear(created: bool, update_fields: frozenset[str] | None, **_: Any) -> None:
        heard.append({"created": created, "fields": update_fields})

    post_save.connect(hear, sender=Shelf, weak=False, dispatch_uid="saves")
    yield heard
    post_save.disconnect(sender=Shelf, dispatch_uid="saves")


def test_where_rows_are_saved_the_hosts_signals_fire_once_with_what_changed(
    shop: Attio, saves: list[dict[str, Any]]
) -> None:
    record_id = shop.create("shelves", name="Top", capacity=10)
    shop.pull_all()
    assert saves == [{"created": True, "fields": None}]
    shop.ask("PATCH", f"/v2/objects/shelves/records/{record_id}", {"data": {"values": {"capacity": 12}}})
    shop.pull_all()
    assert saves[1:] == [{"created": False, "fields": frozenset({"capacity"})}]
    shop.pull_all()
    assert len(saves) == 2
    shop.gate.forget()
    shop.drain()
    assert shop.gate.writes() == [], "the signal that fires finds nothing to say"


def test_what_a_hosts_signal_adds_to_the_row_is_sent_back(shop: Attio) -> None:
    def tidy(instance: Shelf, **_: Any) -> None:
        if instance.capacity is None:
            instance.capacity = 1
            instance.save(update_fields=["capacity"])

    post_save.connect(tidy, sender=Shelf, weak=False, dispatch_uid="tidy")
    try:
        shop.create("shelves", name="Top")
        shop.pull_all()
        shop.drain()
    finally:
        post_save.disconnect(sender=Shelf, dispatch_uid="tidy")
    assert shop.record(Shelf.objects.get())["capacity"] == 1


# -- which way values flow -----------------------------------------------------------------------------------------


def test_what_only_comes_in_never_goes_out(shop: Attio) -> None:
    shop.create("reviews", text="Dull", stars=2)
    shop.pull_all()
    review = Review.objects.get()
    assert (review.text, review.stars) == ("Dull", 2)
    shop.gate.forget()
    review.text = "Splendid"
    review.save()
    Review.objects.create(text="Mine")
    assert find(shop.connection) == 0
    shop.drain()
    assert shop.gate.writes() == []
    assert not OutboxEntry.objects.filter(link__object="reviews").exists()


def test_what_only_comes_in_overwrites_the_row(shop: Attio) -> None:
    shop.create("reviews", text="Dull", stars=2)
    shop.pull_all()
    Review.objects.update(text="Splendid")
    record_id = Link.objects.get(object="reviews").record_id
    shop.ask("PATCH", f"/v2/objects/reviews/records/{record_id}", {"data": {"values": {"stars": 5}}})
    shop.pull_all()
    assert (Review.objects.get().text, Review.objects.get().stars) == ("Dull", 5)
    assert Conflict.objects.count() == 0


def test_what_only_goes_out_is_put_right_in_attio(shop: Attio) -> None:
    sale = Sale.objects.create(receipt="r-1", amount=Decimal("9.9999"))
    shop.drain()
    shop.edit(sale, amount=1)
    shop.pull(sale)
    sale.refresh_from_db()
    assert sale.amount == Decimal("9.9999")
    find(shop.connection)
    shop.drain()
    assert shop.record(sale)["amount"] == 9.9999


# -- when one side goes --------------------------------------------------------------------------------------------


def test_a_deleted_row_takes_its_record_along_where_so_declared(shop: Attio) -> None:
    loan = Loan.objects.create(reader="Ada")
    shop.drain()
    assert len(shop.records("loans")) == 1
    loan.delete()
    shop.drain()
    assert shop.records("loans") == []
    [tomb] = Link.objects.tombstones().filter(object="loans")
    assert tomb.row_gone_at is not None
    assert tomb.record_gone_at is not None


def test_a_record_that_is_gone_already_may_be_deleted_again(shop: Attio) -> None:
    loan = Loan.objects.create(reader="Ada")
    shop.drain()
    shop.delete(loan)
    loan.delete()
    shop.drain()
    assert not OutboxEntry.objects.unfinished().exists()


def test_a_row_deleted_before_it_was_sent_leaves_nothing_there(shop: Attio) -> None:
    Loan.objects.create(reader="Ada").delete()
    shop.drain()
    assert shop.records("loans") == []
    assert not OutboxEntry.objects.unfinished().exists()


def test_a_deleted_record_takes_its_row_along_where_so_declared(shop: Attio) -> None:
    loan = Loan.objects.create(reader="Ada")
    shop.drain()
    shop.delete(loan)
    shop.pull(loan)
    assert not Loan.objects.exists()
    assert Link.objects.tombstones().filter(object="loans").count() == 1
    shop.drain()
    assert not OutboxEntry.objects.unfinished().exists()


def test_rows_that_go_by_cascade_take_their_records_along(shop: Attio) -> None:
    book = Book.objects.create(isbn="1", title="Tea")
    Loan.objects.create(reader="Ada", book=book)
    shop.drain()
    book.delete()
    shop.drain()
    assert shop.records("loans") == []
    assert len(shop.records("books")) == 1


def test_the_ledger_knows_the_states_a_book_went_through(shop: Attio) -> None:
    book = Book.objects.create(isbn="1", title="Tea", state=option("Unread"))
    shop.drain()
    for title in ("Reading", "Read"):
        book.state = option(title)
        book.save()
        shop.drain()
    stages = AttributeValue.objects.believed().filter(attribute__slug="reading_state").order_by("active_from")
    assert [stage.text for stage in stages] == ["Unread", "Reading", "Read"]
    assert [stage.active_until is None for stage in stages] == [False, False, True]
