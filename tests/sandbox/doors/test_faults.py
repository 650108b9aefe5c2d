"""The script of failures, and what a caller of requests sees of each."""

from __future__ import annotations

import json

import pytest
import requests

from attio_mirror.sandbox import faults


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        (faults.unreachable, requests.ConnectTimeout, 0),
        (faults.timeout_before, requests.ReadTimeout, 0),
        (faults.timeout_after, requests.ReadTimeout, 1),
        (faults.cut_before, requests.ConnectionError, 0),
        (faults.cut_after, requests.ConnectionError, 1),
        (faults.cut_midway, requests.exceptions.ChunkedEncodingError, 1),
    ],
)
def test_no_answer_is_the_exception_requests_would_raise(gate, world, ask, fault, error, done):
    gate.faults.add(fault)
    with pytest.raises(error) as caught:
        ask("POST", "/v2/objects", json={})
    assert type(caught.value) is error
    assert caught.value.request.method == "POST"
    assert len(world.done) == done
    assert ask("POST", "/v2/objects", json={}).status_code == 200


@pytest.mark.parametrize(("after", "done"), [(False, 0), (True, 1)])
def test_an_error_answer_comes_before_or_after_the_effect(gate, world, ask, after, done):
    gate.faults.add(faults.status(503, after=after))
    answer = ask("PATCH", "/v2/objects/deals", json={})
    assert answer.status_code == 503
    assert answer.json()["status_code"] == 503
    assert len(world.done) == done


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        (400, "invalid_request_error", "validation_type"),
        (401, "auth_error", "unauthorized"),
        (404, "invalid_request_error", "not_found"),
        (409, "invalid_request_error", "concurrent_write_conflict"),
        (500, "api_error", "internal_error"),
    ],
)
def test_an_error_without_a_body_wears_attios_envelope(gate, ask, code, kind, name):
    gate.faults.add(faults.status(code))
    said = ask("GET", "/v2/self").json()
    assert (said["status_code"], said["type"], said["code"]) == (code, kind, name)


def test_an_error_may_bring_its_own_body(gate, ask):
    gate.faults.add(faults.status(400, {"code": "particle_gate_violation"}))
    assert ask("GET", "/v2/self").json() == {"code": "particle_gate_violation"}


def test_a_gateway_in_front_of_attio_answers_in_html(gate, ask):
    gate.faults.add(faults.status(502, "<html>Bad gateway</html>"))
    answer = ask("GET", "/v2/self")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text == "<html>Bad gateway</html>"


def test_a_scripted_429_asks_to_come_back_later(gate, world, ask):
    gate.faults.add(faults.rate_limited(30))
    answer = ask("POST", "/v2/objects", json={})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "Mon, 05 Jan 2026 09:00:30 GMT"
    assert world.done == []


def test_malformed_is_a_success_that_cannot_be_read(gate, world, ask):
    gate.faults.add(faults.malformed)
    answer = ask("POST", "/v2/objects", json={})
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)
    assert len(world.done) == 1


def test_a_slow_answer_moves_the_clock_of_the_world_and_not_ours(gate, world, ask):
    before = world.clock.now()
    gate.faults.add(faults.slow(20))
    assert ask("GET", "/v2/self", timeout=(3, 30)).status_code == 200
    assert (world.clock.now() - before).total_seconds() == 20


@pytest.mark.parametrize("timeout", [10, (3, 10)])
def test_a_slow_answer_is_a_timeout_for_the_impatient_and_has_its_effect(gate, world, ask, timeout):
    before = world.clock.now()
    gate.faults.add(faults.slow(20))
    with pytest.raises(requests.ReadTimeout):
        ask("POST", "/v2/objects", json={}, timeout=timeout)
    assert len(world.done) == 1
    assert (world.clock.now() - before).total_seconds() == 10


def test_a_fault_waits_for_its_method_and_path(gate, ask):
    gate.faults.add(faults.status(500), method="patch", path=r"/records/\w+$")
    assert ask("GET", "/v2/objects/deals/records/1").status_code == 200
    assert ask("PATCH", "/v2/objects/deals", json={}).status_code == 200
    assert ask("PATCH", "/v2/objects/deals/records/1", json={}).status_code == 500
    assert ask("PATCH", "/v2/objects/deals/records/1", json={}).status_code == 200


def test_a_fault_strikes_as_often_as_it_was_told_and_then_the_next_one(gate, ask):
    gate.faults.add(faults.status(500), times=2)
    gate.faults.add(faults.status(503))
    assert gate.faults.left() == 3
    assert [ask("GET", "/v2/self").status_code for _ in range(4)] == [500, 500, 503, 200]


def test_a_cleared_script_strikes_no_more(gate, ask):
    gate.faults.add(faults.status(500))
    gate.faults.clear()
    assert ask("GET", "/v2/self").status_code == 200


@pytest.mark.parametrize("name", faults.NAMED)
def test_a_fault_is_found_by_its_name(name):
    assert faults.named(name) is getattr(faults, name)


def test_faults_with_numbers_are_found_by_name_too():
    assert faults.named("status", code=502, after=True) == faults.status(502, after=True)
    assert faults.named("slow", seconds=3) == faults.slow(3)
    assert faults.named("rate_limited", seconds=3) == faults.rate_limited(3)


def test_an_unknown_fault_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="cut_midway"):
        faults.named("earthquake")
