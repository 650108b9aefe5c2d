"""Somebody saves, or the lights go out, between two steps of a push. The edit still arrives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from attio_mirror.models import Deal, Link, LinkState, OutboxEntry
from attio_mirror.sandbox import faults
from attio_mirror.sync.mark import queue
from attio_mirror.sync.push import batch, doubt, pump
from attio_mirror.testing import Attio

from ..flows.test_main_job import make_deal


@pytest.mark.django_db(transaction=True)
def test_edit_marked_after_the_row_was_found_unchanged_is_not_settled_away(
    attio: Attio, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = make_deal(attio)
    attio.drain()
    compare = batch.debt

    def compare_too_early(*args: Any) -> Any:
        monkeypatch.setattr(batch, "debt", compare)
        found = compare(*args)
        save(deal, 7)
        return found

    save(deal, 5)
    Deal.objects.filter(pk=deal.pk).update(value=None)
    monkeypatch.setattr(batch, "debt", compare_too_early)
    attio.drain()
    assert attio.record(deal)["value"] == 7
    assert attio.state(deal) == LinkState.IN_STEP


@pytest.mark.django_db(transaction=True)
def test_crash_while_a_doubt_is_resolved_loses_no_edit(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path="/deals/records$")
    deal = make_deal(attio)
    pump(attio.connection.pk)
    assert attio.state(deal) == LinkState.IN_DOUBT
    save(deal, 7)

    def crash(*_: Any, **__: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(doubt, "queue", crash)
    with pytest.raises(SystemExit):
        attio.drain()
    monkeypatch.undo()
    attio.drain()
    assert attio.record(deal)["value"] == 7
    assert len(attio.records("deals")) == 1


@pytest.mark.django_db(transaction=True)
def test_link_can_be_queued_outside_a_transaction(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    queue(Link.objects.get(object="deals", object_id=str(deal.pk)))
    assert OutboxEntry.objects.open().count() == 1


def save(deal: Deal, value: int) -> None:
    deal.value = Decimal(value)
    deal.save(update_fields=["value"])
