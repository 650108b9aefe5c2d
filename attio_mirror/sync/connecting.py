"""The webhook subscription of a connection: made once, kept as it should be, repaired when Attio gave up on it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..core.errors import Json, NotFound
from ..core.events import EventKind
from ..mirrors.registry import registry
from ..models import ATTRIBUTES, Connection, WebhookState
from ..service import Attio, Subscription, WebhookInfo
from .connections import attio

log = logging.getLogger("attio_mirror")

OF_AN_OBJECT = (
    EventKind.RECORD_CREATED,
    EventKind.RECORD_UPDATED,
    EventKind.RECORD_DELETED,
    EventKind.RECORD_MERGED,
    EventKind.OBJECT_ATTRIBUTE_CREATED,
    EventKind.OBJECT_ATTRIBUTE_UPDATED,
)
OF_ANY_LIST = (EventKind.LIST_ATTRIBUTE_CREATED, EventKind.LIST_ATTRIBUTE_UPDATED)


class NothingToAnnounce(Exception):
    """None of the mirrored objects is enabled in Attio."""


class Outcome(StrEnum):
    """What provisioning came to."""

    CREATED = "created"
    REPAIRED = "repaired"
    """Deleted and made again: Attio lets nobody revive an inactive webhook or read a lost secret (Attio's docs)."""
    CHANGED = "changed"
    UNCHANGED = "unchanged"

    @property
    def shows_secret(self) -> bool:
        """Whether there is a secret to be kept now or never."""
        return self in (Outcome.CREATED, Outcome.REPAIRED)


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The webhook as it is now, and what was done to get there."""

    webhook: WebhookInfo
    outcome: Outcome
    objects: tuple[str, ...]
    """Slugs of the objects it announces."""


def provision(connection: Connection, target_url: str, *, new_secret: bool = False) -> Provisioned:
    """Have Attio announce the mirrored objects at `target_url`. Repeatable; `new_secret` replaces the webhook.

    Raises AttioError and NothingToAnnounce.
    """
    service = attio(connection)
    objects = _mirrored(service)
    if not objects:
        raise NothingToAnnounce("None of the mirrored objects is enabled in this Attio workspace. Enable one there.")
    wanted = subscriptions(objects.values())
    webhook, outcome = _bring_about(service, _existing(connection, service, target_url), target_url, wanted, new_secret)
    connection.webhook_id, connection.webhook_url = webhook.webhook_id, webhook.target_url
    connection.webhook_state = _state(webhook)
    connection.save(update_fields=["webhook_id", "webhook_url", "webhook_state"])
    return Provisioned(webhook, outcome, tuple(objects))


def look_after(connection: Connection) -> WebhookState:
    """Look at the webhook we made, and put right what somebody changed in Attio. Raises AttioError.

    One that Attio gave up on, or that is gone, only a person can make anew: its secret goes into the environment.
    """
    if not connection.webhook_id:
        return WebhookState.NONE
    service = attio(connection)
    try:
        webhook = service.webhook(connection.webhook_id)
    except NotFound:
        return _note(connection, WebhookState.GONE)
    state, target_url = _state(webhook), connection.webhook_url or webhook.target_url
    objects = {} if state.is_deaf else _mirrored(service)
    wanted = subscriptions(objects.values())
    if objects and not _is_as_wanted(webhook, target_url, wanted):
        service.update_webhook(webhook.webhook_id, target_url=target_url, subscriptions=wanted)
        log.warning("Connection %s: its webhook was not as it should be; it is now.", connection.alias)
    return _note(connection, state)


def subscriptions(object_ids: Iterable[str]) -> list[Subscription]:
    """One per type of event: a flat `$or` over the objects (Attio's docs: filters name ids, not slugs)."""
    of_objects = {
        "$or": [{"field": "id.object_id", "operator": "equals", "value": object_id} for object_id in sorted(object_ids)]
    }
    return [
        *({"event_type": kind.value, "filter": of_objects} for kind in OF_AN_OBJECT),
        *({"event_type": kind.value, "filter": None} for kind in OF_ANY_LIST),
    ]


def _bring_about(
    service: Attio, webhook: WebhookInfo | None, target_url: str, wanted: list[Subscription], new_secret: bool
) -> tuple[WebhookInfo, Outcome]:
    if webhook is None:
        return service.create_webhook(target_url, wanted), Outcome.CREATED
    if new_secret or webhook.status != "active":
        _delete(service, webhook)  # first: Attio refuses a second one with the same address and events
        return service.create_webhook(target_url, wanted), Outcome.REPAIRED
    if not _is_as_wanted(webhook, target_url, wanted):
        changed = service.update_webhook(webhook.webhook_id, target_url=target_url, subscriptions=wanted)
        return changed, Outcome.CHANGED
    return webhook, Outcome.UNCHANGED


def _is_as_wanted(webhook: WebhookInfo, target_url: str, wanted: Iterable[Subscription]) -> bool:
    return webhook.target_url == target_url and _told(webhook.subscriptions) == _told(wanted)


def _state(webhook: WebhookInfo) -> WebhookState:
    """A word Attio may add later is no reason to do anything."""
    known = webhook.status in WebhookState.values
    return WebhookState(webhook.status) if known else WebhookState.ACTIVE


def _note(connection: Connection, state: WebhookState) -> WebhookState:
    if connection.webhook_state != state:
        connection.webhook_state = state
        connection.save(update_fields=["webhook_state"])
    return state


def _mirrored(service: Attio) -> dict[str, str]:
    """Slug to id of the objects that are mirrored and enabled in Attio."""
    slugs = {mirror.options.object for mirror in registry.all()} - {ATTRIBUTES}
    return {info.slug: info.object_id for info in service.objects() if info.slug in slugs}


def _existing(connection: Connection, service: Attio, target_url: str) -> WebhookInfo | None:
    """Ours by its id, else one that already points here: our note of it may be lost."""
    there = service.webhooks()
    mine = (one for one in there if one.webhook_id == connection.webhook_id)
    here = (one for one in there if one.target_url == target_url)
    return next(mine, None) or next(here, None)


def _delete(service: Attio, webhook: WebhookInfo) -> None:
    try:
        service.delete_webhook(webhook.webhook_id)
    except NotFound:
        return  # gone is what was wanted


def _told(given: Iterable[Subscription]) -> set[tuple[Json, str]]:
    """Subscriptions in a form that can be compared; their order means nothing."""
    return {(one.get("event_type"), json.dumps(_sorted(one.get("filter")), sort_keys=True)) for one in given}


def _sorted(condition: Json) -> Json:
    """A filter with its conditions in one order."""
    if not isinstance(condition, dict):
        return condition
    return {word: sorted(parts, key=json.dumps) for word, parts in condition.items()}
