"""Webhook deliveries: only Attio's are believed, all of their events are read, and nothing unheard-of crashes."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.core.events import BadDelivery, Event, EventKind, is_authentic, parse_delivery, signature
from attio_mirror.core.values import Actor

UPDATED = {
    "event_type": "record.updated",
    "id": {"workspace_id": "14be", "object_id": "9705", "record_id": "bf07", "attribute_id": "4125"},
    "actor": {"type": "workspace-member", "id": "50cf"},
}
MERGED = {
    "event_type": "record.merged",
    "id": {"workspace_id": "14be", "object_id": "9705", "record_id": "bf07"},
    "duplicate_object_id": "9705",
    "duplicate_record_id": "dead",
    "actor": {"type": "system", "id": None},
}
SECRETS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=64)


def body(*events, **more):
    return json.dumps({"webhook_id": "23e4", "events": events, **more}).encode()


def test_a_delivery_is_its_events():
    delivery = parse_delivery(body(UPDATED, MERGED))
    assert delivery.webhook_id == "23e4"
    updated, merged = delivery.events
    assert updated == Event("record.updated", UPDATED["id"], Actor("workspace-member", "50cf"), {})
    assert (updated.kind, updated.object_id, updated.record_id) == (EventKind.RECORD_UPDATED, "9705", "bf07")
    assert (updated.attribute_id, updated.duplicate_record_id) == ("4125", None)
    assert (merged.kind, merged.attribute_id, merged.duplicate_record_id) == (EventKind.RECORD_MERGED, None, "dead")
    assert merged.actor == Actor("system", None)


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind is not EventKind.UNKNOWN])
def test_every_documented_event_has_its_kind(kind):
    [event] = parse_delivery(body({**UPDATED, "event_type": str(kind)})).events
    assert event.kind is kind
    assert kind.is_about_schema == ("attribute." in kind)


def test_an_event_attio_invents_later_is_kept_unknown():
    [event] = parse_delivery(body({"event_type": "mood.changed", "id": {}})).events
    assert (event.kind, event.event_type, event.actor) == (EventKind.UNKNOWN, "mood.changed", Actor())
    assert not event.kind.is_about_schema
    assert event.object_id is None


def test_nulls_and_nested_things_beside_the_ids_are_left_out():
    odd = {**UPDATED, "thread_id": "t", "list_id": None, "more": {"a": 1}, "id": {"object_id": "o", "entry_id": None}}
    [event] = parse_delivery(body(odd)).events
    assert (event.ids, event.extra) == ({"object_id": "o"}, {"thread_id": "t"})


@pytest.mark.parametrize("actor", [None, "me", {}, {"type": None, "id": 7}])
def test_an_actor_nobody_names_is_empty(actor):
    [event] = parse_delivery(body({**UPDATED, "actor": actor})).events
    assert event.actor == Actor()


def test_a_delivery_without_a_webhook_is_still_a_delivery():
    assert parse_delivery(b'{"events": []}').webhook_id == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"not json",
        b"[]",
        b"{}",
        b'{"events": {}}',
        b'{"events": ["record.updated"]}',
        b'{"events": [{"id": {}}]}',
        b'{"events": [{"event_type": 7, "id": {}}]}',
        b'{"events": [{"event_type": "record.updated"}]}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_a_bad_delivery(raw):
    with pytest.raises(BadDelivery):
        parse_delivery(raw)


@given(st.binary(max_size=60))
def test_no_body_does_worse_than_a_bad_delivery(raw):
    with pytest.raises(BadDelivery):
        parse_delivery(raw)


@given(SECRETS, st.binary(max_size=40))
def test_the_signature_is_what_attio_documents(secret, raw):
    assert signature(secret, raw) == hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


@given(SECRETS, st.lists(SECRETS, max_size=2), st.lists(SECRETS, max_size=2), st.binary(max_size=40))
def test_any_current_secret_makes_a_delivery_authentic(secret, before, behind, raw):
    assert is_authentic(raw, signature(secret, raw), [*before, secret, *behind])


@given(SECRETS, st.lists(SECRETS, max_size=3), st.binary(max_size=40))
def test_another_secret_does_not(secret, others, raw):
    assert not is_authentic(raw, signature(secret, raw), [other for other in others if other != secret])


@given(SECRETS, st.binary(min_size=1, max_size=40), st.data())
def test_one_changed_byte_is_noticed(secret, raw, data):
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
    assert not is_authentic(changed, signature(secret, raw), [secret])


@pytest.mark.parametrize("given_signature", [None, "", "ünlikely", "0" * 64])
def test_no_signature_or_a_strange_one_is_refused(given_signature):
    assert not is_authentic(b"{}", given_signature, ["secret"])


def test_without_secrets_nothing_is_authentic():
    assert not is_authentic(b"{}", signature("", b"{}"), [])
    assert not is_authentic(b"{}", signature("", b"{}"), [""])


def test_case_and_spaces_of_the_header_do_not_matter():
    assert is_authentic(b"{}", f" {signature('s', b'{}').upper()} ", ["s"])
