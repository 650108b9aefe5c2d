"""Declaring a mirror: what is collected, inherited, defaulted and refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from attio_mirror import mirrors
from attio_mirror.core.values import AttributeSpec, AttributeType
from attio_mirror.mirrors.directory import Directory
from attio_mirror.mirrors.registry import Registry
from attio_mirror.mirrors.shipped import SHIPPED, DealMirror, register_shipped
from attio_mirror.models import Connection, Deal

from ..host.mirrors import BookMirror, LoanMirror
from ..host.models import Author, Book, Paperback, Shelf

NOBODY = Directory(Connection(alias="nobody"))


class LibraryMirror(mirrors.Mirror[Book]):
    """Bindings that differ from their names."""

    number = mirrors.Text("isbn", field="isbn")
    title = mirrors.Text(direction=mirrors.IN)
    pages = mirrors.Number(direction=mirrors.OUT)
    genre = mirrors.Select(on_conflict=mirrors.ATTIO)
    rest = mirrors.Remainder("extra")

    class Meta:
        model = Book
        object = "library"
        on_conflict = mirrors.DJANGO


def slots(mirror: mirrors.Mirror[Any], *specs: AttributeSpec) -> dict[str, Any]:
    return mirror.slots(specs, NOBODY)


def spec(slug: str, **more: Any) -> AttributeSpec:
    return AttributeSpec(slug, AttributeType.TEXT, **more)


def test_a_binding_goes_by_the_name_it_is_declared_under() -> None:
    declared = BookMirror().declared
    assert (declared["isbn"].slug, declared["isbn"].field) == ("isbn", "isbn")
    assert (declared["reading_state"].field, declared["written_by"].field) == ("state", "author")


def test_slug_and_field_may_be_given() -> None:
    assert LibraryMirror().declared["isbn"].field == "isbn"


def test_meta_has_the_defaults_of_a_careful_mirror() -> None:
    options = BookMirror.options
    assert (options.direction, options.on_conflict) == (mirrors.BOTH, mirrors.HOLD)
    assert (options.on_delete, options.on_remote_delete) == (mirrors.KEEP, mirrors.KEEP)
    assert (options.writes, options.connection, options.ledger) == (mirrors.BULK, "default", True)
    assert (LoanMirror.options.on_delete, LoanMirror.options.on_remote_delete) == (mirrors.DELETE, mirrors.DELETE)


def test_an_option_meta_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):

        class Odd(mirrors.Mirror[Book]):
            class Meta:
                model = Book
                object = "books"
                colour = "red"


def test_a_subclass_inherits_bindings_and_may_replace_them() -> None:
    class Narrow(LibraryMirror):
        title = mirrors.Text("name")

    mirror = Narrow()
    assert mirror.options.object == "library"
    assert mirror.declared.keys() == {"isbn", "name", "pages", "genre"}


def test_the_remainder_takes_what_has_no_field_of_its_own() -> None:
    mirror = LibraryMirror()
    bound = slots(mirror, spec("isbn"), spec("blurb"))
    assert bound["isbn"].attribute is mirror.declared["isbn"]
    assert bound["blurb"].attribute is mirror.remainder
    assert bound["blurb"].slug == "blurb"


def test_without_a_remainder_other_attributes_are_left_alone() -> None:
    assert slots(LoanMirror(), spec("blurb")) == {}


def test_archived_attributes_are_left_alone() -> None:
    assert slots(LibraryMirror(), spec("isbn", archived=True), spec("blurb", archived=True)) == {}


def test_a_binding_may_flow_another_way_than_its_mirror() -> None:
    mirror = LibraryMirror()
    bound = slots(mirror, spec("isbn"), spec("title"), spec("pages"))
    ways = {slug: (mirror.takes(slot), mirror.gives(slot)) for slug, slot in bound.items()}
    assert ways == {"isbn": (True, True), "title": (True, False), "pages": (False, True)}


def test_nothing_is_given_to_an_attribute_that_cannot_be_written() -> None:
    mirror = LibraryMirror()
    [slot] = slots(mirror, spec("isbn", writable=False)).values()
    assert mirror.takes(slot)
    assert not mirror.gives(slot)


def test_a_binding_may_settle_conflicts_another_way_than_its_mirror() -> None:
    mirror = LibraryMirror()
    bound = slots(mirror, spec("isbn"), spec("genre"))
    assert (mirror.policy(bound["isbn"]), mirror.policy(bound["genre"])) == (mirrors.DJANGO, mirrors.ATTIO)


def test_rows_belong_to_the_connection_of_meta_unless_the_mirror_says_otherwise() -> None:
    class Spread(LibraryMirror):
        def connection_for(self, row: Book) -> str:
            return "north" if row.title == "Snow" else "south"

    assert LibraryMirror().connection_for(Book(title="Snow")) == "default"
    assert [Spread().connection_for(Book(title=title)) for title in ("Snow", "Sand")] == ["north", "south"]


# -- the registry --------------------------------------------------------------------------------------------------


def a_mirror(model: type[models.Model], slug: str) -> type[mirrors.Mirror[Any]]:
    class Made(mirrors.Mirror[Any]):
        pass

    Made.options = mirrors.mirror.Options(model=model, object=slug)
    return Made


def test_one_object_has_one_mirror() -> None:
    registry = Registry()
    registry.register(a_mirror(Book, "books"))
    with pytest.raises(ImproperlyConfigured, match=r"Attio's object “books”"):
        registry.register(a_mirror(Author, "books"))


def test_one_model_has_one_mirror() -> None:
    registry = Registry()
    registry.register(a_mirror(Book, "books"))
    with pytest.raises(ImproperlyConfigured, match=r"the model host\.Book"):
        registry.register(a_mirror(Book, "library"))


def test_a_hosts_mirror_of_an_object_takes_the_place_of_the_shipped_one() -> None:
    registry = Registry()
    registry.register(DealMirror)
    registry.replaceable.add("deals")
    registry.register(a_mirror(Book, "deals"))
    assert registry.of_model(Deal) is None
    assert [mirror.model for mirror in registry.all()] == [Book]
    with pytest.raises(ImproperlyConfigured):
        registry.register(a_mirror(Shelf, "deals"))


def test_a_mirror_can_be_taken_out_again() -> None:
    registry, made = Registry(), a_mirror(Book, "books")
    registry.register(made)
    registry.unregister(made)
    assert (registry.of_model(Book), registry.of_object("books"), registry.all()) == (None, None, [])
    registry.register(made)
    assert registry.of_object("books") is not None


def test_a_proxy_is_mirrored_as_what_it_stands_for() -> None:
    registry = Registry()
    registry.register(a_mirror(Book, "books"))
    assert registry.of_model(Paperback) is registry.of_model(Book)


def test_shipped_mirrors_are_registered_once_and_give_way() -> None:
    before = mirrors.registry.all()
    register_shipped()
    assert mirrors.registry.all() == before
    assert {made.options.object for made in SHIPPED} <= mirrors.registry.replaceable
