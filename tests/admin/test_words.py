"""Values, actors and lengths of time in words; and what the admin says where something is missing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import RequestFactory

from attio_mirror.admin import MirroredAdmin
from attio_mirror.admin.forms import spoken
from attio_mirror.admin.rows import Speech, row_link
from attio_mirror.admin.sheet import Sheet
from attio_mirror.admin.timeline import span
from attio_mirror.admin.widgets import MoneyInput
from attio_mirror.admin.wording import Wording, amount
from attio_mirror.core.values import AttributeSpec, AttributeType
from attio_mirror.models import Company, Deal, Link, OutboxEntry, Person, User
from attio_mirror.testing import Attio

from .desk import Desk, errors

NOBODY = "00000000-0000-4000-8000-000000000000"


def says(wording: Wording, kind: AttributeType, value: object) -> str:
    return wording.value(AttributeSpec("x", kind), value)


def test_every_type_has_words(attio: Attio, deal: Deal) -> None:
    wording = Wording(attio.connection)
    record = {"target_object": "deals", "target_record_id": str(attio.link(deal).record_id)}
    stranger = {"target_object": "planets", "target_record_id": NOBODY}
    place = {"locality": "Kyoto", "region": None, "country_code": "JP"}
    at = "2026-05-09T10:30:00.000000000Z"
    talk = {"interaction_type": "email", "interacted_at": at, "owner_actor": {}}
    assert says(wording, AttributeType.TEXT, None) == "–"
    assert says(wording, AttributeType.CHECKBOX, True) == "Yes"
    assert says(wording, AttributeType.RATING, 2) == "★★☆☆☆"
    assert says(wording, AttributeType.NUMBER, "1234.5") == "1,234.5"
    assert says(wording, AttributeType.TIMESTAMP, at) == "May 9, 2026, 10:30 a.m."
    assert says(wording, AttributeType.RECORD_REFERENCE, [record, stranger]) == "Tea, planets 00000000…"
    assert wording.record("planets", "12345678-9") == "planets 12345678…"
    assert says(wording, AttributeType.PERSONAL_NAME, {"full_name": "Ada"}) == "Ada"
    assert says(wording, AttributeType.LOCATION, place) == "Kyoto, JP"
    assert says(wording, AttributeType.INTERACTION, talk) == "email, May 9, 2026, 10:30 a.m."
    assert says(wording, AttributeType("hologram"), {"a": 1}) == '{"a": 1}'
    assert says(Wording(None), AttributeType.SELECT, "id") == "id"


def test_actors_have_names(attio: Attio) -> None:
    wording = Wording(attio.connection)
    told = [wording.actor(*who) for who in (
        ("workspace-member", attio.members["Ben"]), ("workspace-member", NOBODY), ("api-token", NOBODY),
        ("api-token", attio.connection.actor_id), ("system", None), ("app", None), ("", None), ("robot", None),
    )]  # fmt: skip
    assert told == [
        "Ben Okri", "A former member", "An API token", "Our token", "Attio", "An app", "Unknown", "robot",
    ]  # fmt: skip


def test_amounts_and_lengths_of_time_are_short() -> None:
    assert amount(Decimal("1200.5000"), "EUR") == "1,200.50 EUR"
    assert amount(Decimal("0.1234"), "EUR") == "0.1234 EUR"
    assert amount(Decimal(1000)) == "1,000"
    times = [timedelta(seconds=1), timedelta(seconds=90), timedelta(hours=2), timedelta(days=40, hours=3)]
    assert [span(time) for time in times] == ["1 second", "1 minute", "2 hours", "40 days"]
    assert MoneyInput("EUR").format_value("so much") == "so much"


def test_inputs_are_spoken_as_the_page_shows_them(attio: Attio, deal: Deal) -> None:
    grouped = forms.ChoiceField(choices=[("a", "Aah"), ("Others", [("b", "Bee")])])
    people = forms.ModelChoiceField(queryset=Deal.objects.all())
    assert [spoken(grouped, value) for value in ("a", "b", "c")] == ["Aah", "Bee", "–"]
    assert [spoken(people, value) for value in (deal, deal.pk, "", "999")] == ["Tea", "Tea", "–", "–"]
    assert spoken(forms.NullBooleanField(), True) == "Yes"
    assert spoken(forms.CharField(), False) == "No"
    assert spoken(forms.CharField(), {"a": "x", "b": None, "c": "y"}) == "x y"
    assert spoken(forms.DecimalField(), Decimal("10.0000")) == "10"


def test_a_stale_reference_is_named(customs: Attio, desk: Desk, deal: Deal) -> None:
    ann, bob = (Person.objects.create(first_name=name, full_name=name) for name in ("Ann", "Bob"))
    customs.drain()
    tokens = [f"people:{customs.link(person).record_id}" for person in (ann, bob)]
    page = desk.open(deal)
    desk.open(deal).send(
        attio__champion=tokens[0], attio__last_demo_at_0="2026-05-09", attio__last_demo_at_1="10:30:00"
    )
    answer = page.send(attio__champion=tokens[1], attio__last_demo_at_0="2026-05-10", attio__last_demo_at_1="11:00:00")
    told = errors(answer)
    assert "to “Ann” since" in told["attio__champion"][0]
    assert "yours (“Bob”)" in told["attio__champion"][0]
    assert "to “2026-05-09 10:30:00” since" in told["attio__last_demo_at"][0]
    assert "yours (“2026-05-10 11:00:00”)" in told["attio__last_demo_at"][0]


def test_a_stale_value_attio_could_not_hold_is_somebody_elses(attio: Attio, desk: Desk) -> None:
    user = User.objects.create(user_id="u1", primary_email_address="ada@example.com")
    attio.drain()
    page = desk.open(user)
    User.objects.update(primary_email_address="not an address")
    told = errors(page.send(primary_email_address="ben@example.com"))["primary_email_address"]
    assert told[0].startswith("Changed by somebody else to “not an address”")


def test_an_unreadable_custom_value_shows_as_nothing_and_stays(customs: Attio, desk: Desk, deal: Deal) -> None:
    Deal.objects.update(other_values={"fit": "superb"})
    page = desk.open(deal)
    assert page.fields["attio__fit"] == [""]
    page.send(name="Coffee")
    assert Deal.objects.get().other_values == {"fit": "superb"}


def test_a_row_without_a_page_is_named_all_the_same(attio: Attio, deal: Deal) -> None:
    link = attio.link(deal)
    assert row_link(link, "nowhere") == f'<a href="/admin/attio_mirror/deal/{deal.pk}/change/">Tea</a>'
    Deal.objects.filter(pk=deal.pk)._raw_delete(using="default")
    assert "(row gone)" in row_link(Link.objects.get(pk=link.pk), "admin")


def test_speech_spells_out_what_the_schema_does_not_know(attio: Attio, deal: Deal) -> None:
    speech, link = Speech(), attio.link(deal)
    assert speech.label(link, "no_such_thing") == "No such thing"
    assert speech.says(link, "no_such_thing", {"a": 1}) == '{"a": 1}'
    sheet = Sheet.of(Deal, deal)
    assert sheet is not None
    assert (sheet.label("no_such_thing"), sheet.says("no_such_thing", 1)) == ("No such thing", "1")
    assert not sheet.came_from_attio("pk")


def test_an_entry_whose_object_nothing_mirrors_any_more_still_has_a_page(attio: Attio, desk: Desk, deal: Deal) -> None:
    link = Link.objects.create(
        connection=attio.connection, object="planets", content_type=attio.link(deal).content_type, object_id="999"
    )
    entry = OutboxEntry.objects.create(link=link, waiting_slot=link.pk, said={"mass": "1"})
    text = desk.visit("attio_mirror_outboxentry_change", entry.pk)
    assert '<th scope="row">Mass</th>' in text


def test_a_model_that_is_not_mirrored_gets_a_plain_page(attio: Attio, desk: Desk) -> None:
    site = admin.AdminSite(name="plain")
    request = RequestFactory().get("/")
    request.user = desk.user
    page = MirroredAdmin(Group, site)
    assert list(page.get_form(request, None, fields=["name"]).base_fields) == ["name"]
    assert page.get_fieldsets(request, None) == [(None, {"fields": ["name", "permissions"]})]


def test_a_reference_that_is_cleared_and_a_company_taken_away_are_pushed(attio: Attio, desk: Desk, deal: Deal) -> None:
    company = Company.objects.create(name="Acme")
    desk.open(deal).send(associated_company=company.pk)
    attio.drain()
    assert attio.record(deal)["associated_company"] == attio.link(company).record_id
    desk.open(deal).send(associated_company="")
    attio.drain()
    assert attio.record(deal)["associated_company"] is None
