"""The judge of answers, judged on a small document of its own."""

from __future__ import annotations

import pytest

from tests.openapi import Document, Json, attio_document

VALUE = {"type": "object", "required": ["value", "attribute_type"], "additionalProperties": False}
TEXT = VALUE | {"properties": {"value": {"type": "string"}, "attribute_type": {"enum": ["text"]}}}
NUMBER = VALUE | {"properties": {"value": {"type": "number"}, "attribute_type": {"enum": ["number"]}}}
THING = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "at": {"type": "string", "format": "date-time"},
        "owner": {"type": "string", "enum": ["Ada"], "nullable": True},
        "values": {"type": "array", "items": {"oneOf": [TEXT, NUMBER]}},
    },
}
MISSING = {"type": "object", "properties": {"status_code": {"enum": [404]}, "code": {"enum": ["not_found"]}}}
NO = {"status_code": 404, "type": "invalid_request_error", "code": "value_not_found", "message": "No."}


def answers(**by_status: Json) -> Json:
    return {
        status.strip("_"): {"content": {"application/json": {"schema": schema}}} for status, schema in by_status.items()
    }


JUDGE = Document(
    {
        "paths": {
            "/v2/things/{thing}": {"get": {"responses": answers(_200=THING, _404=MISSING)}},
            "/v2/things/search": {"get": {"responses": answers(_200={"type": "array"})}},
        }
    }
)


def complaints(body: Json, status: int = 200, path: str = "/v2/things/x") -> list[str]:
    return JUDGE.complaints("GET", path, status, body)


@pytest.mark.parametrize(
    "body",
    [
        {"id": "14beef7a-99f7-4534-a87e-70b564330a4c", "at": "2026-05-09T21:43:08.480000000Z"},
        {"owner": None},
        {"values": [{"value": "x", "attribute_type": "text"}, {"value": 1, "attribute_type": "number"}]},
    ],
)
def test_a_fitting_answer_raises_no_complaint(body: Json) -> None:
    assert complaints(body) == []


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], "$"),
        ({"id": "x"}, "$.id"),
        ({"at": "2026-05-09T21:43:08Z"}, "$.at"),
        ({"owner": "Ben"}, "$.owner"),
        ({"values": [{"value": 1, "attribute_type": "text"}]}, "$.values[0].value"),
        ({"values": [{"value": 1, "attribute_type": "colour"}]}, "$.values[0]"),
    ],
)
def test_a_complaint_names_the_place(body: Json, place: str) -> None:
    [complaint] = complaints(body)
    assert complaint.startswith(f"{place}: ")


def test_the_route_with_fewest_holes_is_meant() -> None:
    assert complaints([], path="/v2/things/search") == []


def test_an_error_may_have_another_code_than_the_one_listed() -> None:
    assert complaints(NO, 404) == []


@pytest.mark.parametrize("change", [{"status_code": 400}, {"type": "oops"}, {"message": ""}, {"code": "Not Found"}])
def test_every_error_has_the_envelope(change: Json) -> None:
    assert complaints(NO | change, 404)
    assert JUDGE.complaints("GET", "/v2/nowhere", 404, NO | change)


def test_what_is_not_described_is_not_judged() -> None:
    assert JUDGE.complaints("GET", "/v2/nowhere", 200, {"anything": 1}) == []
    assert JUDGE.complaints("POST", "/v2/things/x", 200, {"anything": 1}) == []


def test_attios_document_is_read_where_it_lies() -> None:
    document = attio_document()
    if document is None:
        pytest.skip("Attio's OpenAPI document is not beside this checkout")
    route = document.route("PUT", "/v2/objects/deals/records")
    assert route is not None
    assert route.template == "/v2/objects/{object}/records"
