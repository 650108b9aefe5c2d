"""`manage.py attio_sandbox`, ended as a person or a process manager would."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
from io import StringIO

import pytest
import requests
from django.core.management import CommandError, call_command

from attio_mirror.management.commands.attio_sandbox import Command


class Listener(StringIO):
    """Stdout that knows when the sandbox has said where it listens."""

    def __init__(self):
        super().__init__()
        self.ready = threading.Event()
        self.url = ""

    def write(self, text):
        written = super().write(text)
        if found := re.search(r"listening on (http://\S+)", text):
            self.url = found[1]
            self.ready.set()
        return written


def to_the_process(number):
    os.kill(os.getpid(), number)


def to_this_thread(number):
    signal.pthread_kill(threading.get_ident(), number)


def run(during, number=signal.SIGTERM, send=to_the_process, **options):
    """Run it, do something once it is ready, end it; what it wrote."""
    out, err, answers = Listener(), StringIO(), []

    def visit():
        try:
            if out.ready.wait(10):
                answers.append(during(out.url))
        finally:
            send(number)

    visitor = threading.Thread(target=visit)
    visitor.start()
    call_command(Command(stdout=out, stderr=err, no_color=True), port=0, **{"seed": "empty", **options})
    visitor.join()
    return answers[0], out.getvalue(), err.getvalue()


def get(path, token="t0ken"):
    return lambda url: requests.get(url + path, headers={"Authorization": f"Bearer {token}"}, timeout=5)


@pytest.mark.parametrize("send", [to_the_process, to_this_thread])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(number, send):
    before = signal.getsignal(number)
    answer, out, err = run(get("/v2/self"), number, send, token="t0ken")
    assert answer.json()["active"] is True
    assert re.fullmatch(r"Sandbox listening on http://127\.0\.0\.1:\d+ \(token t0ken\)\nSandbox stopped\.\n", out)
    assert err == ""
    assert signal.getsignal(number) is before


def test_it_tells_every_request_when_asked_to_be_talkative():
    _, _, err = run(get("/v2/self"), token="t0ken", verbosity=2)
    assert re.fullmatch(r'"GET /v2/self HTTP/1\.1" 200 \d+\n', err)


def many(url):
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer t0ken"
        return {session.post(url + "/v2/webhooks", json={}, timeout=5).status_code for _ in range(60)}


@pytest.mark.parametrize(("options", "limited"), [({}, True), ({"no_rate_limits": True}, False)])
def test_rate_limits_hold_unless_switched_off(options, limited):
    statuses, _, _ = run(many, token="t0ken", **options)
    assert (429 in statuses) is limited


def test_a_taken_port_is_explained():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CommandError, match="--port 0"):
        call_command(Command(), port=taken.getsockname()[1], seed="empty")
