"""Alerts: once a minute the tick looks whether something went wrong, and tells who wants to hear of it. Once.

A trouble is told when it is noticed: by a signal, a log line and, where settings say so, an e-mail and a webhook. Only
after it had gone is it told again. What could not be sent is tried at the next tick.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from ..client import notify
from ..conf import conf
from ..core.errors import AttioError
from ..models import Alert, AlertKind, Connection, ConnectionState, PushBatch, Sweep, SweepState, WebhookState
from ..signals import trouble_found, trouble_gone
from .status import DEAF
from .waiting import Waiting, waiting_of

log = logging.getLogger("attio_mirror")

FAILING = "Deliveries to {url} fail. Attio gives up on them after seven days; sweeps find changes meanwhile."


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong now."""

    connection: Connection
    kind: AlertKind
    words: str
    subject: str = ""
    """What of, where there may be several at once."""

    @property
    def slot(self) -> str:
        """Its name among the open alerts."""
        return Alert.slot(self.connection.pk, self.kind, self.subject)


def watch() -> None:
    """Notice what is wrong, and what is so no more."""
    connections = list(Connection.objects.filter(alias__in=list(conf().connections)))
    now = {trouble.slot: trouble for trouble in troubles(connections)}
    open_ones = {one.open_slot: one for one in Alert.objects.filter(connection__in=connections, gone_at=None)}
    for slot in open_ones.keys() - now.keys():
        _end(open_ones[slot])
    for slot in now.keys() - open_ones.keys():
        _begin(now[slot])
    _tell(connections)


def troubles(connections: Collection[Connection]) -> Iterator[Trouble]:
    """All that is wrong with these."""
    waits = waiting_of([of.pk for of in connections])
    for of in connections:
        yield from _of_connection(of, waits[of.pk])
    held = PushBatch.objects.held().filter(connection__in=connections).select_related("connection")
    for batch in held:
        words = f"Push batch {batch.pk} of {batch.object} waits for approval."
        yield Trouble(batch.connection, AlertKind.BRAKE, words, f"batch {batch.pk}")
    braked = Sweep.objects.filter(connection__in=connections, state=SweepState.BRAKED).select_related("connection")
    for sweep in braked:
        words = f"A sweep of {sweep.object} stopped: too many records are missing. {sweep.error}".strip()
        yield Trouble(sweep.connection, AlertKind.BRAKE, words, f"sweep {sweep.pk}")


def _of_connection(of: Connection, waiting: Waiting) -> Iterator[Trouble]:
    if ConnectionState(of.state).is_locked_out:
        yield Trouble(of, AlertKind.TOKEN, of.error or ConnectionState(of.state).label)
    elif of.paused_at is None and not of.is_shadow and (words := _late(waiting)):
        yield Trouble(of, AlertKind.LATE, words)
    state = WebhookState(of.webhook_state)
    if state.is_deaf:
        yield Trouble(of, AlertKind.WEBHOOK, DEAF.format(alias=of.alias, url=of.webhook_url))
    elif state == WebhookState.DEGRADED:
        yield Trouble(of, AlertKind.WEBHOOK, FAILING.format(url=of.webhook_url))


def _late(waiting: Waiting) -> str:
    late = {"an edit": waiting.outbox_oldest_seconds, "a delivery": waiting.inbox_oldest_seconds}
    found = [what for what, seconds in late.items() if seconds is not None and seconds > conf().alert_after]
    if not found:
        return ""
    return f"{' and '.join(found)} waited for more than {conf().alert_after / 60:.0f} minutes.".capitalize()


# -- telling -----------------------------------------------------------------------------------------------------------


def _begin(trouble: Trouble) -> None:
    """Of several ticks one notices it."""
    of, kind, words = trouble.connection, trouble.kind, trouble.words
    try:
        with transaction.atomic():
            Alert.objects.create(connection=of, kind=kind, open_slot=trouble.slot, words=words)
    except IntegrityError:
        return
    log.error("Connection %s: %s", of.alias, words)
    trouble_found.send_robust(sender=Connection, connection=of, kind=kind.value, words=words)


def _end(alert: Alert) -> None:
    ended = Alert.objects.filter(pk=alert.pk, gone_at=None).update(gone_at=timezone.now(), open_slot=None)
    if ended:
        log.info("Connection %s: gone: %s", alert.connection.alias, alert.words)
        trouble_gone.send_robust(sender=Connection, connection=alert.connection, kind=alert.kind, words=alert.words)


def _tell(connections: Collection[Connection]) -> None:
    """By every way that settings name and that was not used yet."""
    given = conf()
    open_ones = list(Alert.objects.filter(connection__in=connections, gone_at=None).select_related("connection"))
    for alert in open_ones:
        if given.alert_emails and alert.mailed_at is None:
            _once(alert, "mailed_at", _mail)
        if given.alert_webhook and alert.posted_at is None:
            _once(alert, "posted_at", _post)


def _once(alert: Alert, name: str, send: Callable[[Alert], None]) -> None:
    """Claimed before it is sent, so that of several ticks one does; given back where it could not be sent."""
    mine = Alert.objects.filter(pk=alert.pk, **{name: None})
    if not mine.update(**{name: timezone.now()}):
        return
    try:
        send(alert)
    except (AttioError, OSError) as error:
        log.warning("An alert could not be sent: %s", error)
        Alert.objects.filter(pk=alert.pk).update(**{name: None})


def _mail(alert: Alert) -> None:
    """By Django's own mail settings."""
    body = f"{alert.words}\n\nConnection {alert.connection.alias}, since {alert.since:%Y-%m-%d %H:%M} UTC.\n"
    send_mail(f"Attio: {alert}", body, None, list(conf().alert_emails))


def _post(alert: Alert) -> None:
    """`text` is what chats show."""
    body = {
        "text": f"Attio, {alert.connection.alias}: {alert.words}",
        "connection": alert.connection.alias,
        "kind": alert.kind,
        "since": alert.since.isoformat(),
    }
    notify(conf().alert_webhook, body, timeout=conf().timeout)
