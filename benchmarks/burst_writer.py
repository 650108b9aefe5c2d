"""The writing process of the burst: saves, tells when, and waits until nothing is owed any more."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from random import Random

from attio_mirror.models import Deal, Link, OutboxEntry


def write(saves: int, *, records: int, pause: float) -> None:
    """Each save gives one deal a value no save had before; `pause` is the longest time between two, in seconds."""
    random = Random(saves)
    ids = dict(Link.objects.filter(object="deals").values_list("object_id", "record_id"))
    deals = list(Deal.objects.order_by("pk")[:records])
    start = int(max(deal.value or 0 for deal in deals))
    told: list[tuple[int, str | None, float, float]] = []
    for number in range(start + 1, start + saves + 1):
        deal = deals[number % records]
        deal.value = Decimal(number)
        began = time.time()
        deal.save(update_fields=["value"])
        told.append((number, ids[str(deal.pk)], began, time.time()))
        time.sleep(random.uniform(0, pause))
    while OutboxEntry.objects.unfinished().exists():
        time.sleep(0.1)
    for line in told:
        print(json.dumps(line))
