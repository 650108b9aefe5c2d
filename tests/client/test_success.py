"""What a 2xx may look like, and what is none although it says so."""

from __future__ import annotations

import pytest

from attio_mirror.core.errors import NoAnswer

from .kit import answer


def test_success_carries_json_headers_and_status(client, far):
    far.will(answer(202, {"data": {"new_record_id": "x"}}, {"X-Accurate-At": "2026-01-01T00:00:00.000000000Z"}))
    response = client.request("POST", "/v2/objects/deals/records/merge", json={})
    assert response.json == {"data": {"new_record_id": "x"}}
    assert response.headers["x-accurate-at"] == "2026-01-01T00:00:00.000000000Z"
    assert response.status == 202


def test_empty_answer_is_fine_where_it_says_it_is_empty(client, far):
    far.will(answer(204, b""))
    assert client.request("DELETE", "/v2/x").json is None


@pytest.mark.parametrize(
    "body",
    [b"", b'{"data": {"id"', b"<html>hello</html>", b"\xff\xfe\xfd", b"null", b'{"data": NaN}', b"[" * 200_000],
    ids=["empty", "half", "html", "not text", "null", "NaN", "nested beyond reason"],
)
def test_success_that_cannot_be_read_is_no_answer(client, far, body):
    far.will(answer(200, body))
    with pytest.raises(NoAnswer) as error:
        client.request("POST", "/v2/objects/deals/records", json={})
    assert error.value.status == 200
    assert (error.value.method, error.value.path) == ("POST", "/v2/objects/deals/records")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_not_followed(client, far, status):
    far.will(answer(status, b"", {"Location": "https://elsewhere.example/"}))
    with pytest.raises(NoAnswer, match="redirect") as error:
        client.request("POST", "/v2/objects/deals/records", json={})
    assert error.value.status == status
    assert len(far.asked) == 1


def test_cookies_are_not_kept(client, far):
    far.will(answer(200, {}, {"Set-Cookie": "__cf_bm=1; Path=/"}), answer(200, {}))
    client.request("GET", "/v2/self")
    client.request("GET", "/v2/self")
    assert "Cookie" not in far.last.headers
