"""Deals with a pipeline behind them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from attio_mirror.models import AttributeValue, Company, Deal, Link
from attio_mirror.testing import Attio


def lead_busy_lives(attio: Attio) -> list[Deal]:
    """Deals that moved during the last weeks: to won, to lost, back and forth; one was deleted."""
    acme = Company.objects.create(name="Acme", domains=["acme.example"])
    made = []
    for n, owner in enumerate(("Ada", "Ben", "Ada", "Ben", "Ada", "Ada")):
        deal = Deal(name=f"Tea {n}", stage=attio.stage("Lead"), owner=attio.member(owner), value=10 * n or None)
        deal.associated_company = acme if n % 2 else None
        deal.save()
        made.append(deal)
    attio.drain()
    rounds = (
        {0: "In Progress", 1: "In Progress", 2: "Won 🎉", 3: "Lost"},
        {0: "Lead", 1: "Won 🎉"},
        {0: "Lost"},
    )
    for n, moves in enumerate(rounds):
        attio.pass_time(1)
        for deal, title in moves.items():
            attio.edit(made[deal], stage=title, value=100 + 4 * n + deal)
        attio.pull(*(made[deal] for deal in moves))
    spread(days=3)
    attio.delete(made[4])
    attio.pull(made[4])
    return made


def spread(days: int) -> None:
    """Let what happened within seconds have happened over weeks: versions of a deal, each some days after the other."""
    began = timezone.now() - timedelta(days=30)
    Link.objects.filter(object="deals").update(record_created_at="2020-01-01T00:00:00.000000000Z")
    for link in Link.objects.filter(object="deals"):
        for slug in ("stage", "value", "owner", "associated_company", "name"):
            versions = list(link.values.believed().filter(attribute__slug=slug).order_by("active_from"))
            starts = [began + timedelta(days=days * n + link.pk % 3) for n in range(len(versions))]
            for version, start, end in zip(versions, starts, [*starts[1:], None], strict=False):
                AttributeValue.objects.filter(pk=version.pk).update(active_from=start, active_until=end)
