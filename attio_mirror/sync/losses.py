"""The loss meter: per day, what sweeps found changed that no delivery had announced."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from ..models import Connection, InboxEntry, Sweep

DAYS = 7


def losses(of: Connection, days: int = DAYS) -> dict[str, dict[str, int]]:
    """By date, the newest first: `unannounced` changes, beside the `deliveries` that came. Days without either are out.

    Without a webhook every change is unannounced: then it says how much there would be to announce.
    """
    since = timezone.now() - timedelta(days=days)
    sweeps = Sweep.objects.filter(connection=of.pk, started_at__gte=since).order_by()
    drift = dict(sweeps.annotate(day=TruncDate("started_at")).values_list("day").annotate(Sum("drift")))
    inbox = InboxEntry.objects.filter(connection=of.pk, received_at__gte=since).order_by()
    deliveries = dict(inbox.annotate(day=TruncDate("received_at")).values_list("day").annotate(Count("pk")))
    seen: set[date] = {*drift, *deliveries}
    return {
        day.isoformat(): {"unannounced": drift.get(day) or 0, "deliveries": deliveries.get(day) or 0}
        for day in sorted(seen, reverse=True)
    }
