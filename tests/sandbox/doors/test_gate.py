"""What stands between the doors and the world."""

from __future__ import annotations

import base64
from email.utils import parsedate_to_datetime

import pytest

from attio_mirror.sandbox import Gate, faults


def send(gate, method="GET", path="/v2/self", *, query=None, headers=None, body=None):
    return gate.answer(method, path, query=query or {}, headers=headers or {}, body=body)


def test_answers_carry_the_date_of_the_worlds_clock_and_their_length(gate, world):
    sent = send(gate)
    assert parsedate_to_datetime(sent.headers["Date"]) == world.clock.now()
    assert int(sent.headers["Content-Length"]) == len(sent.content)
    assert sent.headers["x-attio-execution-id"] == "1"


def test_text_goes_out_as_utf8_and_not_as_escapes(gate):
    sent = send(gate)
    assert "żółć 🚀" in sent.content.decode()
    assert sent.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ({"Authorization": "Bearer t0ken"}, "t0ken"),
        ({"authorization": "bearer  t0ken "}, "t0ken"),
        ({"Authorization": "Basic " + base64.b64encode(b"t0ken:").decode()}, "t0ken"),
        ({"Authorization": "Basic !!!"}, None),
        ({"Authorization": "Digest t0ken"}, None),
        ({}, None),
    ],
)
def test_the_token_is_a_bearer_or_a_basic_user_name(gate, world, header, token):
    send(gate, headers=header)
    assert world.done[-1][-1] == token


def test_a_body_that_is_not_json_is_refused_and_reaches_nobody(gate, world):
    sent = send(gate, "POST", "/v2/objects", body=b'{"data":')
    assert sent.status == 400
    assert b'"validation_type"' in sent.content
    assert world.done == []


def test_the_log_tells_reads_from_writes(gate):
    send(gate, "POST", "/v2/objects/deals/records/query", body=b"{}")
    send(gate, "POST", "/v2/objects/records/search", body=b"{}")
    send(gate, "GET", "/v2/objects")
    send(gate, "POST", "/v2/objects/deals/records", body=b'{"data": {}}')
    send(gate, "PUT", "/v2/objects/deals/records", query={"matching_attribute": "x"}, body=b"{}")
    assert [entry.kind for entry in gate.log] == ["read", "read", "read", "write", "write"]
    assert [(entry.method, entry.body) for entry in gate.writes()] == [("POST", {"data": {}}), ("PUT", {})]
    assert len(gate.reads()) == 3
    assert gate.log[-1].query == {"matching_attribute": "x"}


def test_the_log_holds_no_token(gate):
    send(gate, headers={"Authorization": "Bearer t0ken"})
    assert "t0ken" not in repr(gate.log)


def test_forgetting_the_log_does_not_restart_its_numbers(gate):
    send(gate)
    gate.forget()
    assert gate.log == []
    send(gate)
    assert gate.log[0].number == 2


def test_a_long_log_forgets_its_oldest_half(gate, monkeypatch):
    monkeypatch.setattr("attio_mirror.sandbox.gate.LOG_LENGTH", 10)
    for _ in range(11):
        send(gate)
    assert [entry.number for entry in gate.log] == [6, 7, 8, 9, 10, 11]


def test_a_request_without_answer_stands_in_the_log_with_status_zero(gate):
    gate.faults.add(faults.timeout_after)
    with pytest.raises(Exception, match="No answer"):
        send(gate)
    assert gate.log[0].status == 0


def limited(world, **limits):
    return Gate(world, rate_limits=True, **limits)


def test_the_26th_write_of_a_second_is_refused_until_the_next(world):
    gate = limited(world)
    world.clock.advance(0.4)
    statuses = [send(gate, "POST", "/v2/objects").status for _ in range(26)]
    assert statuses == [200] * 25 + [429]
    assert len(world.done) == 25
    world.clock.advance(0.6)
    assert send(gate, "POST", "/v2/objects").status == 200


def test_reads_have_a_budget_of_their_own_and_queries_are_reads(world):
    gate = limited(world)
    statuses = [send(gate, "POST", "/v2/objects/deals/records/query").status for _ in range(101)]
    assert statuses == [200] * 100 + [429]
    assert send(gate, "PATCH", "/v2/objects/deals/records/1").status == 200


def test_a_429_is_attios_word_for_word_and_names_the_next_second(world):
    gate = limited(world, reads_per_second=0)
    world.clock.advance(0.25)
    sent = send(gate)
    assert sent.headers["Retry-After"] == "Mon, 05 Jan 2026 09:00:01 GMT"
    assert sent.content == (
        b'{"status_code": 429, "type": "rate_limit_error", "code": "rate_limit_exceeded", '
        b'"message": "Rate limit exceeded, please try again later"}'
    )


def test_a_refused_request_does_not_use_up_the_script(world):
    gate = limited(world, reads_per_second=0)
    gate.faults.add(faults.malformed)
    send(gate)
    assert gate.faults.left() == 1
