"""Single bindings: how a value looks on the row, and what a person's edit of the row says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from attio_mirror.core.codecs import InvalidValue
from attio_mirror.core.values import AttributeType as T
from attio_mirror.core.values import Canonical
from attio_mirror.mirrors.attributes import Plain, Slot, empty
from attio_mirror.mirrors.directory import Directory
from attio_mirror.models import Attribute, Connection, Person

from ..host.models import Book
from . import kit

NOBODY = Directory(Connection(alias="nobody"))


def slot_of(slug: str, kind: T, *, multi: bool = False, model: Any = Book) -> Slot:
    return kit.slot(model, kind, slug, NOBODY, multi=multi)


@pytest.mark.parametrize(
    ("slug", "kind", "value", "field", "held"),
    [
        ("isbn", T.TEXT, "978", "isbn", "978"),
        ("title", T.TEXT, None, "title", ""),
        ("pages", T.NUMBER, "3.9", "pages", 3),
        ("pages", T.NUMBER, None, "pages", None),
        ("weight", T.NUMBER, "0.1", "weight", 0.1),
        ("thickness", T.NUMBER, "2.345", "thickness", Decimal("2.34")),
        ("in_print", T.CHECKBOX, True, "in_print", True),
        ("in_print", T.CHECKBOX, None, "in_print", None),
        ("signed", T.CHECKBOX, None, "signed", False),
        ("price", T.CURRENCY, "9.9950", "price", Decimal("10.00")),
        ("published", T.DATE, "2026-02-28", "published", date(2026, 2, 28)),
        (
            "catalogued",
            T.TIMESTAMP,
            "2026-05-09T21:43:08.480000999Z",
            "catalogued",
            datetime(2026, 5, 9, 21, 43, 8, 480000, tzinfo=UTC),
        ),
        ("rating", T.RATING, 4, "rating", 4),
        ("orders_to", T.EMAIL, None, "orders_to", []),
        ("phone", T.PHONE, None, "phone", ""),
        ("site", T.DOMAIN, None, "site", None),
    ],
)
def test_a_value_takes_the_form_of_its_field(slug: str, kind: T, value: Canonical, field: str, held: object) -> None:
    slot, row = slot_of(slug, kind, multi=slug == "orders_to"), Book(title="x", phone="x", signed=True)
    slot.attribute.put(row, value, (), slot)
    assert getattr(row, field) == held
    assert type(getattr(row, field)) is type(held)
    assert slot.local(row, value) == value


@pytest.mark.parametrize(
    ("slug", "kind", "held", "says"),
    [
        ("thickness", T.NUMBER, Decimal("2.50"), "2.5"),
        ("price", T.CURRENCY, Decimal("9.99"), "9.99"),
        ("weight", T.NUMBER, 1e-7, "0.0000001"),
        ("pages", T.NUMBER, 300, "300"),
        ("published", T.DATE, date(2026, 2, 28), "2026-02-28"),
        (
            "catalogued",
            T.TIMESTAMP,
            datetime(2026, 5, 9, 21, 43, 8, 480000, tzinfo=UTC),
            "2026-05-09T21:43:08.480000000Z",
        ),
        ("isbn", T.TEXT, " spaces ", " spaces "),
        ("contact", T.EMAIL, "Ada@Example.COM", "ada@example.com"),
        ("site", T.DOMAIN, "https://Example.com/path", "example.com"),
        ("phone", T.PHONE, "+1 (555) 867-5309", "+15558675309"),
        ("signed", T.CHECKBOX, True, True),
        ("published", T.DATE, "2026-02-28", "2026-02-28"),
        ("price", T.CURRENCY, "9.99", "9.99"),
    ],
)
def test_an_edit_of_the_field_is_read_as_attio_would_hold_it(slug: str, kind: T, held: object, says: object) -> None:
    slot, row = slot_of(slug, kind), Book()
    setattr(row, slot.attribute.field, held)
    assert slot.local(row, None) == says


def test_an_emptied_text_says_nothing() -> None:
    slot = slot_of("title", T.TEXT)
    assert slot.local(Book(title=""), "before") is None


@pytest.mark.parametrize(
    ("slug", "kind", "held"),
    [("site", T.DOMAIN, "not a domain"), ("rating", T.RATING, 9), ("contact", T.EMAIL, "ada"), ("phone", T.PHONE, "1")],
)
def test_what_attio_could_not_hold_is_said_so(slug: str, kind: T, held: object) -> None:
    slot, row = slot_of(slug, kind), Book()
    setattr(row, slot.attribute.field, held)
    with pytest.raises(InvalidValue):
        slot.local(row, None)


UNFIT = [("published", "soon"), ("pages", "many"), ("price", "a lot"), ("in_print", "perhaps"), ("pages", "1e300"),
         ("price", "99999999999.99"), ("rating", "-1")]  # fmt: skip


@pytest.mark.parametrize(("slug", "value"), UNFIT)
def test_a_value_the_field_cannot_hold_at_all_is_nothing_on_the_row_and_no_edit(slug: str, value: str) -> None:
    slot, row = slot_of(slug, T.TEXT), Book()
    slot.attribute.put(row, value, (), slot)
    assert getattr(row, slug) is None
    assert slot.local(row, value) == value


def test_a_row_that_holds_nonsense_says_where_without_naming_it() -> None:
    slot = slot_of("published", T.DATE)
    with pytest.raises(InvalidValue) as raised:
        slot.local(Book(published="the day I was born"), None)
    assert str(raised.value) == "The field “published” expects what a DateField can hold."


def test_a_text_too_long_for_its_column_is_cut_there_and_whole_in_the_base() -> None:
    slot, row = slot_of("isbn", T.TEXT), Book()
    slot.attribute.put(row, "9" * 21, (), slot)
    assert row.isbn == "9" * 20
    assert slot.local(row, "9" * 21) == "9" * 21


def test_a_column_that_must_not_be_null_holds_its_default_when_attio_has_nothing() -> None:
    counted, named, dated = models.IntegerField(default=7), models.TextField(), models.DateField(default=date.today)
    assert [empty(field) for field in (counted, named, dated)] == [7, "", None]


def test_an_unchanged_field_says_the_base_to_the_last_digit() -> None:
    slot, row = slot_of("price", T.CURRENCY), Book(price=Decimal("10.00"))
    assert slot.local(row, "9.9951") == "9.9951"
    row.price = Decimal("10.01")
    assert slot.local(row, "9.9951") == "10.01"


def test_putting_what_is_there_names_no_field() -> None:
    slot, row = slot_of("price", T.CURRENCY), Book(price=Decimal("10.00"))
    assert slot.attribute.put(row, "9.9951", (), slot) == set()
    assert slot.attribute.put(row, "9.9", (), slot) == {"price"}


def test_the_currency_code_comes_beside_the_amount() -> None:
    slot, row = slot_of("price", T.CURRENCY), Book()
    wires = [{"currency_value": 5, "currency_code": "EUR"}]
    assert slot.attribute.fields == ("price", "price_currency")
    assert slot.attribute.put(row, "5", wires, slot) == {"price", "price_currency"}
    assert (row.price, row.price_currency) == (Decimal("5.00"), "EUR")
    assert slot.attribute.put(row, "5", wires, slot) == set()


def test_the_code_of_a_cleared_amount_stays() -> None:
    slot, row = slot_of("price", T.CURRENCY), Book(price=5, price_currency="EUR")
    assert slot.attribute.put(row, None, (), slot) == {"price"}
    assert (row.price, row.price_currency) == (None, "EUR")


# -- names in three columns ----------------------------------------------------------------------------------------

ADA: dict[str, Any] = {"first_name": "Ada", "last_name": "Lovelace", "full_name": "Ada Lovelace"}


def name_slot() -> Slot:
    return slot_of("name", T.PERSONAL_NAME, model=Person)


def test_a_name_fills_three_columns() -> None:
    slot, row = name_slot(), Person()
    assert slot.attribute.put(row, ADA, (), slot) == {"first_name", "last_name", "full_name"}
    assert (row.first_name, row.last_name, row.full_name) == ("Ada", "Lovelace", "Ada Lovelace")
    assert slot.local(row, ADA) == ADA
    assert slot.attribute.put(row, {**ADA, "last_name": "King"}, (), slot) == {"last_name"}


def test_an_edited_last_name_renews_the_full_one() -> None:
    slot, row = name_slot(), Person(first_name="Ada", last_name="King", full_name="Ada Lovelace")
    assert slot.local(row, ADA) == {"first_name": "Ada", "last_name": "King", "full_name": "Ada King"}


def test_a_full_name_that_was_edited_too_is_kept() -> None:
    slot, row = name_slot(), Person(first_name="Ada", last_name="King", full_name="Countess of Lovelace")
    assert slot.local(row, ADA) == {"first_name": "Ada", "last_name": "King", "full_name": "Countess of Lovelace"}


def test_a_name_can_be_cleared() -> None:
    slot, row = name_slot(), Person()
    assert slot.local(row, ADA) is None
    slot.attribute.put(row, None, (), slot)
    assert (row.first_name, row.last_name, row.full_name) == ("", "", "")


# -- plain ---------------------------------------------------------------------------------------------------------


def test_a_plain_value_is_carried_as_it_is() -> None:
    attribute = Plain()
    attribute.bind(Attribute, "config")
    slot, row = Slot(attribute, kit.spec("config", T.TEXT), NOBODY), Attribute()
    config: Any = {"currency": {"default_currency_code": "EUR"}}
    assert attribute.put(row, config, (), slot) == {"config"}
    assert slot.local(row, {}) == config
    assert slot.local(row, config) == config


# -- the remainder -------------------------------------------------------------------------------------------------


def test_the_remainder_sets_and_removes_single_keys() -> None:
    slot, row = slot_of("blurb", T.TEXT), Book(extra={"other": 1})
    assert slot.attribute.put(row, "Lovely", (), slot) == {"extra"}
    assert row.extra == {"other": 1, "blurb": "Lovely"}
    assert slot.attribute.put(row, "Lovely", (), slot) == set()
    assert slot.attribute.put(row, None, (), slot) == {"extra"}
    assert row.extra == {"other": 1}
    assert slot.attribute.put(row, None, (), slot) == set()


def test_the_remainder_never_changes_the_dict_at_hand() -> None:
    held: dict[str, Any] = {"other": 1}
    slot, row = slot_of("blurb", T.TEXT), Book(extra=held)
    slot.attribute.put(row, "Lovely", (), slot)
    assert held == {"other": 1}


def test_a_remainder_of_null_is_an_empty_one() -> None:
    slot, row = slot_of("blurb", T.TEXT), Book(extra=None)
    assert slot.local(row, None) is None
    slot.attribute.put(row, "Lovely", (), slot)
    assert row.extra == {"blurb": "Lovely"}


def test_what_people_write_into_the_remainder_is_normalised_when_read() -> None:
    row = Book(extra={"mails": ["ADA@Example.com"], "size": 3.50, "blurb": ""})
    assert slot_of("mails", T.EMAIL, multi=True).local(row, None) == ["ada@example.com"]
    assert slot_of("size", T.NUMBER).local(row, None) == "3.5"
    assert slot_of("blurb", T.TEXT).local(row, "before") is None
