"""How Attio says no."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import create, make_company, query, records, write
from tests.sandbox.contract.voice import Api

NOBODY = "0" * 64


def test_a_refusal_has_status_type_code_and_message(api: Api) -> None:
    """Attio's OpenAPI document: the envelope of every error."""
    body = api.get("/v2/objects/no_such_object").json
    assert {"status_code", "type", "code", "message"} <= body.keys()
    assert (body["status_code"], body["type"]) == (404, "invalid_request_error")


def test_an_unknown_token_is_unauthorized_everywhere_but_on_self(api: Api) -> None:
    """Seen on the live service: 401 auth_error."""
    refusal = api.with_token(NOBODY).get("/v2/objects")
    assert refusal.error == (401, "unauthorized")
    assert refusal.json["type"] == "auth_error"
    assert refusal.message.startswith("The API Key provided could not be found.")


def test_no_token_at_all_is_unauthorized(api: Api) -> None:
    """Seen on the live service: 401 on all routes but /v2/self."""
    assert api.with_token(None).get("/v2/objects").error == (401, "unauthorized")


def test_a_token_of_the_wrong_length_is_told_so(api: Api) -> None:
    """Seen on the live service: the message mentions the 64 characters of a key."""
    refusal = api.with_token("short").get("/v2/objects")
    assert refusal.error == (401, "unauthorized")
    assert "64" in refusal.message


def test_an_unknown_route_names_itself(api: Api) -> None:
    """Seen on the live service: the message quotes method and path."""
    refusal = api.get("/v2/no/such/route")
    assert refusal.error == (404, "not_found")
    assert refusal.message == 'Could not find endpoint "GET /v2/no/such/route".'


def test_records_cannot_be_listed_with_get(api: Api) -> None:
    """Seen on the live service: listing is POST …/query; GET is no endpoint."""
    assert "Could not find endpoint" in api.get(records("people")).message


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v2/objects/nowhere", 'Object with slug/ID "nowhere" not found.'),
        ("/v2/lists/nowhere", 'List with slug/ID "nowhere" not found.'),
        ("/v2/objects/people/attributes/nothing", 'Attribute with slug/ID "nothing" not found.'),
        ("/v2/objects/people/attributes/nothing/options", 'Attribute with slug/ID "nothing" not found.'),
    ],
)
def test_a_missing_thing_is_named_in_the_message(api: Api, path: str, message: str) -> None:
    """Attio's OpenAPI document: the messages of its 404 answers."""
    refusal = api.get(path)
    assert refusal.error == (404, "not_found")
    assert refusal.message == message


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_a_missing_record_is_named_whatever_is_asked_of_it(api: Api, method: str) -> None:
    """Attio's OpenAPI document: "Record with ID … not found."."""
    nobody = str(uuid4())
    body = None if method in {"GET", "DELETE"} else {"data": {"values": {"description": "x"}}}
    refusal = api.ask(method, f"{records('companies')}/{nobody}", body)
    assert refusal.error == (404, "not_found")
    assert refusal.message == f'Record with ID "{nobody}" not found.'


def test_a_record_is_not_found_under_another_object(api: Api) -> None:
    """Attio's OpenAPI document: an id is only unique together with its object."""
    company = make_company(api)
    assert api.get(f"{records('people')}/{company['id']['record_id']}").error == (404, "not_found")


def test_creating_in_a_missing_object_is_not_found(api: Api) -> None:
    """Attio's OpenAPI document: 404 before the values are looked at."""
    refusal = api.post(records("nowhere"), {"data": {"values": {}}})
    assert refusal.error == (404, "not_found")


def test_a_body_without_data_is_a_validation_error(api: Api) -> None:
    """Attio's OpenAPI document: write bodies are wrapped in `data`; seen live, malformed bodies are validation_type."""
    assert api.post(records("companies"), {"values": {}}).error == (400, "validation_type")


def test_a_validation_error_says_where(api: Api) -> None:
    """Seen on the live service: entries of `validation_errors` hold code, path and message."""
    refusal = api.post(f"{records('companies')}/query", {"limit": "many"})
    assert refusal.error == (400, "validation_type")
    entry = refusal.json["validation_errors"][0]
    assert entry["path"] == ["limit"]
    assert entry["code"]
    assert entry["message"]


