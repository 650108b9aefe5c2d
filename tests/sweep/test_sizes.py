"""However many records there are and however Attio cuts pages, the mirror is complete, and a second look is cheap."""

from __future__ import annotations

import pytest

from attio_mirror.models import AttributeValue, Company, Sweep, SweepState, SweptPage
from attio_mirror.testing import Attio

from .kit import listings, mirrored, read, small_pages, sow, sweep, written


def test_no_record_is_missed_around_the_edges_of_pages(attio: Attio) -> None:
    there: list[str] = []
    for count, requests in ((499, 2), (500, 2), (501, 3), (1000, 4), (1001, 4)):
        there += sow(attio, count - len(there), start=len(there) + 1)
        attio.gate.forget()
        done = sweep(attio)
        assert (done.seen, len(attio.gate.log)) == (count, requests)
        assert mirrored() == set(there)


@pytest.mark.parametrize("cap", [1, 2, 3, 5])
@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 11])
def test_a_cap_attio_does_not_speak_of_hides_nothing(attio: Attio, count: int, cap: int) -> None:
    small_pages(attio, cap)
    there = sow(attio, count)
    assert sweep(attio).seen == count
    assert mirrored() == set(there)


def test_a_cap_attio_insists_on_is_learned_once(attio: Attio) -> None:
    read(attio, query_limit_max=130, query_limit_over_max="refuse")
    there = sow(attio, 300)
    done = sweep(attio)
    assert mirrored() == set(there)
    assert [one.status for one in listings(attio)].count(400) == 2
    assert done.sweep is not None
    assert done.sweep.page_size == 125


def test_a_second_sweep_writes_nothing_and_sends_nothing(attio: Attio) -> None:
    sow(attio, 12)
    sow(attio, 12, "deals")
    sweep(attio)
    sweep(attio, "deals")
    attio.gate.forget()
    with written() as found:
        again = [sweep(attio), sweep(attio, "deals")]
    assert found == []
    assert attio.gate.writes() == []
    assert [one.report.unchanged for one in again] == [12, 12]
    assert [(one.report.created, one.report.updated) for one in again] == [([], []), ([], [])]


def test_a_mirror_of_twenty_pages_costs_few_requests_and_its_second_sweep_no_write(attio: Attio) -> None:
    """As many pages as ten thousand deals have; `python -m benchmarks.requests` asks the same of those."""
    small_pages(attio, 50)
    sow(attio, 1000, "deals")
    attio.gate.forget()
    assert sweep(attio, "deals").seen == 1000
    assert len(attio.gate.reads()) == len(attio.gate.log) <= 30
    attio.gate.forget()
    with written() as found:
        sweep(attio, "deals")
    assert found == []
    assert len(attio.gate.reads()) == len(attio.gate.log) <= 30


def test_the_books_say_what_was_done(attio: Attio) -> None:
    sow(attio, 3)
    sweep(attio)
    company = Company.objects.earliest("pk")
    attio.edit(company, name="Renamed")
    done = sweep(attio).sweep
    assert done is not None
    assert (done.state, done.expected, done.seen, done.changed, done.buried) == (SweepState.DONE, 3, 3, 1, 0)
    assert done.share == 1.0
    assert done.finished_at is not None
    assert Sweep.objects.exclude(running_slot=None).count() == SweptPage.objects.count() == 0


def test_progress_is_told_page_by_page(attio: Attio) -> None:
    small_pages(attio, 5)
    sow(attio, 12)
    told: list[int] = []
    sweep(attio, tell=lambda progress: told.append(progress.seen))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (5, 12)


def test_an_attribute_the_plan_gates_is_not_cleared(attio: Attio) -> None:
    """Computed attributes come back empty where the plan does not include them (Attio's docs)."""
    [record_id] = sow(attio, 1)
    path, computed = f"/v2/objects/companies/records/{record_id}", "strongest_connection_strength"

    def compute(value: object) -> None:
        attio.world.ask_or_raise("PUT", path, body={"data": {"values": {computed: value}}}, system=True)

    compute("Good")
    sweep(attio)
    held = Company.objects.get().other_values[computed]
    compute([])
    assert sweep(attio).seen == 1
    assert Company.objects.get().other_values[computed] == held
    assert AttributeValue.objects.current().filter(link__object="companies", text="Good").exists()
