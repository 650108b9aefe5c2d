"""Which events a webhook gets."""

from __future__ import annotations

import pytest

from attio_mirror.sandbox.subscriptions import wants

EVENT = {
    "event_type": "record.updated",
    "id": {"workspace_id": "w", "object_id": "deals", "record_id": "r", "attribute_id": "stage"},
    "actor": {"type": "workspace-member", "id": "ben"},
    "parent_object_id": None,
}


def part(field, operator, value):
    return {"field": field, "operator": operator, "value": value}


DEALS = part("id.object_id", "equals", "deals")
COMPANIES = part("id.object_id", "equals", "companies")
NOT_MINE = part("actor.id", "not_equals", "me")
NOT_BENS = part("actor.id", "not_equals", "ben")


@pytest.mark.parametrize(
    ("condition", "passes"),
    [
        (None, True),
        ({"$and": []}, True),
        ({"$and": [DEALS, NOT_MINE]}, True),
        ({"$and": [DEALS, NOT_BENS]}, False),
        ({"$and": [COMPANIES, NOT_MINE]}, False),
        ({"$or": [COMPANIES, DEALS]}, True),
        ({"$or": [COMPANIES, NOT_BENS]}, False),
        ({"$or": []}, False),
        ({"$and": [part("id.entry_id", "equals", "e")]}, False),
        ({"$and": [part("id.entry_id", "not_equals", "e")]}, True),
        ({"$and": [part("event_type.deeper", "equals", "e")]}, False),
    ],
)
def test_a_filter_looks_along_dotted_paths(condition, passes):
    assert wants({"event_type": "record.updated", "filter": condition}, EVENT) is passes


def test_another_type_of_event_is_not_wanted():
    assert not wants({"event_type": "record.created", "filter": None}, EVENT)
