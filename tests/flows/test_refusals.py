"""Attio says no: its words stand beside the right attribute, the edit stays, another try works."""

from __future__ import annotations

import pytest

from attio_mirror.models import Attribute, Deal, LinkState, OutboxEntry, OutboxState, User
from attio_mirror.sync.push.retry import drop, retry
from attio_mirror.testing import Attio

from .test_main_job import make_deal


def custom(attio: Attio, slug: str, type_: str, object_slug: str = "deals", **more: object) -> None:
    """A custom attribute, made by Ada in Attio."""
    data = {
        "title": slug.title(), "description": None, "api_slug": slug, "type": type_, "is_required": False,
        "is_unique": False, "is_multiselect": False, "config": {}, **more,
    }  # fmt: skip
    attio.ask("POST", f"/v2/objects/{object_slug}/attributes", {"data": data})
    attio.refresh()


def test_a_missing_required_value_is_named(attio: Attio) -> None:
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"))
    attio.drain()
    entry = attio.entry(deal)
    assert (entry.state, entry.error["slug"], entry.error["code"]) == (OutboxState.REFUSED, "owner", "missing_value")
    assert "Required value for attribute" in entry.error["message"]
    assert attio.state(deal) == LinkState.REFUSED


def test_a_refused_row_that_is_edited_is_tried_again(attio: Attio) -> None:
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"))
    attio.drain()
    deal.owner = attio.member("Ada")
    deal.save()
    attio.drain()
    assert attio.state(deal) == LinkState.IN_STEP
    assert len(attio.records("deals")) == 1


def test_an_unknown_option_is_named_before_anything_is_sent(attio: Attio) -> None:
    custom(attio, "plan", "select")
    deal = make_deal(attio, other_values={"plan": "Platinum"})
    attio.drain()
    entry = attio.entry(deal)
    assert (entry.state, entry.error["slug"]) == (OutboxState.REFUSED, "plan")
    attio.ask("POST", "/v2/objects/deals/attributes/plan/options", {"data": {"title": "Platinum"}})
    attio.refresh()
    assert retry(entry)
    attio.drain()
    assert attio.record(deal)["plan"] == "Platinum"


def test_an_option_archived_meanwhile_is_refused_in_attios_words(attio: Attio) -> None:
    attio.ask("PATCH", "/v2/objects/deals/attributes/stage/statuses/Lost", {"data": {"is_archived": True}})
    deal = make_deal(attio)
    attio.drain()
    deal.stage = attio.stage("Lost")
    deal.save()
    attio.drain()
    entry = attio.entry(deal)
    assert (entry.state, entry.error["slug"]) == (OutboxState.REFUSED, "stage")
    assert entry.error["status"] == 400
    deal.refresh_from_db()
    assert deal.stage == attio.stage("Lost"), "the edit is kept"


def test_a_unique_value_held_by_another_record_is_named(attio: Attio) -> None:
    custom(attio, "contract", "text", is_unique=True)
    attio.create("deals", name="Other", stage="Lead", owner="ada@example.com", contract="C-1")
    deal = make_deal(attio, other_values={"contract": "C-1"})
    attio.drain()
    entry = attio.entry(deal)
    assert (entry.state, entry.error["slug"], entry.error["code"]) == (
        OutboxState.REFUSED, "contract", "uniqueness_conflict",
    )  # fmt: skip


def test_a_dropped_entry_is_sent_no_more(attio: Attio) -> None:
    deal = Deal.objects.create(name="Tea")
    attio.drain()
    assert drop(attio.entry(deal))
    attio.drain()
    assert OutboxEntry.objects.unfinished().count() == 0


def test_a_record_deleted_in_attio_leaves_the_row_and_its_edit(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.delete(deal)
    deal.name = "Coffee"
    deal.save()
    attio.drain()
    assert attio.state(deal) == LinkState.GONE
    assert "no longer exists" in attio.entry(deal).error["message"]
    deal.refresh_from_db()
    assert deal.name == "Coffee"


def test_a_second_row_cannot_claim_a_mirrored_record(attio: Attio) -> None:
    first = User.objects.create(user_id="u-1", primary_email_address="ann@example.com")
    attio.drain()
    second = User.objects.create(user_id="u-2", primary_email_address="ann@example.com")
    attio.drain()
    assert attio.state(first) == LinkState.IN_STEP
    assert attio.entry(second).state == OutboxState.REFUSED
    assert attio.entry(second).error["slug"] == "primary_email_address"


@pytest.mark.parametrize("changes", [{"title": "Our stage", "description": "Where it stands"}, {"is_required": True}])
def test_an_edited_attribute_is_patched(attio: Attio, changes: dict[str, object]) -> None:
    custom(attio, "note", "text")
    attribute = Attribute.objects.get(slug="note")
    for name, value in changes.items():
        setattr(attribute, name, value)
    attribute.save(update_fields=list(changes))
    attio.gate.forget()
    attio.drain()
    [write] = attio.gate.writes()
    where = f"/v2/objects/{attribute.object.object_id}/attributes/{attribute.attribute_id}"  # type: ignore[union-attr]  # deals
    assert (write.method, write.path, write.body) == ("PATCH", where, {"data": changes})
    assert attio.state(attribute) == LinkState.IN_STEP


def test_a_refused_attribute_edit_keeps_the_edit_and_names_the_setting(attio: Attio) -> None:
    custom(attio, "note", "text", object_slug="people")
    attribute = Attribute.objects.get(slug="note", object__slug="people")
    attribute.is_unique = True
    attribute.save(update_fields=["is_unique"])
    attio.drain()
    entry = attio.entry(attribute)
    assert (entry.state, entry.error["message"]) == (OutboxState.REFUSED, "Cannot set attribute as unique.")
    assert entry.error["slug"] == "is_unique"
    attribute.refresh_from_db()
    assert attribute.is_unique


def test_a_renamed_attribute_takes_its_values_along(attio: Attio) -> None:
    custom(attio, "note", "text")
    deal = make_deal(attio, other_values={"note": "hello"})
    attio.drain()
    attribute = Attribute.objects.get(slug="note")
    attribute.api_slug = "remark"
    attribute.save(update_fields=["api_slug"])
    attio.drain()
    deal.refresh_from_db()
    assert (deal.other_values["remark"], "note" in deal.other_values) == ("hello", False)
    attio.gate.forget()
    deal.save()
    attio.drain()
    assert attio.gate.writes() == []


def test_a_list_attribute_is_patched_at_its_list(attio: Attio) -> None:
    body = {"name": "Pipeline", "api_slug": "pipeline", "parent_object": "deals", "workspace_access": "full-access",
            "workspace_member_access": []}  # fmt: skip
    attio.ask("POST", "/v2/lists", {"data": body})
    data = {"title": "Mood", "description": None, "api_slug": "mood", "type": "text", "is_required": False,
            "is_unique": False, "is_multiselect": False, "config": {}}  # fmt: skip
    attio.ask("POST", "/v2/lists/pipeline/attributes", {"data": data})
    attio.refresh()
    attribute = Attribute.objects.get(slug="mood")
    attribute.title = "Feeling"
    attribute.save(update_fields=["title"])
    attio.gate.forget()
    attio.drain()
    [write] = attio.gate.writes()
    assert (write.method, write.body) == ("PATCH", {"data": {"title": "Feeling"}})
    assert write.path.startswith("/v2/lists/")
