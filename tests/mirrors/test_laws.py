"""What holds for every binding and every value: a field narrower than Attio's value never looks like an edit.

The rows go through the database, so that what a column really gives back is what is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from attio_mirror.core.values import AttributeType as T
from attio_mirror.core.values import Canonical, same
from attio_mirror.mirrors.attributes import Slot
from attio_mirror.mirrors.directory import Directory
from attio_mirror.models import Deal, Person

from ..core.canonicals import ALL
from ..host.models import Author, Book
from . import kit

pytestmark = pytest.mark.django_db

Values = st.SearchStrategy[Any]


@dataclass(frozen=True)
class Case:
    """One binding, the type of its attribute, and values its column can hold at all."""

    model: type[models.Model]
    slug: str
    kind: T
    values: Values
    multi: bool = False
    is_wide: bool = True
    """Whether the field holds all that Attio does."""

    def slot(self, directory: Directory) -> Slot:
        return kit.slot(self.model, self.kind, self.slug, directory, multi=self.multi)


def plain(number: float) -> str:
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def is_of_our_age(stamp: Any) -> bool:
    """Databases differ about the early Middle Ages and the far future."""
    return "1000" < str(stamp)[:4] < "9000"


def is_storable(place: Any) -> bool:
    """PostgreSQL holds no NUL."""
    return not any("\0" in str(part) for part in place.values())


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
SMALL = st.floats(-1e5, 1e5).map(plain)
MONEY = st.integers(-(10**9), 10**9).map(lambda n: plain(n / 10000))
MOMENTS: Values = ALL[T.TIMESTAMP].filter(is_of_our_age)
DAYS = MOMENTS.map(lambda stamp: stamp[:10])
PLACES: Values = ALL[T.LOCATION].filter(is_storable)
OPTIONS = st.sampled_from(kit.OPTION_IDS)
AUTHORS = st.sampled_from(["Ursula", "Stanisław", "Octavia"]).map(
    lambda name: {"target_object": "authors", "target_record_id": kit.an_id(name)}
)
STRANGERS = st.uuids().map(lambda found: {"target_object": "authors", "target_record_id": str(found)})
MEMBERS = st.sampled_from(kit.MEMBER_IDS).map(
    lambda found: {"referenced_actor_type": "workspace-member", "referenced_actor_id": found}
)


def several(values: Values) -> Values:
    """A multi-value: distinct elements in some order."""
    return st.lists(values, unique_by=repr, max_size=4)


def perhaps(values: Values) -> Values:
    """Or nothing."""
    return st.none() | values


CASES = [
    Case(Book, "isbn", T.TEXT, TEXTS),
    Case(Book, "title", T.TEXT, perhaps(TEXTS)),
    Case(Book, "pages", T.NUMBER, perhaps(SMALL), is_wide=False),
    Case(Book, "weight", T.NUMBER, perhaps(SMALL)),
    Case(Book, "thickness", T.NUMBER, perhaps(SMALL), is_wide=False),
    Case(Book, "in_print", T.CHECKBOX, perhaps(st.booleans())),
    Case(Book, "signed", T.CHECKBOX, perhaps(st.booleans()), is_wide=False),
    Case(Book, "price", T.CURRENCY, perhaps(MONEY), is_wide=False),
    Case(Book, "published", T.DATE, perhaps(DAYS)),
    Case(Book, "catalogued", T.TIMESTAMP, perhaps(MOMENTS), is_wide=False),
    Case(Book, "rating", T.RATING, perhaps(ALL[T.RATING])),
    Case(Book, "reading_state", T.STATUS, perhaps(OPTIONS)),
    Case(Book, "genre", T.SELECT, perhaps(OPTIONS)),
    Case(Book, "tags", T.SELECT, several(OPTIONS), multi=True),
    Case(Book, "moods", T.SELECT, several(OPTIONS), multi=True),
    Case(Book, "written_by", T.RECORD_REFERENCE, perhaps(AUTHORS)),
    Case(Book, "written_by", T.RECORD_REFERENCE, STRANGERS, is_wide=False),
    Case(Book, "translators", T.RECORD_REFERENCE, several(AUTHORS), multi=True),
    Case(Book, "translators", T.RECORD_REFERENCE, several(AUTHORS | STRANGERS), multi=True, is_wide=False),
    Case(Book, "editor", T.ACTOR_REFERENCE, perhaps(MEMBERS)),
    Case(Book, "editor", T.ACTOR_REFERENCE, ALL[T.ACTOR_REFERENCE], is_wide=False),
    Case(Book, "proofreaders", T.ACTOR_REFERENCE, several(MEMBERS), multi=True),
    Case(Book, "proofreaders", T.ACTOR_REFERENCE, several(ALL[T.ACTOR_REFERENCE]), multi=True, is_wide=False),
    Case(Book, "origin", T.LOCATION, perhaps(PLACES)),
    Case(Book, "site", T.DOMAIN, perhaps(ALL[T.DOMAIN])),
    Case(Book, "contact", T.EMAIL, perhaps(ALL[T.EMAIL])),
    Case(Book, "orders_to", T.EMAIL, several(ALL[T.EMAIL]), multi=True),
    Case(Book, "phone", T.PHONE, perhaps(ALL[T.PHONE])),
    Case(Deal, "value", T.CURRENCY, perhaps(MONEY)),
    Case(Person, "name", T.PERSONAL_NAME, perhaps(ALL[T.PERSONAL_NAME])),
    *(
        Case(Book, "anything", kind, perhaps(values))
        for kind, values in {
            **ALL, T.TEXT: TEXTS, T.LOCATION: PLACES, T.STATUS: OPTIONS, T.SELECT: OPTIONS,
        }.items()
    ),
]  # fmt: skip
NAMES = [f"{case.slug}-{case.kind}{'-narrow' * (not case.is_wide)}" for case in CASES]


@pytest.fixture
def directory(db: None) -> Directory:
    found = kit.furnish()
    for name in ("Ursula", "Stanisław", "Octavia"):
        author = Author(name=name)
        author.save_base(raw=True)
        kit.link(author, name)
    return found


def written(case: Case, value: Canonical, slot: Slot) -> models.Model:
    """A row into which Attio's value was put, as the database gives it back."""
    row = case.model()
    slot.attribute.put(row, value, (), slot)
    row.save_base(raw=True)
    if slot.attribute.is_many:
        getattr(row, slot.attribute.field).set(slot.attribute.project(value, slot))
    return case.model._base_manager.get(pk=row.pk)


