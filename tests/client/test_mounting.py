"""The seam: whose URLs a mounted transport answers, and the life of the real connections."""

from __future__ import annotations

import os
import threading

import pytest
from requests.adapters import HTTPAdapter

from attio_mirror.client import AttioClient, mount, unmount

from .conftest import TOKEN
from .kit import FakeAdapter, answer


@pytest.fixture
def mounted():
    prefixes = []

    def at(prefix: str) -> FakeAdapter:
        adapter = FakeAdapter().will(*(answer(body={"from": prefix}) for _ in range(3)))
        mount(prefix, adapter)
        prefixes.append(prefix)
        return adapter

    yield at
    for prefix in prefixes:
        unmount(prefix)


def ask(base_url: str) -> str:
    return AttioClient(TOKEN, base_url=base_url).request("GET", "/v2/self").json["from"]


def test_mounted_transport_answers_every_client_of_its_prefix(mounted):
    mounted("https://one.example")
    assert ask("https://one.example") == "https://one.example"
    assert ask("HTTPS://ONE.example") == "https://one.example"


def test_longest_prefix_answers(mounted):
    mounted("https://one.example")
    mounted("https://one.example/deep")
    assert ask("https://one.example/deep") == "https://one.example/deep"
    assert ask("https://one.example") == "https://one.example"


def test_client_made_before_the_mount_uses_it_too(mounted):
    client = AttioClient(TOKEN, base_url="https://one.example")
    mounted("https://one.example")
    assert client.request("GET", "/v2/self").json == {"from": "https://one.example"}


def test_unmounted_transport_answers_no_more(mounted):
    adapter = mounted("http://127.0.0.1:9")
    unmount("http://127.0.0.1:9")
    unmount("http://never.example")
    assert isinstance(AttioClient(TOKEN)._adapter("http://127.0.0.1:9/v2"), HTTPAdapter)
    assert not adapter.asked


def test_closing_one_client_leaves_the_mounted_transport_to_the_others(mounted):
    adapter = mounted("https://one.example")
    client = AttioClient(TOKEN, base_url="https://one.example")
    client.request("GET", "/v2/self")
    client.close()
    assert not adapter.closed
    assert ask("https://one.example") == "https://one.example"


def test_threads_of_a_process_share_its_connections():
    client = AttioClient(TOKEN)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(client._adapter("https://x.example"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(adapter) for adapter in seen}) == 1
    client.close()


def test_forked_process_does_not_share_its_parents_connections(monkeypatch):
    client = AttioClient(TOKEN)
    ours = client._adapter("https://x.example")
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert client._adapter("https://x.example") is not ours


def test_closed_client_opens_again_when_asked():
    client = AttioClient(TOKEN)
    first = client._adapter("https://x.example")
    client.close()
    client.close()
    assert client._adapter("https://x.example") is not first


def test_nothing_is_repeated_behind_our_back():
    retries = AttioClient(TOKEN)._adapter("https://x.example").max_retries
    assert (retries.total, retries.read) == (0, False)
