"""The audit: a history rewritten in Attio is found, and what we believed before stays answerable."""

from __future__ import annotations

from django.utils import timezone

from attio_mirror import tasks
from attio_mirror.models import AttributeValue, Deal, HistoryWish, Reason, WishState
from attio_mirror.sync.history import audit
from attio_mirror.testing import Attio

from .kit import asked, assert_open_versions_are_the_row, believed, read, rewrite, spans, waiting


def test_a_rewritten_history_is_found_and_both_beliefs_can_be_asked_for(attio: Attio, deal: Deal) -> None:
    rewrite(attio, deal, "stage", ("Lead", "01-05", None))
    attio.pull(deal)
    read(attio)
    old = spans(attio, deal)
    before = timezone.now()
    rewrite(attio, deal, "stage", ("Lost", "01-01", "01-05"), ("Lead", "01-05", None))
    attio.pull(deal)
    assert spans(attio, deal) == old, "no read of current values shows it"
    assert audit(attio.connection) == 1
    assert read(attio).changed == 1
    assert [text for text, _, _ in spans(attio, deal)] == ["Lost", "Lead"]
    versions = AttributeValue.objects.filter(link=attio.link(deal), attribute__slug="stage").order_by("active_from")
    assert [one.text for one in versions.believed(before)] == ["Lead"]
    assert [one.text for one in versions.believed()] == ["Lost", "Lead"]
    assert_open_versions_are_the_row(attio, deal)


def test_a_version_that_was_never_true_is_superseded_not_deleted(attio: Attio, deal: Deal) -> None:
    rewrite(attio, deal, "stage", ("Lost", "01-01", "01-05"), ("Lead", "01-05", None))
    audit(attio.connection)
    read(attio)
    before = timezone.now()
    rewrite(attio, deal, "stage", ("Won 🎉", "01-02", "01-05"), ("Lead", "01-05", None))
    audit(attio.connection)
    read(attio)
    versions = AttributeValue.objects.filter(link=attio.link(deal), attribute__slug="stage")
    when = believed(attio, deal)[0].active_from
    assert [one.text for one in versions.as_of(when)] == ["Won 🎉"]
    assert [one.text for one in versions.as_of(when, believed_at=before)] == ["Lost"]


def test_the_longest_unread_come_first_and_the_never_read_before_all(attio: Attio) -> None:
    deals = [Deal.objects.create(name=name, stage=attio.stage("Lead"), owner=attio.member("Ada")) for name in "abc"]
    attio.drain()
    for deal in (deals[2], deals[0]):
        stage = believed(attio, deal)[0].attribute_id
        HistoryWish.objects.wish([(attio.link(deal).pk, stage)], Reason.GAP)
        read(attio)
    order = []
    for _ in range(4):
        assert audit(attio.connection, limit=1) == 1
        order.append(HistoryWish.objects.waiting().get().link.object_id)
        read(attio)
    assert order == [str(deals[i].pk) for i in (1, 2, 0, 1)]


def test_only_what_is_declared_and_alive_is_audited(attio: Attio, deal: Deal) -> None:
    gone = Deal.objects.create(name="Gone", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    attio.drain()
    attio.delete(gone)
    attio.pull(gone)
    assert audit(attio.connection) == 1
    assert waiting(attio) == ["stage"]


def test_what_waits_to_be_read_anyway_is_not_wished_for_again(attio: Attio, deal: Deal) -> None:
    audit(attio.connection)
    HistoryWish.objects.update(priority=Reason.GAP)
    assert audit(attio.connection) == 0
    assert HistoryWish.objects.get().priority == Reason.GAP


def test_the_schedule_audits_and_reads(attio: Attio, deal: Deal) -> None:
    tasks.audit()
    assert HistoryWish.objects.get().state == WishState.READ
    assert asked(attio) == ["stage"]