@contextmanager
def undone() -> Iterator[None]:
    """What is written within is rolled back: cheaper than to delete it, and nobody hears of a row that went."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def each(case: Case, slot: Slot, law: Any) -> None:
    """Ask a law of every value."""

    @settings(max_examples=25, deadline=None)
    @given(value=case.values)
    def ask(value: Canonical) -> None:
        with undone():
            law(written(case, value, slot), value)

    ask()


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_row_that_holds_attios_value_says_exactly_that_value(case: Case, directory: Directory) -> None:
    slot = case.slot(directory)

    def law(row: models.Model, value: Canonical) -> None:
        assert slot.local(row, value) == value

    each(case, slot, law)


@pytest.mark.parametrize("case", [case for case in CASES if case.is_wide], ids=lambda c: f"{c.slug}-{c.kind}")
def test_a_wide_field_can_be_read_without_knowing_the_base(case: Case, directory: Directory) -> None:
    slot = case.slot(directory)

    def law(row: models.Model, value: Canonical) -> None:
        nothing: Canonical = [] if case.multi else None
        assert same(slot.attribute.lift(slot.attribute.get(row, slot), nothing, slot), value)

    each(case, slot, law)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_putting_a_value_twice_changes_nothing_the_second_time(case: Case, directory: Directory) -> None:
    slot = case.slot(directory)

    def law(row: models.Model, value: Canonical) -> None:
        assert slot.attribute.put(row, value, (), slot) == set()

    each(case, slot, law)


@pytest.mark.parametrize("case", [case for case in CASES if case.is_wide], ids=lambda c: f"{c.slug}-{c.kind}")
def test_an_edit_is_never_taken_for_the_base(case: Case, directory: Directory) -> None:
    slot = case.slot(directory)

    @settings(max_examples=25, deadline=None)
    @given(edited=case.values, base=case.values)
    def ask(edited: Canonical, base: Canonical) -> None:
        with undone():
            assert same(slot.local(written(case, edited, slot), base), edited)

    ask()
