"""A gap is what nobody saw happen; Attio is asked once, and only where it can be."""

from __future__ import annotations

from decimal import Decimal

from attio_mirror.models import Deal, HistoryWish, Reason, WishState
from attio_mirror.sync.pull import pull
from attio_mirror.testing import Attio

from .kit import asked, assert_open_versions_are_the_row, believed, read, rewrite, spans, texts, there, waiting


def test_a_stage_skipped_between_two_reads_is_found(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, stage="In Progress")
    attio.edit(deal, stage="Won 🎉")
    attio.pull(deal)
    assert texts(attio, deal) == [("Lead", False), ("Won 🎉", True)]
    assert waiting(attio) == ["stage"]
    done = read(attio)
    assert (done.read, done.changed) == (1, 1)
    assert texts(attio, deal) == [("Lead", False), ("In Progress", False), ("Won 🎉", True)]
    ends = [one.active_until for one in believed(attio, deal)]
    assert ends[:2] == [one.active_from for one in believed(attio, deal)][1:]
    assert_open_versions_are_the_row(attio, deal)
    assert waiting(attio) == []


def test_what_was_believed_before_the_gap_was_filled_stays_on_record(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, stage="In Progress")
    attio.edit(deal, stage="Won 🎉")
    attio.pull(deal)
    read(attio)
    [superseded] = attio.link(deal).values.exclude(superseded_at=None)
    assert (superseded.text, superseded.learned_from) == ("Lead", "push")
    assert {one.learned_from for one in believed(attio, deal)} == {"pull", "history"}


def test_our_own_push_opens_no_gap(attio: Attio, deal: Deal) -> None:
    deal.stage = attio.stage("In Progress")
    deal.save(update_fields=["stage"])
    attio.drain()
    assert texts(attio, deal) == [("Lead", False), ("In Progress", True)]
    assert waiting(attio) == []


def test_a_push_that_hears_of_an_edit_it_did_not_make_opens_one(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, stage="Won 🎉")
    deal.name = "Green tea"
    deal.save(update_fields=["name"])
    attio.drain()
    assert waiting(attio) == ["stage"]


def test_a_record_that_never_moved_has_no_gap(attio: Attio) -> None:
    attio.create("deals", name="Still", stage="Lead", owner="ada@example.com")
    attio.pull_all()
    assert waiting(attio) == []


def test_a_record_that_moved_before_we_knew_it_has_one(attio: Attio) -> None:
    record_id = attio.create("deals", name="Moved", stage="Lead", owner="ada@example.com")
    attio.world.clock.advance(days=3)
    attio.ask("PUT", f"/v2/objects/deals/records/{record_id}", {"data": {"values": {"stage": "Lost"}}})
    attio.pull_all()
    read(attio)
    assert texts(attio, Deal.objects.get()) == [("Lead", False), ("Lost", True)]


def test_attributes_that_do_not_declare_it_are_left_alone(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, name="Green tea", value=12)
    attio.pull(deal)
    assert waiting(attio) == []


def test_a_gap_is_asked_for_by_one_request(attio: Attio, deal: Deal) -> None:
    for stage in ("In Progress", "Lead", "Won 🎉"):
        attio.edit(deal, stage=stage)
        attio.pull(deal)
    attio.gate.forget()
    read(attio)
    assert asked(attio) == ["stage"]
    assert [one["status"]["title"] for one in there(attio, deal)] == [text for text, _ in texts(attio, deal)]


def test_versions_keep_all_nine_digits_and_a_second_reading_changes_nothing(attio: Attio, deal: Deal) -> None:
    attio.edit(deal, stage="Won 🎉")
    attio.pull(deal)
    read(attio)
    before = list(attio.link(deal).values.order_by("pk").values())
    HistoryWish.objects.wish([(attio.link(deal).pk, believed(attio, deal)[0].attribute_id)], Reason.GAP)
    done = read(attio)
    assert (done.read, done.changed) == (1, 0)
    assert list(attio.link(deal).values.order_by("pk").values()) == before


def test_a_history_that_knows_more_than_the_row_brings_the_row_along(attio: Attio, deal: Deal) -> None:
    stage = believed(attio, deal)[0].attribute_id
    attio.edit(deal, stage="Won 🎉", value=9)
    HistoryWish.objects.wish([(attio.link(deal).pk, stage)], Reason.ORDERED)
    assert read(attio).drifted == 1
    deal.refresh_from_db()
    assert (deal.stage, deal.value) == (attio.stage("Won 🎉"), Decimal(9))
    assert_open_versions_are_the_row(attio, deal)


def test_an_answer_the_ledger_has_overtaken_is_asked_for_again(attio: Attio, deal: Deal, monkeypatch) -> None:
    attio.edit(deal, stage="In Progress")
    attio.pull(deal)
    history = type(attio.world).ask

    def moves_meanwhile(world, method, path, **given):  # type: ignore[no-untyped-def]  # whatever the world takes
        answer = history(world, method, path, **given)
        if path.endswith("/values") and waits:
            waits.clear()
            attio.edit(deal, stage="Won 🎉")
            attio.pull(deal)
        return answer

    waits = [True]
    monkeypatch.setattr(type(attio.world), "ask", moves_meanwhile)
    monkeypatch.setattr("attio_mirror.sync.history.asking.ThreadPoolExecutor", Here)
    done = read(attio)
    assert (done.read, done.later) == (1, 1)
    assert texts(attio, deal) == [("Lead", False), ("In Progress", False), ("Won 🎉", True)]
    assert_open_versions_are_the_row(attio, deal)


class Here:
    """A pool that works in the calling thread."""

    def __init__(self, *_: object, **__: object) -> None:
        self.map = map

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def test_two_records_in_one_stage_keep_their_own_histories(attio: Attio) -> None:
    lead, ada = attio.stage("Lead"), attio.member("Ada")
    tea, coffee = (Deal.objects.create(name=name, stage=lead, owner=ada) for name in ("Tea", "Coffee"))
    attio.drain()
    for one in (tea, coffee):
        attio.edit(one, by="Ben", stage="In Progress")
    attio.edit(tea, by="Chloé", stage="Won 🎉")
    attio.pull(tea, coffee)
    read(attio)
    assert texts(attio, tea) == [("Lead", False), ("In Progress", False), ("Won 🎉", True)]
    assert texts(attio, coffee) == [("Lead", False), ("In Progress", True)]
    who = [one.actor_id for one in believed(attio, tea)[1:]]
    assert who == [attio.members["Ben"], attio.members["Chloé"]]


def test_a_start_that_was_moved_is_believed_and_asked_about(attio: Attio, deal: Deal) -> None:
    rewrite(attio, deal, "stage", ("Lead", "01-05", "02-01"), ("Won 🎉", "02-01", None))
    pull(attio.connection, "deals", [str(attio.link(deal).record_id)])
    assert HistoryWish.objects.get().state == WishState.WAITING
    read(attio)
    assert spans(attio, deal) == [
        ("Lead", "2025-01-05T00:00:00+00:00", "2025-02-01T00:00:00+00:00"),
        ("Won 🎉", "2025-02-01T00:00:00+00:00", None),
    ]
    assert_open_versions_are_the_row(attio, deal)
