"""What people do at the admin, in a real browser, under a strict Content-Security-Policy."""

from __future__ import annotations

import pytest

from attio_mirror.models import Conflict, Deal, LinkState, Option, Person
from attio_mirror.testing import Attio

from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_edit_and_push(pipeline: Attio, screen: Screen) -> None:
    deal = Deal.objects.get()
    screen.open(deal)
    screen.badge("In step")
    screen.page.select_option("#id_stage", label="In Progress")
    screen.page.fill("#id_value", "1250.5")
    screen.page.fill("#id_attio__seats", "12")
    screen.page.click("li[title=Bob] .select2-selection__choice__remove")
    screen.page.keyboard.press("Escape")
    screen.save()
    screen.badge("Waiting to be sent")
    pipeline.gate.forget()
    pipeline.drain()
    screen.badge("In step")
    screen.shoot("edit-and-push")
    [write] = pipeline.gate.writes()
    assert write.method == "PUT", "only an overwrite removes a person"
    assert set(write.body["data"]["values"]) == {"stage", "value", "seats", "associated_people"}
    assert write.body["data"]["values"]["stage"] == [{"status": pipeline.stage("In Progress").option_id}]
    there = pipeline.record(deal)
    assert (there["stage"], there["value"], there["seats"]) == ("In Progress", 1250.5, 12)
    assert there["associated_people"] == pipeline.link(Person.objects.get(full_name="Ann")).record_id
    screen.follow("text=Attio history")
    screen.shoot("history")
    screen.follow(".attio-lanes a:has-text('Stage')")
    now, before = screen.page.locator(".attio-event").all_inner_texts()
    assert all(word in now for word in ("In Progress", "Our token", "still so"))
    assert all(word in before for word in ("Lead", "Our token", "until"))


def test_stale_form(pipeline: Attio, screen: Screen) -> None:
    deal = Deal.objects.get()
    screen.open(deal)
    pipeline.edit(deal, name="Ben's tea", stage="In Progress")
    pipeline.pull(deal)
    screen.page.fill("#id_name", "Ada's tea")
    screen.save()
    assert "Changed in Attio to “Ben's tea” since you opened this page" in screen.page.inner_text(".errorlist")
    assert screen.page.locator("#id_stage option:checked").inner_text() == "In Progress"
    screen.shoot("stale-form")
    screen.save()
    deal.refresh_from_db()
    assert (deal.name, deal.stage) == ("Ada's tea", pipeline.stage("In Progress"))


def test_references_are_chosen_by_typing(pipeline: Attio, screen: Screen) -> None:
    deal = Deal.objects.get()
    screen.open(deal)
    screen.page.click(".field-attio__champion .select2-selection")
    screen.page.fill(".select2-container--open .select2-search__field", "bo")
    screen.page.click(".select2-results__option:has-text('Bob')")
    screen.page.check(f"input[value='{Option.objects.get(title='Vault').option_id}']")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    there = pipeline.record(deal)
    assert there["champion"] == pipeline.link(Person.objects.get(full_name="Bob")).record_id
    assert there["products"] == "Vault"


def test_conflict_is_settled(pipeline: Attio, screen: Screen) -> None:
    deal = Deal.objects.get()
    pipeline.edit(deal, name="Ben's tea")
    screen.open(deal)
    screen.page.fill("#id_name", "Ada's tea")
    screen.save()
    pipeline.drain()
    screen.badge("Conflict")
    screen.page.reload()
    screen.shoot("conflict")
    screen.follow("text=Settle it")
    screen.follow('button:has-text("Take Attio\'s")')
    screen.page.locator(".messagelist").wait_for()
    deal.refresh_from_db()
    assert deal.name == "Ben's tea"
    assert Conflict.objects.get().resolution == "attio"


def test_lists_show_where_rows_stand_and_keep_up(pipeline: Attio, screen: Screen) -> None:
    deal = Deal.objects.get()
    deal.name = "Coffee"
    deal.save()
    screen.open(Deal)
    badge = screen.page.locator("#result_list .attio-badge[data-attio-state]")
    assert badge.inner_text() == "Waiting to be sent"
    pipeline.drain()
    screen.page.locator("#result_list .attio-badge", has_text="In step").wait_for(timeout=10_000)
    assert pipeline.state(deal) == LinkState.IN_STEP
    screen.shoot("list")


def test_enter_in_a_field_saves_and_never_pushes(pipeline: Attio, screen: Screen) -> None:
    deal = Deal.objects.get()
    screen.open(deal)
    screen.page.fill("#id_name", "Coffee")
    screen.page.focus("#id_name")
    screen.enter()
    screen.page.locator(".messagelist").wait_for()
    deal.refresh_from_db()
    assert deal.name == "Coffee"
    assert pipeline.gate.log == []
