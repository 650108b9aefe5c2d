"""A deal is edited in the admin: what was edited is written, nothing else; a colleague's change is never covered."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.db.models.signals import post_save

from attio_mirror.models import Deal, LinkState, OutboxEntry, Person, User
from attio_mirror.testing import Attio

from .desk import Desk, errors, said


def test_saved_change_reaches_attio_alone(attio: Attio, desk: Desk, deal: Deal) -> None:
    answer = desk.open(deal).send(value="25")
    assert "It waits in the outbox." in said(answer)
    attio.gate.forget()
    attio.drain()
    [write] = attio.gate.writes()
    assert list(write.body["data"]["values"]) == ["value"]
    assert attio.record(deal)["value"] == 25


def test_edit_is_signed_by_the_user(attio: Attio, desk: Desk, deal: Deal) -> None:
    desk.open(deal).send(name="Coffee")
    assert OutboxEntry.objects.latest("pk").actor == desk.user
    assert "Name" in LogEntry.objects.latest("pk").get_change_message()


def test_saving_without_an_edit_owes_nothing(attio: Attio, desk: Desk, deal: Deal) -> None:
    before = OutboxEntry.objects.count()
    answer = desk.open(deal).send()
    assert "Nothing to send" in said(answer)
    assert OutboxEntry.objects.count() == before


def test_stale_form_does_not_overwrite_a_colleague(attio: Attio, desk: Desk, deal: Deal) -> None:
    page = desk.open(deal)
    attio.edit(deal, name="Ben's tea")
    attio.pull(deal)
    page.send(value="25")
    attio.drain()
    deal.refresh_from_db()
    assert (deal.name, deal.value) == ("Ben's tea", 25)
    assert attio.record(deal)["name"] == "Ben's tea"


def test_field_both_changed_is_objected_to_and_a_second_save_wins(attio: Attio, desk: Desk, deal: Deal) -> None:
    page = desk.open(deal)
    attio.edit(deal, stage="In Progress")
    attio.pull(deal)
    lost = attio.stage("Lost")
    answer = page.send(stage=lost.pk)
    assert errors(answer) == {
        "stage": [
            "Changed in Attio to “In Progress” since you opened this page; save again to put yours (“Lost”) over it."
        ]
    }
    assert Deal.objects.get().stage == attio.stage("In Progress")
    page.resend(answer)
    assert Deal.objects.get().stage == lost
    attio.drain()
    assert attio.record(deal)["stage"] == "Lost"
    assert attio.state(deal) == LinkState.IN_STEP


def test_relations_are_merged(attio: Attio, desk: Desk, deal: Deal) -> None:
    ann, bob, cat, dan = (
        Person.objects.create(full_name=name, first_name=name) for name in ("Ann", "Bob", "Cat", "Dan")
    )
    deal.associated_people.set([ann, bob])
    attio.drain()
    page = desk.open(deal)
    deal.associated_people.add(cat)  # a colleague, meanwhile
    page.send(associated_people=[ann.pk, dan.pk])
    assert set(deal.associated_people.all()) == {ann, cat, dan}
    attio.drain()
    there = attio.record(deal)["associated_people"]
    assert set(there) == {str(attio.link(person).record_id) for person in (ann, cat, dan)}


def test_a_page_that_comes_back_shows_what_others_changed_meanwhile(attio: Attio, desk: Desk, deal: Deal) -> None:
    page = desk.open(deal)
    attio.edit(deal, name="Ben's tea", value=77)
    attio.pull(deal)
    answer = page.send(name="Ada's tea")
    again = desk.read(page.url, answer)
    assert again.fields["value"] == ["77.00"]
    assert again.fields["name"] == ["Ada's tea"]
    again.send()
    deal.refresh_from_db()
    assert (deal.name, deal.value) == ("Ada's tea", 77)


def test_both_having_typed_the_same_is_no_clash_and_no_edit(attio: Attio, desk: Desk, deal: Deal) -> None:
    page = desk.open(deal)
    attio.edit(deal, name="Coffee")
    attio.pull(deal)
    assert errors(page.send(name="Coffee")) == {}
    assert attio.state(deal) == LinkState.IN_STEP


def test_a_colleague_at_the_next_desk_is_told_from_attio(attio: Attio, desk: Desk, deal: Deal) -> None:
    page, other = desk.open(deal), desk.open(deal)
    other.send(name="Hers", owner=attio.member("Ben").pk)
    told = errors(page.send(name="His", owner=attio.member("Chloé").pk))
    assert told["name"][0].startswith("Changed by somebody else to “Hers” since you opened this page")
    assert "“Ben Okri”" in told["owner"][0]
    assert "“Chloé Dubois”" in told["owner"][0]


def test_a_value_attio_accepted_does_not_stand_in_the_way_of_another_edit(attio: Attio, desk: Desk) -> None:
    user = User.objects.create(user_id="u1", primary_email_address="ada@example.com")
    User.objects.update(primary_email_address="not an address")
    page = desk.open(user)
    assert errors(page.send(user_id="u2")) == {}
    assert User.objects.get().user_id == "u2"
    assert "primary_email_address" in errors(page.send(primary_email_address="nor this"))


def test_signals_hear_of_the_edited_fields_alone_and_see_no_stale_value(attio: Attio, desk: Desk, deal: Deal) -> None:
    heard: list[tuple[frozenset[str], str]] = []

    def listen(instance: Deal, update_fields: frozenset[str], **_: object) -> None:
        heard.append((update_fields, instance.name))

    page = desk.open(deal)
    Deal.objects.update(name="Ben's tea")
    post_save.connect(listen, sender=Deal)
    try:
        page.send(value="25")
    finally:
        post_save.disconnect(listen, sender=Deal)
    assert heard == [(frozenset({"value"}), "Ben's tea")]


def test_what_the_row_cannot_show_yet_is_named(attio: Attio, desk: Desk, deal: Deal) -> None:
    company = attio.create("companies", name="Nobody read of it")
    attio.edit(deal, associated_company={"target_object": "companies", "target_record_id": company})
    attio.pull(deal)
    assert f"In Attio this is <b>companies {company[:8]}…</b>" in desk.open(deal).text
    attio.pull_all()
    assert "In Attio this is" not in desk.open(deal).text
