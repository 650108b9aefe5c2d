"""Titles, e-mails and keys become ids through Names; without them only ids will do."""

from __future__ import annotations

from uuid import UUID

import pytest

from attio_mirror.core.codecs import InvalidValue, NoNames, codec_for, parse_values
from attio_mirror.core.values import AttributeSpec, AttributeType

ID = "50cf242c-7fa3-4cad-87d0-75b1af71c57b"


class Book:
    """Knows one option, Ada, and a handful of records by one key each."""

    def __init__(self):
        self.asked = []

    def option(self, title):
        return ID.upper() if title == "In Progress" else None

    def member(self, email):
        return ID if email == "ada@example.com" else None

    def record(self, object_slug, attribute, value):
        self.asked.append((object_slug, attribute, value))
        return None if value == "nobody" else ID.upper()


def reference(*targets, multi=False):
    return AttributeSpec("company", AttributeType.RECORD_REFERENCE, multi=multi, targets=targets)


@pytest.mark.parametrize("kind", ["select", "status"])
@pytest.mark.parametrize(
    "wrap", [lambda kind, title: title, lambda kind, title: {"option" if kind == "select" else kind: title}]
)
def test_a_title_becomes_the_id_of_its_option(kind, wrap):
    assert codec_for(kind).parse(wrap(kind, " In Progress "), Book()) == ID


@pytest.mark.parametrize("kind", ["select", "status"])
def test_an_unknown_title_is_refused(kind):
    with pytest.raises(InvalidValue, match="title or the id of one of the attribute's options"):
        codec_for(kind).parse("Lost in space", Book())


@pytest.mark.parametrize("written", [" Ada@Example.com", {"workspace_member_email_address": "ada@example.com"}])
def test_an_e_mail_becomes_the_member(written):
    member = {"referenced_actor_type": "workspace-member", "referenced_actor_id": ID}
    assert codec_for("actor-reference").parse(written, Book()) == member


def test_an_unknown_member_is_refused():
    with pytest.raises(InvalidValue, match="workspace member"):
        codec_for("actor-reference").parse("ben@example.com", Book())


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ({"domains": [{"domain": "https://Company.com/"}]}, ("x", "domains", "company.com")),
        (
            {"email_addresses": [{"email_address": "Person@Company.com"}]},
            ("x", "email_addresses", "person@company.com"),
        ),
        ({"phones": [{"original_phone_number": "020 1", "country_code": "GB"}]}, ("x", "phones", "+44201")),
        ({"isbn": [{"value": 17224912}]}, ("x", "isbn", "17224912")),
        ({"weight": [{"value": 2.50}]}, ("x", "weight", "2.5")),
        ({"code": [{"value": "A 1"}]}, ("x", "code", "A 1")),
        ({"code": "A 1"}, ("x", "code", "A 1")),
        ({"code": ("A 1",)}, ("x", "code", "A 1")),
    ],
)
def test_a_unique_value_finds_the_record(written, asked):
    book = Book()
    found = codec_for("record-reference").parse({"target_object": "x", **written}, book)
    assert found == {"target_object": "x", "target_record_id": ID}
    assert book.asked == [asked]


@pytest.mark.parametrize(
    "written",
    [
        "company.com",
        {"target_record_id": ID},
        {"target_object": "x"},
        {"target_object": "x", "target_record_id": "not an id"},
        {"target_object": ID, "target_record_id": ID},
        {"target_object": "", "target_record_id": ID},
        {"target_object": 7, "code": "a"},
        {"target_object": "x", "a": [{"value": 1}], "b": [{"value": 1}]},
        {"target_object": "x", "code": "nobody"},
        {"target_object": "x", "code": []},
        {"target_object": "x", "code": [{"value": "a"}, {"value": "b"}]},
        {"target_object": "x", "code": [{}]},
        {"target_object": "x", "code": [{"value": "a", "more": 1}]},
        {"target_object": "x", "code": [{"title": "a"}]},
    ],
)
def test_half_a_reference_is_refused(written):
    with pytest.raises(InvalidValue):
        codec_for("record-reference").parse(written, Book())


@pytest.mark.parametrize(
    ("target", "key", "asked"),
    [
        ("companies", "https://Company.com", ("companies", "domains", "company.com")),
        ("people", "Ada@Example.com", ("people", "email_addresses", "ada@example.com")),
        ("users", ID, ("users", "user_id", ID)),
        ("workspaces", "123", ("workspaces", "workspace_id", "123")),
    ],
)
def test_a_bare_key_is_enough_where_only_one_standard_object_may_be_meant(target, key, asked):
    book = Book()
    assert parse_values(reference(target), key, book) == {"target_object": target, "target_record_id": ID}
    assert book.asked == [asked]


@pytest.mark.parametrize("targets", [(), ("companies", "people"), ("deals",)])
def test_elsewhere_a_bare_key_is_refused(targets):
    with pytest.raises(InvalidValue, match="target_object"):
        parse_values(reference(*targets), "company.com", Book())


def test_a_bare_id_from_python_is_a_record_of_the_only_target():
    assert parse_values(reference("deals", multi=True), [UUID(ID)], NoNames()) == [
        {"target_object": "deals", "target_record_id": ID}
    ]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("select", "Medium"),
        ("status", "Won"),
        ("actor-reference", "ada@example.com"),
        ("record-reference", {"target_object": "people", "email_addresses": "ada@example.com"}),
    ],
)
def test_without_names_only_ids_will_do(kind, written):
    with pytest.raises(InvalidValue, match="cannot be looked up"):
        codec_for(kind).parse(written, NoNames())
