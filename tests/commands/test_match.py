"""attio_pull --match: rows and records that are twins already become one, and nobody is surprised."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Company, Conflict, Link, OutboxEntry
from attio_mirror.sync.match import Matching, adopt_twins, match
from attio_mirror.testing import Attio
from tests.host.bookshop import open_shop
from tests.host.models import Book

from .conftest import Run


@pytest.fixture
def shop(attio: Attio) -> Attio:
    """Rows from before the app was installed (bulk_create sends no signal), and records somebody made in Attio."""
    open_shop(attio)
    for isbn, title in (("1", "Emma"), ("2", "Persuasion"), ("9", "Only in Attio")):
        attio.create("books", isbn=isbn, title=title)
    Book.objects.bulk_create(
        [Book(isbn="1", title="Emma"), Book(isbn="2", title="Overtalked"), Book(isbn="7", title="Only here")]
    )
    attio.gate.forget()
    return attio


def pks(**by: Any) -> list[str]:
    return [str(pk) for pk in Book.objects.filter(**by).values_list("pk", flat=True)]


def test_twins_are_found_and_nothing_is_written(shop: Attio) -> None:
    found = match(shop.connection, "books", "isbn")
    assert set(found.twins) == set(pks(isbn__in=["1", "2"]))
    assert found.lonely_rows == pks(isbn="7")
    assert (len(found.lonely_records), found.unmatched_rows, found.unmatched_records) == (1, 1, 1)
    assert not Link.objects.filter(object="books").exists()
    assert shop.gate.writes() == []


def test_the_report_comes_before_anything_is_written(shop: Attio, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []

    def look(_: str) -> str:
        seen.append((Link.objects.filter(object="books").count(), Book.objects.count()))
        return "no"

    monkeypatch.setattr("builtins.input", look)
    said = run("attio_pull", "books", match="isbn")
    assert "2 rows and as many records are twins" in said.out
    assert f"1 row have no twin in Attio; pushing would create their records: {pks(isbn='7')[0]}" in said.out.replace(
        "has", "have"
    )
    assert "1 record without a twin here" in said.out
    assert said.error == "Nothing was written."
    assert seen == [(0, 3)]
    assert Link.objects.filter(object="books").count() == 0


def test_without_a_terminal_to_ask_in_nothing_is_written(
    shop: Attio, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", closed)
    assert run("attio_pull", "books", match="isbn").failed
    assert not Link.objects.filter(object="books").exists()


@pytest.mark.parametrize("answer", ["y", " YES "])
def test_a_yes_links_the_twins_and_pulls(shop: Attio, run: Run, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("builtins.input", lambda _: answer)
    said = run("attio_pull", "books", match="isbn")
    assert not said.failed
    assert "2 rows linked." in said.out
    assert Book.objects.count() == 4
    assert Link.objects.filter(object="books").count() == 3


def test_what_both_say_differently_waits_for_a_person(shop: Attio, run: Run) -> None:
    run("attio_pull", "books", match="isbn", yes=True)
    conflict = Conflict.objects.get()
    assert (conflict.slug, conflict.ours, conflict.theirs) == ("title", "Overtalked", "Persuasion")
    assert Book.objects.get(isbn="2").title == "Overtalked"


def test_a_second_run_finds_no_more_twins(shop: Attio, run: Run) -> None:
    run("attio_pull", "books", match="isbn", yes=True)
    found = match(shop.connection, "books", "isbn")
    assert (found.twins, found.lonely_records, found.lonely_rows) == ({}, [], pks(isbn="7"))


def test_a_row_that_waits_to_be_created_is_adopted_instead(shop: Attio, run: Run) -> None:
    book = Book.objects.get(isbn="1")
    book.save()
    assert OutboxEntry.objects.filter(state="waiting").exists()
    run("attio_pull", "books", match="isbn", yes=True)
    shop.drain()
    assert len(shop.records("books")) == 3


def test_what_is_not_unique_is_left_alone_on_both_sides(shop: Attio) -> None:
    shop.create("books", isbn="3", title="Emma")
    Book.objects.filter(isbn="7").update(title="Persuasion")
    Book.objects.filter(isbn="2").update(title="Persuasion")
    found = match(shop.connection, "books", "title")
    assert found.twins == {}
    assert sorted(found.ambiguous_rows) == sorted(pks())
    assert len(found.ambiguous_records) == 3


def test_a_record_two_rows_claim_by_different_values_is_nobodys(attio: Attio) -> None:
    attio.create("companies", name="Acme", domains=["a.example", "b.example"])
    Company.objects.bulk_create([Company(domains=["a.example"]), Company(domains=["b.example"])])
    found = match(attio.connection, "companies", "domains")
    assert (found.twins, len(found.ambiguous_rows), len(found.ambiguous_records)) == ({}, 2, 1)


def test_one_shared_value_of_several_makes_twins_and_values_are_compared_as_attio_tidies_them(attio: Attio) -> None:
    record_id = attio.create("companies", name="Acme", domains=["a.example", "b.example"])
    (company,) = Company.objects.bulk_create([Company(domains=["  B.EXAMPLE", "c.example"])])
    assert match(attio.connection, "companies", "domains").twins == {str(company.pk): record_id}


def test_rows_may_share_a_value_that_no_record_has(attio: Attio) -> None:
    record_id = attio.create("companies", name="Acme", domains=["a.example"])
    ours, other = Company.objects.bulk_create(
        [Company(domains=["a.example", "shared.example"]), Company(domains=["shared.example"])]
    )
    found = match(attio.connection, "companies", "domains")
    assert (found.twins, found.lonely_rows) == ({str(ours.pk): record_id}, [str(other.pk)])


def test_rows_without_a_value_attio_could_hold_are_told(attio: Attio, run: Run) -> None:
    Company.objects.bulk_create([Company(), Company(domains=[{"no": "domain"}])])
    found = match(attio.connection, "companies", "domains")
    assert len(found.valueless_rows) == 2
    said = run("attio_pull", "companies", match="domains", yes=True)
    assert "2 rows have no value that Attio could hold" in said.out


def test_many_unmatched_rows_are_listed_in_part(attio: Attio, run: Run) -> None:
    Company.objects.bulk_create(Company() for _ in range(30))
    assert ", …" in run("attio_pull", "companies", match="domains", yes=True).out


def test_pages_are_read_to_the_end(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attio_mirror.sync.match.PAGE", 2)
    for number in range(5):
        attio.create("companies", name=str(number), domains=[f"{number}.example"])
    assert len(match(attio.connection, "companies", "domains").lonely_records) == 5


def test_a_record_value_we_cannot_read_is_nobodys_twin(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    attio.create("companies", name="Acme", domains=["a.example"])
    found = registry.of_object("companies")
    monkeypatch.setattr("attio_mirror.sync.match.decode_values", unreadable)
    Company.objects.bulk_create([Company(domains=["a.example"])])
    assert found is not None
    assert match(attio.connection, "companies", "domains").twins == {}


def unreadable(*_: Any) -> Any:
    from attio_mirror.core.codecs import InvalidValue

    raise InvalidValue("domain", "something else")


def test_rows_of_another_tenant_are_not_looked_at(shop: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = registry.of_object("books")
    monkeypatch.setattr(type(mirror), "connection_for", lambda self, row: "other")
    assert match(shop.connection, "books", "isbn").twins == {}


def test_a_twin_somebody_linked_meanwhile_is_left_as_it_is(shop: Attio) -> None:
    found = match(shop.connection, "books", "isbn")
    assert adopt_twins(shop.connection, found) == 2
    assert adopt_twins(shop.connection, found) == 0
    assert adopt_twins(shop.connection, Matching("books", "isbn")) == 0


def test_matching_needs_one_object_and_an_attribute_it_binds(shop: Attio, run: Run) -> None:
    assert "one object" in run("attio_pull", match="isbn").error
    assert "“ibsn”" in run("attio_pull", "books", match="ibsn").error
