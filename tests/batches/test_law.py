"""Whatever happens to held rows, by whoever and in whatever order: Attio never hears of what nobody approved."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from attio_mirror.core.errors import AttioError
from attio_mirror.models import BatchedEdit, Conflict, Deal, LinkState, OutboxEntry, Resolution
from attio_mirror.sandbox import faults
from attio_mirror.sync.batches import approve, refuse
from attio_mirror.sync.conflicts import resolve
from attio_mirror.sync.find import find
from attio_mirror.sync.mark import queue
from attio_mirror.sync.push.retry import drop, retry
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio

from .kit import braked, move, pile, stages, there

WON, LEAD, LOST = "Won 🎉", "Lead", "Lost"
Step = Callable[[Attio, Deal], object]


def ada_edits_it(attio: Attio, deal: Deal) -> None:
    deal.refresh_from_db()
    deal.stage = attio.stage(LOST)
    deal.save()


def ada_edits_another(attio: Attio, deal: Deal) -> None:
    deal.refresh_from_db()
    deal.value = (deal.value or 0) + 1
    deal.save()


def ada_saves_all(attio: Attio, deal: Deal) -> None:
    Deal.objects.get(pk=deal.pk).save()


def ada_holds_an_old_row(attio: Attio, deal: Deal) -> None:
    """What she read before the batch, and saves one column of."""
    deal.name = f"{deal.name}!"
    deal.save(update_fields=["name"])


def nobody_is_told(attio: Attio, deal: Deal) -> None:
    Deal.objects.filter(pk=deal.pk).update(name=f"{deal.pk} anew")


def ben_edits_it(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, stage="In Progress")


def ben_edits_another(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, name="As Ben says")


def settle(attio: Attio, deal: Deal, chance: Random) -> None:
    for conflict in Conflict.objects.filter(resolved_at=None):
        resolve(conflict, chance.choice((Resolution.ATTIO, Resolution.DJANGO)))


STEPS: tuple[Step, ...] = (
    ada_edits_it,
    ada_edits_another,
    ada_saves_all,
    ada_holds_an_old_row,
    nobody_is_told,
    ben_edits_it,
    ben_edits_another,
    lambda attio, deal: attio.pull(deal),
    lambda attio, deal: attio.drain(),
    lambda attio, deal: find(attio.connection),
    lambda attio, deal: retry(queue(attio.link(deal))),
    lambda attio, deal: [drop(entry) for entry in OutboxEntry.objects.open().filter(link=attio.link(deal))],
    lambda attio, deal: attio.gate.faults.add(faults.status(503), times=1),
    lambda attio, deal: tick(),
)


def heard_of(attio: Attio) -> list[Any]:
    """Writes that say the stage nobody approved."""
    option = attio.stage(WON).option_id
    return [write for write in attio.gate.writes() if str(option) in str(write.body)]


@pytest.mark.parametrize("seed", range(10))
def test_attio_hears_of_it_when_somebody_approves_and_never_before(attio: Attio, settings: Any, seed: int) -> None:
    settings.ATTIO_MIRROR = braked()
    chance, deals = Random(seed), pile(attio)
    batch = move(attio, deals).batch
    for _ in range(25):
        with suppress(AttioError):
            chance.choice(STEPS)(attio, chance.choice(deals))
        if chance.random() < 0.2:
            settle(attio, deals[0], chance)
        assert heard_of(attio) == []
    approved = chance.random() < 0.5
    assert (approve if approved else refuse)(batch)
    attio.gate.faults.clear()
    for _ in range(3):
        find(attio.connection)
        attio.pass_time(600)
        attio.drain()
        attio.pull_all()
        settle(attio, deals[0], chance)
    assert BatchedEdit.objects.filter(held_slot__isnull=False).count() == 0
    assert there(attio, deals) == stages(deals)
    assert {attio.state(deal) for deal in deals} == {LinkState.IN_STEP}
    assert approved or heard_of(attio) == []
