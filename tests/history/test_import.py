"""The import: every record's versions, once, in spite of crashes, refusals and bad weather."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from attio_mirror.models import Attribute, Connection, ConnectionState, Deal, HistoryWish, RateBudget, Reason, WishState
from attio_mirror.sandbox import faults
from attio_mirror.sync.connections import attio as service_of
from attio_mirror.sync.history import Progress, import_history, imports, reading
from attio_mirror.testing import Attio

from .kit import asked, assert_open_versions_are_the_row, texts, waiting


@pytest.fixture
def deals(attio: Attio) -> list[Deal]:
    """Three deals that were moved before anybody mirrored them, whose gaps nobody filled."""
    for number in range(3):
        record_id = attio.create("deals", name=f"Deal {number}", stage="Lead", owner="ada@example.com", value=number)
        attio.world.clock.advance(days=2)
        for stage in ("In Progress", "Won 🎉"):
            values = {"stage": stage, "value": number + 10}
            attio.ask("PUT", f"/v2/objects/deals/records/{record_id}", {"data": {"values": values}})
    attio.pull_all()
    HistoryWish.objects.all().delete()
    attio.gate.forget()
    return list(Deal.objects.order_by("pk"))


def pass_over_back_offs() -> None:
    HistoryWish.objects.waiting().update(not_before=timezone.now() - timedelta(seconds=1))


def test_every_version_of_what_is_declared_is_imported_once(attio: Attio, deals: list[Deal]) -> None:
    done = import_history(attio.connection, "deals")
    assert (done.attributes, done.total, done.left, done.reading.read) == (("stage",), 3, 0, 3)
    for deal in deals:
        assert texts(attio, deal) == [("Lead", False), ("In Progress", False), ("Won 🎉", True)]
        assert_open_versions_are_the_row(attio, deal)
    again = import_history(attio.connection, "deals")
    assert (again.total, again.reading.read) == (0, 0)
    assert asked(attio) == ["stage"] * 3


def test_attributes_can_be_named_by_slug_or_field_and_the_declared_ones_come_first(
    attio: Attio, deals: list[Deal]
) -> None:
    done = import_history(attio.connection, "deals", ["value", "stage"])
    assert done.attributes == ("stage", "value")
    assert sorted(asked(attio)) == ["stage"] * 3 + ["value"] * 3
    values = attio.link(deals[2]).values.believed().filter(attribute__slug="value").order_by("active_from")
    assert [(int(one.number or 0), one.active_until is None) for one in values] == [(2, False), (12, True)]


@pytest.mark.parametrize(("object_slug", "attributes"), [("deals", ["stages"]), ("orders", None)])
def test_what_nobody_mirrors_is_named(attio: Attio, object_slug: str, attributes: list[str] | None) -> None:
    with pytest.raises(LookupError, match="Mirrored are"):
        import_history(attio.connection, object_slug, attributes)


def test_a_type_that_refuses_is_asked_once_and_remembered(attio: Attio, deals: list[Deal]) -> None:
    world_attribute = attio.world.objects.find("deals").attributes.find("value")  # type: ignore[union-attr]  # a standard one
    world_attribute.historic = False
    import_history(attio.connection, "deals", ["value"])
    assert Attribute.objects.get(object__slug="deals", slug="value").refuses_history
    assert set(HistoryWish.objects.values_list("state", flat=True)) == {WishState.REFUSED}
    attio.gate.forget()
    done = import_history(attio.connection, "deals", ["value"])
    assert (done.refusing, asked(attio)) == (("value",), [])
    HistoryWish.objects.wish([(attio.link(deals[0]).pk, Attribute.objects.get(refuses_history=True).pk)], Reason.GAP)
    assert waiting(attio) == []


def test_a_page_that_is_too_large_is_no_refusal_of_the_history(
    attio: Attio, deals: list[Deal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attio documents no largest page of a history."""
    monkeypatch.setattr(service_of(attio.connection), "_limit", 100)  # what it learns is for this test
    too_many = {"code": "too_big", "path": ["limit"], "message": "Number must be less than or equal to 20"}
    body = {"status_code": 400, "code": "validation_type", "message": "No.", "validation_errors": [too_many]}
    attio.gate.faults.add(faults.status(400, body), path="/values$", times=6)
    import_history(attio.connection, "deals")
    assert not Attribute.objects.filter(refuses_history=True).exists()
    assert set(HistoryWish.objects.values_list("state", flat=True)) == {WishState.REFUSED}


