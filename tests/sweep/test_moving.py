"""The list moves while it is read. Nothing living is buried, nothing is missed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attio_mirror.core.errors import AttioError, Unavailable
from attio_mirror.models import Company, Link, Sweep, SweepState
from attio_mirror.sandbox import faults
from attio_mirror.sync.sweep import Progress, resume
from attio_mirror.testing import Attio

from .kit import listings, mirrored, small_pages, sow, sweep

QUERY = r"/companies/records/query$"


def after(page: int, act: Callable[[], object]) -> Callable[[Progress], None]:
    """Do something once, when so many pages have been read."""
    turns = iter(range(1, 1000))
    return lambda _: act() if next(turns) == page else None  # type: ignore[func-returns-value]  # nothing is awaited


def delete(attio: Attio, *record_ids: str) -> None:
    for record_id in record_ids:
        attio.ask("DELETE", f"/v2/objects/companies/records/{record_id}")


@pytest.mark.parametrize("deleted", [1, 2, 3, 7])
def test_records_deleted_behind_the_sweep_hide_none(attio: Attio, deleted: int) -> None:
    small_pages(attio, 5)
    there = sow(attio, 20)
    sweep(attio, tell=after(2, lambda: delete(attio, *there[:deleted])))
    assert mirrored() >= set(there[deleted:])


def test_records_deleted_behind_the_sweep_are_found_by_the_next(attio: Attio) -> None:
    small_pages(attio, 5)
    there = sow(attio, 20)
    sweep(attio, tell=after(2, lambda: delete(attio, *there[:3])))
    done = sweep(attio).sweep
    assert mirrored() == set(there[3:])
    assert done is not None
    assert (done.missing, done.buried) == (3, 3)


def test_records_made_during_the_sweep_are_met_once(attio: Attio) -> None:
    small_pages(attio, 5)
    there = sow(attio, 12)
    done = sweep(attio, tell=after(1, lambda: there.extend(sow(attio, 4, start=100))))
    assert mirrored() == set(there)
    assert done.seen == 16
    assert Company.objects.count() == 16


def test_deletions_and_births_at_once_hide_nothing(attio: Attio) -> None:
    small_pages(attio, 5)
    there = sow(attio, 25)
    new: list[str] = []

    def happen() -> None:
        delete(attio, *there[1:4])
        new.extend(sow(attio, 3, start=100))

    sweep(attio, tell=after(3, happen))
    assert mirrored() >= {*there[4:], *new}


def test_a_row_made_and_pushed_behind_the_sweep_is_not_missed_for_gone(attio: Attio) -> None:
    sow(attio, 6)
    sweep(attio)

    def push_one() -> None:
        Company.objects.create(name="Ours", domains=["ours.example"])
        attio.drain()

    done = sweep(attio, tell=after(2, push_one)).sweep
    assert done is not None
    assert (done.seen, done.missing, done.buried) == (6, 0, 0)
    assert len(mirrored()) == 7


def test_an_empty_page_in_the_middle_cuts_nothing_off(attio: Attio) -> None:
    small_pages(attio, 5)
    there = sow(attio, 20)
    empty = faults.status(200, {"data": []})

    def once() -> None:
        attio.gate.faults.add(empty, method="POST", path=QUERY)

    done = sweep(attio, tell=after(2, once))
    assert mirrored() == set(there)
    assert attio.gate.faults.left() == 0
    assert done.sweep is not None
    assert done.sweep.state == SweepState.DONE


def test_a_list_that_stays_empty_in_the_middle_stops_the_sweep(attio: Attio) -> None:
    small_pages(attio, 5)
    there = sow(attio, 20)

    def for_long() -> None:
        attio.gate.faults.add(faults.status(200, {"data": []}), method="POST", path=QUERY, times=50)

    done = sweep(attio, tell=after(2, for_long))
    assert "suddenly none" in done.braked
    attio.gate.faults.clear()
    assert done.sweep is not None
    assert resume(done.sweep)
    sweep(attio)
    assert mirrored() == set(there)


def test_no_records_where_there_were_some_stop_the_sweep(attio: Attio) -> None:
    sow(attio, 5)
    sweep(attio)
    attio.gate.faults.add(faults.status(200, {"data": []}), method="POST", path=QUERY)
    done = sweep(attio)
    assert "listed no records at all, although 5 are linked" in done.braked
    assert len(mirrored()) == 5
    again = sweep(attio)
    assert (again.braked, again.seen) == ("", 5)
    assert not Sweep.objects.filter(state=SweepState.BRAKED).exists(), "the newer one overtook it"


FAILURES = [
    faults.status(500),
    faults.status(502, "<html>Bad gateway</html>"),
    faults.timeout_before,
    faults.timeout_after,
    faults.cut_midway,
    faults.malformed,
    faults.unreachable,
    faults.rate_limited(1),
    faults.status(404, "<html>Not found</html>"),
]


@pytest.mark.parametrize("fault", FAILURES, ids=lambda f: f"{f.kind}-{f.code}")
def test_a_failed_page_leaves_the_sweep_where_it_was(attio: Attio, fault: faults.Fault) -> None:
    small_pages(attio, 5)
    there = sow(attio, 20)
    fail = after(2, lambda: attio.gate.faults.add(fault, method="POST", path=QUERY))
    with pytest.raises(AttioError):
        sweep(attio, tell=fail)
    halted = Sweep.objects.get()
    assert (halted.state, halted.running_slot, halted.finished_at is None) == (SweepState.FAILED, None, False)
    assert halted.error
    assert halted.seen == 8
    attio.gate.forget()
    done = sweep(attio)
    assert done.sweep == halted
    assert mirrored() == set(there)
    assert listings(attio)[0].body["offset"] == halted.cursor > 0
    assert Link.objects.filter(object="companies").exclude(record_gone_at=None).count() == 0


def test_a_failure_after_everything_was_listed_buries_nothing_living(attio: Attio) -> None:
    there = sow(attio, 6)
    sweep(attio)
    delete(attio, there[0])
    attio.gate.faults.add(faults.status(503), method="GET", path=there[0])
    with pytest.raises(Unavailable):
        sweep(attio)
    assert mirrored() == set(there), "nobody said yet that it is gone"
    sweep(attio)
    assert mirrored() == set(there[1:])


def test_records_of_one_moment_may_change_places(attio: Attio) -> None:
    small_pages(attio, 6)
    there = sow(attio, 20)
    target = attio.world.objects.find("companies")
    assert target is not None
    created_at = target.attributes.find("created_at")
    assert created_at is not None
    tied = [target.holders[record_id] for record_id in there[4:8]]
    for holder in tied:
        holder.created_at = tied[0].created_at
        holder.values[created_at.id][0].element = tied[0].created_at

    def mix() -> None:
        for holder in tied:
            target.holders[holder.id] = target.holders.pop(holder.id)
        tied.reverse()

    done = sweep(attio, tell=lambda _: mix())
    assert done.seen == 20
    assert mirrored() == set(there)
