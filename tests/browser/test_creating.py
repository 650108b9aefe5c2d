"""New rows: a workspace is one record, however often it is made; a company goes before the deal that names it."""

from __future__ import annotations

import pytest

from attio_mirror.models import Company, Conflict, Deal, LinkState, Workspace
from attio_mirror.testing import Attio

from .screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_new_workspace_is_created_and_a_second_one_is_told_so(pipeline: Attio, screen: Screen) -> None:
    screen.add(Workspace)
    screen.fill(workspace_id="W-1", name="Tea house")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    screen.page.locator("a:has-text('Open in Attio')").wait_for()
    [write] = pipeline.gate.writes()
    assert (write.method, write.path) == ("POST", "/v2/objects/workspaces/records")
    assert set(write.body["data"]["values"]) == {"workspace_id", "name"}
    screen.add(Workspace)
    screen.fill(workspace_id="W-1", name="Coffee house")
    screen.save()
    assert "already exists" in screen.page.inner_text(".field-workspace_id .errorlist")
    assert screen.page.input_value("#id_name") == "Coffee house"
    pipeline.drain()
    assert [record["workspace_id"] for record in pipeline.records("workspaces")] == ["W-1"]


def test_a_workspace_that_attio_has_already_is_taken_over(pipeline: Attio, screen: Screen) -> None:
    there = pipeline.create("workspaces", workspace_id="W-1", name="Ben's")
    screen.add(Workspace)
    screen.fill(workspace_id="W-1", name="Ada's")
    screen.save()
    pipeline.drain()
    screen.badge("Conflict")
    assert "Ben's" in screen.note("name")
    assert pipeline.link(Workspace.objects.get()).record_id == there
    screen.follow("text=Settle it")
    screen.follow("button:has-text('Take ours')")
    screen.page.locator(".messagelist").wait_for()
    pipeline.drain()
    assert [record["name"] for record in pipeline.records("workspaces")] == ["Ada's"]
    assert Conflict.objects.filter(resolved_at=None).count() == 0


def test_a_workspace_deleted_and_made_again_is_one_record(pipeline: Attio, screen: Screen) -> None:
    first = Workspace.objects.create(workspace_id="W-1", name="Tea house")
    pipeline.drain()
    screen.open(first)
    screen.follow("a.deletelink")
    screen.follow("#content [type=submit]")
    screen.page.locator(".messagelist").wait_for()
    screen.add(Workspace)
    screen.fill(workspace_id="W-1", name="Tea house")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    assert len(pipeline.records("workspaces")) == 1
    assert pipeline.state(Workspace.objects.get()) == LinkState.IN_STEP


def test_a_company_made_in_the_window_beside_a_deal_goes_first(pipeline: Attio, screen: Screen) -> None:
    screen.add(Deal)
    screen.fill(name="Brew", value="500")
    screen.page.select_option("#id_stage", label="Lead")
    screen.page.select_option("#id_owner", label="Ada Lovelace")
    with screen.popup("#add_id_associated_company") as window:
        assert "One per line." in window.inner_text(".field-domains .help")
        window.fill("#id_name", "Brewers")
        window.fill("#id_domains", "brewers.example")
    assert "Brewers" in screen.page.inner_text(".field-associated_company .select2-selection__rendered")
    screen.save()
    pipeline.drain()
    screen.badge("In step")
    company, deal = Company.objects.get(), Deal.objects.get(name="Brew")
    assert [(write.method, write.path) for write in pipeline.gate.writes()] == [
        ("POST", "/v2/objects/companies/records"),
        ("POST", "/v2/objects/deals/records"),
    ]
    assert pipeline.record(deal)["associated_company"] == pipeline.link(company).record_id
    screen.shoot("new-deal")
