"""What was not listed: asked for by id, buried only by a 404, and never many at once without a person's word."""

from __future__ import annotations

import pytest

from attio_mirror.models import Company, Deal, Link, LinkState, OutboxState, SweepState, SweptPage
from attio_mirror.sandbox import faults
from attio_mirror.sync.pull import pull
from attio_mirror.sync.sweep import begin, drive, go_on, resume, run
from attio_mirror.testing import Attio

from .kit import hide, mirrored, read, small_pages, sow, sweep
from .test_moving import delete


def company(record_id: str) -> Company:
    return Company.objects.by_record_id(record_id).get()


def test_a_record_that_is_gone_becomes_a_tombstone_and_its_row_stays(attio: Attio) -> None:
    first, *others = sow(attio, 5)
    sweep(attio)
    row = company(first)
    delete(attio, first)
    attio.gate.forget()
    done = sweep(attio).sweep
    assert done is not None
    assert (done.state, done.missing, done.buried, done.drift) == (SweepState.DONE, 1, 1, 1)
    assert [one.path for one in attio.gate.log if one.method == "GET"] == [f"/v2/objects/companies/records/{first}"]
    assert attio.state(row) == LinkState.GONE
    assert mirrored() == set(others)


@pytest.mark.usefixtures("rows_follow")
def test_the_row_goes_too_where_the_mirror_says_so(attio: Attio) -> None:
    first, *others = sow(attio, 5)
    sweep(attio)
    delete(attio, first)
    sweep(attio)
    assert Company.objects.count() == 4
    link = Link.objects.get(record_id=first)
    assert link.record_gone_at
    assert link.row_gone_at
    assert mirrored() == set(others)


@pytest.mark.usefixtures("rows_follow")
@pytest.mark.parametrize("quietly", [False, True])
@pytest.mark.parametrize("by_pull", [False, True])
def test_a_row_with_unsent_edits_is_kept_and_says_why(attio: Attio, quietly: bool, by_pull: bool) -> None:
    first, *_ = sow(attio, 5)
    sweep(attio)
    row = company(first)
    row.name = "Unsent"
    if quietly:
        Company.objects.filter(pk=row.pk).update(name="Unsent")
    else:
        row.save(update_fields=["name"])
    delete(attio, first)
    if by_pull:
        pull(attio.connection, "companies", [first])
    else:
        sweep(attio)
    row.refresh_from_db()
    assert row.name == "Unsent"
    entry = attio.entry(row)
    assert (entry.state, entry.error["code"]) == (OutboxState.REFUSED, "not_found")
    assert "no longer exists in Attio" in entry.error["message"]
    attio.gate.forget()
    attio.drain()
    assert attio.gate.writes() == []


