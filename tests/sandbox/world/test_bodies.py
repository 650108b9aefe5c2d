"""Shapes of bodies: what is wrong with them is found, all of it, with its path."""

from __future__ import annotations

import pytest

from attio_mirror.sandbox.errors import Refusal
from attio_mirror.sandbox.shapes import array, boolean, demand, either, fields, filled, integer, nullable, one_of, text


def paths(check, body):
    with pytest.raises(Refusal) as caught:
        demand(check, body)
    assert (caught.value.status, caught.value.code) == (400, "validation_type")
    return [(issue["code"], issue["path"]) for issue in caught.value.extra["validation_errors"]]


def test_all_faults_of_a_body_are_found():
    check = fields({"data": fields({"title": filled, "on": boolean}, {"note": nullable(text)})})
    body = {"data": {"title": "", "note": 3, "extra": 1}}
    assert paths(check, body) == [
        ("invalid_type", ["data", "on"]),
        ("too_small", ["data", "title"]),
        ("invalid_type", ["data", "note"]),
        ("unrecognized_keys", ["data"]),
    ]


@pytest.mark.parametrize("body", [None, [], "x", 3, True])
def test_a_body_that_is_no_object_is_refused(body):
    assert paths(fields({}), body) == [("invalid_type", [])]


def test_places_in_lists_are_named():
    assert paths(array(text), ["a", 2, None]) == [("invalid_type", [1]), ("invalid_type", [2])]
    assert paths(array(text, 1), []) == [("too_small", [])]


@pytest.mark.parametrize(
    ("raw", "code"),
    [(0, "too_small"), (6, "too_big"), (1.5, "invalid_type"), (True, "invalid_type"), (float("inf"), "invalid_type")],
)
def test_whole_numbers_have_bounds(raw, code):
    assert paths(integer(1, 5), raw) == [(code, [])]


@pytest.mark.parametrize("raw", ["c", 1, None, ["a"]])
def test_a_closed_set_is_closed(raw):
    assert paths(one_of(["a", "b"]), raw) == [("invalid_enum_value", [])]


def test_either_needs_one_that_fits():
    demand(either(text, boolean), "x")
    assert paths(either(text, boolean), 3) == [("invalid_union", [])]
