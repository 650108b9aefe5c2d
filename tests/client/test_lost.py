"""Requests that get no answer: only proof that nothing left makes `NotSent`, all else may have taken effect."""

from __future__ import annotations

import http.client
import ssl

import pytest
import requests
from urllib3.exceptions import (
    ClosedPoolError,
    ConnectTimeoutError,
    LocationParseError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from attio_mirror.core.errors import AttioError, NoAnswer, NotSent

from .conftest import TOKEN
from .kit import answer

POOL = None


def refused() -> MaxRetryError:
    return MaxRetryError(POOL, "/v2/self", NewConnectionError(POOL, "[Errno 111] Connection refused"))


def mistrusted() -> requests.exceptions.SSLError:
    cause = SSLError(ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate"))
    return requests.exceptions.SSLError(MaxRetryError(POOL, "/v2/self", cause))


NEVER_LEFT = {
    "refused": requests.ConnectionError(refused()),
    "no such name": requests.ConnectionError(MaxRetryError(POOL, "/", NameResolutionError("x", POOL, OSError("no")))),
    "connecting took too long": requests.ConnectTimeout(MaxRetryError(POOL, "/", ConnectTimeoutError("late"))),
    "connecting took too long, said briefly": requests.ConnectTimeout(),
    "connecting took too long, said by another transport": requests.ConnectTimeout(TimeoutError("late")),
    "certificate mistrusted": mistrusted(),
    "pool closed": requests.ConnectionError(ClosedPoolError(POOL, "Pool is closed.")),
    "address": requests.exceptions.InvalidURL("no host"),
    "address, said by urllib3": LocationParseError("x"),
}

MAY_HAVE_TAKEN_EFFECT = {
    "silence": requests.ReadTimeout(),
    "silence, said by urllib3": requests.ReadTimeout(ReadTimeoutError(POOL, "/", "Read timed out.")),
    "cut": requests.ConnectionError(ProtocolError("Connection aborted.", http.client.RemoteDisconnected("closed"))),
    "cut, said briefly": requests.ConnectionError("closed"),
    "reset": requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))),
    "cut midway": requests.exceptions.ChunkedEncodingError("IncompleteRead"),
    "not what was promised": requests.exceptions.ContentDecodingError("gzip"),
    "TLS broke": requests.exceptions.SSLError(MaxRetryError(POOL, "/", SSLError(ssl.SSLError(1, "bad record mac")))),
    "raw http.client": http.client.BadStatusLine("?"),
    "raw urllib3": ProtocolError("x"),
    "raw socket": BrokenPipeError(32, "Broken pipe"),
    "raw text": UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
}


@pytest.mark.parametrize("problem", NEVER_LEFT.values(), ids=NEVER_LEFT.keys())
def test_proof_that_nothing_left(client, far, problem):
    far.will(problem)
    with pytest.raises(NotSent) as raised:
        client.request("POST", "/v2/objects/deals/records", json={})
    assert raised.value.__cause__ is problem
    assert (raised.value.method, raised.value.path) == ("POST", "/v2/objects/deals/records")


@pytest.mark.parametrize("problem", MAY_HAVE_TAKEN_EFFECT.values(), ids=MAY_HAVE_TAKEN_EFFECT.keys())
def test_without_proof_the_effect_is_unknown(client, far, problem):
    far.will(problem)
    with pytest.raises(NoAnswer) as raised:
        client.request("POST", "/v2/objects/deals/records", json={})
    assert raised.value.__cause__ is problem
    assert raised.value.status is None
    assert TOKEN not in str(raised.value)


def test_earlier_failure_that_the_caller_deals_with_proves_nothing(client, far):
    """Python chains exceptions: the second one carries the first as its context."""
    far.will(NEVER_LEFT["refused"], requests.ReadTimeout())
    try:
        client.request("POST", "/v2/objects/deals/records", json={})
    except NotSent:
        with pytest.raises(NoAnswer):
            client.request("POST", "/v2/objects/deals/records", json={})
    else:
        pytest.fail("the first request should have failed")


def test_answer_whose_body_breaks_off_is_no_answer(client, far):
    class Broken:
        def stream(self, *args, **kwargs):
            yield b'{"data"'
            raise ProtocolError("Connection broken")

    broken = answer(200)
    broken.raw = Broken()
    far.will(broken)
    with pytest.raises(NoAnswer):
        client.request("GET", "/v2/self")


def test_bug_of_ours_is_not_dressed_up_as_attios(client, far):
    far.will(KeyError("ours"))
    with pytest.raises(KeyError) as raised:
        client.request("GET", "/v2/self")
    assert not isinstance(raised.value, AttioError)
