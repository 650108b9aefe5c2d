"""The webhook routes. Delivering is done elsewhere; this is the list of who wants to hear what."""

from __future__ import annotations

import json

from .answer import Json
from .call import Call
from .errors import Path, Refusal, invalid_at, not_allowed, not_found
from .events import TYPES
from .nouns import Webhook
from .shapes import Check, array, demand, either, fields, filled, nullable, one_of, text

CONDITION = fields({"field": filled, "operator": one_of(["equals", "not_equals"]), "value": text})
FILTER = nullable(either(fields({"$and": array(CONDITION)}), fields({"$or": array(CONDITION)})))
SUBSCRIPTIONS = array(fields({"event_type": one_of(TYPES), "filter": FILTER}), 1)
FIELDS: dict[str, Check] = {"target_url": filled, "subscriptions": SUBSCRIPTIONS}
NEW = fields({"data": fields(FIELDS)})
EDIT = fields({"data": fields({}, FIELDS)})
URL: Path = ("data", "target_url")
RELATED = {"id.object_id": "object", "parent_object_id": "object", "id.list_id": "list"}


def list_all(call: Call) -> Json:
    """Without secrets."""
    return call.page([_shown(call, webhook) for webhook in call.state.webhooks.values()], 10, least=10, most=100)


def read(call: Call) -> Json:
    return {"data": _shown(call, _find(call))}


def create(call: Call) -> Json:
    """The only answer that holds the secret."""
    demand(NEW, call.body)
    given = call.body["data"]
    _check(call, given["target_url"], given["subscriptions"], None)
    state = call.state
    webhook = Webhook(
        state.ids.uuid(), given["target_url"], given["subscriptions"], state.ids.secret(), state.clock.stamp()
    )
    state.webhooks[webhook.id] = webhook
    return {"data": {**_shown(call, webhook), "secret": webhook.secret}}


def update(call: Call) -> Json:
    webhook = _find(call)
    demand(EDIT, call.body)
    given = call.body["data"]
    target_url = given.get("target_url", webhook.target_url)
    subscriptions = given.get("subscriptions", webhook.subscriptions)
    _check(call, target_url, subscriptions, webhook)
    webhook.target_url, webhook.subscriptions = target_url, subscriptions
    return {"data": _shown(call, webhook)}


def delete(call: Call) -> Json:
    webhook = call.state.webhooks.pop(call.params["webhook_id"].lower(), None)
    if webhook is None:
        raise not_found("Webhook not found")
    return {}


def _find(call: Call) -> Webhook:
    key = call.params["webhook_id"]
    webhook = call.state.webhooks.get(key.lower())
    if webhook is None:
        raise not_found(f'Webhook with ID "{key}" was not found.')
    return webhook


def _shown(call: Call, webhook: Webhook) -> dict[str, Json]:
    return {
        "id": {"workspace_id": call.state.workspace_id, "webhook_id": webhook.id},
        "target_url": webhook.target_url,
        "subscriptions": json.loads(json.dumps(webhook.subscriptions)),
        "status": webhook.status,
        "created_at": webhook.created_at,
    }


def _check(call: Call, target_url: str, subscriptions: list[dict[str, Json]], mine: Webhook | None) -> None:
    schemes = ("https://",) if call.state.https_only else ("https://", "http://")
    if not target_url.startswith(schemes) or target_url in schemes or any(each.isspace() for each in target_url):
        raise invalid_at(URL, "Invalid url: https is required", "invalid_string")
    for subscription in subscriptions:
        _check_related(call, subscription["filter"])
    wanted = [_triple(target_url, subscription) for subscription in subscriptions]
    taken = {
        _triple(other.target_url, subscription)
        for other in call.state.webhooks.values()
        if other is not mine
        for subscription in other.subscriptions
    }
    if len(set(wanted)) < len(wanted) or taken & set(wanted):
        message = "There is already a webhook with the same target URL, event type and filter."
        raise Refusal(409, "uniqueness_conflict", message)


def _check_related(call: Call, condition: dict[str, list[dict[str, str]]] | None) -> None:
    """Objects and lists named in a filter must exist, by id."""
    for part in (part for parts in (condition or {}).values() for part in parts):
        noun = RELATED.get(part["field"])
        known = [thing.id for thing in (call.state.lists if noun == "list" else call.state.objects)]
        if noun is not None and part["value"] not in known:
            raise not_allowed(f"Related {noun} not found")


def _triple(target_url: str, subscription: dict[str, Json]) -> tuple[str, str, str]:
    return target_url, subscription["event_type"], json.dumps(subscription["filter"], sort_keys=True)
