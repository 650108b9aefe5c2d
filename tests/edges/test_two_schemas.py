"""Two tenants with schemas of the same ids: what is renamed in one is called in the other as it was."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.models import Deal
from attio_mirror.sync.find import find

from ..host.bookshop import add_attribute, open_shop
from ..host.models import Book
from ..tenants import Tenants


def hear_all(tenants: Tenants) -> None:
    for of in tenants:
        of.refresh()
        of.pull_all()


def nothing_is_owed(tenants: Tenants) -> None:
    for of in tenants:
        of.gate.forget()
        find(of.connection)
        of.drain()
        assert of.gate.writes() == []


def test_values_without_a_field_stay_under_the_name_their_own_tenant_gives_them(tenants: Tenants) -> None:
    for of, name in zip(tenants, ("North", "South"), strict=True):
        add_attribute(of, "deals", "note", "text")
        of.refresh()
        of.create("deals", name=name, stage="Lead", owner="ada@example.com", note=f"Of the {name}")
    hear_all(tenants)
    tenants[0].ask("PATCH", "/v2/objects/deals/attributes/note", {"data": {"api_slug": "remark"}})
    tenants[0].refresh()
    assert Deal.objects.get(name="North").other_values["remark"] == "Of the North"
    assert Deal.objects.get(name="South").other_values["note"] == "Of the South"
    nothing_is_owed(tenants)
    hear_all(tenants)
    nothing_is_owed(tenants)


@pytest.mark.parametrize(("slug", "value", "held"), [("genre", "Novel", "Roman"), ("moods", ["Gay"], ["Merry"])])
def test_a_column_of_titles_follows_its_own_tenant_only(tenants: Tenants, slug: str, value: Any, held: Any) -> None:
    for of, name in zip(tenants, ("North", "South"), strict=True):
        open_shop(of)
        of.create("books", isbn=name, title=name, **{slug: value})
    hear_all(tenants)
    old, new = (value, held) if isinstance(value, str) else (value[0], held[0])
    tenants[0].ask("PATCH", f"/v2/objects/books/attributes/{slug}/options/{old}", {"data": {"title": new}})
    tenants[0].refresh()
    assert {book.title: getattr(book, slug) for book in Book.objects.all()} == {"North": held, "South": value}
    nothing_is_owed(tenants)
