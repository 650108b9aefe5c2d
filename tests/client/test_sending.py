"""What leaves: method, address, headers, body; and what is never sent at all."""

from __future__ import annotations

import json

import pytest

from attio_mirror.client import AttioClient, Kind
from attio_mirror.core.errors import NotSent, Unauthorized

from .conftest import TOKEN
from .kit import answer


def test_request_goes_to_the_address_of_the_connection_with_its_token(client, far):
    far.will(answer(body={"data": 1}))
    client.request("GET", "/v2/self", params={"limit": 5, "matching_attribute": "naïve key"})
    assert far.last.method == "GET"
    assert far.last.url == "https://api.attio.com/v2/self?limit=5&matching_attribute=na%C3%AFve+key"
    assert far.last.headers["Authorization"] == f"Bearer {TOKEN}"
    assert far.last.headers["Accept"] == "application/json"
    assert far.last.headers["User-Agent"].startswith("attio-mirror/")
    assert far.last.body is None
    assert "Content-Type" not in far.last.headers


def test_body_is_json_whatever_the_script(client, far):
    far.will(answer(body={}))
    client.request("POST", "/v2/objects", json={"data": {"name": "Žofie 🎉 張"}})
    assert json.loads(far.last.body) == {"data": {"name": "Žofie 🎉 張"}}
    assert far.last.headers["Content-Type"] == "application/json"


def test_an_empty_object_is_a_body_too(client, far):
    far.will(answer(body={}))
    client.request("POST", "/v2/objects/deals/records/query", json={})
    assert far.last.body == b"{}"


def test_both_time_outs_are_set_and_no_proxy_is_used(far):
    far.will(answer(body={}), answer(body={}))
    AttioClient(TOKEN).request("GET", "/v2/self")
    AttioClient(TOKEN, timeout=(1, 2)).request("GET", "/v2/self")
    assert [options["timeout"] for options in far.options] == [(5, 30), (1, 2)]
    assert far.options[0]["proxies"] == {}


def test_environment_adds_neither_proxy_nor_credentials(client, far, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.attio.com login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    far.will(answer(body={}))
    client.request("GET", "/v2/self")
    assert far.last.headers["Authorization"] == f"Bearer {TOKEN}"


def test_trailing_slash_of_the_address_and_space_around_the_token_do_no_harm(far):
    far.will(answer(body={}))
    AttioClient(f" {TOKEN}\n", base_url="https://api.attio.com/").request("GET", "/v2/self")
    assert far.last.url == "https://api.attio.com/v2/self"
    assert far.last.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("token", ["", "   ", "two parts", "line\nbreak", "ellipsis…", "tab\there"])
def test_what_cannot_be_a_token_is_not_sent_and_not_repeated(far, token):
    with pytest.raises(Unauthorized) as refusal:
        AttioClient(token).request("GET", "/v2/self")
    assert not far.asked
    assert not token.strip() or token not in str(refusal.value)


@pytest.mark.parametrize("body", [{"a": object()}, {"a": float("nan")}, {"a": float("inf")}, {1, 2}])
def test_what_is_no_json_is_not_sent_and_costs_no_budget(far, body):
    spent = []
    with pytest.raises(NotSent) as error:
        AttioClient(TOKEN, budget=spent.append).request("POST", "/v2/objects", json=body)
    assert (error.value.method, error.value.path) == ("POST", "/v2/objects")
    assert not far.asked
    assert not spent


def test_body_nested_beyond_reason_is_not_sent(client, far):
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(NotSent):
        client.request("POST", "/v2/objects", json=deep)
    assert not far.asked


@pytest.mark.parametrize("base_url", ["", "api.attio.com", "https://", "https://*.attio.com", "gopher://x"])
def test_address_that_is_none_is_not_sent(base_url):
    with pytest.raises(NotSent):
        AttioClient(TOKEN, base_url=base_url).request("GET", "/v2/self")


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v2/objects", Kind.READ),
        ("POST", "/v2/objects/deals/records/query", Kind.READ),
        ("POST", "/v2/lists/x/entries/query", Kind.READ),
        ("POST", "/v2/objects/records/search", Kind.READ),
        ("POST", "/v2/objects/deals/records", Kind.WRITE),
        ("POST", "/v2/objects/deals/records/merge", Kind.WRITE),
        ("PUT", "/v2/objects/deals/records", Kind.WRITE),
        ("PATCH", "/v2/objects/query", Kind.WRITE),
        ("DELETE", "/v2/webhooks/1", Kind.WRITE),
    ],
)
def test_each_request_draws_on_its_budget_before_it_is_sent(far, method, path, kind):
    drawn: list[tuple[Kind, int]] = []
    far.will(answer(body={}))
    AttioClient(TOKEN, budget=lambda kind: drawn.append((kind, len(far.asked)))).request(method, path)
    assert drawn == [(kind, 0)]


def test_caller_may_say_which_budget(far):
    drawn: list[Kind] = []
    far.will(answer(body={}))
    AttioClient(TOKEN, budget=drawn.append).request("POST", "/v2/sql", json={}, kind=Kind.READ)
    assert drawn == [Kind.READ]


def test_spent_budget_keeps_the_request_at_home(far):
    def nothing_left(kind: Kind) -> None:
        raise NotSent("no budget left")

    with pytest.raises(NotSent, match="no budget left"):
        AttioClient(TOKEN, budget=nothing_left).request("GET", "/v2/self")
    assert not far.asked


def test_token_is_in_no_description_of_the_client(client):
    assert TOKEN not in repr(client)
    assert TOKEN not in str(client)
    assert "api.attio.com" in repr(client)
