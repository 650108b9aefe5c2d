"""A host takes `MirroredAdmin` for its own models, on a site of its own, and all of it works."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from attio_mirror.models import LinkState
from attio_mirror.testing import Attio
from tests.host.bookshop import option
from tests.host.models import Author, Book, Review, Shelf

from .desk import Desk, Page, errors, said

pytestmark = pytest.mark.urls("tests.admin.urls")


def page(desk: Desk, model: str, pk: Any = None) -> Page:
    """A page of the shop's own site."""
    url = f"/shop/host/{model}/" + (f"{pk}/change/" if pk else "add/")
    return desk.read(url, desk.client.get(url))


@pytest.fixture
def book(shop: Attio) -> Book:
    made = Book.objects.create(isbn="1", title="Tea", catalogued=datetime(2026, 5, 9, 10, 30, 7, 123456, tzinfo=UTC))
    shop.drain()
    return made


def test_every_field_of_a_host_round_trips(shop: Attio, desk: Desk, book: Book) -> None:
    author = Author.objects.create(name="Okakura")
    written = {
        "pages": "120",
        "weight": "0.5",
        "thickness": "1.25",
        "in_print": "true",
        "signed": "on",
        "price": "12.50",
        "published": "1906-05-01",
        "rating": "5",
        "state": str(option("Reading").pk),
        "genre": "Poetry",
        "tags": [str(option("Red").pk), str(option("Blue").pk)],
        "moods": "Gay\nGrave",
        "author": str(author.pk),
        "translators": [str(author.pk)],
        "editor": str(shop.member("Ada").pk),
        "proofreaders": [str(shop.member("Ben").pk)],
        "origin_locality": "Kyoto",
        "site": "tea.example",
        "email": "a@tea.example",
        "orders_to": "b@tea.example",
        "phone": "+15558675309",
        "attio__blurb": "Read it",
        "attio__prizes": [option("Nobel").option_id],
    }
    assert errors(page(desk, "book", book.pk).send(**written)) == {}
    book.refresh_from_db()
    assert (book.price, book.published, book.genre) == (Decimal("12.50"), date(1906, 5, 1), "Poetry")
    assert book.origin["locality"] == "Kyoto"
    shop.drain()
    there = shop.record(book)
    assert (there["reading_state"], there["genre"], there["pages"]) == ("Reading", "Poetry", 120)
    assert there["written_by"] == there["translators"] == shop.link(author).record_id
    assert (there["tags"], there["prizes"], there["blurb"]) == (["Red", "Blue"], "Nobel", "Read it")
    before = len(shop.gate.writes())
    page(desk, "book", book.pk).send()
    shop.drain()
    assert len(shop.gate.writes()) == before


def test_a_moment_with_microseconds_is_neither_changed_nor_outdated(shop: Attio, desk: Desk, book: Book) -> None:
    assert errors(page(desk, "book", book.pk).send(title="Coffee")) == {}
    book.refresh_from_db()
    assert book.catalogued == datetime(2026, 5, 9, 10, 30, 7, 123456, tzinfo=UTC)
    opened = page(desk, "book", book.pk)
    assert errors(opened.send(catalogued_0="2026-05-10")) == {}
    book.refresh_from_db()
    assert book.catalogued == datetime(2026, 5, 10, 10, 30, 7, tzinfo=UTC)


def test_rows_with_uuids_for_keys_show_and_filter_their_state(shop: Attio, desk: Desk) -> None:
    waits = Author.objects.create(name="Waits")
    shop.drain()
    in_step = waits
    waits = Author.objects.create(name="New")
    for state, author in ((LinkState.IN_STEP, in_step), (LinkState.WAITING, waits)):
        answer = desk.client.get("/shop/host/author/", {"attio": state.value})
        assert [row.pk for row in answer.context["cl"].result_list] == [author.pk]
        assert f">{state.label}<" in answer.content.decode()
    told = desk.client.get("/shop/host/author/attio-state/", {"pk": [waits.pk, "7"]}).json()
    assert told[str(waits.pk)]["state"] == "waiting"
    found = desk.client.get("/shop/host/author/", {"q": shop.link(in_step).record_id})
    assert [row.pk for row in found.context["cl"].result_list] == [in_step.pk]
    assert "1 in step" in said(desk.client.post(f"/shop/host/author/{waits.pk}/attio-push/", follow=True))


def test_what_only_flows_in_is_read_only(shop: Attio, desk: Desk) -> None:
    shop.create("reviews", text="Good", stars=4)
    shop.pull_all()
    opened = page(desk, "review", Review.objects.get().pk)
    assert "text" not in opened.fields
    assert "Good" in opened.text


def test_history_stays_on_the_hosts_site(shop: Attio, desk: Desk, book: Book) -> None:
    text = desk.client.get(f"/shop/host/book/{book.pk}/attio-history/").content.decode()
    assert f'href="/shop/host/book/{book.pk}/change/"' in text


def test_titles_on_a_plain_column_are_offered_and_judged(shop: Attio, desk: Desk, book: Book) -> None:
    opened = page(desk, "book", book.pk)
    assert '<option value="Novel">Novel</option>' in opened.text
    assert "Attio takes the title or the id" in errors(opened.send(genre="Cooking"))["genre"][0]


def test_a_host_without_a_connection_still_has_an_admin(desk: Desk) -> None:
    shelf = Shelf.objects.create(name="Top")
    from attio_mirror.models import Connection, Link

    Link.objects.all().delete()
    Connection.objects.all().delete()
    opened = page(desk, "shelf", shelf.pk)
    assert "Not in Attio yet" in opened.text
    assert errors(opened.send(name="Bottom")) == {}
    shelf.refresh_from_db()
    assert shelf.name == "Bottom"
    assert errors(page(desk, "shelf").send(name="New")) == {}


def test_a_host_has_a_pipeline_of_what_has_stages(shop: Attio, desk: Desk, book: Book) -> None:
    author = Author.objects.create(name="Okakura")
    other = Book.objects.create(isbn="2", title="Coffee", state=option("Reading"), price=Decimal("9.50"), author=author)
    shop.drain()
    url = "/shop/host/book/attio-pipeline/"
    assert f'href="{url}"' in desk.client.get("/shop/host/book/").content.decode()
    shown = {table.name: table for table in desk.client.get(url, {"by": "company"}).context["tables"]}
    ends = {row.label: row.cells[0] for row in shown["stages"].rows}
    assert ends["Reading"].number == 1
    assert [row.label for row in shown["compared"].rows] == ["Okakura"]
    rows = desk.client.get(ends["Reading"].url)
    assert [stay.name for stay in rows.context["stays"]] == ["Coffee"]
    Book.objects.filter(pk=other.pk)[0].delete()
    shop.drain()
    gone = {row.label: row.cells for row in desk.client.get(url).context["tables"][0].rows}
    assert gone["Reading"][0].number == 0


def test_a_model_without_stages_has_nothing_to_show(
    shop: Attio, desk: Desk, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    from .urls import BookAdmin

    monkeypatch.setattr(BookAdmin, "pipeline_stage", "phase_of_the_moon")
    assert "No stage of any" in desk.client.get("/shop/host/book/attio-pipeline/").content.decode()