def test_a_record_that_is_gone_is_passed_over(attio: Attio, deals: list[Deal]) -> None:
    attio.delete(deals[1])
    done = import_history(attio.connection, "deals")
    assert (done.reading.read, done.reading.gone, done.left) == (2, 1, 0)
    assert attio.link(deals[1]).record_gone_at is None


def test_a_crash_costs_one_batch(attio: Attio, deals: list[Deal], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 1)
    learn, batches = reading.learn, []

    def dies_the_second_time(answers: object) -> object:
        batches.append(answers)
        if len(batches) == 2:
            raise SystemExit
        return learn(answers)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(reading, "learn", dies_the_second_time)
    with pytest.raises(SystemExit):
        import_history(attio.connection, "deals")
    HistoryWish.objects.waiting().update(not_before=F("not_before") - reading.CLAIM)
    done = import_history(attio.connection, "deals")
    assert (done.total, done.reading.read) == (2, 2)
    assert asked(attio) == ["stage"] * 4


def test_progress_is_told_with_an_estimate(attio: Attio, deals: list[Deal], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 1)
    told: list[tuple[int, bool]] = []

    def note(progress: Progress) -> None:
        told.append((progress.left, progress.eta is not None))

    import_history(attio.connection, "deals", tell=note)
    assert told == [(3, False), (2, True), (1, True), (0, True)]


def test_bad_weather_only_delays(attio: Attio, deals: list[Deal], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports.time, "sleep", lambda _: pass_over_back_offs())
    attio.gate.faults.add(faults.status(503), path="/values$")
    attio.gate.faults.add(faults.timeout_before, path="/values$")
    done = import_history(attio.connection, "deals")
    assert (done.reading.read, done.reading.later, done.left) == (3, 2, 0)


def test_a_429_hushes_the_connection_and_nothing_is_lost(attio: Attio, deals: list[Deal]) -> None:
    attio.gate.faults.add(faults.rate_limited(30), path="/values$")
    import_history_begins(attio)
    assert reading.read_wishes(attio.connection.pk).later == 3
    attio.connection.refresh_from_db()
    assert not attio.connection.is_talking
    assert HistoryWish.objects.waiting().count() == 3
    Connection.objects.update(quiet_until=None)
    RateBudget.objects.update(arrival=0)
    pass_over_back_offs()
    assert reading.read_wishes(attio.connection.pk).read == 3


def import_history_begins(attio: Attio) -> None:
    """The wishes of an import, unread."""
    stage = Attribute.objects.get(object__slug="deals", slug="stage")
    HistoryWish.objects.wish([(attio.link(deal).pk, stage.pk) for deal in Deal.objects.all()], Reason.ORDERED)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"paused_at": timezone.now()}, "paused"),
        ({"state": ConnectionState.REVOKED}, "token"),
        ({"quiet_until": timezone.now() + timedelta(hours=1)}, "background"),
    ],
)
def test_an_obstacle_ends_the_import_with_a_reason(
    attio: Attio, deals: list[Deal], trouble: dict[str, object], words: str
) -> None:
    Connection.objects.update(**trouble)
    done = import_history(attio.connection, "deals")
    assert words in done.obstacle
    assert (done.left, asked(attio)) == (3, [])


def test_a_revoked_token_stops_the_reading(attio: Attio, deals: list[Deal]) -> None:
    attio.world.revoke_token("token-of-the-tests")
    done = import_history(attio.connection, "deals")
    assert "token" in done.obstacle
    assert done.left == 3


def test_no_versions_where_we_know_some_are_not_believed(
    attio: Attio, deals: list[Deal], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = texts(attio, deals[0])
    monkeypatch.setattr("attio_mirror.service.Attio.history", lambda *_: [])
    import_history(attio.connection, "deals")
    assert texts(attio, deals[0]) == before
    assert "no versions" in HistoryWish.objects.first().error  # type: ignore[union-attr]  # there are three


def test_versions_nobody_can_read_change_nothing(
    attio: Attio, deals: list[Deal], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = texts(attio, deals[0])
    monkeypatch.setattr("attio_mirror.service.Attio.history", lambda *_: [{"status": 7, "active_from": "2025"}])
    assert import_history(attio.connection, "deals").left == 0
    assert texts(attio, deals[0]) == before


def test_a_long_history_pays_for_all_its_pages(attio: Attio, deals: list[Deal]) -> None:
    for number in range(120):
        attio.edit(deals[0], value=number)
    import_history(attio.connection, "deals", ["value"])
    numbers = attio.link(deals[0]).values.believed().filter(attribute__slug="value").order_by("active_from")
    assert [int(one.number or 0) for one in numbers][-120:] == list(range(120))
    assert len(asked(attio)) == 3 + 1
