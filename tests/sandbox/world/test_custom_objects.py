"""Objects a workspace makes for itself, and what happens when one goes."""

from __future__ import annotations

import pytest

from .conftest import id_of, to

BOOKS = {"api_slug": "books", "singular_noun": "Book", "plural_noun": "Books"}


def definition(slug, kind, **more):
    flags = dict.fromkeys(["is_required", "is_unique", "is_multiselect"], False)
    return {"data": {"title": slug, "description": None, "api_slug": slug, "type": kind, "config": {}, **flags, **more}}


@pytest.fixture
def library(ada):
    """Books, written by people."""
    ada.done("POST", "/objects", {"data": BOOKS})
    author = {"object": "people", "title": "Books", "api_slug": "books", "is_multiselect": True}
    ada.done("POST", "/objects/books/attributes", definition("author", "record-reference", relationship=author))
    return ada


def test_a_relationship_makes_its_reverse(library):
    person = library.create("people", email_addresses=["a@b.test"])
    book = library.create("books", author=to("people", person))
    read = library.read("people", id_of(person))
    assert [each["target_record_id"] for each in read["values"]["books"]] == [id_of(book)]
    shown = library.done("GET", "/objects/people/attributes/books")["relationship"]
    assert (shown["object_slug"], shown["api_slug"], shown["is_multiselect"]) == ("books", "author", False)


def test_both_sides_of_a_new_relationship_are_told(ada):
    ada.done("POST", "/objects", {"data": BOOKS})
    ada.told()
    author = {"object": "people", "title": "Books", "api_slug": "books", "is_multiselect": True}
    ada.done("POST", "/objects/books/attributes", definition("author", "record-reference", relationship=author))
    assert ada.told() == ["object-attribute.created"] * 2


def test_a_relationship_with_itself_needs_two_slugs(ada):
    ada.done("POST", "/objects", {"data": BOOKS})
    sequel = {"object": "books", "title": "Sequel", "api_slug": "sequel", "is_multiselect": False}
    assert ada.refused(
        "POST", "/objects/books/attributes", definition("sequel", "record-reference", relationship=sequel)
    ) == (400, "validation_type")


def test_a_record_may_follow_itself_around(ada):
    ada.done("POST", "/objects", {"data": BOOKS})
    sequel = {"object": "books", "title": "Prequel", "api_slug": "prequel", "is_multiselect": False}
    ada.done("POST", "/objects/books/attributes", definition("sequel", "record-reference", relationship=sequel))
    first, second = ada.create("books"), ada.create("books")
    ada.write("books", id_of(first), sequel=to("books", second))
    assert ada.read("books", id_of(second))["values"]["prequel"][0]["target_record_id"] == id_of(first)
    ada.write("books", id_of(second), sequel=to("books", second))
    again = ada.read("books", id_of(second))["values"]
    assert [again[slug][0]["target_record_id"] for slug in ("sequel", "prequel")] == [id_of(second)] * 2
    assert ada.read("books", id_of(first))["values"]["sequel"] == []


@pytest.mark.parametrize("relationship", [True, False])
def test_relationships_are_for_references_on_objects(library, relationship):
    other = {"object": "people", "title": "T", "api_slug": "t", "is_multiselect": False}
    body = definition("t", "text", relationship=other)
    if relationship:
        config = {"record_reference": {"allowed_objects": ["companies"]}}
        body = definition("t", "record-reference", relationship=other, config=config)
    assert library.refused("POST", "/objects/books/attributes", body) == (400, "validation_type")


def test_deleting_an_object_takes_records_attributes_and_lists_along(library):
    book = library.create("books", author=to("people", library.create("people", email_addresses=["a@b.test"])))
    levels = {"workspace_access": "full-access", "workspace_member_access": []}
    shelf = {"name": "Shelf", "api_slug": "shelf", "parent_object": "books", **levels}
    library.done("POST", "/lists", {"data": shelf})
    library.done("DELETE", "/objects/books")
    assert library.refused("GET", f"/objects/books/records/{id_of(book)}") == (404, "not_found")
    assert library.refused("GET", "/objects/people/attributes/books") == (404, "not_found")
    assert library.done("GET", "/lists") == []


def test_an_open_reference_outlives_an_object_it_could_point_to(library):
    config = {"record_reference": {"allowed_objects": ["books", "people"]}}
    library.done("POST", "/objects/deals/attributes", definition("about", "record-reference", config=config))
    library.done("DELETE", "/objects/books")
    people = library.done("GET", "/objects/people")["id"]["object_id"]
    shown = library.done("GET", "/objects/deals/attributes/about")
    assert shown["config"]["record_reference"]["allowed_object_ids"] == [people]


@pytest.mark.parametrize(("reading", "told"), [(False, []), (True, ["record.deleted"])])
def test_records_of_a_deleted_object(under, reading, told):
    ada = under(object_delete_emits_deleted=reading)
    ada.done("POST", "/objects", {"data": BOOKS})
    ada.create("books")
    ada.told()
    ada.done("DELETE", "/objects/books")
    assert ada.told() == told


def test_a_custom_object_can_be_renamed_and_a_standard_one_cannot(library):
    book = id_of(library.create("books"))
    library.done("PATCH", "/objects/books", {"data": {"api_slug": "volumes"}})
    assert library.read("volumes", book)["web_url"].endswith(f"/volumes/record/{book}")
    body = {"data": {"api_slug": "firms"}}
    assert library.refused("PATCH", "/objects/companies", body) == (400, "system_edit_unauthorized")
    assert library.refused("PATCH", "/objects/volumes", {"data": {"api_slug": "deals"}}) == (409, "slug_conflict")


def test_a_link_made_and_undone_in_one_write_never_was(ada):
    ada.done("POST", "/objects", {"data": BOOKS})
    sequel = {"object": "books", "title": "Prequel", "api_slug": "prequel", "is_multiselect": False}
    ada.done("POST", "/objects/books/attributes", definition("sequel", "record-reference", relationship=sequel))
    book = ada.create("books")
    ada.write("books", id_of(book), sequel=to("books", book), prequel=[])
    for slug in ("sequel", "prequel"):
        path = f"/objects/books/records/{id_of(book)}/attributes/{slug}/values"
        assert ada.done("GET", path, show_historic="true") == []
