"""The outbox and the connections, as people see and mend them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.admin.models import LogEntry
from django.utils import timezone

from attio_mirror.models import (
    Company,
    Connection,
    ConnectionState,
    Deal,
    OutboxEntry,
    OutboxState,
    Person,
)
from attio_mirror.sync.push.retry import drop, retry
from attio_mirror.testing import Attio

from .desk import Desk, said

# -- the outbox --------------------------------------------------------------------------------------------------------


def test_the_outbox_shows_what_would_be_sent_now(attio: Attio, desk: Desk, deal: Deal) -> None:
    desk.open(deal).send(stage=attio.stage("Lost").pk, value="")
    text = desk.visit("attio_mirror_outboxentry_change", attio.entry(deal).pk)
    assert '<th scope="row">Stage</th><td>Lead</td><td></td><td class="attio-new">Lost</td>' in text
    assert "<h2>Waiting: Tea</h2>" in text
    assert '<td>10.00 USD</td><td></td><td class="attio-new">(nothing: cleared)</td>' in text


def test_the_outbox_says_what_waits_for_another_row_and_what_cannot_be_sent(
    attio: Attio, desk: Desk, deal: Deal
) -> None:
    company = Company.objects.create(name="New")
    deal.associated_company = company
    deal.other_values = {"nonsense": 1}
    deal.save()
    Person.objects.create(first_name="Ann", full_name="Ann", email_addresses=["not an address"])
    text = desk.visit("attio_mirror_outboxentry_change", attio.entry(deal).pk)
    assert "Waits for a row that is not in Attio yet" in text
    text = desk.visit("attio_mirror_outboxentry_change", attio.entry(Person.objects.get()).pk)
    assert "Cannot be sent:" in text


def test_refused_entries_are_retried_and_dropped(customs: Attio, desk: Desk, deal: Deal) -> None:
    Deal.objects.create(name="Rival", stage=deal.stage, owner=deal.owner, other_values={"external_id": "X"})
    customs.drain()
    desk.open(deal).send(attio__external_id="X")
    customs.drain()
    entry = customs.entry(deal)
    text = desk.visit("attio_mirror_outboxentry_changelist", state="refused")
    assert 'external_id: The value "X"' in text
    url = f"/admin/attio_mirror/outboxentry/{entry.pk}/attio-do"
    assert said(desk.client.post(f"{url}/retry/", follow=True)) == "Queued again: 1."
    entry.refresh_from_db()
    assert (entry.state, entry.attempts, entry.waiting_slot) == (OutboxState.WAITING, 0, entry.link_id)
    assert said(desk.client.post(f"{url}/drop/", follow=True)) == "Dropped: 1."
    entry.refresh_from_db()
    assert (entry.state, entry.waiting_slot) == (OutboxState.DROPPED, None)
    deal.refresh_from_db()
    assert deal.other_values["external_id"] == "X"
    assert "on its way or done" in said(desk.client.post(f"{url}/drop/", follow=True))
    assert LogEntry.objects.filter(change_message="Dropped.").count() == 1


def test_retry_looks_after_a_doubt_at_once_and_hurries_one_that_waits(attio: Attio, deal: Deal) -> None:
    later = timezone.now() + timezone.timedelta(hours=1)
    link = attio.link(deal)
    for state in (OutboxState.IN_DOUBT, OutboxState.WAITING):
        entry = OutboxEntry.objects.create(link=link, state=state, waiting_slot=link.pk, not_before=later)
        assert retry(entry)
        entry.refresh_from_db()
        assert entry.state == state
        assert entry.not_before <= timezone.now()
        assert drop(entry)
        assert not retry(entry)


def test_retry_loses_against_a_pump_that_took_the_entry_meanwhile(attio: Attio, deal: Deal) -> None:
    link = attio.link(deal)
    entry = OutboxEntry.objects.create(link=link, state=OutboxState.REFUSED, waiting_slot=link.pk)
    OutboxEntry.objects.filter(pk=entry.pk).update(state=OutboxState.SENDING)
    assert not retry(entry)
    assert not drop(entry)


def test_deeds_need_the_right_to_change(attio: Attio, desk: Desk, clerk: Callable[..., Desk], deal: Deal) -> None:
    desk.open(deal).send(name="Coffee")
    entry = attio.entry(deal)
    url = f"/admin/attio_mirror/outboxentry/{entry.pk}/attio-do"
    viewer = clerk("view_outboxentry")
    assert viewer.client.post(f"{url}/drop/").status_code == 403
    assert desk.client.post(f"{url}/has_add_permission/").status_code == 403
    assert desk.client.get(f"{url}/drop/").status_code == 403
    assert desk.client.post("/admin/attio_mirror/outboxentry/999/attio-do/drop/").status_code == 302
    assert 'value="drop"' not in viewer.visit("attio_mirror_outboxentry_changelist")
    assert 'value="drop"' in desk.visit("attio_mirror_outboxentry_changelist")


# -- connections -------------------------------------------------------------------------------------------------------


def test_a_connection_is_checked_refreshed_paused_and_resumed(attio: Attio, desk: Desk) -> None:
    url = f"/admin/attio_mirror/connection/{attio.connection.pk}/attio-do"
    assert "Checked: 1." in said(desk.client.post(f"{url}/check_now/", follow=True))
    assert "5 objects" in said(desk.client.post(f"{url}/refresh_schema/", follow=True))
    desk.client.post(f"{url}/pause_or_resume/")
    assert Connection.objects.get().paused_at is not None
    assert "Resume" in desk.visit("attio_mirror_connection_change", attio.connection.pk)
    desk.client.post(f"{url}/pause_or_resume/")
    assert Connection.objects.get().paused_at is None
    assert "Pause" in desk.visit("attio_mirror_connection_change", attio.connection.pk)


def test_a_revoked_token_is_said_in_attios_words(attio: Attio, desk: Desk) -> None:
    attio.world.revoke_token(attio.connection.conf.token)
    answer = desk.act("attio_mirror_connection", "check_now", attio.connection)
    assert said(answer)
    assert Connection.objects.get().state == ConnectionState.REVOKED
    answer = desk.act("attio_mirror_connection", "refresh_schema", attio.connection)
    assert "API" in said(answer)
    assert "Checked: 1." not in said(answer)


def test_missing_scopes_and_an_unchecked_connection_are_shown(attio: Attio, desk: Desk) -> None:
    attio.world.set_scopes(attio.connection.conf.token, ["record_permission:read-write"])
    desk.act("attio_mirror_connection", "check_now", attio.connection)
    assert "webhook:read-write" in desk.visit("attio_mirror_connection_changelist")
    Connection.objects.create(alias="other", quiet_until=timezone.now() + timezone.timedelta(hours=1))
    text = desk.visit("attio_mirror_connection_changelist")
    assert "Silent" in text
    other = Connection.objects.get(alias="other")
    assert "None in settings" in desk.visit("attio_mirror_connection_change", other.pk)
