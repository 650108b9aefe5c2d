"""A record that is gone is made anew, on a person's wish."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.models import BatchedEdit, Company, Deal, EditState, Link, LinkState, OutboxEntry, PushBatch, User
from attio_mirror.sync.batches import approve, edit, refuse
from attio_mirror.sync.merges import merged
from attio_mirror.sync.pull import pull
from attio_mirror.sync.restore import Unrestorable, restore
from attio_mirror.testing import Attio

from ..batches.kit import anybody, braked, frame, move, pile
from ..flows.test_refusals import custom
from .kit import sow, sweep
from .test_merges import join


def test_a_record_is_made_anew_from_its_row(attio: Attio) -> None:
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"), value=12)
    attio.drain()
    old = attio.link(deal).record_id
    attio.delete(deal)
    pull(attio.connection, "deals", [str(old)])
    deal.name = "Tea, again"
    deal.save(update_fields=["name"])
    restore(attio.link(deal))
    attio.drain()
    there = attio.record(deal)
    assert attio.link(deal).record_id != old
    assert (there["name"], there["stage"], there["value"]) == ("Tea, again", "Lead", 12)
    assert attio.state(deal) == LinkState.IN_STEP
    assert len(attio.records("deals")) == 1


def test_an_edit_refused_because_the_record_was_gone_is_sent_with_it(attio: Attio) -> None:
    [record_id] = sow(attio, 1)
    sweep(attio)
    company = Company.objects.get()
    attio.delete(company)
    company.description = "Unsent"
    company.save(update_fields=["description"])
    attio.drain()
    assert attio.state(company) == LinkState.GONE
    restore(attio.link(company))
    attio.drain()
    assert attio.record(company)["description"] == "Unsent"
    assert attio.state(company) == LinkState.IN_STEP
    assert not Link.objects.filter(record_id=record_id).exists()


@pytest.mark.usefixtures("rows_follow")
def test_a_row_that_went_too_is_made_anew_from_what_was_last_agreed(attio: Attio) -> None:
    attio.create("companies", name="Tea house", domains=["tea.example"], description="Fine")
    sweep(attio)
    company = Company.objects.get()
    link = attio.link(company)
    attio.delete(company)
    pull(attio.connection, "companies", [str(link.record_id)])
    assert Company.objects.count() == 0
    restore(link)
    attio.drain()
    again = Company.objects.get()
    assert (again.name, again.domains, again.description) == ("Tea house", ["tea.example"], "Fine")
    assert attio.record(again)["description"] == "Fine"
    assert attio.state(again) == LinkState.IN_STEP


def test_a_restored_record_is_not_mirrored_twice(attio: Attio) -> None:
    sow(attio, 3)
    sweep(attio)
    company = Company.objects.earliest("pk")
    attio.delete(company)
    sweep(attio)
    restore(attio.link(company))
    attio.drain()
    sweep(attio)
    assert Company.objects.count() == 3
    assert len(attio.records("companies")) == 3


def test_what_lives_or_was_merged_is_not_restored(attio: Attio) -> None:
    first, second = sow(attio, 2)
    sweep(attio)
    with pytest.raises(Unrestorable, match="still exists"):
        restore(Link.objects.get(record_id=first))
    survivor = join(attio, first, second)
    merged(attio.connection, "companies", survivor, [first, second])
    with pytest.raises(Unrestorable, match="merged into"):
        restore(Link.objects.get(record_id=first))


def test_a_row_there_is_no_room_for_is_not_made(attio: Attio) -> None:
    user = User.objects.create(user_id="u-1", primary_email_address="ann@example.com")
    attio.drain()
    link = attio.link(user)
    attio.delete(user)
    pull(attio.connection, "users", [str(link.record_id)])
    user.delete()
    User.objects.create(user_id="u-1", primary_email_address="bob@example.com")
    with pytest.raises(Unrestorable, match="must be unique"):
        restore(link)


WON, LEAD = "Won 🎉", "Lead"


@pytest.fixture
def held(attio: Attio, settings: Any) -> list[Deal]:
    """Deals whose new stage waits for approval, and which are deleted in Attio meanwhile."""
    settings.ATTIO_MIRROR = braked()
    deals = pile(attio)
    move(attio, deals, WON)
    for deal in deals:
        attio.delete(deal)
    return deals


def restore_all(attio: Attio, deals: list[Deal]) -> None:
    pull(attio.connection, "deals", [str(attio.link(deal).record_id) for deal in deals])
    for deal in deals:
        restore(attio.link(deal))


def stages_there(attio: Attio, deals: list[Deal]) -> set[str]:
    return {attio.record(deal)["stage"] for deal in deals}


@pytest.mark.parametrize(("verdict", "final"), [(approve, WON), (refuse, LEAD)])
def test_what_waits_for_approval_is_restored_as_it_was_agreed_on_and_waits_on(
    attio: Attio, held: list[Deal], verdict: Any, final: str
) -> None:
    restore_all(attio, held)
    attio.drain()
    assert stages_there(attio, held) == {LEAD}
    assert {str(Deal.objects.get(pk=deal.pk).stage) for deal in held} == {WON}
    assert set(BatchedEdit.objects.values_list("state", flat=True)) == {EditState.HELD}
    assert OutboxEntry.objects.unfinished().count() == 0
    verdict(PushBatch.objects.get())
    attio.drain()
    assert stages_there(attio, held) == {final}
    assert {str(Deal.objects.get(pk=deal.pk).stage) for deal in held} == {final}
    assert {attio.state(deal) for deal in held} == {LinkState.IN_STEP}


@pytest.mark.parametrize(("verdict", "final"), [(approve, WON), (refuse, LEAD)])
def test_a_verdict_before_the_record_is_there_again_is_what_it_is_made_with(
    attio: Attio, held: list[Deal], verdict: Any, final: str
) -> None:
    restore_all(attio, held)
    verdict(PushBatch.objects.get())
    attio.gate.forget()
    attio.drain()
    assert {write.method for write in attio.gate.writes()} == {"POST"}
    assert stages_there(attio, held) == {final}
    assert {attio.state(deal) for deal in held} == {LinkState.IN_STEP}


@pytest.mark.parametrize(("verdict", "final"), [(approve, WON), (refuse, LEAD)])
def test_a_verdict_while_the_record_is_gone_is_what_it_is_restored_with(
    attio: Attio, held: list[Deal], verdict: Any, final: str
) -> None:
    pull(attio.connection, "deals", [str(attio.link(deal).record_id) for deal in held])
    verdict(PushBatch.objects.get())
    for deal in held:
        restore(attio.link(deal))
    attio.drain()
    assert stages_there(attio, held) == {final}
    assert {str(Deal.objects.get(pk=deal.pk).stage) for deal in held} == {final}


def test_elements_that_wait_for_approval_are_added_to_the_restored_record(attio: Attio, settings: Any) -> None:
    custom(attio, "tags", "select", is_multiselect=True)
    for title in ("old", "new"):
        attio.ask("POST", "/v2/objects/deals/attributes/tags/options", {"data": {"title": title}})
    attio.refresh()
    settings.ATTIO_MIRROR = braked()
    deals = pile(attio, other_values={"tags": ["old"]})
    both = [
        frame(attio).directory.option_named(frame(attio).slots["tags"].spec.attribute_id, t) for t in ("old", "new")
    ]
    edit(frame(attio), deals, "tags", both, anybody)
    for deal in deals:
        attio.delete(deal)
    restore_all(attio, deals)
    attio.drain()
    assert {attio.record(deal)["tags"] for deal in deals} == {"old"}
    approve(PushBatch.objects.get())
    attio.drain()
    assert [set(attio.record(deal)["tags"]) for deal in deals] == [{"old", "new"}] * len(deals)
