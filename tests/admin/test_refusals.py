"""What Attio refuses stands beside the field it is about, in Attio's own words; the edit is kept, and retry works."""

from __future__ import annotations

from attio_mirror.models import Attribute, Conflict, Connection, Deal, LinkState, OutboxEntry, OutboxState
from attio_mirror.sandbox import faults
from attio_mirror.testing import Attio

from .desk import Desk, errors, said

TAKEN = 'The value "X-1" provided for attribute with slug "external_id" conflicts with one already in the system.'


def rival(attio: Attio) -> Deal:
    """Another deal that holds the number already."""
    other = Deal.objects.create(
        name="Rival", stage=attio.stage("Lead"), owner=attio.member("Ada"), other_values={"external_id": "X-1"}
    )
    attio.drain()
    return other


def note_beside(text: str, field: str) -> str:
    """The part of a page that belongs to one field."""
    start = text.index(f'class="form-row field-{field}"')
    return text[start : text.find('class="form-row', start + 10)]


def test_refused_edit_shows_attios_words_beside_its_field_and_retry_works(
    customs: Attio, desk: Desk, deal: Deal
) -> None:
    other = rival(customs)
    desk.open(deal).send(attio__external_id="X-1", name="Coffee")
    customs.drain()
    assert customs.state(deal) == LinkState.REFUSED
    text = desk.visit("attio_mirror_deal_change", deal.pk)
    assert TAKEN in note_beside(text, "attio__external_id")
    assert TAKEN not in note_beside(text, "name")
    assert "Refused by Attio" in text
    deal.refresh_from_db()
    assert (deal.name, deal.other_values["external_id"]) == ("Coffee", "X-1")
    customs.edit(other, external_id="X-2")
    answer = desk.client.post(f"/admin/attio_mirror/deal/{deal.pk}/attio-push/", follow=True)
    assert "1 in step with Attio." in said(answer)
    assert customs.record(deal)["external_id"] == "X-1"
    assert TAKEN not in desk.visit("attio_mirror_deal_change", deal.pk)


def test_mended_edit_is_sent_without_further_ado(customs: Attio, desk: Desk, deal: Deal) -> None:
    rival(customs)
    desk.open(deal).send(attio__external_id="X-1")
    customs.drain()
    desk.open(deal).send(attio__external_id="X-9")
    customs.drain()
    assert customs.state(deal) == LinkState.IN_STEP
    assert customs.record(deal)["external_id"] == "X-9"


def test_what_attio_requires_is_asked_for_at_once(attio: Attio, desk: Desk) -> None:
    answer = desk.open(Deal).send(name="New")
    assert set(errors(answer)) == {"stage", "owner"}
    assert Deal.objects.count() == 0


def test_words_without_a_field_stand_above_the_form(attio: Attio, desk: Desk, deal: Deal) -> None:
    desk.open(deal).send(name="Coffee")
    body = {"status_code": 400, "type": "invalid_request_error", "code": "odd", "message": "Not on a Sunday."}
    attio.gate.faults.add(faults.status(400, body), method="PATCH")
    attio.drain()
    text = desk.visit("attio_mirror_deal_change", deal.pk)
    assert "Not on a Sunday." in text[text.index("attio-words") : text.index("form-row")]
    assert "Retry" in text


def test_a_failed_attempt_says_when_the_next_one_is(attio: Attio, desk: Desk, deal: Deal) -> None:
    desk.open(deal).send(name="Coffee")
    attio.gate.faults.add(faults.status(500), method="PATCH")
    desk.client.post(f"/admin/attio_mirror/deal/{deal.pk}/attio-push/")
    text = desk.visit("attio_mirror_deal_change", deal.pk)
    assert "Next try" in text
    assert OutboxEntry.objects.latest("pk").state == OutboxState.WAITING


