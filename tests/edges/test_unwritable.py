"""Records that cannot become rows as they are: each is told without its values, and stops nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models
from django.db.models.signals import pre_delete, pre_save

from attio_mirror.models import AttioObject, Link, LinkState, OutboxState, Sweep, SweepState
from attio_mirror.sync.pull import pull_all
from attio_mirror.sync.reconcile.trouble import why
from attio_mirror.sync.sweep import begin, go_on
from attio_mirror.testing import Attio

from ..host.bookshop import add_attribute
from ..host.models import Book, Loan, Shelf


def test_a_row_that_breaks_a_rule_of_the_hosts_database_stops_nobody_else(
    shop: Attio, caplog: pytest.LogCaptureFixture
) -> None:
    Book.objects.bulk_create([Book(isbn="978-1", title="Ours, not marked")])
    ids = [shop.create("books", isbn=f"978-{number}", title="Theirs") for number in range(3)]
    progress = pull_all(shop.connection, "books")
    assert list(Book.objects.order_by("isbn").values_list("title", flat=True)) == [
        "Theirs",
        "Ours, not marked",
        "Theirs",
    ]
    assert progress.report.failed.keys() == {ids[1]}
    assert progress.report.changed == 2
    assert ids[1] in caplog.text
    assert "978-1" not in caplog.text + str(progress.report.failed)
    assert progress.sweep is not None
    assert (progress.sweep.failed, progress.sweep.complaints) == (1, progress.report.failed)


def test_what_could_not_be_written_is_kept_page_after_page_and_counted_when_it_is_too_much(
    shop: Attio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attio_mirror.sync.sweep.run.COMPLAINTS", 2)
    Book.objects.bulk_create([Book(isbn=f"978-{number}", title="Ours, not marked") for number in range(4)])
    ids = [shop.create("books", isbn=f"978-{number}", title="Theirs") for number in range(5)]
    one = begin(shop.connection, "books")
    Sweep.objects.filter(pk=one.pk).update(page_size=2)
    go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.seen, one.failed) == (SweepState.DONE, 5, 4)
    assert one.complaints.keys() == set(ids[:2])
    Book.objects.all().delete()
    assert pull_all(shop.connection, "books").sweep.failed == 0  # type: ignore[union-attr]  # a sweep has one


def test_text_too_long_for_its_column_is_cut_on_every_database(shop: Attio) -> None:
    shop.create("shelves", name="n" * 150)
    shop.pull_all()
    shelf = Shelf.objects.get()
    assert shelf.name == "n" * 100
    shop.gate.forget()
    shelf.save()
    shop.drain()
    assert shop.gate.writes() == []


@pytest.mark.parametrize(
    "title", ["", "🎉 ñ 漢字 \u202e", "a" * 10_000, "  spaces  ", "null", "'; DROP TABLE books; --"]
)
def test_any_text_goes_there_and_back(shop: Attio, title: str) -> None:
    book = Book.objects.create(isbn="1", title=title)
    shop.drain()
    assert shop.record(book)["title"] == (title or None)
    shop.pull_all()
    book.refresh_from_db()
    assert (book.title, shop.state(book)) == (title, LinkState.IN_STEP)


def test_an_attribute_of_another_kind_than_its_field_empties_the_field_and_nothing_else(shop: Attio) -> None:
    shop.ask("PATCH", "/v2/objects/books/attributes/published", {"data": {"api_slug": "published_then"}})
    add_attribute(shop, "books", "published", "text")
    shop.refresh()
    book = Book.objects.create(isbn="1", title="Tea")
    shop.drain()
    shop.edit(book, published="The year the river froze", title="Coffee")
    shop.pull(book)
    book.refresh_from_db()
    assert (book.title, book.published) == ("Coffee", None)
    book.title = "Cocoa"
    book.save()
    shop.drain()
    assert (shop.record(book)["title"], shop.record(book)["published"]) == ("Cocoa", "The year the river froze")
    book.published = date(1709, 1, 6)
    book.save()
    shop.drain()
    assert (shop.entry(book).error["slug"], shop.entry(book).error["message"]) == ("published", "text expects text.")


# -- a host that refuses -------------------------------------------------------------------------------------------


@pytest.fixture
def strict() -> Iterator[None]:
    """A host whose shelves hold at most ten books, and say so with the number."""

    def check(instance: Shelf, **_: Any) -> None:
        if (instance.capacity or 0) > 10:
            raise ValidationError({"capacity": f"{instance.capacity} is too many."})

    pre_save.connect(check, sender=Shelf, weak=False, dispatch_uid="strict")
    yield
    pre_save.disconnect(sender=Shelf, dispatch_uid="strict")


@pytest.mark.usefixtures("strict")
def test_a_host_that_refuses_a_row_hears_of_it_and_the_others_come_in(shop: Attio) -> None:
    shop.create("shelves", name="Top", capacity=1)
    large = shop.create("shelves", name="Large", capacity=1234)
    shop.create("shelves", name="Low", capacity=2)
    progress = pull_all(shop.connection, "shelves")
    assert {shelf.name for shelf in Shelf.objects.all()} == {"Top", "Low"}
    assert progress.report.failed == {large: "the model refuses capacity"}


@pytest.mark.usefixtures("strict")
def test_an_answer_the_host_refuses_is_told_on_the_entry_and_the_record_stays(shop: Attio) -> None:
    shelf = Shelf.objects.create(name="Top", capacity=1)
    shop.drain()
    shop.edit(shelf, capacity=1234)
    shelf.name = "Bottom"
    shelf.save(update_fields=["name"])
    shop.drain()
    entry = shop.entry(shelf)
    assert entry.state in (OutboxState.REFUSED, OutboxState.SETTLED)
    assert "1234" not in str(entry.error)
    shelf.refresh_from_db()
    assert (shelf.name, shelf.capacity) == ("Bottom", 1)
    assert shop.record(shelf)["name"] == "Bottom"


def test_a_row_the_host_does_not_let_go_stays_and_the_others_are_heard_of(
    shop: Attio, caplog: pytest.LogCaptureFixture
) -> None:
    """Its record is gone, and loans go with their records."""
    ada, ben = (Loan.objects.create(reader=reader) for reader in ("Ada", "Ben"))
    shop.drain()

    def check(instance: Loan, **_: Any) -> None:
        if instance.reader == "Ada":
            raise ValidationError({"reader": "Ada has not brought it back."})

    pre_delete.connect(check, sender=Loan)
    try:
        for loan in (ada, ben):
            shop.delete(loan)
        shop.pull(ada, ben)
    finally:
        pre_delete.disconnect(check, sender=Loan)
    assert list(Loan.objects.all()) == [ada]
    assert Link.objects.tombstones().filter(object="loans").count() == 2
    assert "the model refuses reader" in caplog.text
    assert "Ada" not in caplog.text


# -- in whose words ------------------------------------------------------------------------------------------------

SAID: list[tuple[Exception, str]] = [
    (IntegrityError("UNIQUE constraint failed: book.isbn"), "IntegrityError: UNIQUE constraint failed: book.isbn"),
    (
        IntegrityError('duplicate key value violates unique constraint "isbn"\nDETAIL:  Key (isbn)=(secret) exists.'),
        'IntegrityError: duplicate key value violates unique constraint "isbn"',
    ),
    (
        IntegrityError(1062, "Duplicate entry 'secret\nwith 'quotes'' for key 'isbn'"),
        "IntegrityError: Duplicate entry … for key 'isbn'",
    ),
    (DataError("value too long for type varchar(20)"), "DataError: value too long for type varchar(20)"),
    (DataError('invalid input syntax for type date: "secret"'), "DataError: invalid input syntax for type date"),
    (
        DataError(1366, "Incorrect string value: '\\xF0secret' for column `t`.`title` at row 1"),
        "DataError: Incorrect string value: … for column `t`.`title` at row 1",
    ),
    (DataError(), "DataError: "),
    (ValidationError({"isbn": "secret", "title": "secret"}), "the model refuses isbn, title"),
    (ValidationError("secret"), "the model refuses the row"),
    (ValueError("secret"), "ValueError"),
    (OverflowError("secret"), "OverflowError"),
]


@pytest.mark.parametrize(("error", "reason"), SAID, ids=lambda part: type(part).__name__)
def test_a_reason_names_columns_and_constraints_but_no_values(error: Exception, reason: str) -> None:
    assert why(error) == reason
    assert "secret" not in why(error)


def test_a_mirrored_object_that_attio_does_not_have_is_passed_over(attio: Attio) -> None:
    assert not AttioObject.objects.filter(slug="books").exists()
    book: models.Model = Book.objects.create(isbn="1", title="Tea")
    attio.drain()
    attio.pull_all()
    assert attio.state(book) in (LinkState.WAITING, LinkState.REFUSED)
    assert attio.gate.writes() == []
