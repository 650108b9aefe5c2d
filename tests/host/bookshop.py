"""The bookshop's objects in Attio, made by Ada: one custom object per mirror, with the attributes it declares."""

from __future__ import annotations

from typing import Any

from attio_mirror.models import Option
from attio_mirror.testing import Attio, mirror_schema

Definition = dict[str, Any]


def pointing_to(*slugs: str) -> Definition:
    """The config of a reference."""
    return {"config": {"record_reference": {"allowed_objects": list(slugs)}}}


MANY: Definition = {"is_multiselect": True}
UNIQUE: Definition = {"is_unique": True}
EUROS: Definition = {"config": {"currency": {"default_currency_code": "EUR", "display_type": "symbol"}}}

ATTRIBUTES: dict[str, dict[str, tuple[str, Definition]]] = {
    "authors": {"born": ("date", {})},
    "books": {
        "isbn": ("text", UNIQUE),
        "title": ("text", {}),
        "pages": ("number", {}),
        "weight": ("number", {}),
        "thickness": ("number", {}),
        "in_print": ("checkbox", {}),
        "signed": ("checkbox", {}),
        "price": ("currency", EUROS),
        "published": ("date", {}),
        "catalogued": ("timestamp", {}),
        "rating": ("rating", {}),
        "reading_state": ("status", {}),
        "genre": ("select", {}),
        "tags": ("select", MANY),
        "moods": ("select", MANY),
        "written_by": ("record-reference", pointing_to("authors")),
        "translators": ("record-reference", pointing_to("authors") | MANY),
        "editor": ("actor-reference", {}),
        "proofreaders": ("actor-reference", MANY),
        "origin": ("location", {}),
        "site": ("domain", {}),
        "contact": ("email-address", {}),
        "orders_to": ("email-address", MANY),
        "phone": ("phone-number", {}),
        "blurb": ("text", {}),
        "prizes": ("select", MANY),
    },
    "shelves": {"capacity": ("number", {})},
    "reviews": {"text": ("text", {}), "stars": ("rating", {})},
    "sales": {"receipt": ("text", UNIQUE), "amount": ("currency", EUROS)},
    "loans": {"reader": ("text", {}), "book": ("record-reference", pointing_to("books"))},
}
"""By object; `blurb` and `prizes` have no field of their own. Every custom object is born with a `name`."""

TITLES = {
    "reading_state": ("Unread", "Reading", "Read"),
    "genre": ("Novel", "Poetry"),
    "tags": ("Red", "Green", "Blue"),
    "moods": ("Gay", "Grave"),
    "prizes": ("Booker", "Nobel"),
}


def open_shop(attio: Attio, *, mirrored: bool = True) -> None:
    """Make the objects, and mirror the schema."""
    for slug in ATTRIBUTES:
        data = {"api_slug": slug, "singular_noun": slug.title(), "plural_noun": f"{slug.title()} all"}
        attio.ask("POST", "/v2/objects", {"data": data})
    for slug, attributes in ATTRIBUTES.items():
        for name, (kind, more) in attributes.items():
            add_attribute(attio, slug, name, kind, **more)
            _add_choices(attio, f"/v2/objects/{slug}/attributes/{name}", kind, TITLES.get(name, ()))
    if mirrored:
        mirror_schema(attio.connection, "the bookshop")


def add_attribute(attio: Attio, object_slug: str, slug: str, kind: str, **more: Any) -> None:
    """A custom attribute, as Attio insists on hearing it."""
    data = {
        "title": slug.title(), "description": None, "api_slug": slug, "type": kind, "is_required": False,
        "is_unique": False, "is_multiselect": False, "config": {}, **more,
    }  # fmt: skip
    attio.ask("POST", f"/v2/objects/{object_slug}/attributes", {"data": data})


def _add_choices(attio: Attio, path: str, kind: str, titles: tuple[str, ...]) -> None:
    noun = "statuses" if kind == "status" else "options"
    for title in titles:
        attio.ask("POST", f"{path}/{noun}", {"data": {"title": title}})


def option(title: str) -> Option:
    """An option or a status of the shop."""
    return Option.objects.get(title=title, attribute__object__slug="books")
