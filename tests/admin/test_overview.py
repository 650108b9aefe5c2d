"""The operations page, and what can be done from the pages it leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attio_mirror.models import (
    AttributePolicy,
    BudgetKind,
    Conflict,
    Connection,
    Deal,
    InboxEntry,
    InboxState,
    Link,
    OutboxEntry,
    OutboxState,
    RateBudget,
    Sweep,
    SweepState,
)
from attio_mirror.testing import Attio

from ..batches.kit import braked, move, pile
from .desk import Desk, said

PAGE = "attio_mirror_operations_changelist"


@pytest.fixture
def busy(attio: Attio, deal: Deal, settings: Any) -> Attio:
    """Something of everything."""
    settings.ATTIO_MIRROR = braked(APPROVE_COUNT=0)
    move(attio, pile(attio, 1))
    now, of = timezone.now(), attio.connection
    OutboxEntry.objects.create(
        link=attio.link(deal),
        state=OutboxState.REFUSED,
        sent_at=now,
        error={"message": "Not a stage.", "slug": "stage"},
    )
    OutboxEntry.objects.create(link=attio.link(deal), not_before=now - timedelta(hours=2))
    InboxEntry.objects.create(connection=of, idempotency_key="k", body={}, state=InboxState.FAILED, error="Unreadable.")
    Sweep.objects.create(connection=of, object="deals", state=SweepState.DONE, drift=3, finished_at=now)
    Sweep.objects.create(connection=of, object="deals", expected=200, seen=50, worked=60)
    Sweep.objects.create(connection=of, object="people", state=SweepState.BRAKED, error="Too many are missing.")
    Conflict.objects.create(link=attio.link(deal), slug="name", open_slot=Conflict.slot(attio.link(deal).pk, "name"))
    RateBudget.objects.get_or_create(connection=of, kind=BudgetKind.WRITE)
    Connection.objects.filter(pk=of.pk).update(webhook_state="degraded", workspace_name="Tea House")
    return attio


def test_it_shows_what_there_is_to_know(busy: Attio, desk: Desk) -> None:
    page = desk.visit(PAGE)
    for text in (
        "Tea House",
        "1 refused",
        "1 waiting",
        "the oldest for 2 h",
        "1 failed",
        "1 conflict<",
        "1 push batch<",
        "Deliveries fail",
        "3 changes that no delivery had announced",
        "writes a second (none waits)",
        "50 records, 25%, about 3 min left",
        "Stopped by the brake",
        "Not a stage.",
        "Unreadable.",
        "Too many are missing.",
        "An edit has waited for 120 minutes",
    ):
        assert text in page, text


def test_it_leads_to_the_pages_of_each(busy: Attio, desk: Desk) -> None:
    page, pk = desk.visit(PAGE), busy.connection.pk
    for address in (
        f"/admin/attio_mirror/outboxentry/?state__exact=refused&link__connection__id__exact={pk}",
        f"/admin/attio_mirror/conflict/?open=1&link__connection__id__exact={pk}",
        f"/admin/attio_mirror/pushbatch/?state__exact=held&connection__id__exact={pk}",
        f"/admin/attio_mirror/inboxentry/?state__exact=failed&connection__id__exact={pk}",
        "/admin/attio_mirror/link/?stands=merged",
        f"/admin/attio_mirror/connection/{pk}/change/",
    ):
        assert address in page, address
        assert desk.client.get(address).status_code == 200, address


def test_it_asks_the_same_few_queries_however_many_connections(busy: Attio, desk: Desk) -> None:
    def asked() -> int:
        with CaptureQueriesContext(database) as queries:
            desk.visit(PAGE)
        return len(queries)

    asked()
    few = asked()
    for n in range(5):
        of = Connection.objects.create(alias=f"more{n}")
        RateBudget.objects.create(connection=of, kind=BudgetKind.WRITE)
        Sweep.objects.create(connection=of, object="deals", expected=200, seen=50)
        InboxEntry.objects.create(connection=of, idempotency_key="k", body={}, state=InboxState.FAILED)
    assert asked() == few
    assert few < 40


def test_a_connection_that_was_never_used_is_shown(db: None, desk: Desk) -> None:
    page = desk.visit(PAGE)
    assert "default" in page
    assert "Not checked yet" in page
    assert not Connection.objects.exists()


def test_of_what_one_may_not_see_there_is_no_link_and_no_error(busy: Attio, clerk: Callable[..., Desk]) -> None:
    page = clerk("view_connection", "view_sweep").visit(PAGE)
    assert "Too many are missing." in page
    assert "Not a stage." not in page
    assert "/admin/attio_mirror/outboxentry/" not in page


def test_others_connections_are_not_shown(busy: Attio, clerk: Callable[..., Desk], settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "TENANTS_OF_USER": f"{__name__}.nobody"}
    page = clerk("view_connection", "view_outboxentry", "view_sweep", "view_inboxentry").visit(PAGE)
    assert "Tea House" not in page
    assert "Not a stage." not in page
    assert "No connection is configured." in page


def nobody(user: Any) -> list[str]:
    return []


def test_staff_without_rights_see_nothing(busy: Attio, clerk: Callable[..., Desk]) -> None:
    assert clerk().client.get("/admin/attio_mirror/operations/").status_code == 403


# -- what can be done --------------------------------------------------------------------------------------------------


def test_a_delivery_is_read_again(attio: Attio, desk: Desk, deal: Deal) -> None:
    link = attio.link(deal)
    ids = {"workspace_id": "w", "object_id": "o", "record_id": link.record_id}
    entry = InboxEntry.objects.create(
        connection=attio.connection, idempotency_key="k", body={"events": [ids]}, state=InboxState.FAILED, error="No."
    )
    assert said(desk.act("attio_mirror_inboxentry", "replay", entry)) == "To be read again: 1."
    entry.refresh_from_db()
    assert (entry.state, entry.error, entry.done_at) == (InboxState.WAITING, "", None)
    assert "it waits to be read" in said(desk.act("attio_mirror_inboxentry", "replay", entry))
    assert LogEntry.objects.get(content_type__model="inboxentry").user == desk.user


def test_a_sweep_is_begun(
    attio: Attio, desk: Desk, clerk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attio_mirror.sync.sweep.control.enqueue", lambda *_: None)
    url = "/admin/attio_mirror/sweep/attio-begin/"
    assert 'value="default:deals"' in desk.visit("attio_mirror_sweep_changelist")
    viewer = clerk("view_sweep", "change_sweep")
    assert "attio-begin" not in viewer.visit("attio_mirror_sweep_changelist").partition("<h1>")[2]
    assert viewer.client.post(url, {"what": "default:deals"}).status_code == 403
    assert said(desk.client.post(url, {"what": "default:deals"}, follow=True)) == "A sweep of deals is under way."
    sweep = Sweep.objects.get()
    assert (sweep.object, sweep.state) == ("deals", SweepState.RUNNING)
    assert LogEntry.objects.get(content_type__model="sweep").user == desk.user
    assert "Nothing mirrors that object" in said(desk.client.post(url, {"what": "default:nonsense"}, follow=True))


def test_a_person_decides_once_and_for_all_and_takes_it_back(
    attio: Attio, desk: Desk, clerk: Callable[..., Desk]
) -> None:
    deals = pile(attio, 2)
    for deal in deals:
        attio.edit(deal, name=f"Ben's {deal.name}")
        Deal.objects.filter(pk=deal.pk).update(name=f"Our {deal.name}")
        attio.pull(deal)
    conflict = Conflict.objects.first()
    assert conflict is not None
    cleo = clerk("view_conflict", "change_conflict")
    assert "Always" not in cleo.visit("attio_mirror_conflict_change", conflict.pk)
    assert said(desk.act("attio_mirror_conflict", "always_theirs", *Conflict.objects.all())) == (
        "From now on Attio wins: 2."
    )
    assert not Conflict.objects.filter(resolved_at=None).exists()
    assert set(Deal.objects.values_list("name", flat=True)) == {"Ben's Tea 0", "Ben's Tea 1"}
    policy = AttributePolicy.objects.get()
    assert (policy.slug, policy.policy, policy.decided_by) == ("name", "attio", desk.user)
    desk.act("attio_mirror_attributepolicy", "undecide", policy)
    assert not AttributePolicy.objects.exists()


def test_merged_records_are_found(attio: Attio, desk: Desk) -> None:
    one, other = pile(attio, 2)
    Link.objects.filter(pk=attio.link(one).pk).update(merged_into="r-1", record_gone_at=timezone.now())
    page = desk.visit("attio_mirror_link_changelist", stands="merged")
    assert str(one) in page
    assert f">{other}<" not in page
    assert "/admin/attio_mirror/link/?record_id=r-1" in page
    assert str(other) in desk.visit("attio_mirror_link_changelist", record_id=str(attio.link(other).record_id))
    for way in ("alive", "row_gone", "record_gone"):
        assert f">{one}<" not in desk.visit("attio_mirror_link_changelist", stands=way)
