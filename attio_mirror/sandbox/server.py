"""The HTTP door: HTTP/1.1 with kept-alive connections, a thread for each, and webhook deliveries on the side."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .control import Control
from .deliveries import Deliveries
from .gate import Gate
from .reply import Cut, NoAnswer, Reply, TimedOut

Say = Callable[[str], None]
DELIVERIES_PER_SECOND = 25
"""To one URL: Attio's guide on webhooks."""

PATIENCE = 120.0
"""How long a connection is left in silence, in seconds, when the script says that no answer comes."""


class Door(BaseHTTPRequestHandler):
    """One connection: its requests, one after another."""

    protocol_version = "HTTP/1.1"
    server_version = "AttioSandbox"
    wbufsize = -1  # head and body leave together: sent apart, they would wait 40 ms for each other
    disable_nagle_algorithm = True
    server: Listener

    def reply(self) -> None:
        """Read the whole request, whatever comes of it, so that the next one is found where it begins."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            self.give(self.asked(body))
        except TimedOut:
            self.stay_silent()
        except Cut as cut:
            self.give_half(cut.half)
        except NoAnswer:
            self.close_connection = True

    def asked(self, body: bytes) -> Reply:
        """The answer of the control page for what is below /sandbox/, of the gate for all else."""
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        if url.path == "/" or url.path.startswith("/sandbox"):
            return self.server.control.answer(self.command, url.path, query=query, body=body)
        return self.server.gate.answer(self.command, url.path, query=query, headers=dict(self.headers), body=body)

    def give(self, reply: Reply) -> None:
        if reply.delay:
            self.server.stopping.wait(reply.delay)
        self.head(reply)
        self.wfile.write(reply.content)

    def give_half(self, reply: Reply | None) -> None:
        self.close_connection = True
        if reply:
            self.head(reply)
            self.wfile.write(reply.content[: len(reply.content) // 2])

    def head(self, reply: Reply) -> None:
        self.log_request(reply.status, len(reply.content))
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def stay_silent(self) -> None:
        """Until the caller hangs up, which reads as an end of the stream."""
        self.close_connection = True
        self.connection.settimeout(PATIENCE)
        try:
            self.connection.recv(1)
        except TimeoutError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
        if self.server.say:
            self.server.say(format % args)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = reply  # noqa: N815 (the standard library's names)


class Listener(ThreadingHTTPServer):
    """The listening socket; knows its open connections, so that stopping leaves none behind."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], gate: Gate, control: Control, say: Say | None) -> None:
        super().__init__(address, Door)
        self.gate, self.control, self.say = gate, control, say
        self.stopping = threading.Event()
        self.open: dict[threading.Thread, socket.socket] = {}

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection to its end."""
        self.open[threading.current_thread()] = request
        try:
            if self.stopping.is_set():
                self.shutdown_request(request)
            else:
                super().process_request_thread(request, client_address)
        finally:
            self.open.pop(threading.current_thread(), None)

    def hang_up(self) -> None:
        """End every open connection and wait for its thread."""
        self.stopping.set()
        for thread, connection in list(self.open.items()):
            with suppress(OSError):  # it may have ended by itself
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no error; anything else is a bug of the sandbox and is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """A running sandbox: where it listens, and how to end it."""

    def __init__(self, gate: Gate, deliveries: Deliveries, listener: Listener) -> None:
        self.gate, self.deliveries = gate, deliveries
        self._listener = listener
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._listen, self._deliver)]

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{self._listener.server_address[0]!s}:{self.port}"

    def start(self) -> Server:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End it: no thread and no socket remains."""
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.hang_up()
        self.deliveries.arrived.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listen(self) -> None:
        self._listener.serve_forever(poll_interval=0.05)

    def _deliver(self) -> None:
        while not self._listener.stopping.is_set():
            self.deliveries.deliver()
            self.deliveries.arrived.wait(0.25)


def serve(
    gate: Gate,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    token: str = "",
    deliveries: Deliveries | None = None,
    say: Say | None = None,
) -> Server:
    """Open the HTTP door in threads of its own; port 0 takes a free one. `say` gets a line for each request."""
    deliveries = deliveries or Deliveries(gate.world, per_second=DELIVERIES_PER_SECOND)
    control = Control(gate, deliveries, token=token)
    return Server(gate, deliveries, Listener((host, port), gate, control, say)).start()
