"""Attio says no: a person reads why beside the right field, loses nothing, mends it and goes on."""

from __future__ import annotations

import pytest

from attio_mirror.models import Company, Deal, LinkState, Person
from attio_mirror.testing import Attio

from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(pipeline: Attio) -> Deal:
    """The deal at hand; another one has the number X-1."""
    found = Deal.objects.get()
    Deal.objects.create(name="Rival", stage=found.stage, owner=found.owner, other_values={"external_id": "X-1"})
    pipeline.drain()
    pipeline.gate.forget()
    return found


def test_a_number_another_deal_has_is_refused_and_retried(pipeline: Attio, screen: Screen, deal: Deal) -> None:
    screen.open(deal)
    screen.fill(attio__external_id="X-1", value="1250.5")
    screen.save()
    pipeline.drain()
    screen.badge("Refused by Attio")
    assert "conflicts with one already" in screen.note("attio__external_id")
    screen.page.reload()
    assert "conflicts with one already" in screen.note("attio__external_id")
    assert screen.page.input_value("#id_attio__external_id") == "X-1"
    assert screen.page.input_value("#id_value") == "1250.50"
    screen.shoot("refused-edit")
    pipeline.edit(Deal.objects.get(name="Rival"), external_id="X-2")
    screen.follow("button:has-text('Retry')")
    screen.badge("In step")
    assert pipeline.record(deal)["external_id"] == "X-1"
    assert pipeline.record(deal)["value"] == 1250.5


def test_a_refusal_shows_by_itself_and_can_be_retried_from_there(pipeline: Attio, screen: Screen, deal: Deal) -> None:
    screen.open(deal)
    screen.fill(attio__external_id="X-1")
    screen.save()
    screen.page.fill("#id_name", "Not saved yet")
    pipeline.drain()
    assert "conflicts with one already" in screen.note("attio__external_id")
    assert screen.page.input_value("#id_name") == "Not saved yet"
    screen.page.locator("button:has-text('Retry')").wait_for()
    screen.fill(name=deal.name, attio__external_id="X-3")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    assert screen.page.locator(".attio-note").count() == 0
    assert pipeline.record(deal)["external_id"] == "X-3"


def test_a_refused_edit_put_back_is_in_step_again(pipeline: Attio, screen: Screen, deal: Deal) -> None:
    screen.open(deal)
    screen.fill(attio__external_id="X-1")
    screen.save()
    pipeline.drain()
    screen.badge("Refused by Attio")
    screen.fill(attio__external_id="")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    assert pipeline.state(deal) == LinkState.IN_STEP


def test_an_option_that_went_is_refused_beside_its_field(pipeline: Attio, screen: Screen, deal: Deal) -> None:
    screen.open(deal)
    screen.page.select_option("#id_attio__lead_source", label="Partner")
    gone = "/v2/objects/deals/attributes/lead_source/options/Partner"
    pipeline.ask("PATCH", gone, {"data": {"is_archived": True}})
    screen.save()
    pipeline.drain()
    assert 'option title "Partner"' in screen.note("attio__lead_source")
    assert screen.page.locator("#id_attio__lead_source option:checked").inner_text() == "Partner"
    screen.page.reload()
    assert screen.page.locator("#id_attio__lead_source option:checked").inner_text() == "Partner (archived)"
    screen.page.select_option("#id_attio__lead_source", label="Referral")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    assert pipeline.record(deal)["lead_source"] == "Referral"


def test_a_value_that_became_required_is_asked_for(pipeline: Attio, screen: Screen, deal: Deal) -> None:
    screen.open(deal)
    screen.fill(attio__next_step="Call")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    pipeline.ask("PATCH", "/v2/objects/deals/attributes/next_step", {"data": {"is_required": True}})
    screen.fill(attio__next_step="", value="99")
    screen.save()
    pipeline.drain()
    assert "Required value" in screen.note("attio__next_step")
    assert pipeline.record(deal)["value"] == 10
    screen.fill(attio__next_step="Write")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    assert (pipeline.record(deal)["next_step"], pipeline.record(deal)["value"]) == ("Write", 99)


@pytest.mark.parametrize(
    ("model", "field", "taken", "free"),
    [
        (Company, "domains", "tea.example", "coffee.example"),
        (Person, "email_addresses", "ann@tea.example", "bob@tea.example"),
    ],
)
def test_an_address_another_record_has_is_refused(
    pipeline: Attio, screen: Screen, model: type[Company | Person], field: str, taken: str, free: str
) -> None:
    name = "name" if model is Company else "full_name"
    model._default_manager.create(**{name: "First", field: [taken]})
    second = model._default_manager.create(**{name: "Second", field: [free]})
    pipeline.drain()
    screen.open(second)
    screen.fill(**{field: f"{free}\n{taken}"})
    screen.save()
    pipeline.drain()
    assert f'"{taken}"' in screen.note(field)
    screen.fill(**{field: f"{free}\nmore.{taken}"})
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    assert set(pipeline.record(second)[field]) == {free, f"more.{taken}"}
