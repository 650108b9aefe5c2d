"""E003, E004, E005, W003, W006: mirrors that do not fit their models or one another."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.test import override_settings

from attio_mirror import mirrors
from attio_mirror.checks import check_mirrors
from attio_mirror.mirrors.registry import Registry
from attio_mirror.models import Deal

from ..host.models import Author, Book, Loan


class Sloppy(mirrors.Mirror[Book]):
    """To be misdeclared."""

    class Meta:
        model = Book
        object = "books"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    fresh = Registry()
    monkeypatch.setattr("attio_mirror.checks.declarations.registry", fresh)
    return fresh


def told(registry: Registry, **declared: Any) -> list[CheckMessage]:
    """What the checks say of a mirror of books with these attributes; `Meta` options by name, too."""
    options: dict[str, Any] = {"model": Book, "object": "books"}
    options |= {name: declared.pop(name) for name in ("key", "connection") if name in declared}
    meta = type("Meta", (), options)
    registry.register(type("MadeMirror", (Sloppy,), {**declared, "Meta": meta}))
    return check_mirrors()


def test_all_mirrors_of_the_suite_fit() -> None:
    assert check_mirrors() == []


@pytest.mark.parametrize(
    "attribute", [mirrors.Text(field="titel"), mirrors.Currency(field="price", currency_field="curency"),
                  mirrors.Name(first="given", last="family", full="title"), mirrors.Remainder("rest")],
)  # fmt: skip
def test_a_field_that_does_not_exist_is_an_error_and_no_crash(registry: Registry, attribute: Any) -> None:
    [message] = told(registry, title=attribute)
    assert message.id == "attio_mirror.E003"
    assert "has no field named" in message.msg
    assert "host.Book" in str(message.hint)
    assert message.obj.__name__ == "MadeMirror"


def test_the_other_attributes_of_such_a_mirror_are_bound_all_the_same(registry: Registry) -> None:
    told(registry, title=mirrors.Text(field="titel"), isbn=mirrors.Text())
    [mirror] = registry.all()
    assert mirror.declared.keys() == {"isbn"}


def test_a_key_must_be_declared(registry: Registry) -> None:
    [message] = told(registry, key="isbn", title=mirrors.Text())
    assert message.id == "attio_mirror.E004"
    assert "isbn" in message.msg


def test_a_key_whose_field_is_missing_is_told_once(registry: Registry) -> None:
    [message] = told(registry, key="isbn", isbn=mirrors.Text(field="number"))
    assert message.id == "attio_mirror.E003"


@pytest.mark.parametrize(
    ("attribute", "needs"),
    [
        (mirrors.Reference(field="title"), "a relation to a mirrored model"),
        (mirrors.Text(field="author"), "a plain column"),
        (mirrors.Actor(field="author"), "a relation to Member"),
        (mirrors.Actor(field="title"), "a relation to Member"),
        (mirrors.Status(field="author"), "a relation to Option, or a plain column"),
        (mirrors.Remainder("title"), "a JSONField"),
        (mirrors.Reference(field="loans"), "a field of the model itself"),
        (mirrors.Text(field="loans"), "a field of the model itself"),
    ],
)
def test_a_field_of_the_wrong_kind_is_an_error(registry: Registry, attribute: Any, needs: str) -> None:
    [message] = told(registry, thing=attribute)
    assert message.id == "attio_mirror.E005"
    assert f"needs {needs}" in message.msg


def test_a_reference_to_a_model_nobody_mirrors_is_a_warning(registry: Registry) -> None:
    [message] = told(registry, author=mirrors.Reference("written_by"))
    assert message.id == "attio_mirror.W003"
    assert "host.Author" in message.msg
    registry.register(
        type("AuthorMirror", (mirrors.Mirror,), {"Meta": type("Meta", (), {"model": Author, "object": "authors"})})
    )
    assert check_mirrors() == []


@pytest.mark.parametrize(
    ("name", "attribute", "is_told"),
    [
        ("pages", mirrors.Number(), True),
        ("published", mirrors.Date(), True),
        ("author", mirrors.Reference("written_by"), True),
        ("in_print", mirrors.Checkbox(), False),
        ("title", mirrors.Text(), False),
        ("origin", mirrors.Location(), True),
        ("moods", mirrors.Select(), False),
        ("tags", mirrors.Select(), False),
    ],
)
def test_a_field_that_cannot_be_empty_is_a_warning(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, name: str, attribute: Any, is_told: bool
) -> None:
    registry.register(
        type("AuthorMirror", (mirrors.Mirror,), {"Meta": type("Meta", (), {"model": Author, "object": "authors"})})
    )
    monkeypatch.setattr(Book._meta.get_field(name), "null", False)
    messages = told(registry, **{name: attribute})
    assert [message.id for message in messages] == (["attio_mirror.W007"] if is_told else [])
    assert all(f"“{name}”" in message.msg for message in messages)


def test_a_connection_that_is_not_configured_is_a_warning_unless_the_mirror_is_a_shipped_one(
    registry: Registry,
) -> None:
    [message] = told(registry, connection="north")
    assert (message.id, "“north”" in message.msg) == ("attio_mirror.W006", True)
    registry.replaceable.add("books")
    assert check_mirrors() == []


@pytest.mark.parametrize("given", [{"CONNECTIONS": {}}, {"CONNECTIONS": {"default": {}}, "PUSH": "sometimes"}])
def test_where_nothing_is_configured_other_checks_speak(registry: Registry, given: dict[str, Any]) -> None:
    with override_settings(ATTIO_MIRROR=given):
        assert told(registry, connection="north") == []


def test_mirrors_that_share_a_base_do_not_share_its_bindings() -> None:
    class Named(mirrors.Mirror[Any]):
        name = mirrors.Text()

    class OfDeals(Named):
        class Meta:
            model = Deal
            object = "deals"

    class OfLoans(Named):
        name = mirrors.Text(field="reader")

        class Meta:
            model = Loan
            object = "loans"

    class OfAuthors(Named):
        class Meta:
            model = Author
            object = "authors"

    deals, loans, authors = OfDeals(), OfLoans(), OfAuthors()
    models = [mirror.declared["name"].model_field.model for mirror in (deals, loans, authors)]
    assert models == [Deal, Loan, Author]
