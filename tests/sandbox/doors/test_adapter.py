"""The adapter: a session of requests that needs no socket."""

from __future__ import annotations

import threading
import time


def test_a_request_arrives_whole(world, ask):
    ask("PUT", "/v2/objects/deals/records", params={"matching_attribute": "név & ű", "empty": ""}, json={"data": "š"})
    assert world.done == [
        ("PUT", "/v2/objects/deals/records", {"matching_attribute": "név & ű", "empty": ""}, {"data": "š"}, "secret")
    ]


def test_an_answer_arrives_whole(ask):
    answer = ask("GET", "/v2/self")
    assert answer.ok
    assert answer.json()["data"]["text"] == "żółć 🚀"
    assert answer.headers["X-Attio-Execution-Id"] == "1"
    assert answer.url == "https://api.attio.com/v2/self"
    assert answer.request.method == "GET"
    assert answer.elapsed is not None


def test_a_body_may_be_text_or_bytes(world, ask):
    ask("POST", "/v2/objects", data='{"a": "ß"}')
    ask("POST", "/v2/objects", data='{"a": "ß"}'.encode())
    assert [done[3] for done in world.done] == [{"a": "ß"}] * 2


def test_a_session_takes_its_token_as_basic_auth_too(world, session):
    del session.headers["Authorization"]
    session.get("https://api.attio.com/v2/self", auth=("secret", ""))
    assert world.done[-1][-1] == "secret"


def test_requests_from_many_threads_pass_one_at_a_time(gate, world, ask):
    """The world is plain Python without locks; the gate is what keeps two requests apart."""
    inside, crowded = [], []
    plain = world.ask

    def watched(*args, **kwargs):
        inside.append(1)
        if len(inside) > 1:
            crowded.append(1)
        time.sleep(0.0005)  # let the others try
        answer = plain(*args, **kwargs)
        inside.pop()
        return answer

    world.ask = watched
    threads = [threading.Thread(target=lambda: [ask("GET", "/v2/self") for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.done) == 80
    assert not crowded
    assert [entry.number for entry in gate.log] == list(range(1, 81))
