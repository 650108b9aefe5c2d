"""The HTTP door, over real sockets of this machine."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time

import pytest
import requests

from attio_mirror.sandbox import Deliveries, Server, faults, serve
from attio_mirror.sandbox.events import Event
from attio_mirror.sandbox.nouns import Webhook


@pytest.fixture
def said():
    return []


@pytest.fixture
def server(gate, said):
    with serve(gate, token="t0ken", say=said.append) as server:
        yield server


@pytest.fixture
def line(server):
    """One connection, kept open."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    yield line
    line.close()


def test_one_connection_serves_many_requests(world, line):
    for number in range(3):
        line.request(
            "PUT", "/v2/objects?matching_attribute=a%26b", json.dumps({"n": number}), {"Authorization": "Bearer x"}
        )
        answer = line.getresponse()
        assert answer.version == 11
        assert answer.status == 200
        assert json.loads(answer.read())["data"] == {"token": "x", "text": "żółć 🚀"}
    assert [done[:4] for done in world.done] == [
        ("PUT", "/v2/objects", {"matching_attribute": "a&b"}, {"n": number}) for number in range(3)
    ]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_verb_of_attio_passes(world, server, method):
    assert requests.request(method, server.url + "/v2/x", timeout=5).status_code == 200
    assert world.done[0][0] == method


def test_a_refused_request_leaves_the_connection_in_order(gate, line):
    """The body must be read even when nobody wants it, or its bytes would be taken for the next request."""
    gate.faults.add(faults.status(500))
    line.request("POST", "/v2/objects", json.dumps("x" * 10_000))
    assert line.getresponse().read()
    line.request("GET", "/v2/self")
    assert line.getresponse().status == 200


def test_connections_are_served_side_by_side(gate, server):
    gate.faults.add(faults.timeout_before, path="/slow")
    silent = socket.create_connection(("127.0.0.1", server.port))
    silent.sendall(b"GET /v2/slow HTTP/1.1\r\nHost: x\r\n\r\n")
    while gate.faults.left():
        time.sleep(0.005)
    assert requests.get(server.url + "/v2/self", timeout=5).status_code == 200
    silent.close()


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        (faults.timeout_before, requests.ReadTimeout, 0),
        (faults.timeout_after, requests.ReadTimeout, 1),
        (faults.unreachable, requests.ConnectionError, 0),
        (faults.cut_before, requests.ConnectionError, 0),
        (faults.cut_after, requests.ConnectionError, 1),
        (faults.cut_midway, requests.exceptions.ChunkedEncodingError, 1),
        (faults.slow(30), requests.ReadTimeout, 1),
    ],
)
def test_faults_look_the_same_as_through_the_adapter(gate, world, server, fault, error, done):
    gate.faults.add(fault)
    with pytest.raises(error) as caught:
        requests.post(server.url + "/v2/objects", json={}, timeout=0.2 if error is requests.ReadTimeout else 10)
    assert type(caught.value) is error
    while gate.faults.left():
        time.sleep(0.005)
    with gate.lock:
        assert len(world.done) == done
    assert requests.get(server.url + "/v2/self", timeout=5).status_code == 200


def test_a_malformed_answer_is_complete_as_http(gate, server):
    gate.faults.add(faults.malformed)
    answer = requests.get(server.url + "/v2/self", timeout=5)
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_each_request_is_one_line_and_shows_no_token(server, said):
    requests.get(server.url + "/v2/self", headers={"Authorization": "Bearer t0ken"}, timeout=5)
    assert len(said) == 1
    assert "GET /v2/self" in said[0]
    assert "200" in said[0]
    assert "t0ken" not in said[0]


def test_without_a_listener_nothing_is_said(gate, capsys):
    with serve(gate) as server:
        requests.get(server.url + "/v2/self", timeout=5)
    assert capsys.readouterr() == ("", "")


def test_stopping_leaves_no_thread_and_no_connection(gate):
    before = set(threading.enumerate())
    server = serve(gate)
    silent = socket.create_connection(("127.0.0.1", server.port))
    requests.get(server.url + "/v2/self", timeout=5)
    server.stop()
    assert set(threading.enumerate()) == before
    silent.settimeout(5)
    assert silent.recv(1) == b""
    silent.close()
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url + "/v2/self", timeout=5)


def test_a_taken_port_is_an_error_at_once(gate, server):
    with pytest.raises(OSError, match="in use"):
        serve(gate, port=server.port)


def test_deliveries_leave_by_themselves(gate, world):
    got = threading.Event()
    world.webhooks["hook"] = Webhook("hook", "http://x", [{"event_type": "record.created", "filter": None}], "s", "")
    deliveries = Deliveries(world, lambda *_: got.set() or 200)
    with serve(gate, deliveries=deliveries) as server:
        assert isinstance(server, Server)
        event = Event("record.created", {"record_id": "a"}, {"type": "system", "id": None}, at=world.clock.now())
        world.listeners[0](event)
        assert got.wait(5)


def test_a_bug_in_the_sandbox_is_shown_and_does_not_end_it(world, server, capfd):
    plain, world.ask = world.ask, None
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url + "/v2/self", timeout=5)
    world.ask = plain
    assert requests.get(server.url + "/v2/self", timeout=5).status_code == 200
    assert "TypeError" in capfd.readouterr().err