def test_refused_attribute_edit_keeps_the_edit_and_says_why(attio: Attio, desk: Desk) -> None:
    stage = Attribute.objects.get(slug="stage", object__slug="deals")
    answer = desk.open(stage).send(api_slug="phase")
    assert errors(answer) == {}
    attio.drain()
    text = desk.visit("attio_mirror_attribute_change", stage.pk)
    assert "Cannot update a System attribute." in note_beside(text, "api_slug")
    stage.refresh_from_db()
    assert (stage.api_slug, stage.slug) == ("phase", "stage")


def test_accepted_attribute_edit_is_patched(attio: Attio, desk: Desk) -> None:
    value = Attribute.objects.get(slug="value", object__slug="deals")
    desk.open(value).send(title="Worth", description="What it is worth", is_required="on")
    attio.gate.forget()
    attio.drain()
    [write] = attio.gate.writes()
    assert write.method == "PATCH"
    assert write.body == {"data": {"title": "Worth", "description": "What it is worth", "is_required": True}}
    assert attio.state(value) == LinkState.IN_STEP


def test_a_conflict_stands_beside_its_field_with_both_values(attio: Attio, desk: Desk, deal: Deal) -> None:
    attio.edit(deal, name="Ben's tea")
    desk.open(deal).send(name="Our tea")
    attio.drain()
    note = note_beside(desk.visit("attio_mirror_deal_change", deal.pk), "name")
    assert "Attio has <b>Ben's tea</b> (Ben Okri), here it is <b>Our tea</b>; before that, it was <b>Tea</b>." in note
    conflict = Conflict.objects.get()
    assert f"/conflict/{conflict.pk}/" in note


def test_conflicts_are_settled_from_their_page(attio: Attio, desk: Desk, deal: Deal) -> None:
    for number, (deed, winner) in enumerate((("take_theirs", "Ben's"), ("take_ours", "Ours"))):
        attio.edit(deal, name=f"Ben's {number}")
        desk.open(deal).send(name=f"Ours {number}")
        attio.drain()
        conflict = Conflict.objects.get(resolved_at=None)
        page = desk.visit("attio_mirror_conflict_change", conflict.pk)
        assert "Take Attio's" in page
        answer = desk.client.post(f"/admin/attio_mirror/conflict/{conflict.pk}/attio-do/{deed}/", follow=True)
        assert ": 1." in said(answer)
        attio.drain()
        deal.refresh_from_db()
        assert deal.name == attio.record(deal)["name"] == f"{winner} {number}"
        assert "Take ours" not in desk.visit("attio_mirror_conflict_change", conflict.pk)


def test_a_settled_conflict_is_not_settled_again(attio: Attio, desk: Desk, deal: Deal) -> None:
    attio.edit(deal, name="Ben's tea")
    desk.open(deal).send(name="Our tea")
    attio.drain()
    conflict = Conflict.objects.get()
    desk.act("attio_mirror_conflict", "take_theirs", conflict)
    answer = desk.act("attio_mirror_conflict", "take_ours", conflict)
    assert "resolved already" in said(answer)


def test_a_conflict_whose_row_is_gone_says_so(attio: Attio, desk: Desk, deal: Deal) -> None:
    attio.edit(deal, name="Ben's tea")
    desk.open(deal).send(name="Our tea")
    attio.drain()
    Deal.objects.filter(pk=deal.pk)._raw_delete(using="default")
    answer = desk.act("attio_mirror_conflict", "take_theirs", Conflict.objects.get())
    assert "not there any more" in said(answer)


def test_what_the_token_may_not_do_is_named_and_greyed_out(attio: Attio, desk: Desk, deal: Deal) -> None:
    pages = {
        "record_permission:read-write": ("attio_mirror_deal_change", deal.pk),
        "object_configuration:read-write": ("attio_mirror_attribute_change", Attribute.objects.get(slug="value").pk),
    }
    for page in pages.values():
        assert "lacks the scope" not in desk.visit(*page)
    for scope, page in pages.items():
        Connection.objects.update(missing_scopes=[scope])
        text = desk.visit(*page)
        assert f"lacks the scope <strong>{scope}</strong>" in text
        assert 'attio-push/" disabled' in text
        other = next(one for name, one in pages.items() if name != scope)
        assert "lacks the scope" not in desk.visit(*other)
