"""Merges where the host's tables have no room for what follows from them: told at its row, and nobody else waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attio_mirror.mirrors.mirror import WhenGone
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Conflict, Link, OutboxEntry, OutboxState, Resolution, User
from attio_mirror.sync.conflicts import Unresolvable, resolve
from attio_mirror.sync.inherit import NO_ROOM
from attio_mirror.sync.pull import pull_all
from attio_mirror.testing import Attio

from ..host.models import Book, Loan
from .merging import join, tell


@pytest.fixture
def users(attio: Attio) -> tuple[User, User]:
    rows = [User.objects.create(user_id=f"u-{n}", primary_email_address=f"{n}@example.com") for n in (1, 2)]
    attio.drain()
    return rows[0], rows[1]


def test_an_edit_the_survivors_row_cannot_take_is_refused_where_it_is(attio: Attio, users: tuple[User, User]) -> None:
    """`user_id` is unique here, and the merged record's row goes on holding it."""
    first, second = users
    second.user_id, second.primary_email_address = "u-9", "9@example.com"
    second.save(update_fields=["user_id", "primary_email_address"])
    originals = [str(attio.link(one).record_id) for one in users]
    survivor = join(attio, *originals, object_slug="users")
    tell(attio, survivor, *originals, object_slug="users")
    attio.drain()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.user_id, second.user_id) == ("u-1", "u-9")
    assert attio.record(first)["user_id"] == "u-1"
    assert first.primary_email_address == "9@example.com", "what there is room for goes over"
    assert Conflict.objects.get().slug == "primary_email_address"
    [entry] = OutboxEntry.objects.unfinished()
    assert entry.state == OutboxState.REFUSED
    assert (entry.link.object_id, entry.error["slug"]) == (str(second.pk), "user_id")
    assert entry.error["message"] == NO_ROOM


@pytest.fixture
def loans(shop: Attio) -> list[Loan]:
    """Ada has two books that Attio will make one; Ben has the second. A reader has a book once here."""
    books = [Book.objects.create(isbn=f"978-{n}", title="Tea") for n in (1, 2)]
    rows = [Loan.objects.create(reader=reader, book=books[n]) for reader, n in (("Ada", 0), ("Ada", 1), ("Ben", 1))]
    shop.drain()
    return rows


def merge_books(shop: Attio) -> str:
    originals = [str(shop.link(book).record_id) for book in Book.objects.order_by("isbn")]
    survivor = join(shop, *originals, object_slug="books")
    tell(shop, survivor, *originals, object_slug="books")
    return survivor


def loan_of(record_id: str) -> Loan:
    return Loan.objects.get(pk=Link.objects.get(record_id=record_id).object_id)


def test_what_cannot_point_to_the_survivors_row_stays_where_it_is(
    shop: Attio, loans: list[Loan], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Book.objects.order_by("isbn")
    survivor = merge_books(shop)
    assert [Loan.objects.get(pk=loan.pk).book for loan in loans] == [first, second, first]
    assert f"A row for loans {shop.link(loans[1]).record_id} could not be written" in caplog.text
    shop.gate.forget()
    shop.pull_all()
    shop.drain()
    assert shop.gate.writes() == [], "nobody here edited anything"
    assert {shop.record(loan)["book"] for loan in loans} == {survivor}
    loans[0].delete()
    shop.drain()
    shop.pull_all()
    assert Loan.objects.get(pk=loans[1].pk).book == first, "now there is room"


def test_a_row_goes_with_its_record_only_when_nobody_points_to_it(
    shop: Attio, loans: list[Loan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host's foreign key cascades: the loan would go, too, and its record in Attio with it."""
    mirror = registry.of_object("books")
    monkeypatch.setattr(type(mirror), "options", replace(mirror.options, on_remote_delete=WhenGone.DELETE))
    merge_books(shop)
    shop.drain()
    assert Loan.objects.count() == len(shop.records("loans")) == 3


def test_a_conflict_whose_value_has_no_room_stays_open_and_says_why(attio: Attio, users: tuple[User, User]) -> None:
    first, _ = users
    first.user_id = "u-8"
    first.save(update_fields=["user_id"])
    attio.edit(first, user_id="u-9")
    attio.drain()
    conflict = Conflict.objects.get()
    User.objects.bulk_create([User(user_id="u-9")])  # not marked, so that Attio does not refuse it
    with pytest.raises(Unresolvable, match="cannot take this value"):
        resolve(conflict, Resolution.ATTIO)
    conflict.refresh_from_db()
    first.refresh_from_db()
    assert (conflict.resolved_at, first.user_id) == (None, "u-8")
    User.objects.get(user_id="u-9").delete()
    assert resolve(conflict, Resolution.ATTIO)
    first.refresh_from_db()
    assert first.user_id == "u-9"


def test_a_book_comes_in_though_two_loans_awaited_it_and_one_has_no_room(shop: Attio) -> None:
    book_id = shop.create("books", isbn="978-1", title="Tea")
    to = {"target_object": "books", "target_record_id": book_id}
    first, second = (shop.create("loans", reader="Ada", book=to) for _ in range(2))
    pull_all(shop.connection, "loans")
    progress = pull_all(shop.connection, "books")
    assert not progress.report.failed
    book = Book.objects.get()
    assert [loan_of(one).book for one in (first, second)] == [book, None]
    shop.gate.forget()
    assert pull_all(shop.connection, "loans").report.failed.keys() == {second}
    shop.drain()
    assert shop.gate.writes() == [], "nobody here edited anything"
    Loan.objects.filter(book=book).update(reader="Ben")
    shop.drain()
    shop.pull_all()
    assert loan_of(second).book == book, "now there is room"
