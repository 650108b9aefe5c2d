"""Webhook deliveries: what is sent, when, and what becomes of webhooks whose receiver is down."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
import requests

from attio_mirror.sandbox import Deliveries
from attio_mirror.sandbox import deliveries as module
from attio_mirror.sandbox.events import Event
from attio_mirror.sandbox.nouns import Webhook

URL = "https://mirror.example/hook/"


class Receiver:
    """Remembers what was posted, and answers as told."""

    def __init__(self):
        self.got = []
        self.status = 200

    def __call__(self, url, headers, body):
        self.got.append((url, dict(headers), body))
        return self.status

    def keys(self):
        return [headers["Idempotency-Key"] for _, headers, _ in self.got]

    def records(self):
        return [[event["id"]["record_id"] for event in json.loads(body)["events"]] for _, _, body in self.got]


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def deliveries(world, receiver):
    subscriptions = [{"event_type": "record.updated", "filter": None}]
    world.webhooks["hook"] = Webhook("hook", URL, subscriptions, "s3cret", world.clock.stamp())
    return Deliveries(world, receiver)


@pytest.fixture
def happen(world, deliveries):
    def happen(*records, event_type="record.updated"):
        for record in records:
            event = Event(event_type, {"record_id": record}, {"type": "system", "id": None}, at=world.clock.now())
            for listener in world.listeners:
                listener(event)

    return happen


def test_an_event_becomes_one_signed_delivery(deliveries, receiver, happen):
    happen("rücksprung")
    assert receiver.got == []
    assert deliveries.deliver() == [200]
    url, headers, body = receiver.got[0]
    expected = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert url == URL
    assert headers["Attio-Signature"] == headers["X-Attio-Signature"] == expected
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {
        "webhook_id": "hook",
        "events": [
            {"event_type": "record.updated", "id": {"record_id": "rücksprung"}, "actor": {"type": "system", "id": None}}
        ],
    }
    assert deliveries.pending() == []


def test_an_event_nobody_asked_for_is_not_delivered(deliveries, happen):
    happen("a", event_type="record.created")
    assert deliveries.pending() == []


def test_every_webhook_gets_its_own_delivery_with_its_own_key(world, deliveries, receiver, happen):
    subscriptions = [{"event_type": "record.updated", "filter": None}] * 2
    world.webhooks["other"] = Webhook("other", URL, subscriptions, "other secret", world.clock.stamp())
    happen("a")
    deliveries.deliver()
    assert len(set(receiver.keys())) == 2
    assert receiver.got[0][1]["Attio-Signature"] != receiver.got[1][1]["Attio-Signature"]


def test_a_refused_delivery_returns_with_the_same_key_and_body(world, deliveries, receiver, happen):
    happen("a")
    receiver.status = 500
    deliveries.deliver()
    assert deliveries.deliver() == []
    world.clock.advance(9)
    receiver.status = 204
    assert deliveries.deliver() == [204]
    assert receiver.got[0] == receiver.got[1]
    assert deliveries.pending() == []


def test_a_redirect_is_no_success(world, deliveries, receiver, happen):
    happen("a")
    receiver.status = 302
    deliveries.deliver()
    assert deliveries.pending()


def attempts_until_given_up(world, deliveries):
    """Move the clock from one attempt to the next; when each took place."""
    begin, times = world.clock.now(), []
    while waiting := deliveries.pending():
        world.clock.advance(max(0, (waiting[0].due_at - world.clock.now()).total_seconds()))
        times.append(world.clock.now() - begin)
        deliveries.deliver()
    return times


def test_ten_retries_take_three_days_and_then_the_webhook_is_degraded(world, deliveries, receiver, happen):
    happen("a")
    receiver.status = 0
    times = attempts_until_given_up(world, deliveries)
    assert len(times) == 11
    assert timedelta(days=3) < times[-1] < timedelta(days=3, hours=3)
    assert world.webhooks["hook"].status == "degraded"


def test_a_degraded_webhook_is_still_served_and_recovers_by_a_success(world, deliveries, receiver, happen):
    happen("a")
    receiver.status = 0
    attempts_until_given_up(world, deliveries)
    receiver.status = 200
    happen("b")
    assert deliveries.deliver() == [200]
    assert world.webhooks["hook"].status == "active"
    world.clock.advance(days=8)
    deliveries.deliver()
    assert world.webhooks["hook"].status == "active"


def test_after_a_week_of_failures_a_webhook_is_inactive_and_gets_nothing(world, deliveries, receiver, happen):
    happen("a")
    receiver.status = 0
    attempts_until_given_up(world, deliveries)
    happen("b")
    world.clock.advance(days=7)
    assert deliveries.deliver() == []
    assert world.webhooks["hook"].status == "inactive"
    happen("c")
    assert deliveries.pending() == []


def test_deliveries_of_a_deleted_webhook_are_dropped(world, deliveries, receiver, happen):
    happen("a")
    del world.webhooks["hook"]
    assert deliveries.deliver() == []
    assert deliveries.pending() == []
    assert receiver.got == []


def test_a_webhook_deleted_by_its_receiver_while_it_answers_is_forgotten(world, deliveries, happen):
    happen("a")
    deliveries._post = lambda *_: world.webhooks.clear() or 500
    assert deliveries.deliver() == [500]
    assert deliveries.pending() == []


def test_what_the_receiver_sets_off_waits_for_the_next_round(deliveries, receiver, happen):
    happen("a")
    deliveries._post = lambda *sent: happen("b") or receiver(*sent)
    assert deliveries.deliver() == [200]
    assert len(deliveries.pending()) == 1


def test_lost_deliveries_never_arrive(deliveries, receiver, happen):
    happen("a", "b", "c")
    assert len(deliveries.lose(2)) == 2
    deliveries.deliver()
    assert receiver.records() == [["c"]]


def test_a_duplicate_has_the_key_of_its_original(deliveries, receiver, happen):
    happen("a", "b")
    deliveries.duplicate()
    deliveries.deliver()
    assert receiver.records() == [["a"], ["b"], ["a"]]
    assert receiver.keys()[0] == receiver.keys()[2] != receiver.keys()[1]


def test_a_duplicate_fails_on_its_own_account(deliveries, receiver, happen):
    happen("a")
    deliveries.duplicate()
    receiver.status = 500
    deliveries.deliver()
    assert [waiting.attempts for waiting in deliveries.pending()] == [1, 1]


def test_a_shuffle_is_the_same_for_the_same_seed(deliveries, receiver, happen):
    happen(*"abcdefgh")
    deliveries.shuffle(7)
    deliveries.deliver()
    happen(*"abcdefgh")
    deliveries.shuffle(7)
    deliveries.deliver()
    records = receiver.records()
    assert records[:8] == records[8:] != [[letter] for letter in "abcdefgh"]


def test_deliveries_can_arrive_in_groups(world, deliveries, receiver, happen):
    happen(*"abc")
    world.webhooks["other"] = Webhook("other", URL, world.webhooks["hook"].subscriptions, "x", world.clock.stamp())
    happen(*"de")
    deliveries.batch(3)
    deliveries.deliver()
    assert receiver.records() == [["a", "b", "c"], ["d", "e"], ["d", "e"]]


def test_a_url_gets_no_more_than_its_share_of_a_second(world, receiver, deliveries, happen):
    limited = Deliveries(world, receiver, per_second=25)
    happen(*map(str, range(30)))
    assert len(limited.deliver()) == 25
    assert limited.deliver() == []
    world.clock.advance(1)
    assert len(limited.deliver()) == 5


def test_a_receiver_that_cannot_be_reached_counts_as_no_answer(monkeypatch):
    def refuse(*_, **__):
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "post", refuse)
    assert module.post(URL, {}, b"") == 0


def test_a_delivery_is_posted_with_little_patience_and_no_redirects(monkeypatch):
    seen = {}

    def answer(url, **options):
        seen.update(options, url=url)
        response = requests.Response()
        response.status_code = 202
        return response

    monkeypatch.setattr(requests, "post", answer)
    assert module.post(URL, {"A": "b"}, b"body") == 202
    assert seen == {"url": URL, "data": b"body", "headers": {"A": "b"}, "timeout": 5.0, "allow_redirects": False}
