"""Attio announces no options (its docs): a refusal that names one is the sign that ours are outdated."""

from __future__ import annotations

from attio_mirror.models import LinkState, Option
from attio_mirror.sandbox import faults
from attio_mirror.testing import Attio

from .test_main_job import make_deal

LOST = "/v2/objects/deals/attributes/stage/statuses/Lost"


def test_a_refused_option_is_no_longer_offered(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.ask("PATCH", LOST, {"data": {"is_archived": True}})
    deal.stage = attio.stage("Lost")
    deal.save()
    attio.drain()
    assert attio.state(deal) == LinkState.REFUSED
    assert Option.objects.get(title="Lost").is_archived


def test_any_other_refusal_reads_no_schema(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    deal.owner = None
    deal.save()
    attio.gate.forget()
    attio.drain()
    assert attio.state(deal) == LinkState.REFUSED
    assert not any("/attributes" in request.path for request in attio.gate.log)


def test_a_schema_that_cannot_be_read_now_is_no_failure_of_the_others(attio: Attio) -> None:
    deal, other = make_deal(attio), make_deal(attio)
    attio.drain()
    attio.ask("PATCH", LOST, {"data": {"is_archived": True}})
    attio.gate.faults.add(faults.status(500), method="GET", path=r"/objects/deals$", times=99)
    attio.gate.faults.add(faults.status(503), method="PATCH", path=str(attio.link(other).record_id), times=1)
    deal.stage, other.name = attio.stage("Lost"), "Coffee"
    deal.save()
    other.save()
    attio.drain(patient=False)
    assert (attio.state(deal), attio.entry(deal).error["slug"]) == (LinkState.REFUSED, "stage")
    assert (attio.state(other), attio.entry(other).error["status"]) == (LinkState.WAITING, 503)
