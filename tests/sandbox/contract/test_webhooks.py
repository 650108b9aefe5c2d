"""Webhooks: subscribing to what happens."""

from __future__ import annotations

import re

import pytest

from attio_mirror.sandbox import World
from tests.sandbox.contract.kit import unique_slug
from tests.sandbox.contract.voice import Api, Json, Reply

WEBHOOKS = "/v2/webhooks"
NOBODY = "11111111-2222-4333-8444-555555555555"
ALL_RECORDS = {"event_type": "record.updated", "filter": None}


def target() -> str:
    return f"https://amc.example.com/{unique_slug()}"


def subscribe(api: Api, *subscriptions: Json, url: str | None = None) -> Reply:
    body = {"target_url": url or target(), "subscriptions": list(subscriptions) or [ALL_RECORDS]}
    return api.post(WEBHOOKS, {"data": body})


def where(field: str, value: str, operator: str = "equals") -> Json:
    return {"field": field, "operator": operator, "value": value}


def path_of(webhook: Json) -> str:
    return f"{WEBHOOKS}/{webhook['id']['webhook_id']}"


def test_a_webhook_starts_active_with_a_secret(api: Api) -> None:
    """Attio's OpenAPI document; seen on the live service: 64 hexadecimal characters."""
    made = subscribe(api).data
    assert made["status"] == "active"
    assert re.fullmatch(r"[0-9a-f]{64}", made["secret"])


def test_the_secret_is_shown_once(api: Api) -> None:
    """Attio's OpenAPI document: on creation only."""
    made = subscribe(api).data
    shown = {key: value for key, value in made.items() if key != "secret"}
    assert api.get(path_of(made)).data == shown
    assert shown in api.get(WEBHOOKS, limit=100).data
    assert "secret" not in api.patch(path_of(made), {"data": {"target_url": target()}}).data


def test_a_subscription_must_say_it_has_no_filter(api: Api) -> None:
    """Attio's OpenAPI document: the key is required, null is allowed."""
    assert subscribe(api, {"event_type": "record.updated"}).error == (400, "validation_type")


@pytest.mark.parametrize(
    "condition",
    [
        {"$and": [where("id.object_id", NOBODY)]},
        {"$or": [where("actor.type", "system"), where("actor.id", NOBODY, "not_equals")]},
    ],
)
def test_a_filter_is_a_flat_and_or_or(api: Api, condition: Json) -> None:
    """Attio's OpenAPI document: conditions of field, operator and value; returned as given."""
    objects = api.get("/v2/objects/people").data["id"]["object_id"]
    known = {
        key: [{**part, "value": objects if part["field"] == "id.object_id" else part["value"]} for part in parts]
        for key, parts in condition.items()
    }
    subscription = {"event_type": "record.updated", "filter": known}
    assert subscribe(api, subscription).data["subscriptions"] == [subscription]


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"$not": []},
        {"$and": [{"field": "id.object_id", "value": NOBODY}]},
        {"$and": [where("id.object_id", NOBODY, "$eq")]},
        {"$and": [where("id.object_id", 5)]},
        {"$and": [{"$or": [where("id.object_id", NOBODY)]}]},
    ],
)
def test_other_filters_are_refused(api: Api, condition: Json) -> None:
    """Attio's OpenAPI document: the only two operators and no nesting."""
    assert subscribe(api, {"event_type": "record.updated", "filter": condition}).status == 400


def test_the_ids_of_a_filter_are_checked(api: Api) -> None:
    """Attio's OpenAPI document: "Related list not found"."""
    condition = {"$and": [where("id.list_id", NOBODY)]}
    refusal = subscribe(api, {"event_type": "list-entry.created", "filter": condition})
    assert refusal.error == (400, "validation_type")
    assert refusal.message == "Related list not found"


def test_an_unknown_event_is_refused(api: Api) -> None:
    """Attio's OpenAPI document: an enumeration; there is no deals event."""
    assert subscribe(api, {"event_type": "deal.updated", "filter": None}).error == (400, "validation_type")


@pytest.mark.parametrize("url", ["http://amc.example.com/hook", "ftp://amc.example.com", "amc", ""])
def test_only_https_is_delivered_to(api: Api, url: str) -> None:
    """Attio's OpenAPI document: the pattern of target_url."""
    body = {"target_url": url, "subscriptions": [ALL_RECORDS]}
    assert api.post(WEBHOOKS, {"data": body}).error == (400, "validation_type")


def test_the_same_subscription_twice_is_a_conflict(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: URL, event and filter are unique; here the conflict is a 409."""
    url = target()
    subscribe(api, url=url)
    assert subscribe(api, url=url).error == (409, "uniqueness_conflict")


def test_the_same_url_may_hear_other_events(api: Api) -> None:
    """Attio's OpenAPI document of 2026-10: only the triple is unique."""
    url = target()
    subscribe(api, url=url)
    assert subscribe(api, {"event_type": "record.created", "filter": None}, url=url).status == 200


def test_subscriptions_are_replaced_as_a_list(api: Api) -> None:
    """Attio's OpenAPI document: PATCH replaces, it does not add."""
    made = subscribe(api).data
    new = [{"event_type": "record.deleted", "filter": None}]
    changed = api.patch(path_of(made), {"data": {"subscriptions": new}}).data
    assert (changed["subscriptions"], changed["target_url"]) == (new, made["target_url"])


def test_the_target_can_be_moved(api: Api) -> None:
    """Attio's OpenAPI document: PATCH of target_url keeps the rest."""
    made, url = subscribe(api).data, target()
    changed = api.patch(path_of(made), {"data": {"target_url": url}}).data
    assert (changed["target_url"], changed["subscriptions"]) == (url, made["subscriptions"])


def test_the_status_cannot_be_written(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: no such key in the body; the sandbox says so instead of ignoring it."""
    assert api.patch(path_of(subscribe(api).data), {"data": {"status": "inactive"}}).status == 400


def test_a_deleted_webhook_is_gone(api: Api) -> None:
    """Attio's OpenAPI document: {} and then 404."""
    made = subscribe(api).data
    assert api.delete(path_of(made)).json == {}
    refusal = api.get(path_of(made))
    assert refusal.error == (404, "not_found")
    assert refusal.message == f'Webhook with ID "{made["id"]["webhook_id"]}" was not found.'


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_missing_webhook_is_not_found(api: Api, method: str) -> None:
    """Attio's OpenAPI document: 404 on all three."""
    body = {"data": {"target_url": target()}} if method == "PATCH" else None
    assert api.ask(method, f"{WEBHOOKS}/{NOBODY}", body).error == (404, "not_found")


@pytest.mark.parametrize("limit", [9, 101])
def test_a_page_of_webhooks_holds_ten_to_a_hundred(api: Api, limit: int) -> None:
    """Attio's OpenAPI document: minimum 10, maximum 100."""
    assert api.get(WEBHOOKS, limit=limit).error == (400, "validation_type")


def test_webhooks_come_ten_at_a_time(api: Api, sandbox_only: World) -> None:
    """Attio's OpenAPI document: limit 10 by default, and an offset."""
    for _ in range(11):
        subscribe(api)
    assert len(api.get(WEBHOOKS).data) == 10
    assert len(api.get(WEBHOOKS, offset=10).data) == 1
