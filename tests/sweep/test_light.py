"""The light sweep: few requests between two full sweeps, for what is new and for moves of selects and statuses."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.models import Company, Connection, Deal, Sweep, SweepKind, SweepState
from attio_mirror.sandbox import faults
from attio_mirror.sync import sweeps
from attio_mirror.sync.sweep import look_lightly
from attio_mirror.testing import Attio

from .kit import mirrored, small_pages, sow, sweep, written

QUERY = r"/deals/records/query$"


def mirror(attio: Attio, count: int, object_slug: str = "deals") -> list[str]:
    """Records made long ago, and mirrored some time ago."""
    there = sow(attio, count, object_slug)
    attio.world.clock.advance(600)
    sweep(attio, object_slug)
    attio.world.clock.advance(600)
    return there


def look(attio: Attio, object_slug: str = "deals") -> Sweep:
    found = look_lightly(attio.connection, object_slug)
    assert found is not None
    return found


def move(attio: Attio, record_id: str, **values: Any) -> None:
    attio.ask("PATCH", f"/v2/objects/deals/records/{record_id}", {"data": {"values": values}}, by="Ben")


def test_five_moved_stages_are_found_in_few_requests(attio: Attio) -> None:
    there = mirror(attio, 60)
    for record_id in there[7:12]:
        move(attio, record_id, stage="Won 🎉")
    attio.gate.forget()
    found = look(attio)
    assert len(attio.gate.log) <= 4
    assert attio.gate.writes() == []
    assert (found.state, found.kind, found.seen, found.changed) == (SweepState.DONE, SweepKind.LIGHT, 5, 5)
    moved = Deal.objects.filter(stage=attio.stage("Won 🎉"))
    assert set(Deal.objects.by_record_id(*there[7:12])) == set(moved)


def test_new_records_are_found(attio: Attio) -> None:
    mirror(attio, 3)
    [new] = sow(attio, 1, "deals", start=10)
    assert look(attio).seen == 1
    assert new in mirrored("deals")


def test_a_quiet_time_costs_one_request_and_no_write(attio: Attio) -> None:
    mirror(attio, 20)
    attio.gate.forget()
    with written() as found:
        look(attio)
    assert len(attio.gate.log) == 1
    assert found == []


def test_selects_of_any_mirror_are_asked_for(attio: Attio) -> None:
    data = {
        "title": "Plan", "description": None, "api_slug": "plan", "type": "select", "is_required": False,
        "is_unique": False, "is_multiselect": True, "config": {},
    }  # fmt: skip
    attio.ask("POST", "/v2/objects/companies/attributes", {"data": data})
    attio.ask("POST", "/v2/objects/companies/attributes/plan/options", {"data": {"title": "Gold"}})
    attio.refresh()
    there = mirror(attio, 5, "companies")
    path = f"/v2/objects/companies/records/{there[2]}"
    attio.ask("PATCH", path, {"data": {"values": {"plan": ["Gold"]}}})
    assert look(attio, "companies").changed == 1
    assert Company.objects.by_record_id(there[2]).get().other_values["plan"]


def test_what_no_filter_can_ask_for_waits_for_the_full_sweep(attio: Attio) -> None:
    """Attio knows no "changed since" (its docs)."""
    [record_id, *_] = mirror(attio, 3)
    move(attio, record_id, name="Renamed")
    assert look(attio).seen == 0
    sweep(attio, "deals")
    assert Deal.objects.by_record_id(record_id).get().name == "Renamed"


def test_a_light_sweep_follows_where_the_last_one_began(attio: Attio) -> None:
    there = mirror(attio, 3)
    move(attio, there[0], stage="In Progress")
    first = look(attio)
    attio.world.clock.advance(1200)
    look(attio)
    second = look(attio)
    assert (first.seen, second.seen) == (1, 0)
    assert first.since is not None
    assert second.since is not None
    assert second.since > first.since


def test_what_happens_while_the_last_one_ran_is_not_missed(attio: Attio) -> None:
    there = sow(attio, 3, "deals")
    sweep(attio, "deals")
    move(attio, there[0], stage="In Progress")
    look(attio)
    move(attio, there[1], stage="In Progress")
    assert look(attio).changed == 1


def test_clocks_may_differ(attio: Attio) -> None:
    """Since when to ask is Attio's own time, told with every answer."""
    attio.world.clock.advance(7200)
    there = mirror(attio, 3)
    move(attio, there[0], stage="In Progress")
    assert look(attio).changed == 1


def test_many_new_records_are_paged(attio: Attio) -> None:
    mirror(attio, 2)
    small_pages(attio, 5)
    there = sow(attio, 13, "deals", start=10)
    assert look(attio).seen == 13
    assert mirrored("deals") >= set(there)


def test_it_buries_nothing(attio: Attio) -> None:
    there = sow(attio, 3, "deals")
    sweep(attio, "deals")
    attio.ask("DELETE", f"/v2/objects/deals/records/{there[0]}")
    look(attio)
    assert len(mirrored("deals")) == 3


def test_an_object_nobody_ever_pulled_is_left_alone(attio: Attio) -> None:
    sow(attio, 3, "deals")
    assert look_lightly(attio.connection, "deals") is None
    assert sweeps.look_at_all() == sweeps.sweep_all() == 0
    assert Deal.objects.count() == 0


def test_an_attribute_archived_meanwhile_is_asked_for_no_more(attio: Attio) -> None:
    data = {
        "title": "Mood", "description": None, "api_slug": "mood", "type": "select", "is_required": False,
        "is_unique": False, "is_multiselect": False, "config": {},
    }  # fmt: skip
    attio.ask("POST", "/v2/objects/deals/attributes", {"data": data})
    attio.refresh()
    there = mirror(attio, 3)
    attio.ask("PATCH", "/v2/objects/deals/attributes/mood", {"data": {"is_archived": True}})
    move(attio, there[0], stage="In Progress")
    found = look(attio)
    assert (found.state, found.changed) == (SweepState.DONE, 1)


def test_what_attio_refuses_twice_is_noted_and_the_next_begins_anew(attio: Attio) -> None:
    sow(attio, 3, "deals")
    sweep(attio, "deals")
    attio.gate.faults.add(faults.status(400), method="POST", path=QUERY, times=2)
    assert look(attio).state == SweepState.FAILED
    assert look(attio).state == SweepState.DONE


def test_only_those_that_found_something_are_kept(attio: Attio) -> None:
    there = mirror(attio, 3)
    for _ in range(3):
        look(attio)
        attio.world.clock.advance(600)
    assert Sweep.objects.filter(kind=SweepKind.LIGHT).count() == 1
    move(attio, there[0], stage="In Progress")
    look(attio)
    attio.world.clock.advance(600)
    look(attio)
    kept = Sweep.objects.filter(kind=SweepKind.LIGHT)
    assert sorted(kept.values_list("changed", flat=True)) == [0, 1]


def test_all_that_was_mirrored_once_is_looked_at(attio: Attio) -> None:
    sow(attio, 2)
    sow(attio, 2, "deals")
    sweep(attio)
    sweep(attio, "deals")
    assert sweeps.look_at_all() == 2


@pytest.mark.parametrize("state", ["paused", "revoked"])
def test_a_connection_that_may_not_talk_is_not_looked_at(attio: Attio, state: str) -> None:
    sow(attio, 2, "deals")
    sweep(attio, "deals")
    change = {"paused_at": "2026-01-01T00:00:00Z"} if state == "paused" else {"state": "revoked"}
    Connection.objects.update(**change)
    attio.gate.forget()
    assert sweeps.look_at_all() == 0
    assert attio.gate.log == []
