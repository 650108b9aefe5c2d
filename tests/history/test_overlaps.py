"""Attio tells of two stages at once: the ledger believes one, and a deal is counted once."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attio_mirror.core.pipeline import Books
from attio_mirror.models import AttributeValue, Deal, HistoryWish, Reason
from attio_mirror.models.pipeline import Pipeline
from attio_mirror.sandbox import faults
from attio_mirror.testing import Attio

from .kit import read, spans, there

DAYS = 24


def answer(attio: Attio, deal: Deal, versions: list[dict[str, Any]]) -> None:
    """Attio's next answer about the history of the deal's stage; it is asked for."""
    path = f"/{attio.link(deal).record_id}/attributes/[^/]+/values"
    attio.gate.faults.add(faults.status(200, {"data": versions}), method="GET", path=path)
    [stage] = {one.attribute_id for one in attio.link(deal).values.filter(attribute__slug="stage")}
    HistoryWish.objects.wish([(attio.link(deal).pk, stage)], Reason.ORDERED)


def version(attio: Attio, like: dict[str, Any], title: str, begins: int, ends: int | None) -> dict[str, Any]:
    """Days ago."""
    option = attio.stage(title)
    status = {**like["status"], "title": title, "id": {**like["status"]["id"], "status_id": option.option_id}}
    return {
        **like,
        "status": status,
        "active_from": stamp(begins),
        "active_until": None if ends is None else stamp(ends),
    }


def stamp(days_ago: int) -> str:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%S.000000000Z")


@pytest.fixture
def deal(attio: Attio) -> Deal:
    record_id = attio.create("deals", name="Tea", stage="Lost", owner="ada@example.com")
    attio.pull_all()
    return Deal.objects.by_record_id(record_id).get()


def test_the_earlier_stage_ends_where_the_later_begins_and_stays_so(attio: Attio, deal: Deal) -> None:
    [now] = there(attio, deal)
    told = [version(attio, now, "Lead", 9, 3), version(attio, now, "In Progress", 5, 0), now]
    for expected in (1, 0):
        answer(attio, deal, told)
        assert read(attio).changed == expected, "a second reading changes nothing"
    lead, progress, lost = spans(attio, deal)
    assert [one[0] for one in (lead, progress, lost)] == ["Lead", "In Progress", "Lost"]
    assert lead[2] == progress[1]
    before = AttributeValue.objects.count()
    attio.pull(deal)
    assert AttributeValue.objects.count() == before


@pytest.mark.parametrize("seed", range(6))
def test_every_deal_is_counted_once_and_the_books_balance(attio: Attio, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(5):
        attio.create("deals", name="Tea", stage="Lost", owner="ada@example.com")
    attio.pull_all()
    for one in Deal.objects.all():
        [now] = there(attio, one)
        begins = dice.sample(range(1, DAYS), 4)
        ends = [begin - dice.randrange(1, begin + 1) for begin in begins]
        titles = dice.choices(("Lead", "In Progress", "Won 🎉"), k=4)
        told = [version(attio, now, *which) for which in zip(titles, begins, ends, strict=True)]
        answer(attio, one, [*told, now])
    assert read(attio).changed == 5
    moments = [timezone.now() - timedelta(hours=12 * n) for n in range(2 * DAYS + 2, -1, -1)]
    books = Books.of(Pipeline(Deal, attio.connection).flows(moments), len(moments) - 1)
    lines = [account.lines() for account in books.stages.values()]
    for n, moment in enumerate(moments[1:]):
        held = sum(line[n].end for line in lines)
        assert all(line[n].start + line[n].entered - line[n].left == line[n].end for line in lines)
        assert held == books.whole.lines()[n].end
        assert held == sum(Deal.objects.as_of(moment - timedelta(microseconds=1)).counts("stage").values())
        assert held <= 5
    assert held == 5