@pytest.mark.usefixtures("rows_follow")
def test_a_row_others_protect_is_kept(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.models import ProtectedError

    def refuse(self: Company) -> None:
        raise ProtectedError("in use", set())

    first, *_ = sow(attio, 5)
    sweep(attio)
    delete(attio, first)
    monkeypatch.setattr(Company, "delete", refuse)
    sweep(attio)
    assert Company.objects.count() == 5
    assert Link.objects.get(record_id=first).record_gone_at is not None


def test_a_record_that_was_not_listed_but_is_there_lives_on(attio: Attio) -> None:
    there = sow(attio, 5)
    sweep(attio)
    hide(attio, there[4])
    attio.edit(company(there[4]), name="Alive")
    done = sweep(attio).sweep
    assert done is not None
    assert (done.missing, done.buried, done.changed) == (1, 0, 1)
    assert mirrored() == set(there)
    assert company(there[4]).name == "Alive"


def test_a_record_being_merged_is_not_gone_yet(attio: Attio) -> None:
    there = sow(attio, 5)
    sweep(attio)
    read(attio, async_merge=True, async_merge_seconds=60)
    body = {"data": {"primary_record_id": there[0], "secondary_record_id": there[1]}}
    attio.ask("POST", "/v2/objects/companies/records/merge", body)
    hide(attio, *there[:2])
    attio.gate.faults.add(faults.status(200, {"data": []}), method="POST", path="/companies/records/query$")
    done = sweep(attio).sweep
    assert done is not None
    assert (done.state, done.missing, done.buried) == (SweepState.DONE, 2, 0)


def test_the_brake_stops_before_many_links_become_tombstones(attio: Attio) -> None:
    there = sow(attio, 30)
    sweep(attio)
    delete(attio, *there[:21])
    attio.gate.forget()
    done = sweep(attio)
    assert "21 of 30 linked records were not listed, more than 20" in done.braked
    assert len(mirrored()) == 30
    assert done.sweep is not None
    assert (done.sweep.state, done.sweep.running_slot) == (SweepState.BRAKED, None)
    assert not [one for one in attio.gate.log if one.method == "GET"], "nobody was asked for by id"


def test_twenty_of_few_and_a_tenth_of_many_are_bearable(attio: Attio, settings: object) -> None:
    there = sow(attio, 30)
    sweep(attio)
    delete(attio, *there[:20])
    done = sweep(attio)
    assert done.braked == ""
    assert mirrored() == set(there[20:])


@pytest.mark.parametrize("gone", [3, 4])
def test_the_share_counts_where_there_are_many(attio: Attio, settings: object, gone: int) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "BRAKE_COUNT": 1}  # type: ignore[attr-defined]  # pytest-django's
    there = sow(attio, 30)
    sweep(attio)
    delete(attio, *there[:gone])
    assert bool(sweep(attio).braked) is (gone > 3)


def test_with_consent_only_what_is_gone_is_buried(attio: Attio) -> None:
    small_pages(attio, 100)
    there = sow(attio, 130)
    sweep(attio)
    delete(attio, *there[:105])
    braked = sweep(attio).sweep
    assert braked is not None
    assert braked.state == SweepState.BRAKED
    alive = there[0]
    target = attio.world.objects.find("companies")
    assert target is not None
    link = Link.objects.get(record_id=there[129])
    Link.objects.filter(pk=link.pk).update(record_id="never-listed")
    assert resume(braked, consent=True)
    go_on(braked.pk)
    braked.refresh_from_db()
    assert braked.state == SweepState.DONE
    assert braked.buried == 106
    assert mirrored() == set(there[105:129])
    assert alive not in mirrored()
    assert SweptPage.objects.count() == 0


def test_resumed_without_consent_a_braked_sweep_lists_all_anew(attio: Attio) -> None:
    there = sow(attio, 30)
    sweep(attio)
    hide(attio, *there[5:])
    braked = sweep(attio).sweep
    assert braked is not None
    assert braked.state == SweepState.BRAKED
    assert resume(braked)
    go_on(braked.pk)
    braked.refresh_from_db()
    assert (braked.state, braked.seen, braked.buried) == (SweepState.DONE, 30, 0)
    assert mirrored() == set(there)


def test_several_tasks_ask_for_each_missing_record_once(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    there = sow(attio, 8)
    sweep(attio)
    monkeypatch.setattr(run, "CHUNK", 2)
    monkeypatch.setattr(drive, "TURNS", 1)
    hide(attio, *there[3:])
    begun = begin(attio.connection, "companies")
    attio.gate.forget()
    for _ in range(7):
        go_on(begun.pk)
    begun.refresh_from_db()
    assert (begun.state, begun.buried) == (SweepState.DONE, 0)
    asked = [one.body["filter"]["record_id"]["$in"] for one in attio.gate.log if "filter" in one.body]
    assert sorted(one for chunk in asked for one in chunk) == sorted(there[3:])


def test_rows_of_another_object_are_none_of_its_business(attio: Attio) -> None:
    sow(attio, 2)
    sow(attio, 2, "deals")
    sweep(attio)
    sweep(attio, "deals")
    sweep(attio)
    assert len(mirrored("deals")) == 2
    assert Deal.objects.count() == 2
