"""The loss meter: per day, what sweeps found changed that no delivery had announced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from ..models import Connection, InboxEntry, Sweep

DAYS = 7
Days = dict[str, dict[str, int]]
"""By date, the newest first: `unannounced` changes, beside the `deliveries` that came."""


def losses(of: Connection, days: int = DAYS) -> Days:
    """Of one connection. Days without either are out.

    Without a webhook every change is unannounced: then it says how much there would be to announce.
    """
    return losses_of([of.pk], days).get(of.pk, {})


def losses_of(connections: Iterable[int | None], days: int = DAYS) -> dict[int | None, Days]:
    """By connection, those without any left out."""
    since, ids = timezone.now() - timedelta(days=days), [pk for pk in connections if pk is not None]
    sweeps = Sweep.objects.filter(connection__in=ids, started_at__gte=since).annotate(day=TruncDate("started_at"))
    inbox = InboxEntry.objects.filter(connection__in=ids, received_at__gte=since).annotate(day=TruncDate("received_at"))
    drift = sweeps.order_by().values_list("connection", "day").annotate(Sum("drift"))
    came = inbox.order_by().values_list("connection", "day").annotate(Count("pk"))
    found: dict[int, dict[date, dict[str, int]]] = {}
    for pk, day, n in drift:
        found.setdefault(pk, {}).setdefault(day, _none())["unannounced"] = n or 0
    for pk, day, n in came:
        found.setdefault(pk, {}).setdefault(day, _none())["deliveries"] = n
    return {pk: {day.isoformat(): of[day] for day in sorted(of, reverse=True)} for pk, of in found.items()}


def _none() -> dict[str, int]:
    return {"unannounced": 0, "deliveries": 0}
