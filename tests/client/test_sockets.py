"""The same outcomes over real sockets, where `requests` and urllib3 wrap what the system says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from attio_mirror.client import AttioClient
from attio_mirror.core.errors import NoAnswer, NotSent

from .conftest import TOKEN

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def listening(act: Callable[[socket.socket, bytes], None], times: int = 1) -> Iterator[int]:
    """A port where each of `times` connections sends its request and is then acted upon."""

    def serve() -> None:
        for _ in range(times):
            near, _address = door.accept()
            with near:
                act(near, near.recv(65536))

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        thread.join(timeout=10)


@contextmanager
def calling(port: int, scheme: str = "http", timeout: tuple[float, float] = (5, 5)) -> Iterator[AttioClient]:
    client = AttioClient(TOKEN, base_url=f"{scheme}://127.0.0.1:{port}", timeout=timeout)
    yield client
    client.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


def test_answer_comes_through():
    with (
        listening(lambda near, _: near.sendall(HEAD + b'Content-Length: 11\r\n\r\n{"data": 1}')) as port,
        calling(port) as client,
    ):
        assert client.request("GET", "/v2/self").json == {"data": 1}


def test_closed_port_means_nothing_was_sent():
    with calling(free_port()) as client, pytest.raises(NotSent, match="Connection refused"):
        client.request("POST", "/v2/objects", json={})


def test_unknown_name_means_nothing_was_sent():
    client = AttioClient(TOKEN, base_url="http://nowhere.invalid")
    with pytest.raises(NotSent):
        client.request("POST", "/v2/objects", json={})
    client.close()


def test_connection_cut_after_the_request_is_no_answer():
    with listening(lambda near, _: None) as port, calling(port) as client, pytest.raises(NoAnswer):
        client.request("POST", "/v2/objects", json={})


def test_connection_cut_within_the_body_is_no_answer():
    with (
        listening(lambda near, _: near.sendall(HEAD + b'Content-Length: 99\r\n\r\n{"data"')) as port,
        calling(port) as client,
        pytest.raises(NoAnswer),
    ):
        client.request("POST", "/v2/objects", json={})


def test_silence_is_no_answer():
    done = threading.Event()
    with (
        listening(lambda near, _: done.wait(10) and None) as port,
        calling(port, timeout=(5, 0.05)) as client,
    ):
        with pytest.raises(NoAnswer):
            client.request("POST", "/v2/objects", json={})
        done.set()


def test_something_else_than_http_is_no_answer():
    with (
        listening(lambda near, _: near.sendall(b"220 smtp.example ESMTP\r\n")) as port,
        calling(port) as client,
        pytest.raises(NoAnswer),
    ):
        client.request("POST", "/v2/objects", json={})


def test_something_else_than_tls_is_an_error_of_ours():
    with (
        listening(lambda near, _: near.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port,
        calling(port, scheme="https") as client,
        pytest.raises((NoAnswer, NotSent)),
    ):
        client.request("POST", "/v2/objects", json={})
