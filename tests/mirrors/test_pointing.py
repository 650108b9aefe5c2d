"""Bindings that point at options, members and other rows."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from attio_mirror.core.codecs import InvalidValue
from attio_mirror.core.values import AttributeType as T
from attio_mirror.core.values import Element
from attio_mirror.mirrors.attributes import Slot
from attio_mirror.mirrors.directory import Directory, chunks
from attio_mirror.mirrors.references import PENDING, many_keys, names_pending
from attio_mirror.models import Company, Connection, Deal, Link, Member, Option

from ..host.models import Author, Book
from . import kit

pytestmark = pytest.mark.django_db
RED, GREEN, BLUE = kit.OPTION_IDS
ADA, BEN, _CHLOE = ({"referenced_actor_type": "workspace-member", "referenced_actor_id": m} for m in kit.MEMBER_IDS)
OUR_TOKEN = {"referenced_actor_type": "api-token", "referenced_actor_id": kit.an_id("token")}


@pytest.fixture
def directory() -> Directory:
    return kit.furnish()


def slot_of(directory: Directory, slug: str, kind: T, *, multi: bool = False) -> Slot:
    return kit.slot(Book, kind, slug, directory, multi=multi)


def authored(record_id: str) -> Element:
    return {"target_object": "authors", "target_record_id": record_id}


def make(name: str, *, linked: bool = True) -> Author:
    author = Author(name=name)
    author.save_base(raw=True)
    if linked:
        kit.link(author, name)
    return author


def option(title: str) -> Option:
    return Option.objects.get(title=title)


# -- options -------------------------------------------------------------------------------------------------------


def test_a_status_becomes_a_foreign_key_and_back(directory: Directory) -> None:
    slot, row = slot_of(directory, "reading_state", T.STATUS), Book()
    assert slot.attribute.put(row, GREEN, (), slot) == {"state"}
    assert row.state == option("Green")
    row.state = option("Red")
    assert slot.local(row, GREEN) == RED
    row.state = None
    assert slot.local(row, GREEN) is None


def test_a_foreign_key_that_was_loaded_is_not_remembered_wrongly(directory: Directory) -> None:
    slot, row = slot_of(directory, "reading_state", T.STATUS), Book(state=option("Red"))
    assert row.state is not None
    assert row.state.title == "Red"
    slot.attribute.put(row, GREEN, (), slot)
    assert row.state.title == "Green"


def test_a_title_in_a_plain_column_means_its_option(directory: Directory) -> None:
    slot, row = slot_of(directory, "genre", T.SELECT), Book()
    assert slot.attribute.put(row, GREEN, (), slot) == {"genre"}
    assert row.genre == "Green"
    row.genre = "Blue"
    assert slot.local(row, GREEN) == BLUE
    row.genre = ""
    assert slot.local(row, GREEN) is None


def test_a_title_no_option_has_cannot_be_sent(directory: Directory) -> None:
    slot = slot_of(directory, "genre", T.SELECT)
    with pytest.raises(InvalidValue, match="title or the id"):
        slot.local(Book(genre="Turquoise"), GREEN)


def test_an_option_we_have_never_seen_stands_by_its_id(directory: Directory) -> None:
    slot, row, unknown = slot_of(directory, "genre", T.SELECT), Book(), str(uuid4())
    slot.attribute.put(row, unknown, (), slot)
    assert row.genre == unknown
    assert slot.local(row, unknown) == unknown


def test_several_titles_live_in_json_and_several_options_in_a_relation(directory: Directory) -> None:
    moods, tags = (slot_of(directory, slug, T.SELECT, multi=True) for slug in ("moods", "tags"))
    row = Book(isbn="1")
    moods.attribute.put(row, [GREEN, RED], (), moods)
    assert row.moods == ["Green", "Red"]
    assert tags.attribute.fields == ()
    assert tags.attribute.put(row, [GREEN], (), tags) == set()
    row.save_base(raw=True)
    row.tags.add(option("Blue"), option("Green"))
    assert tags.local(row, [GREEN]) == [BLUE, GREEN]
    row.moods = ["Blue", "Green", "Red"]
    assert moods.local(row, [GREEN, RED]) == [BLUE, GREEN, RED]


# -- members -------------------------------------------------------------------------------------------------------


def test_an_actor_becomes_a_member_and_back(directory: Directory) -> None:
    slot, row = slot_of(directory, "editor", T.ACTOR_REFERENCE), Book()
    slot.attribute.put(row, ADA, (), slot)
    assert row.editor == Member.objects.get(first_name="Ada")
    row.editor = Member.objects.get(first_name="Ben")
    assert slot.local(row, ADA) == BEN


def test_an_actor_that_is_no_member_stays_in_the_base(directory: Directory) -> None:
    slot, row = slot_of(directory, "editor", T.ACTOR_REFERENCE), Book()
    assert slot.attribute.put(row, OUR_TOKEN, (), slot) == set()
    assert slot.local(row, OUR_TOKEN) == OUR_TOKEN
    row.editor = Member.objects.get(first_name="Ada")
    assert slot.local(row, OUR_TOKEN) == ADA


def test_a_member_added_beside_an_unheld_actor_keeps_him(directory: Directory) -> None:
    slot, row = slot_of(directory, "proofreaders", T.ACTOR_REFERENCE, multi=True), Book(isbn="1")
    row.save_base(raw=True)
    row.proofreaders.add(Member.objects.get(first_name="Ada"))
    assert slot.local(row, [OUR_TOKEN]) == [ADA, OUR_TOKEN]


def test_a_foreign_key_shows_what_has_a_row_and_a_plain_column_whatever_there_is(directory: Directory) -> None:
    editor, state, genre = (
        slot_of(directory, "editor", T.ACTOR_REFERENCE),
        slot_of(directory, "reading_state", T.STATUS),
        slot_of(directory, "genre", T.SELECT),
    )
    unknown = str(uuid4())
    for slot, shown, hidden in ((editor, ADA, OUR_TOKEN), (state, GREEN, unknown)):
        assert [slot.attribute.shows(value, slot) for value in (None, shown, hidden)] == [True, True, False]
    assert genre.attribute.shows(unknown, genre)


# -- rows ----------------------------------------------------------------------------------------------------------


def test_a_reference_becomes_a_row_with_a_uuid_key_and_back(directory: Directory) -> None:
    slot, row, ursula = slot_of(directory, "written_by", T.RECORD_REFERENCE), Book(), make("Ursula")
    assert slot.attribute.put(row, authored(kit.an_id("Ursula")), (), slot) == {"author"}
    assert row.author_id == ursula.pk
    assert slot.local(row, None) == authored(kit.an_id("Ursula"))


def test_a_row_that_is_not_in_attio_yet_is_named_as_pending(directory: Directory) -> None:
    slot, octavia = slot_of(directory, "written_by", T.RECORD_REFERENCE), make("Octavia", linked=False)
    says = slot.local(Book(author=octavia), None)
    assert says == {PENDING: f"host.author:{octavia.pk}"}
    assert names_pending(says) == [f"host.author:{octavia.pk}"]
    assert slot.attribute.project(says, slot) == {str(octavia.pk)}


def test_only_living_rows_of_the_fields_own_model_are_pointed_to(directory: Directory) -> None:
    slot = slot_of(directory, "written_by", T.RECORD_REFERENCE)
    company = Company(name="Acme")
    company.save_base(raw=True)
    kit.link(company, "Acme")
    elsewhere = {"target_object": "companies", "target_record_id": kit.an_id("Acme")}
    assert slot.attribute.project(elsewhere, slot) == frozenset()
    make("Ursula")
    Link.objects.filter(record_id=kit.an_id("Ursula")).update(row_gone_at="2026-01-01T00:00Z")
    assert slot.attribute.project(authored(kit.an_id("Ursula")), slot) == frozenset()


def test_a_record_not_mirrored_yet_stays_in_the_base(directory: Directory) -> None:
    slot, stranger = slot_of(directory, "translators", T.RECORD_REFERENCE, multi=True), authored(str(uuid4()))
    ursula = make("Ursula")
    row = Book(isbn="1")
    row.save_base(raw=True)
    assert slot.local(row, [stranger]) == [stranger]
    row.translators.add(ursula)
    assert slot.local(row, [stranger]) == [authored(kit.an_id("Ursula")), stranger]
    row.translators.clear()
    assert slot.local(row, [authored(kit.an_id("Ursula")), stranger]) == [stranger]


def test_an_unsaved_row_has_no_relations(directory: Directory) -> None:
    slot = slot_of(directory, "translators", T.RECORD_REFERENCE, multi=True)
    assert slot.attribute.get(Book(), slot) == frozenset()


def test_a_thing_that_is_no_object_points_nowhere(directory: Directory) -> None:
    written, edited = slot_of(directory, "written_by", T.RECORD_REFERENCE), slot_of(directory, "editor", T.TEXT)
    assert written.attribute.project("nonsense", written) == edited.attribute.project("nonsense", edited) == frozenset()


def test_reading_many_rows_asks_for_their_relations_once(directory: Directory, django_assert_num_queries: Any) -> None:
    ursula, octavia = make("Ursula"), make("Octavia")
    rows = [Book(isbn=str(number), author=ursula) for number in range(20)]
    for row in rows:
        row.save_base(raw=True)
        row.translators.add(octavia)
    slots = {
        slug: slot_of(directory, slug, T.RECORD_REFERENCE, multi=slug == "translators")
        for slug in ("written_by", "translators")
    }
    for slot in slots.values():
        slot.attribute.know(rows, directory)
    with django_assert_num_queries(0):
        for row in rows:
            assert slots["written_by"].local(row, None) == authored(kit.an_id("Ursula"))
            assert slots["translators"].local(row, []) == [authored(kit.an_id("Octavia"))]


def test_the_keys_of_a_relation_are_told_for_saved_rows_only(directory: Directory) -> None:
    slot = slot_of(directory, "tags", T.SELECT, multi=True)
    row = Book(isbn="1")
    row.save_base(raw=True)
    row.tags.add(option("Red"))
    assert many_keys(slot.attribute, [row, Book()]) == {str(row.pk): [str(option("Red").pk)]}  # type: ignore[arg-type]  # it points


# -- the directory -------------------------------------------------------------------------------------------------


def test_the_directory_asks_for_a_target_once(directory: Directory, django_assert_num_queries: Any) -> None:
    ursula = make("Ursula")
    assert directory.target(Author, ursula.pk) is not None
    with django_assert_num_queries(0):
        found = directory.target(Author, ursula.pk)
    assert found is not None
    assert (found.object, found.record_id) == ("authors", kit.an_id("Ursula"))
    assert directory.target(Author, uuid4()) is None


def test_the_directory_sees_only_its_own_connection(directory: Directory) -> None:
    ursula = make("Ursula")
    other = Directory(Connection.objects.create(alias="other"))
    assert other.target(Author, ursula.pk) is None
    assert other.row_pk(Author, "authors", kit.an_id("Ursula")) is None
    assert other.option_pks == {}
    assert other.member_called("ada@example.com") is None


def test_titles_belong_to_one_attribute_and_addresses_to_a_member_in_any_case(directory: Directory) -> None:
    assert directory.option_named(kit.an_id("attribute"), "Green") == GREEN
    assert directory.option_named(kit.an_id("another"), "Green") is None
    assert directory.member_called(" ADA@Example.com ") == kit.MEMBER_IDS[0]
    assert directory.member_called("nobody@example.com") is None


def test_a_record_is_found_by_a_unique_value_of_its_base(directory: Directory) -> None:
    names = directory.names(kit.spec("written_by", T.RECORD_REFERENCE))
    make("Ursula")
    link = Link.objects.get(object="authors")
    for value in ("ursula@example.com", ["ursula@example.com", "u@example.com"]):
        Link.objects.filter(pk=link.pk).update(base={"email": {"value": value, "since": None}})
        assert names.record("authors", "email", "ursula@example.com") == link.record_id
    assert names.record("authors", "email", "ursula@example") is None, "a part is no match"
    assert names.record("authors", "name", "ursula@example.com") is None
    assert names.record("companies", "email", "ursula@example.com") is None


def test_an_owner_may_be_written_by_address_and_a_choice_by_title_in_the_remainder(directory: Directory) -> None:
    row = Book(extra={"keeper": "ada@example.com", "colour": "Red", "colours": ["Red", GREEN]})
    assert slot_of(directory, "keeper", T.ACTOR_REFERENCE).local(row, None) == ADA
    assert slot_of(directory, "colour", T.SELECT).local(row, None) == RED
    assert slot_of(directory, "colours", T.SELECT, multi=True).local(row, []) == [RED, GREEN]


def test_long_lists_of_keys_are_asked_for_in_pieces() -> None:
    assert [len(piece) for piece in chunks(list(range(1001)))] == [500, 500, 1]
    assert list(chunks([])) == []


def test_deals_know_their_company_and_people(directory: Directory) -> None:
    company = Company(name="Acme")
    company.save_base(raw=True)
    record_id = kit.link(company, "Acme")
    slot = kit.slot(Deal, T.RECORD_REFERENCE, "associated_company", directory, multi=False)
    assert slot.local(Deal(associated_company=company), None) == {
        "target_object": "companies", "target_record_id": record_id,
    }  # fmt: skip
