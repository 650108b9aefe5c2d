"""Opening a record brings its histories, once, in the background."""

from __future__ import annotations

import pytest

from attio_mirror import tasks
from attio_mirror.models import Deal, HistoryWish, Reason, WishState
from attio_mirror.sync import wake
from attio_mirror.sync.history import read_wishes, wanted
from attio_mirror.testing import Attio

from .kit import asked, read, texts, waiting


@pytest.fixture
def moved(attio: Attio) -> Deal:
    """A deal that lived in Attio before it was mirrored."""
    record_id = attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com")
    attio.world.clock.advance(days=2)
    attio.ask("PUT", f"/v2/objects/deals/records/{record_id}", {"data": {"values": {"name": "Green tea"}}})
    attio.pull_all()
    attio.gate.forget()
    return Deal.objects.get()


def test_what_the_ledger_cannot_vouch_for_is_wished_for(attio: Attio, moved: Deal) -> None:
    wanted(attio.link(moved))
    wished = waiting(attio)
    assert "name" in wished, "it has changed since the record was made"
    assert "value" in wished, "it is empty, and may have been cleared"
    assert not {"stage", "owner", "created_at"} & set(wished), "they are as they were when the record was made"
    assert asked(attio) == [], "nobody waits for Attio when a page opens"


def test_it_is_read_once(attio: Attio, moved: Deal) -> None:
    wanted(attio.link(moved))
    read(attio)
    assert texts(attio, moved, "name") == [("Tea", False), ("Green tea", True)]
    attio.gate.forget()
    assert wanted(attio.link(moved)) == 0
    read(attio)
    assert asked(attio) == []


def test_what_waits_behind_an_import_is_brought_forward(attio: Attio, moved: Deal) -> None:
    name = attio.link(moved).values.get(attribute__slug="name")
    HistoryWish.objects.wish([(attio.link(moved).pk, name.attribute_id)], Reason.ORDERED)
    wanted(attio.link(moved))
    assert set(HistoryWish.objects.values_list("priority", flat=True)) == {Reason.OPENED}


def test_a_row_attio_does_not_have_is_left_alone(attio: Attio) -> None:
    deal = Deal.objects.create(name="New", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    assert wanted(attio.link(deal)) == 0


def test_the_most_urgent_is_read_first(attio: Attio, moved: Deal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attio_mirror.sync.history.reading.BATCH", 1)
    link = attio.link(moved)
    pks = dict(link.values.values_list("attribute__slug", "attribute_id"))
    for slug, reason in (("name", Reason.AUDIT), ("owner", Reason.ORDERED), ("stage", Reason.GAP)):
        HistoryWish.objects.wish([(link.pk, pks[slug])], reason)
    read(attio)
    assert asked(attio) == ["stage", "owner", "name"]


def test_one_task_is_called_however_many_wishes_are_made(
    attio: Attio, moved: Deal, settings, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    called: list[tuple[str, int]] = []
    monkeypatch.setattr(wake, "enqueue", lambda task, pk: called.append((task, pk)))
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "PUSH": "queued"}
    with django_capture_on_commit_callbacks(execute=True):
        wanted(attio.link(moved))
        wanted(attio.link(moved))
    assert called == [("attio_mirror.tasks.history", attio.connection.pk)]
    tasks.history(attio.connection.pk)
    assert not HistoryWish.objects.exclude(state=WishState.READ).exists()


def test_a_task_that_is_out_of_time_calls_the_next(
    attio: Attio, moved: Deal, settings, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    called: list[str] = []
    wanted(attio.link(moved))
    monkeypatch.setattr(wake, "enqueue", lambda task, _: called.append(task))
    monkeypatch.setattr("attio_mirror.sync.history.reading.BATCH", 1)
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "PUSH": "queued"}
    with django_capture_on_commit_callbacks(execute=True):
        assert read_wishes(attio.connection.pk, runs_for=0).read == 1
    assert called == ["attio_mirror.tasks.history"]


def test_the_tick_reads_what_lost_tasks_left(attio: Attio, moved: Deal) -> None:
    wanted(attio.link(moved))
    tasks.tick()
    assert waiting(attio) == []


def test_an_edit_goes_before_histories(
    attio: Attio, moved: Deal, settings, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    monkeypatch.setattr(wake, "enqueue", lambda *_: None)
    monkeypatch.setattr("attio_mirror.sync.history.reading.BATCH", 1)
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "PUSH": "queued"}
    wanted(attio.link(moved))
    moved.name = "Earl Grey"
    moved.save(update_fields=["name"])
    assert read(attio).read == 1, "one batch, and then the worker is free"
