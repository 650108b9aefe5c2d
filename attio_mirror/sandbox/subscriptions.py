"""Which events a webhook wants: Attio's flat filters over dotted paths of an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .answer import Json


def wants(subscription: Mapping[str, Any], event: Mapping[str, Json]) -> bool:
    """Whether the subscription names this type of event and its filter lets it pass."""
    return bool(subscription["event_type"] == event["event_type"]) and passes(subscription.get("filter"), event)


def passes(condition: Mapping[str, Any] | None, event: Mapping[str, Json]) -> bool:
    """No filter, `$and` or `$or` over `equals` and `not_equals` (Attio's guide on webhooks)."""
    if condition is None:
        return True
    if "$and" in condition:
        return all(_holds(part, event) for part in condition["$and"])
    return any(_holds(part, event) for part in condition["$or"])


def _holds(part: Mapping[str, str], event: Mapping[str, Json]) -> bool:
    found = _at(part["field"], event)
    return (found == part["value"]) is (part["operator"] == "equals")


def _at(path: str, event: Json) -> Json:
    for step in path.split("."):
        if not isinstance(event, Mapping):
            return None
        event = event.get(step)
    return event