def test_an_unknown_key_in_a_value_is_an_unrecognized_key(api: Api) -> None:
    """Seen on the live service: value objects are strict."""
    company = make_company(api)
    refusal = write(api, company, name={"text": "Acme"})
    assert refusal.error == (400, "validation_type")
    codes = [entry["code"] for entry in refusal.json.get("validation_errors", [])]
    assert "unrecognized_keys" in codes


def test_a_refused_write_changes_nothing(api: Api) -> None:
    """Attio's docs: a write fails as a whole."""
    company = make_company(api, description="before")
    assert write(api, company, description="after", categories=["no such category"]).status == 400
    page = query(api, "companies", filter={"record_id": company["id"]["record_id"]})
    assert page[0]["values"]["description"][0]["value"] == "before"


@pytest.mark.parametrize(
    ("scopes", "method", "path", "body"),
    [
        ({"object_configuration:read"}, "GET", "/v2/workspace_members", None),
        ({"record_permission:read-write"}, "GET", "/v2/objects", None),
        (
            {"record_permission:read", "object_configuration:read"},
            "POST",
            records("companies"),
            {"data": {"values": {}}},
        ),
        ({"object_configuration:read"}, "PATCH", "/v2/objects/companies/attributes/name", {"data": {"title": "N"}}),
        ({"record_permission:read-write"}, "GET", "/v2/webhooks", None),
    ],
)
def test_a_missing_scope_is_forbidden(
    api: Api, sandbox_only: World, scopes: set[str], method: str, path: str, body: object
) -> None:
    """Attio's OpenAPI document: the scopes each route requires; 403 with an auth_error."""
    token = "s" * 64
    sandbox_only.add_token(token, scopes=scopes)
    refusal = api.with_token(token).ask(method, path, body)
    assert refusal.error == (403, "unauthorized")
    assert refusal.json["type"] == "auth_error"


def test_write_scope_includes_read(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: `read-write` covers `read`."""
    sandbox_only.add_token("w" * 64, scopes={"object_configuration:read-write"})
    assert api.with_token("w" * 64).get("/v2/objects").status == 200


@pytest.mark.parametrize(("reading", "status"), [("refuse", 400), ("ignore", 200)])
def test_an_unknown_query_parameter(sandbox: Callable, reading: str, status: int) -> None:
    """Undocumented: refused, or ignored."""
    api, _ = sandbox(unknown_query_keys=reading)
    assert api.get("/v2/objects", colour="red").status == status


def test_every_answer_names_its_execution(api: Api) -> None:
    """Seen on the live service: x-attio-execution-id, a UUID, on good and bad answers."""
    for path in ("/v2/self", "/v2/objects/nowhere"):
        assert UUID(api.get(path).headers["x-attio-execution-id"])


def test_reads_say_how_fresh_they_are(api: Api) -> None:
    """Seen on the live service: x-accurate-at, a time with nine digits, on reads."""
    company = make_company(api)
    headers = api.get(f"{records('companies')}/{company['id']['record_id']}").headers
    assert len(headers["x-accurate-at"].partition(".")[2]) == len("000000000Z")


def test_queries_say_what_they_cost(api: Api) -> None:
    """Seen on the live service: x-attio-record-query-score on the two query routes, 0 for a plain page."""
    answer = api.post(f"{records('companies')}/query", {"limit": 1})
    assert float(answer.headers["x-attio-record-query-score"]) == 0


def test_a_deleted_record_answers_with_an_empty_object(api: Api) -> None:
    """Attio's OpenAPI document: DELETE is 200 with {}."""
    company = create(api, "companies")
    gone = api.delete(f"{records('companies')}/{company['id']['record_id']}")
    assert (gone.status, gone.json) == (200, {})


def test_deleting_twice_is_not_found(api: Api) -> None:
    """Seen on the live service: after a delete that looked failed, 404 means done."""
    company = create(api, "companies")
    path = f"{records('companies')}/{company['id']['record_id']}"
    api.delete(path)
    assert api.delete(path).error == (404, "not_found")
