"""Each verb asks what its name says: method, path, query and body."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest

from attio_mirror.core.errors import Json, NotSent
from attio_mirror.service import Attio

from ..client.kit import FakeAdapter, answer
from ..openapi import attio_document
from . import wires

V = {"name": "Žofie", "tags": ["a", "b"]}
DATA = {"data": {"values": V}}
ENTRY = {"data": {"entry_values": V}}
PLACED = {"data": {"parent_record_id": "p1", "parent_object": "deals", "entry_values": V}}
DEALS = "/v2/objects/deals"
STAGE = f"{DEALS}/attributes/stage"
CHANGES = {"title": "New", "is_archived": True}
SUBSCRIPTIONS = [{"event_type": "record.updated", "filter": None}]

Ask = Callable[[Attio], object]
Case = tuple[Ask, str, str, dict[str, str], Json, Json]

ONE_RECORD = {"data": wires.record()}
ONE_ENTRY = {"data": wires.entry()}
ONE_ATTRIBUTE = {"data": wires.attribute()}
ONE_OBJECT = {"data": wires.object_()}
ONE_WEBHOOK = {"data": wires.webhook()}
NONE: Json = {"data": []}
FIRST = {"limit": "100", "offset": "0"}

CASES: dict[str, Case] = {
    "whoami": (lambda a: a.whoami(), "GET", "/v2/self", {}, None, wires.SELF),
    "members": (lambda a: a.members(), "GET", "/v2/workspace_members", {}, None, NONE),
    "member": (lambda a: a.member("m1"), "GET", "/v2/workspace_members/m1", {}, None, {"data": wires.member()}),
    "create": (lambda a: a.create("deals", V), "POST", f"{DEALS}/records", {}, DATA, ONE_RECORD),
    "assert_": (
        lambda a: a.assert_("deals", V, matching="external_id"),  # Attio's verb, not unittest's
        "PUT",
        f"{DEALS}/records",
        {"matching_attribute": "external_id"},
        DATA,
        ONE_RECORD,
    ),
    "update": (lambda a: a.update("deals", "r1", V), "PATCH", f"{DEALS}/records/r1", {}, DATA, ONE_RECORD),
    "overwrite": (lambda a: a.overwrite("deals", "r1", V), "PUT", f"{DEALS}/records/r1", {}, DATA, ONE_RECORD),
    "get": (lambda a: a.get("deals", "r1"), "GET", f"{DEALS}/records/r1", {}, None, ONE_RECORD),
    "delete": (lambda a: a.delete("deals", "r1"), "DELETE", f"{DEALS}/records/r1", {}, None, {}),
    "query": (
        lambda a: a.query("deals"),
        "POST",
        f"{DEALS}/records/query",
        {},
        {"limit": 500, "offset": 0},
        NONE,
    ),
    "query with all": (
        lambda a: a.query("deals", filter={"name": "x"}, sorts=[{"attribute": "a"}], limit=5, offset=7),
        "POST",
        f"{DEALS}/records/query",
        {},
        {"filter": {"name": "x"}, "sorts": [{"attribute": "a"}], "limit": 5, "offset": 7},
        NONE,
    ),
    "history": (
        lambda a: a.history("deals", "r1", "stage"),
        "GET",
        f"{DEALS}/records/r1/attributes/stage/values",
        {"show_historic": "true", **FIRST},
        None,
        NONE,
    ),
    "merge": (
        lambda a: a.merge("deals", "r1", "r2"),
        "POST",
        f"{DEALS}/records/merge",
        {},
        {"data": {"primary_record_id": "r1", "secondary_record_id": "r2"}},
        {"data": {"new_record_id": "r3"}},
    ),
    "search": (
        lambda a: a.search("ada", ["people"]),
        "POST",
        "/v2/objects/records/search",
        {},
        {"query": "ada", "objects": ["people"], "request_as": {"type": "workspace"}, "limit": 25},
        NONE,
    ),
    "search as a member": (
        lambda a: a.search("ada", ["people"], member_id="m1", limit=3),
        "POST",
        "/v2/objects/records/search",
        {},
        {
            "query": "ada",
            "objects": ["people"],
            "request_as": {"type": "workspace-member", "workspace_member_id": "m1"},
            "limit": 3,
        },
        NONE,
    ),
    "query_entries": (
        lambda a: a.query_entries("sales", filter={"a": 1}, sorts=[{"attribute": "a"}]),
        "POST",
        "/v2/lists/sales/entries/query",
        {},
        {"filter": {"a": 1}, "sorts": [{"attribute": "a"}], "limit": 500, "offset": 0},
        NONE,
    ),
    "create_entry": (
        lambda a: a.create_entry("sales", "deals", "p1", V),
        "POST",
        "/v2/lists/sales/entries",
        {},
        PLACED,
        ONE_ENTRY,
    ),
    "assert_entry": (
        lambda a: a.assert_entry("sales", "deals", "p1", V),
        "PUT",
        "/v2/lists/sales/entries",
        {},
        PLACED,
        ONE_ENTRY,
    ),
    "get_entry": (lambda a: a.get_entry("sales", "e1"), "GET", "/v2/lists/sales/entries/e1", {}, None, ONE_ENTRY),
    "update_entry": (
        lambda a: a.update_entry("sales", "e1", V),
        "PATCH",
        "/v2/lists/sales/entries/e1",
        {},
        ENTRY,
        ONE_ENTRY,
    ),
    "overwrite_entry": (
        lambda a: a.overwrite_entry("sales", "e1", V),
        "PUT",
        "/v2/lists/sales/entries/e1",
        {},
        ENTRY,
        ONE_ENTRY,
    ),
    "delete_entry": (lambda a: a.delete_entry("sales", "e1"), "DELETE", "/v2/lists/sales/entries/e1", {}, None, {}),
    "entry_history": (
        lambda a: a.entry_history("sales", "e1", "stage"),
        "GET",
        "/v2/lists/sales/entries/e1/attributes/stage/values",
        {"show_historic": "true", **FIRST},
        None,
        NONE,
    ),
    "placements": (lambda a: a.placements("deals", "r1"), "GET", f"{DEALS}/records/r1/entries", FIRST, None, NONE),
    "objects": (lambda a: a.objects(), "GET", "/v2/objects", {}, None, NONE),
    "object": (lambda a: a.object("deals"), "GET", DEALS, {}, None, ONE_OBJECT),
    "create_object": (
        lambda a: a.create_object("books", "Book", "Books"),
        "POST",
        "/v2/objects",
        {},
        {"data": {"api_slug": "books", "singular_noun": "Book", "plural_noun": "Books"}},
        ONE_OBJECT,
    ),
    "update_object": (
        lambda a: a.update_object("books", {"plural_noun": "Tomes"}),
        "PATCH",
        "/v2/objects/books",
        {},
        {"data": {"plural_noun": "Tomes"}},
        ONE_OBJECT,
    ),
    "lists": (lambda a: a.lists(), "GET", "/v2/lists", {}, None, NONE),
    "list_": (lambda a: a.list_("sales"), "GET", "/v2/lists/sales", {}, None, {"data": wires.list_()}),
    "attributes": (
        lambda a: a.attributes("lists", "sales"),
        "GET",
        "/v2/lists/sales/attributes",
        {"show_archived": "true", **FIRST},
        None,
        NONE,
    ),
    "attributes in use": (
        lambda a: a.attributes("objects", "deals", archived=False),
        "GET",
        f"{DEALS}/attributes",
        FIRST,
        None,
        NONE,
    ),
    "attribute": (lambda a: a.attribute("objects", "deals", "stage"), "GET", STAGE, {}, None, ONE_ATTRIBUTE),
    "create_attribute": (
        lambda a: a.create_attribute("objects", "deals", {"title": "T"}),
        "POST",
        f"{DEALS}/attributes",
        {},
        {"data": {"title": "T"}},
        ONE_ATTRIBUTE,
    ),
    "update_attribute": (
        lambda a: a.update_attribute("objects", "deals", "stage", CHANGES),
        "PATCH",
        STAGE,
        {},
        {"data": CHANGES},
        ONE_ATTRIBUTE,
    ),
    "options": (
        lambda a: a.options("objects", "deals", "stage"),
        "GET",
        f"{STAGE}/options",
        {"show_archived": "true"},
        None,
        NONE,
    ),
    "options in use": (
        lambda a: a.options("objects", "deals", "stage", archived=False),
        "GET",
        f"{STAGE}/options",
        {},
        None,
        NONE,
    ),
    "create_option": (
        lambda a: a.create_option("objects", "deals", "stage", "Red"),
        "POST",
        f"{STAGE}/options",
        {},
        {"data": {"title": "Red"}},
        {"data": wires.option()},
    ),
    "update_option": (
        lambda a: a.update_option("objects", "deals", "stage", "o1", CHANGES),
        "PATCH",
        f"{STAGE}/options/o1",
        {},
        {"data": CHANGES},
        {"data": wires.option()},
    ),
    "statuses": (
        lambda a: a.statuses("objects", "deals", "stage"),
        "GET",
        f"{STAGE}/statuses",
        {"show_archived": "true"},
        None,
        NONE,
    ),
    "create_status": (
        lambda a: a.create_status("objects", "deals", "stage", "Won", {"celebration_enabled": True}),
        "POST",
        f"{STAGE}/statuses",
        {},
        {"data": {"title": "Won", "celebration_enabled": True}},
        {"data": wires.status()},
    ),
    "create_status, plain": (
        lambda a: a.create_status("objects", "deals", "stage", "Won"),
        "POST",
        f"{STAGE}/statuses",
        {},
        {"data": {"title": "Won"}},
        {"data": wires.status()},
    ),
    "update_status": (
        lambda a: a.update_status("objects", "deals", "stage", "s1", CHANGES),
        "PATCH",
        f"{STAGE}/statuses/s1",
        {},
        {"data": CHANGES},
        {"data": wires.status()},
    ),
    "webhooks": (lambda a: a.webhooks(), "GET", "/v2/webhooks", FIRST, None, NONE),
    "webhook": (lambda a: a.webhook("w1"), "GET", "/v2/webhooks/w1", {}, None, ONE_WEBHOOK),
    "create_webhook": (
        lambda a: a.create_webhook("https://x.example/", SUBSCRIPTIONS),
        "POST",
        "/v2/webhooks",
        {},
        {"data": {"target_url": "https://x.example/", "subscriptions": SUBSCRIPTIONS}},
        {"data": {**wires.webhook(), "secret": "ca97"}},
    ),
    "update_webhook": (
        lambda a: a.update_webhook("w1", subscriptions=SUBSCRIPTIONS),
        "PATCH",
        "/v2/webhooks/w1",
        {},
        {"data": {"subscriptions": SUBSCRIPTIONS}},
        ONE_WEBHOOK,
    ),
    "move a webhook": (
        lambda a: a.update_webhook("w1", target_url="https://y.example/"),
        "PATCH",
        "/v2/webhooks/w1",
        {},
        {"data": {"target_url": "https://y.example/"}},
        ONE_WEBHOOK,
    ),
    "delete_webhook": (lambda a: a.delete_webhook("w1"), "DELETE", "/v2/webhooks/w1", {}, None, {}),
}


@pytest.mark.parametrize(("ask", "method", "path", "query", "body", "reply"), CASES.values(), ids=CASES.keys())
def test_verb_asks_what_it_says(attio, far: FakeAdapter, ask, method, path, query, body, reply):
    far.will(answer(body=reply))
    ask(attio)
    url = urlsplit(str(far.last.url))
    assert (far.last.method, url.path) == (method, path)
    assert dict(parse_qsl(url.query)) == query
    assert json.loads(far.last.body or b"null") == body
    assert len(far.asked) == 1


def test_every_verb_is_shown_here():
    verbs = {name for name in dir(Attio) if not name.startswith("_") or name == "assert_"}
    assert verbs - {"read_many"} == verbs & {name.split(" ")[0].rstrip(",") for name in CASES}


@pytest.mark.parametrize("record_id", ["", ".", "..", "..."])
def test_name_that_would_lead_elsewhere_is_not_sent(attio, far, record_id):
    """DELETE …/records/../.. would be DELETE of the object, and an empty id names the collection."""
    with pytest.raises(NotSent):
        attio.delete("deals", record_id)
    assert not far.asked


def test_missing_id_is_not_sent(attio, far):
    with pytest.raises(NotSent):
        attio.get("deals", None)
    assert not far.asked


def test_name_with_odd_characters_stays_one_step_of_the_path(attio, far):
    far.will(answer(body={"data": wires.option()}))
    attio.update_option("objects", "deals", "stage", "a/b?c#d e…", {"title": "x"})
    assert far.last.url == f"https://api.attio.com{STAGE}/options/a%2Fb%3Fc%23d%20e%E2%80%A6"


@pytest.mark.skipif(attio_document() is None, reason="Attio's OpenAPI document is not beside the checkout")
@pytest.mark.parametrize(("_ask", "method", "path", "_query", "_body", "reply"), CASES.values(), ids=CASES.keys())
def test_answers_that_these_tests_imagine_are_documented_ones(_ask, method, path, _query, _body, reply):
    document = attio_document()
    assert document is not None
    assert document.route(method, path) or path.endswith("/merge")  # newer than the document
    assert document.complaints(method, path, 200, reply) == []
