"""Attributes without a field of their own are typed fields of the page, both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attio_mirror.models import Attribute, Company, Deal, LinkState, Member, Option, OutboxEntry, Person
from attio_mirror.testing import Attio

from .conftest import address
from .desk import Desk, errors

HOME = {"line_1": "1 Tea St", "locality": "Kyoto", "country_code": "JP"}


def option(slug: str, title: str) -> str:
    return Option.objects.get(attribute__slug=slug, attribute__object__slug="deals", title=title).option_id


def member(name: str) -> str:
    return f"workspace-member:{Member.objects.get(first_name=name).member_id}"


def text(slug: str, written: Any) -> dict[str, Any]:
    return {f"attio__{slug}": written}


EDITS: dict[str, tuple[Callable[[], dict[str, Any]], Any]] = {
    "external_id": (lambda: text("external_id", "X-1"), "X-1"),
    "next_step": (lambda: text("next_step", " call\nback "), " call\nback "),
    "seats": (lambda: text("seats", "12.5"), 12.5),
    "security_review_done": (lambda: text("security_review_done", "true"), True),
    "setup_fee": (lambda: text("setup_fee", "99.95"), 99.95),
    "contract_start": (lambda: text("contract_start", "2026-05-09"), "2026-05-09"),
    "last_demo_at": (
        lambda: {"attio__last_demo_at_0": "2026-05-09", "attio__last_demo_at_1": "10:30:00"},
        "2026-05-09T10:30:00.000000000Z",
    ),
    "fit": (lambda: text("fit", "4"), 4),
    "paperwork": (lambda: text("paperwork", option("paperwork", "Signed")), "Signed"),
    "lead_source": (lambda: text("lead_source", option("lead_source", "Website")), "Website"),
    "products": (
        lambda: text("products", [option("products", "Core"), option("products", "Vault")]),
        ["Core", "Vault"],
    ),
    "solutions_engineer": (lambda: text("solutions_engineer", member("Ben")), "Ben"),
    "watchers": (lambda: text("watchers", [member("Ada"), member("Ben")]), ["Ada", "Ben"]),
    "billing_location": (lambda: {f"attio__billing_location_{key}": part for key, part in HOME.items()}, HOME),
    "trial_domain": (
        lambda: text("trial_domain", "https://Tea.example/\nmore.example"),
        ["tea.example", "more.example"],
    ),
    "invoice_email": (lambda: text("invoice_email", "Ann@Tea.example"), "ann@tea.example"),
    "procurement_phone": (lambda: text("procurement_phone", "+1 (555) 867-5309"), "+15558675309"),
}


def as_told(attio: Attio, slug: str, held: Any) -> Any:
    """What Attio holds, ids of members as first names, of a place only the known parts."""
    names = {member_id: first for first, member_id in attio.members.items()}
    if slug == "billing_location":
        return {key: held[key] for key in HOME}
    if slug in ("solutions_engineer", "watchers"):
        found = [names[one] for one in (held if isinstance(held, list) else [held])]
        return sorted(found) if slug == "watchers" else found[0]
    return sorted(held) if slug in ("products",) else held


def test_every_creatable_type_is_sent_alone_and_comes_back_as_written(customs: Attio, desk: Desk, deal: Deal) -> None:
    for slug, (written, told) in EDITS.items():
        assert errors(desk.open(deal).send(**written())) == {}, slug
        customs.gate.forget()
        customs.drain()
        assert [list(write.body["data"]["values"]) for write in customs.gate.writes()] == [[slug]]
        assert as_told(customs, slug, customs.record(deal)[slug]) == told
    assert customs.state(deal) == LinkState.IN_STEP


def test_a_page_of_every_type_saved_unchanged_changes_nothing(customs: Attio, desk: Desk, deal: Deal) -> None:
    fill(desk, deal)
    customs.drain()
    before, entries = Deal.objects.get().other_values, OutboxEntry.objects.count()
    assert errors(desk.open(deal).send()) == {}
    assert Deal.objects.get().other_values == before
    assert OutboxEntry.objects.count() == entries


def test_every_creatable_type_can_be_cleared(customs: Attio, desk: Desk, deal: Deal) -> None:
    filled = fill(desk, deal)
    customs.drain()
    assert None not in [customs.record(deal)[slug] for slug in EDITS]
    empty = {name: [] if isinstance(value, list) else "" for name, value in filled.items()}
    assert errors(desk.open(deal).send(**empty)) == {}
    customs.drain()
    assert {customs.record(deal)[slug] for slug in EDITS} == {None}
    assert EDITS.keys() & Deal.objects.get().other_values.keys() == set()


def test_every_creatable_type_objects_to_a_stale_input(customs: Attio, desk: Desk, deal: Deal) -> None:
    """Sets are merged and so never stale; of all others none is written over unseen, and none is falsely accused."""
    page, sets = desk.open(deal), {"products", "watchers", "trial_domain"}
    filled = fill(desk, deal)
    other = {name: "" if not isinstance(value, list) else [] for name, value in filled.items()}
    other |= {"attio__seats": "1", "attio__next_step": "Mine", "attio__billing_location_region": "Kansai"}
    assert set(errors(page.send(**other))) == {"attio__seats", "attio__next_step", "attio__billing_location"}
    assert errors(desk.open(deal).send(**other)).keys() & {f"attio__{slug}" for slug in sets} == set()


def fill(desk: Desk, deal: Deal) -> dict[str, Any]:
    """Write a value into every field."""
    filled = {name: value for written, _ in EDITS.values() for name, value in written().items()}
    assert errors(desk.open(deal).send(**filled)) == {}
    return filled


def test_references_to_one_and_to_several_records_round_trip(customs: Attio, desk: Desk, deal: Deal) -> None:
    ann = Person.objects.create(first_name="Ann", full_name="Ann")
    acme = Company.objects.create(name="Acme", domains=["acme.example"])
    customs.drain()
    tokens = {row: f"{customs.link(row).object}:{customs.link(row).record_id}" for row in (ann, acme)}
    answer = desk.open(deal).send(attio__champion=tokens[ann], attio__partners=[tokens[ann], tokens[acme]])
    assert errors(answer) == {}
    customs.drain()
    there = customs.record(deal)
    assert there["champion"] == customs.link(ann).record_id
    assert set(there["partners"]) == {customs.link(row).record_id for row in (ann, acme)}
    page = desk.open(deal)
    assert page.fields["attio__champion"] == [tokens[ann]]
    assert ">Ann</option>" in page.text


def test_attributes_without_any_rule_are_listed(customs: Attio, desk: Desk) -> None:
    assert desk.client.get(address("attio_mirror_attribute_changelist")).status_code == 200


def test_a_new_deal_takes_custom_values_along(customs: Attio, desk: Desk) -> None:
    stage, owner = customs.stage("Lead"), customs.member("Ada")
    desk.open(Deal).send(name="New", stage=stage.pk, owner=owner.pk, attio__seats="5", attio__trial_domain="a.example")
    assert Deal.objects.get().other_values == {"seats": "5", "trial_domain": ["a.example"]}
    customs.drain()
    there = customs.record(Deal.objects.get())
    assert (there["seats"], there["trial_domain"]) == (5, "a.example")


def test_what_attio_could_not_hold_is_said_beside_the_field(customs: Attio, desk: Desk, deal: Deal) -> None:
    answer = desk.open(deal).send(attio__procurement_phone="call me", attio__invoice_email="nobody")
    assert errors(answer) == {
        "attio__procurement_phone": ["Attio takes a number with its country prefix, like +15558675309."],
        "attio__invoice_email": ["Attio takes an e-mail address, like ada@example.com."],
    }


def test_a_record_that_does_not_exist_is_refused(customs: Attio, desk: Desk, deal: Deal) -> None:
    answer = desk.open(deal).send(attio__champion="people:00000000-0000-4000-8000-000000000000")
    assert "not mirrored here" in errors(answer)["attio__champion"][0]


def test_one_edit_leaves_a_colleagues_other_attribute_alone(customs: Attio, desk: Desk, deal: Deal) -> None:
    page = desk.open(deal)
    Deal.objects.filter(pk=deal.pk).update(other_values={"seats": "7"})
    page.send(attio__next_step="Call")
    deal.refresh_from_db()
    assert deal.other_values == {"seats": "7", "next_step": "Call"}


def test_stale_custom_value_is_objected_to(customs: Attio, desk: Desk, deal: Deal) -> None:
    page = desk.open(deal)
    customs.edit(deal, seats=7)
    customs.pull(deal)
    answer = page.send(attio__seats="9")
    assert errors(answer) == {
        "attio__seats": ["Changed in Attio to “7” since you opened this page; save again to put yours (“9”) over it."]
    }
    page.resend(answer)
    deal.refresh_from_db()
    assert deal.other_values["seats"] == "9"


def test_sets_are_merged(customs: Attio, desk: Desk, deal: Deal) -> None:
    desk.open(deal).send(**EDITS["products"][0](), **EDITS["trial_domain"][0]())
    page = desk.open(deal)
    deal.refresh_from_db()
    insights = option("products", "Insights 📊")
    added = {"products": [*deal.other_values["products"], insights], "trial_domain": ["tea.example", "ben.example"]}
    Deal.objects.filter(pk=deal.pk).update(other_values={**deal.other_values, **added})
    answer = page.send(
        attio__products=[option("products", "Core")], attio__trial_domain="tea.example\nmore.example\nx.example"
    )
    assert errors(answer) == {}
    deal.refresh_from_db()
    assert set(deal.other_values["products"]) == {option("products", "Core"), insights}
    assert deal.other_values["trial_domain"] == ["tea.example", "ben.example", "x.example"]


def test_an_archived_option_is_offered_only_where_it_is_held(customs: Attio, desk: Desk, deal: Deal) -> None:
    desk.open(deal).send(**EDITS["lead_source"][0]())
    Option.objects.filter(title="Website").update(is_archived=True)
    other = Deal.objects.create(name="Other", stage=deal.stage, owner=deal.owner)
    assert "Website (archived)" in desk.open(deal).text
    assert "Website" not in desk.open(other).text


def test_what_attio_keeps_for_itself_is_shown_with_the_reason(customs: Attio, desk: Desk, deal: Deal) -> None:
    customs.pull(deal)
    page = desk.open(deal)
    assert "Kept by Attio" in page.text
    assert "Attio sets this itself" in page.text
    assert "attio__created_at" not in page.fields
    assert str(customs.link(deal).record_id) in page.text


def test_a_person_shows_interactions_and_a_type_newer_than_us_read_only(customs: Attio, desk: Desk) -> None:
    person = Person.objects.create(first_name="Ann", full_name="Ann")
    customs.drain()
    Attribute.objects.filter(slug="facebook", object__slug="people").update(type="hologram")
    page = desk.open(person)
    assert "Attio computes this from mail and calendars." in page.text
    assert "Values of the type “hologram” cannot be written by this version." in page.text


def test_a_viewer_reads_custom_values(customs: Attio, clerk: Callable[..., Desk], desk: Desk, deal: Deal) -> None:
    desk.open(deal).send(attio__seats="12", attio__security_review_done="true")
    viewer = clerk("view_deal")
    text = viewer.client.get(f"/admin/attio_mirror/deal/{deal.pk}/change/").content.decode()
    assert "Seats" in text
    assert "Yes" in text
    assert 'name="attio__seats"' not in text
    assert "other_values" not in text
