"""What becomes of an entry whose request failed, whose answer was lost, or whose worker came too late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from attio_mirror.core.errors import NotSent
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Attribute, Deal, Link, LinkState, OutboxEntry, OutboxState, Verb
from attio_mirror.sandbox import faults
from attio_mirror.signals import refused
from attio_mirror.sync.frame import Frame
from attio_mirror.sync.push import outcome, pump
from attio_mirror.sync.push.claim import claim, claim_one
from attio_mirror.sync.push.recover import recover
from attio_mirror.sync.push.retry import drop, retry
from attio_mirror.testing import Attio

from ..flows.test_main_job import make_deal, rename
from ..flows.test_refusals import custom
from .kit import while_out


def entries(deal: Deal) -> list[str]:
    """The states of a deal's entries, oldest first."""
    links = Link.objects.for_rows(Deal, [deal.pk])
    return list(OutboxEntry.objects.filter(link__in=links).order_by("pk").values_list("state", flat=True))


# -- an edit while the request is out ------------------------------------------------------------------------------


def test_a_failed_update_folds_into_the_edit_made_meanwhile(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.gate.faults.add(faults.status(503), method="PATCH")
    while_out(monkeypatch, lambda: rename(deal, "Cocoa"))
    rename(deal, "Coffee")
    pump(attio.connection.pk)
    assert entries(deal)[1:] == [OutboxState.FOLDED, OutboxState.WAITING]
    newer = attio.entry(deal)
    assert newer.said["name"] == "Coffee", "it may have arrived"
    assert newer.attempts == 1
    assert newer.not_before > timezone.now()
    attio.drain()
    assert attio.record(deal)["name"] == "Cocoa"
    assert attio.state(deal) == LinkState.IN_STEP


def test_a_doubtful_create_folds_its_doubt_into_the_edit_made_meanwhile(
    attio: Attio, monkeypatch: pytest.MonkeyPatch
) -> None:
    attio.gate.faults.add(faults.timeout_after, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    while_out(monkeypatch, lambda: rename(deal, "Cocoa"))
    pump(attio.connection.pk)
    assert entries(deal) == [OutboxState.FOLDED, OutboxState.IN_DOUBT]
    assert attio.entry(deal).said["name"] == "Tea", "the record to look for is called as we said"
    attio.drain()
    assert [record["name"] for record in attio.records("deals")] == ["Cocoa"]
    assert attio.state(deal) == LinkState.IN_STEP


def test_a_refused_update_gives_way_to_the_edit_made_meanwhile(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = make_deal(attio)
    attio.drain()
    deal.owner = None
    deal.save(update_fields=["owner"])
    while_out(monkeypatch, lambda: Deal.objects.get().save() if restore(deal, attio) else None)
    attio.drain()
    assert attio.state(deal) == LinkState.IN_STEP
    assert attio.record(deal)["owner"] == attio.members["Ben"]


def restore(deal: Deal, attio: Attio) -> bool:
    deal.owner = attio.member("Ben")
    deal.save(update_fields=["owner"])
    return False


# -- workers that come too late ------------------------------------------------------------------------------------


def test_a_late_worker_changes_nothing(attio: Attio) -> None:
    deal = make_deal(attio)
    stale = attio.entry(deal)
    attio.drain()
    assert not outcome.move(stale, OutboxState.REFUSED)
    assert attio.entry(deal).state == OutboxState.SETTLED
    assert stale.state == OutboxState.WAITING


def test_a_late_worker_takes_no_lease_away(attio: Attio) -> None:
    deal = make_deal(attio)
    [stale] = claim(attio.connection.pk, limit=1)
    frame = Frame.of(attio.connection, registry.of_model(Deal))  # type: ignore[arg-type]  # registered
    later = timezone.now() + timedelta(hours=1)
    OutboxEntry.objects.filter(pk=stale.pk).update(state=OutboxState.SENDING, attempts=2, waiting_slot=None)
    Link.objects.filter(pk=stale.link_id).update(lease_until=later)
    stale.verb = Verb.CREATE
    outcome.failed(frame, stale, NotSent("Too late."), {})
    assert (attio.entry(deal).state, attio.link(deal).lease_until) == (OutboxState.SENDING, later)


def test_of_two_pumps_one_wins_an_entry(attio: Attio) -> None:
    deal = make_deal(attio)
    entry = attio.entry(deal)
    assert [found.pk for found in claim(attio.connection.pk, limit=9)] == [entry.pk]
    assert claim(attio.connection.pk, limit=9) == []
    assert claim_one(entry.pk) == []
    attio.pass_time(200)
    assert [found.pk for found in claim_one(entry.pk)] == [entry.pk]
    assert claim_one(None) == []


def test_an_entry_settled_between_the_look_and_the_claim_is_left_alone(
    attio: Attio, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = make_deal(attio)
    monkeypatch.setattr(
        "attio_mirror.sync.push.claim.Link.objects.all",
        lambda: OutboxEntry.objects.update(state=OutboxState.DROPPED, waiting_slot=None) and Link.objects.filter(),
    )
    assert claim(attio.connection.pk, limit=9) == []
    assert attio.link(deal).lease_until is None, "the lease is given back"


def test_a_claim_takes_one_object_and_no_more_than_its_limit(attio: Attio) -> None:
    for _ in range(3):
        make_deal(attio)
    assert len(claim(attio.connection.pk, limit=2)) == 2
    assert len(claim(attio.connection.pk, limit=9)) == 1


# -- workers that died ---------------------------------------------------------------------------------------------


def die_while(deal: Deal, state: OutboxState, **changes: object) -> None:
    """The worker died after writing this down."""
    OutboxEntry.objects.filter(link__in=Link.objects.for_rows(Deal, [deal.pk])).update(
        state=state, waiting_slot=None, attempts=F("attempts") + 1, sent_at=timezone.now(), **changes
    )


def test_an_update_whose_worker_died_while_sending_is_sent_again(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    rename(deal, "Coffee")
    newest = attio.entry(deal)
    OutboxEntry.objects.filter(pk=newest.pk).update(
        state=OutboxState.SENDING, waiting_slot=None, verb="update", said={"name": "Coffee"}
    )
    assert attio.state(deal) == LinkState.SENDING
    assert recover(attio.connection.pk) == 1
    assert attio.entry(deal).state == OutboxState.WAITING
    attio.drain()
    assert attio.record(deal)["name"] == "Coffee"


def test_a_bare_create_whose_worker_died_while_sending_is_in_doubt(attio: Attio) -> None:
    deal = make_deal(attio)
    die_while(deal, OutboxState.SENDING, verb="create", said={"name": "Tea"})
    recover(attio.connection.pk)
    assert attio.state(deal) == LinkState.IN_DOUBT
    attio.pass_time(61)
    attio.drain()
    assert len(attio.records("deals")) == 1


def test_an_answer_waits_on_its_entry_while_attio_cannot_be_reached(
    attio: Attio, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = make_deal(attio)
    attio.drain()
    rename(deal, "Coffee")
    with monkeypatch.context() as patch:
        patch.setattr("attio_mirror.sync.push.batch.settle", lambda *_: [])
        pump(attio.connection.pk)
    assert attio.entry(deal).state == OutboxState.ANSWERED
    attio.pass_time(200)
    Link.objects.filter(object="deals").update(synced_at=timezone.now() + timedelta(hours=1), seen_hash=None)
    attio.gate.faults.add(faults.unreachable, times=9)
    recover(attio.connection.pk)
    assert attio.entry(deal).state in (OutboxState.ANSWERED, OutboxState.SETTLED)
    attio.gate.faults.clear()
    recover(attio.connection.pk)
    assert attio.entry(deal).state == OutboxState.SETTLED


def test_entries_of_an_object_nobody_mirrors_any_more_are_left_as_they_are(
    attio: Attio, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = make_deal(attio)
    die_while(deal, OutboxState.SENDING, verb="create")
    with monkeypatch.context() as patch:
        patch.setattr("attio_mirror.sync.push.recover.registry.of_object", lambda _: None)
        recover(attio.connection.pk)
    assert attio.entry(deal).state == OutboxState.SENDING


# -- what a person may do ------------------------------------------------------------------------------------------


def test_only_what_waits_or_was_refused_can_be_retried(attio: Attio) -> None:
    deal = make_deal(attio)
    assert retry(attio.entry(deal))
    attio.drain()
    assert not retry(attio.entry(deal))
    assert not drop(attio.entry(deal))
    assert attio.entry(deal).state == OutboxState.SETTLED


def test_a_retry_does_not_wait_for_the_back_off(attio: Attio) -> None:
    deal = make_deal(attio)
    OutboxEntry.objects.update(attempts=7, error={"message": "No."}, not_before=timezone.now() + timedelta(days=1))
    assert retry(attio.entry(deal))
    assert attio.entry(deal).not_before <= timezone.now()


def test_a_doubt_can_be_dropped(attio: Attio) -> None:
    attio.gate.faults.add(faults.timeout_before, method="POST", path=r"/deals/records$")
    deal = make_deal(attio)
    pump(attio.connection.pk)
    assert drop(attio.entry(deal))
    attio.pass_time(100)
    attio.drain()
    assert attio.records("deals") == []
    assert not OutboxEntry.objects.unfinished().exists()


# -- refusals are told ---------------------------------------------------------------------------------------------


def test_a_refusal_is_told_to_the_host(attio: Attio, django_capture_on_commit_callbacks: object) -> None:
    told: list[dict[str, object]] = []

    def hear(**given: object) -> None:
        told.append(given)

    refused.connect(hear, dispatch_uid="hear")
    try:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture
            deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"))
            attio.drain()
    finally:
        refused.disconnect(dispatch_uid="hear")
    [one] = told
    assert (one["sender"], str(one["pk"]), one["slug"]) == (Deal, str(deal.pk), "owner")
    assert "Required value" in str(one["message"])


@pytest.mark.parametrize(
    ("message", "slug"),
    [
        ("Cannot set attribute as unique.", "is_unique"),
        ("Something about the title.", "title"),
        ("No.", None),
    ],
)
def test_the_setting_a_refusal_is_about_is_guessed_from_its_words(attio: Attio, message: str, slug: str | None) -> None:
    custom(attio, "note", "text")
    attribute = Attribute.objects.get(slug="note", object__slug="deals")
    attribute.is_unique, attribute.title = True, "Remark"
    attribute.save(update_fields=["is_unique", "title"])
    body = {"status_code": 400, "type": "invalid_request_error", "code": "validation_type", "message": message}
    attio.gate.faults.add(faults.status(400, body), method="PATCH")
    attio.drain()
    assert (attio.entry(attribute).state, attio.entry(attribute).error["slug"]) == (OutboxState.REFUSED, slug)


def test_a_setting_named_in_the_path_of_a_refusal_is_believed(attio: Attio) -> None:
    custom(attio, "note", "text")
    attribute = Attribute.objects.get(slug="note", object__slug="deals")
    attribute.description, attribute.title = "x", "Remark"
    attribute.save(update_fields=["description", "title"])
    body = {
        "status_code": 400, "type": "invalid_request_error", "code": "validation_type", "message": "Bad unique body.",
        "validation_errors": [{"code": "x", "path": ["data", "description"], "message": "No."}],
    }  # fmt: skip
    attio.gate.faults.add(faults.status(400, body), method="PATCH")
    attio.drain()
    assert attio.entry(attribute).error["slug"] == "description"
