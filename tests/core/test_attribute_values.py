"""Whole attributes: single or multi, active or historic, empty or full."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.core.codecs import InvalidValue, NoNames, decode_values, encode_values, parse_values, versions
from attio_mirror.core.values import Actor, AttributeSpec, AttributeType, key

from .canonicals import WRITABLE, as_read, enveloped

TEXT = AttributeSpec("name", AttributeType.TEXT)
EMAILS = AttributeSpec("emails", AttributeType.EMAIL, multi=True)
EARLY, LATE = "2026-01-01T00:00:00.000000001Z", "2026-01-01T00:00:00.000000002Z"


def mail(address):
    return {"email_address": address}


@given(st.sampled_from(list(WRITABLE)), st.booleans(), st.data())
def test_an_attribute_survives_the_round_trip(kind, multi, data):
    spec = AttributeSpec("it", kind, multi=multi)
    found = data.draw(st.lists(WRITABLE[kind], max_size=3, unique_by=key) if multi else st.none() | WRITABLE[kind])
    sent = encode_values(spec, found)
    assert isinstance(sent, list)
    assert decode_values(spec, [enveloped(as_read(kind, one)) for one in sent]) == found
    assert parse_values(spec, sent, NoNames()) == found
    assert parse_values(spec, found, NoNames()) == found


def test_nothing_is_none_for_one_and_an_empty_list_for_many():
    assert decode_values(TEXT, []) is None
    assert decode_values(EMAILS, []) == []
    assert encode_values(TEXT, None) == encode_values(EMAILS, []) == []


@pytest.mark.parametrize("nothing", [None, "", [], (), [None], [""], {"value": ""}])
def test_every_way_to_write_nothing_means_nothing(nothing):
    assert parse_values(TEXT, nothing, NoNames()) is None


@pytest.mark.parametrize("nothing", [None, "", [], ()])
def test_nothing_written_to_many_is_an_empty_list(nothing):
    assert parse_values(EMAILS, nothing, NoNames()) == []


def test_empty_text_read_is_no_value():
    assert decode_values(TEXT, [{"value": ""}]) is None


def test_of_several_active_values_of_a_single_one_the_newest_counts():
    late, early = enveloped({"value": "late"}, LATE), enveloped({"value": "early"}, EARLY)
    assert decode_values(TEXT, [late, early]) == decode_values(TEXT, [early, late]) == "late"
    assert decode_values(TEXT, [{"value": "undated"}, early]) == "early"


def test_closed_versions_are_not_the_value():
    closed = {**enveloped({"value": "old"}, LATE), "active_until": LATE}
    assert decode_values(TEXT, [closed, enveloped({"value": "now"}, EARLY)]) == "now"


def test_many_keep_attios_order_without_repeats():
    assert decode_values(EMAILS, [mail("b@x.co"), mail("a@x.co"), mail("B@x.co")]) == ["b@x.co", "a@x.co"]
    assert parse_values(EMAILS, ["b@x.co", "a@x.co", "B@X.co"], NoNames()) == ["b@x.co", "a@x.co"]


def test_a_bare_value_is_taken_for_a_list_of_one():
    assert parse_values(EMAILS, "a@x.co", NoNames()) == ["a@x.co"]
    assert parse_values(TEXT, ["a"], NoNames()) == "a"


def test_two_values_for_a_single_one_are_refused():
    with pytest.raises(InvalidValue, match="text expects a single value here"):
        parse_values(TEXT, ["a", "b"], NoNames())


def test_holes_in_a_list_are_refused():
    with pytest.raises(InvalidValue):
        parse_values(EMAILS, ["a@x.co", None], NoNames())


def test_versions_keep_time_actor_and_wire():
    wire = {**enveloped({"value": "a"}, EARLY), "active_until": LATE, "created_by_actor": {"type": "app", "id": "me"}}
    [version] = versions(TEXT, [wire])
    assert (version.element, version.active_from, version.active_until) == ("a", EARLY, LATE)
    assert version.actor == Actor("app", "me")
    assert version.wire is wire


@pytest.mark.parametrize("actor", [None, {}, {"type": None, "id": None}])
def test_an_actor_attio_does_not_name_is_empty(actor):
    [version] = versions(TEXT, [{**enveloped({"value": "a"}), "created_by_actor": actor}])
    assert version.actor == Actor("", None)


def test_fewer_digits_are_filled_up_so_that_text_order_is_time_order():
    [version] = versions(TEXT, [enveloped({"value": "a"}, "2021-11-21T13:22:49.061Z")])
    assert version.active_from == "2021-11-21T13:22:49.061000000Z"
    assert version.active_until is None


@pytest.mark.parametrize("active_from", [None, "long ago", 7])
def test_a_version_without_a_time_is_nonsense(active_from):
    with pytest.raises(InvalidValue, match="every value Attio returns"):
        versions(TEXT, [enveloped({"value": "a"}, active_from)])
