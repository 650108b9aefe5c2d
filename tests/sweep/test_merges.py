"""Two records become one in Attio: events in any order, twice, or one of them never. Nothing unsent is lost."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from attio_mirror.core.errors import Merging
from attio_mirror.core.merge import Policy
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Company, Conflict, Link, OutboxEntry, OutboxState
from attio_mirror.sync.pull import pull
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio

from .kit import read, sweep
from .merging import assert_merged, join, row, tell


def test_both_originals_become_tombstones_of_the_survivor(attio: Attio, pair: tuple[str, str]) -> None:
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    assert_merged(attio, survivor, *pair)
    assert row(survivor).name == "Number 1", "the primary's values win"
    assert Company.objects.count() == 3, "rows stay unless the mirror says otherwise"


STORIES: dict[str, Any] = {
    "first": lambda attio, new, a, b: tell(attio, new, a),
    "second": lambda attio, new, a, b: tell(attio, new, b),
    "both": tell,
    "deleted": lambda attio, new, a, b: pull(attio.connection, "companies", [a, b]),
    "created": lambda attio, new, a, b: pull(attio.connection, "companies", [new]),
    "sweep": lambda attio, new, a, b: sweep(attio),
}
ORDERS = [
    *permutations(["first", "second"]),
    ("both", "both"),
    ("first", "second", "first", "second"),
    *permutations(["first", "second", "deleted"]),
    *permutations(["both", "created", "deleted"]),
    ("deleted", "created", "second", "first"),
    ("sweep", "first", "second"),
    ("first", "sweep", "second"),
]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("edited", [(), ("first", "second")], ids="+".join)
def test_in_whatever_order_and_however_often_it_is_told(
    attio: Attio, pair: tuple[str, str], order: tuple[str, ...], edited: tuple[str, ...]
) -> None:
    """Each original has an unsent edit of another attribute: both arrive at the survivor."""
    rows = dict(zip(("first", "second"), map(row, pair), strict=True))
    if "first" in edited:
        rows["first"].description = "From the first"
        rows["first"].save(update_fields=["description"])
    if "second" in edited:
        rows["second"].domains = ["second.example"]
        rows["second"].save(update_fields=["domains"])
    survivor = join(attio, *pair)
    for happening in order:
        STORIES[happening](attio, survivor, *pair)
    attio.drain()
    assert_merged(attio, survivor, *pair)
    there = attio.record(row(survivor))
    assert there["description"] == ("From the first" if "first" in edited else None)
    assert there["domains"] == ("second.example" if "second" in edited else None)
    assert OutboxEntry.objects.unfinished().count() == 0
    assert Conflict.objects.count() == 0


@pytest.mark.parametrize("missing", [0, 1])
def test_one_event_never_comes(attio: Attio, pair: tuple[str, str], missing: int) -> None:
    """The other original is found by the sweep; its unsent edit is refused, and says why."""
    for record_id in pair:
        company = row(record_id)
        company.description = f"Edit of {record_id}"
        company.save(update_fields=["description"])
    survivor = join(attio, *pair)
    tell(attio, survivor, pair[1 - missing])
    sweep(attio)
    attio.drain()
    assert attio.record(row(survivor))["description"] == f"Edit of {pair[1 - missing]}"
    lost = Link.objects.get(record_id=pair[missing])
    assert lost.record_gone_at is not None
    entry = OutboxEntry.objects.get(link=lost)
    assert (entry.state, entry.error["code"]) == (OutboxState.REFUSED, "not_found")


def test_the_older_reading_names_only_the_secondary(attio: Attio, pair: tuple[str, str]) -> None:
    """One event per merge, for the record that went; the primary is found by the next sweep."""
    survivor = join(attio, *pair)
    tell(attio, survivor, pair[1])
    assert_merged(attio, survivor, pair[1])
    sweep(attio)
    assert Link.objects.get(record_id=pair[0]).record_gone_at is not None


def test_an_original_that_survives_keeps_its_row(attio: Attio, pair: tuple[str, str]) -> None:
    """The other documented meaning: the record named first is one of the two, and lives on."""
    kept = row(pair[0])
    gone = row(pair[1])
    gone.description = "Unsent"
    gone.save(update_fields=["description"])
    attio.delete(gone)
    tell(attio, pair[0], pair[1])
    attio.drain()
    kept.refresh_from_db()
    assert kept.description == "Unsent"
    assert attio.record(kept)["description"] == "Unsent"
    assert Link.objects.get(record_id=pair[1]).merged_into == pair[0]
    assert Company.objects.count() == 2


def test_a_record_that_is_still_there_is_never_buried(attio: Attio, pair: tuple[str, str]) -> None:
    tell(attio, pair[0], pair[1])
    assert Link.objects.tombstones().count() == 0
    assert Link.objects.exclude(merged_into="").count() == 0


def test_a_merge_under_way_is_waited_for(attio: Attio, pair: tuple[str, str]) -> None:
    read(attio, async_merge=True, async_merge_seconds=60)
    survivor = join(attio, *pair)
    with pytest.raises(Merging):
        tell(attio, survivor, *pair)
    assert Link.objects.tombstones().count() == 0
    attio.world.clock.advance(61)
    tell(attio, survivor, *pair)
    assert_merged(attio, survivor, *pair)


def test_edits_of_one_attribute_on_both_originals_are_both_kept(attio: Attio, pair: tuple[str, str]) -> None:
    for record_id, text in zip(pair, ("Ours one", "Ours two"), strict=True):
        company = row(record_id)
        company.description = text
        company.save(update_fields=["description"])
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    attio.drain()
    assert attio.record(row(survivor))["description"] == "Ours one"
    left = Company.objects.get(description="Ours two")
    entry = attio.entry(left)
    assert (entry.state, entry.error["code"], entry.error["slug"]) == (OutboxState.REFUSED, "merged", "description")
    tell(attio, survivor, *pair)
    tick()
    assert attio.entry(left).pk == entry.pk, "it waits for a person and is not tried again"
    assert attio.record(row(survivor))["description"] == "Ours one"


def test_added_elements_of_both_are_united(attio: Attio, pair: tuple[str, str]) -> None:
    for record_id, domain in zip(pair, ("one.example", "two.example"), strict=True):
        company = row(record_id)
        company.domains = [domain]
        company.save(update_fields=["domains"])
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    attio.drain()
    assert set(row(survivor).domains) == {"one.example", "two.example"}
    assert set(attio.record(row(survivor))["domains"]) == {"one.example", "two.example"}


@pytest.mark.parametrize(
    ("policy", "final", "open_conflicts"),
    [(Policy.HOLD, "Theirs", 1), (Policy.DJANGO, "Ours", 0), (Policy.ATTIO, "Theirs", 0)],
)
def test_an_edit_that_clashes_with_the_merged_value_goes_by_policy(
    attio: Attio, pair: tuple[str, str], policy: Policy, final: str, open_conflicts: int
) -> None:
    mirror = registry.of_object("companies")
    assert mirror is not None
    slot = mirror.declared["description"]
    slot.on_conflict = policy
    try:
        company = row(pair[1])
        company.description = "Ours"
        company.save(update_fields=["description"])
        attio.ask("PATCH", f"/v2/objects/companies/records/{pair[0]}", {"data": {"values": {"description": "Theirs"}}})
        survivor = join(attio, *pair)
        tell(attio, survivor, *pair)
        attio.drain()
    finally:
        slot.on_conflict = None
    assert attio.record(row(survivor))["description"] == final
    held = Conflict.objects.filter(resolved_at=None)
    assert held.count() == open_conflicts
    if open_conflicts:
        conflict = held.get()
        assert (conflict.ours, conflict.theirs, conflict.link.record_id) == ("Ours", "Theirs", survivor)
        assert row(survivor).description == "Ours"


def test_a_conflict_of_an_original_goes_on_at_the_survivor(attio: Attio, pair: tuple[str, str]) -> None:
    company = row(pair[0])
    attio.edit(company, description="Theirs")
    company.description = "Ours"
    company.save(update_fields=["description"])
    attio.drain()
    assert Conflict.objects.get().link.record_id == pair[0]
    survivor = join(attio, *pair)
    tell(attio, survivor, *pair)
    held = Conflict.objects.get(resolved_at=None)
    assert (held.link.record_id, held.ours, held.theirs) == (survivor, "Ours", "Theirs")
