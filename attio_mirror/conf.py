"""Settings: one dict, `settings.ATTIO_MIRROR`, read into frozen dataclasses.

Defaults stand here and nowhere else. Unknown keys are reported by a system check (`unknown_keys`), never ignored.
Secrets live only in these settings, which take them from the environment: no table, log or task argument holds one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

ATTIO_ORIGIN = "https://api.attio.com"


class PushMode(StrEnum):
    """How a marked row gets to Attio."""

    QUEUED = "queued"
    """A django-q2 task is woken after commit (the default)."""
    INLINE = "inline"
    """Whoever saves pushes right after the commit, whoever takes a delivery reads it: for tiny installations."""
    OFF = "off"
    """Rows are marked and wait; `attio_push` or `drain()` sends them: for tests and maintenance."""
    SHADOW = "shadow"
    """Everything is computed, nothing is sent."""


@dataclass(frozen=True, slots=True)
class ConnectionConf:
    """The credentials of one connection. `repr` shows none of them."""

    token: str = field(default="", repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    base_url: str = ATTIO_ORIGIN
    shadow: bool = False
    """Everything is computed for this connection, nothing is sent; `PUSH: "shadow"` says so for all."""


@dataclass(frozen=True, slots=True)
class Conf:
    """Everything a host can set, with its default. Durations are seconds."""

    connections: Mapping[str, ConnectionConf] = field(default_factory=dict)
    push: PushMode = PushMode.QUEUED
    timeout: float = 30.0
    """How long one request to Attio may take."""
    lease: float = 120.0
    """How long a process may hold the right to talk about one record. More than `timeout`."""
    batch: int = 24
    """Outbox entries claimed at once: about what is said in a second, so that nothing waits for long once composed."""
    threads: int = 12
    """Requests in the air at once while pushing."""
    linger: float = 1.0
    """How long a pump waits for more work before it ends."""
    reads_per_second: float = 96.0
    writes_per_second: float = 24.0
    """Just under Attio's 100 and 25, which it counts per clock second."""
    doubt: float = 60.0
    """How long after an unanswered create we look for the record before creating it again."""
    attempts: int = 12
    """Attempts at one refused-but-repeatable push before a person is asked."""
    brake_count: int = 20
    brake_share: float = 0.1
    """A sweep that misses more linked records than both of these stops and asks a person."""
    approve_count: int | None = 100
    """A push batch of more rows than this waits until somebody approves it. None: however many."""
    approve_share: float | None = 0.5
    """And one of more than this share of its object's rows; None: whatever share."""
    approve_value: float | None = None
    """And one whose rows are worth more than this together; None: however much."""
    approve_by_another: bool = False
    """Whether the one who asked for a push batch may not approve it."""
    deal_key: str = ""
    """The slug of a unique text attribute of deals that `attio_schema --provision-key` made; new deals get a key."""
    alert_after: float = 900.0
    """How long an edit or a delivery may wait before somebody is alerted."""
    alert_emails: tuple[str, ...] = ()
    """Who gets an e-mail when something goes wrong, by Django's own mail settings."""
    alert_webhook: str = field(default="", repr=False)
    """Where a few words of JSON are posted then."""
    won_stages: tuple[str, ...] = ()
    """The titles of the stages that mean a deal is won; none: those with the word “won”."""
    lost_stages: tuple[str, ...] = ()
    """The same of lost ones."""
    deal_close_date: str = ""
    """The slug of an attribute of deals that says when they are expected to close: a date."""
    tenants_of_user: str = ""
    """The dotted path of a function: a user to the aliases of the connections he may see, None for all."""
    metrics_token: str = field(default="", repr=False)
    """Whoever brings it as a bearer token may read the metrics without a login."""


_KEYS = {f.name.upper() for f in fields(Conf)}
_CONNECTION_KEYS = {f.name.upper() for f in fields(ConnectionConf)}


@cache
def conf() -> Conf:
    """The host's settings over our defaults. Raises ValueError for a push mode we do not know."""
    given = dict(getattr(settings, "ATTIO_MIRROR", {}))
    known = {name.lower(): value for name, value in given.items() if name in _KEYS}
    known["connections"] = {alias: _connection(values) for alias, values in (given.get("CONNECTIONS") or {}).items()}
    known |= {name: _texts(known.get(name)) for name in ("alert_emails", "won_stages", "lost_stages")}
    known["push"] = PushMode(given.get("PUSH", PushMode.QUEUED))
    return Conf(**known)


def unknown_keys() -> list[str]:
    """The keys of `settings.ATTIO_MIRROR` that mean nothing, dotted, for the system check."""
    given: Mapping[str, Any] = getattr(settings, "ATTIO_MIRROR", {})
    unknown = [name for name in given if name not in _KEYS]
    for alias, values in (given.get("CONNECTIONS") or {}).items():
        unknown += [f"CONNECTIONS.{alias}.{name}" for name in values if name not in _CONNECTION_KEYS]
    return unknown


def _connection(values: Mapping[str, Any]) -> ConnectionConf:
    return ConnectionConf(
        token=values.get("TOKEN") or "",
        webhook_secrets=_texts(values.get("WEBHOOK_SECRETS")),
        base_url=(values.get("BASE_URL") or ATTIO_ORIGIN).rstrip("/"),
        shadow=bool(values.get("SHADOW")),
    )


def _texts(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """A single text is one: taken letter by letter, each letter would be one."""
    return tuple(one for one in ([given] if isinstance(given, str) else given or ()) if one)


def _forget(*, setting: str, **_: object) -> None:
    if setting == "ATTIO_MIRROR":
        conf.cache_clear()


setting_changed.connect(_forget, dispatch_uid="attio_mirror.conf")
