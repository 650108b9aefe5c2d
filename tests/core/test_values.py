"""The shared nouns: types Attio may invent, and when two values are the same."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attio_mirror.core.errors import AttioError, NotFound
from attio_mirror.core.values import AttributeType, elements, key, keys, replaced, same, union

from .canonicals import ALL, typed

ELEMENTS = typed(ALL).map(lambda pair: pair[1])


def test_there_are_seventeen_types():
    assert len(AttributeType) == 17
    assert all(kind.is_known for kind in AttributeType)


def test_a_type_attio_invents_later_is_a_type_too():
    hologram = AttributeType("hologram")
    assert hologram == "hologram" == str(hologram)
    assert hologram == pickle.loads(pickle.dumps(hologram)) == copy.deepcopy(hologram)
    assert not hologram.is_known
    assert not hologram.has_options
    assert hologram not in list(AttributeType)


def test_only_text_names_a_type():
    with pytest.raises(ValueError, match="5"):
        AttributeType(5)


def test_select_and_status_have_options():
    assert [kind for kind in AttributeType if kind.has_options] == [AttributeType.STATUS, AttributeType.SELECT]


@given(ELEMENTS, ELEMENTS)
def test_equal_elements_have_equal_keys(a, b):
    assert key(a) == key(copy.deepcopy(a))
    assert (key(a) == key(b)) == (a == b and type(a) is type(b))


@given(st.lists(ELEMENTS, max_size=4), st.randoms())
def test_many_are_the_same_in_any_order(found, random):
    shuffled = random.sample(found, len(found))
    assert same(found, shuffled)
    assert keys(found) == {key(element) for element in shuffled}


def test_one_true_is_not_the_number_one():
    assert not same(True, 1)
    assert same(None, None)
    assert same([], None)
    assert not same(None, "a")
    assert not same(False, None)
    assert elements(None) == []


@given(st.lists(ELEMENTS, max_size=4), st.lists(ELEMENTS, max_size=4))
def test_a_union_keeps_the_first_and_adds_the_rest_once(first, then):
    joined = union(first, then)
    assert keys(joined) == keys(first) | keys(then)
    assert len(joined) == len(keys(joined))
    assert keys(joined[: len(keys(first))]) == keys(first)


def test_an_error_prints_its_facts():
    error = NotFound(
        "Record not found.", method="GET", path="/v2/objects/deals/records/1", status=404, code="not_found"
    )
    assert str(error) == "404 not_found: Record not found. (GET /v2/objects/deals/records/1)"
    assert str(AttioError("no answer")) == "no answer"


A, B, C = ({"target_object": "companies", "target_record_id": name} for name in "abc")


def test_elements_are_replaced_where_they_stand():
    old = {key(A), key(B)}
    assert replaced([A, {"target_object": "people", "target_record_id": "a"}, B], old, C) == [
        C,
        {"target_object": "people", "target_record_id": "a"},
    ]
    assert replaced(A, old, C) == C
    assert replaced(C, old, B) == C
    assert replaced(None, old, C) is None
    assert replaced([], old, C) == []
