"""The ways in: a requests adapter for tests in the same process, and an HTTP server for everyone else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from .gate import Gate
from .reply import Cut, Reply, TimedOut, Unreachable
from .server import Server, serve

__all__ = ["SandboxAdapter", "Server", "serve"]

Timeout = float | tuple[float | None, float | None] | tuple[float | None] | None


class SandboxAdapter(BaseAdapter):
    """Mount it on a `requests.Session`, and every request goes to the gate without a socket."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self.gate = gate

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Timeout = None,
        verify: bool | str = True,
        cert: str | bytes | tuple[str | bytes, str | bytes] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Ask the gate; what it cannot answer becomes the exception requests would have raised."""
        del stream, verify, cert, proxies  # of no meaning without a socket
        try:
            reply = self._ask(request)
        except Unreachable as silence:
            raise requests.exceptions.ConnectTimeout(str(silence), request=request) from silence
        except TimedOut as silence:
            raise requests.exceptions.ReadTimeout(str(silence), request=request) from silence
        except Cut as cut:
            raise _cut(cut, request) from cut
        if reply.delay:
            self._wait(reply.delay, timeout, request)
        return _response(reply, request)

    def close(self) -> None:
        """Nothing is open."""

    def _ask(self, request: requests.PreparedRequest) -> Reply:
        url, body = urlsplit(request.url or ""), request.body
        return self.gate.answer(
            request.method or "GET",
            str(url.path),
            query=dict(parse_qsl(str(url.query), keep_blank_values=True)),
            headers=request.headers,
            body=body.encode() if isinstance(body, str) else body,
        )

    def _wait(self, delay: float, timeout: Timeout, request: requests.PreparedRequest) -> None:
        """Let the world's clock run instead of ours, but not longer than the caller's patience."""
        patience = timeout[-1] if isinstance(timeout, tuple) else timeout
        waited = delay if patience is None else min(delay, patience)
        with self.gate.lock:
            self.gate.world.clock.advance(timedelta(seconds=waited).total_seconds())
        if waited < delay:
            raise requests.exceptions.ReadTimeout(f"Read timed out. (read timeout={patience})", request=request)


def _cut(cut: Cut, request: requests.PreparedRequest) -> requests.RequestException:
    """requests names the two cuts differently: in the middle of a body it is no ConnectionError."""
    if cut.half is None:
        return requests.exceptions.ConnectionError("Remote end closed connection without response", request=request)
    return requests.exceptions.ChunkedEncodingError("Connection broken: IncompleteRead", request=request)


def _response(reply: Reply, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = reply.status
    response.headers = CaseInsensitiveDict(reply.headers)
    response.raw = BytesIO(reply.content)
    response.url = request.url or ""
    response.request = request
    response.encoding = "utf-8"
    return response
