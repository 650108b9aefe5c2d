"""Every error answer becomes the one exception that states its facts."""

from __future__ import annotations

import pytest

from attio_mirror.client.verdict import judge
from attio_mirror.core.errors import (
    Merging,
    NoAnswer,
    NotFound,
    NotUnique,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    ValidationIssue,
    WriteConflict,
)

from .conftest import NOW, TOKEN
from .kit import answer, refusal

WHERE = ("PATCH", "/v2/objects/deals/records/r1")


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "validation_type", Refused),
        (400, "value_not_found", Refused),
        (404, "value_not_found", Refused),
        (400, "missing_value", Refused),
        (413, "validation_type", Refused),
        (409, "slug_conflict", Refused),
        (400, "uniqueness_conflict", NotUnique),
        (409, "uniqueness_conflict", NotUnique),
        (409, "concurrent_write_conflict", WriteConflict),
        (404, "merge_in_progress", Merging),
        (400, "merge_in_progress", Merging),
        (404, "not_found", NotFound),
        (401, "unauthorized", Unauthorized),
        (403, "unauthorized", Unauthorized),
        (403, "a_word_of_tomorrow", Unauthorized),
        (403, "billing_error", Refused),
        (403, "quota_exceeded", Refused),
        (400, "particle_gate_violation", Refused),
        (403, "particle_gate_violation", Refused),
        (429, "rate_limit_exceeded", RateLimited),
        (500, "internal_error", Unavailable),
        (503, "unavailable", Unavailable),
        (529, "", Unavailable),
        (408, "", NoAnswer),
        (418, "", Refused),
    ],
)
def test_status_and_code_name_the_error(client, far, status, code, error):
    far.will(refusal(status, code, "Attio's own words."))
    with pytest.raises(error) as raised:
        client.request(*WHERE, json={})
    assert type(raised.value) is error
    assert raised.value.status == status
    assert raised.value.code == code
    assert raised.value.type in ("invalid_request_error", "auth_error")
    assert raised.value.message == "Attio's own words."
    assert (raised.value.method, raised.value.path) == WHERE


@pytest.mark.parametrize("body", [b"", b"<html>cf</html>", b"[]", b'"no"', b'{"message": 5, "code": []}', b"\xff"])
@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Refused), (401, Unauthorized), (403, Unauthorized), (404, Refused), (429, RateLimited), (502, Unavailable)],
)
def test_answer_without_the_envelope_keeps_its_status(client, far, status, error, body):
    far.will(answer(status, body))
    with pytest.raises(error) as raised:
        client.request(*WHERE, json={})
    assert type(raised.value) is error
    assert raised.value.status == status
    assert raised.value.code == ""
    assert str(status) in raised.value.message


def test_a_404_of_anyone_but_attio_does_not_say_that_the_record_is_gone(client, far):
    far.will(answer(404, b"<html>nginx</html>"), answer(404, {"detail": "Not found."}))
    for _ in range(2):
        with pytest.raises(Refused) as raised:
            client.request("GET", "/v2/objects/deals/records/r1")
        assert not isinstance(raised.value, NotFound)


def test_unknown_route_does_not_say_that_the_record_is_gone(client, far):
    far.will(refusal(404, "not_found", 'Could not find endpoint "GET /v2/v2/objects/deals/records/r1".'))
    with pytest.raises(Refused) as raised:
        client.request("GET", "/v2/v2/objects/deals/records/r1")
    assert not isinstance(raised.value, NotFound)


def test_validation_errors_are_kept_with_their_places(client, far):
    issues = [
        {"code": "invalid", "path": ["data", "values", "stage", 0], "message": "Invalid input", "expected": "x"},
        {"code": "unrecognized_keys"},
        "nonsense",
    ]
    far.will(refusal(400, "validation_type", "Body payload validation error.", validation_errors=issues))
    with pytest.raises(Refused) as raised:
        client.request(*WHERE, json={})
    assert raised.value.validation == (
        ValidationIssue("invalid", ("data", "values", "stage", "0"), "Invalid input"),
        ValidationIssue("unrecognized_keys", (), ""),
    )


def test_place_of_a_filter_error_is_kept(client, far):
    far.will(refusal(400, "unknown_filter_attribute_slug", "Unknown.", path=["updated_at", "$gte"]))
    with pytest.raises(Refused) as raised:
        client.request("POST", "/v2/objects/deals/records/query", json={})
    assert raised.value.validation == (
        ValidationIssue("unknown_filter_attribute_slug", ("updated_at", "$gte"), "Unknown."),
    )


def test_error_names_what_was_asked_in_words(client, far):
    far.will(refusal(400, "value_not_found", 'Cannot find select attribute with select option title "x".'))
    with pytest.raises(Refused) as raised:
        client.request(*WHERE, json={})
    assert str(raised.value) == (
        '400 value_not_found: Cannot find select attribute with select option title "x". '
        "(PATCH /v2/objects/deals/records/r1)"
    )


def test_answer_that_repeats_the_token_does_not_spread_it(client, far):
    far.will(refusal(401, "unauthorized", f"The API Key {TOKEN} could not be found."))
    with pytest.raises(Unauthorized) as raised:
        client.request("GET", "/v2/objects")
    assert TOKEN not in str(raised.value)
    assert "could not be found" in raised.value.message


def test_endless_message_is_cut():
    body = b'{"code": "validation_type", "message": "' + b"x" * 1_000_000 + b'"}'
    assert len(judge(400, {}, body, method="GET", path="/", now=NOW).message) == 2000
