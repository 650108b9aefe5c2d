"""The verbs against a little Attio that was written without looking at them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attio_mirror.core.errors import Merging, NotFound, NotUnique, Refused, Unauthorized
from attio_mirror.core.values import AttributeType
from attio_mirror.sandbox import Readings
from attio_mirror.service import Identity, Record

from .tenant import TOKEN, Tenant, open_tenant


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with open_tenant() as opened:
        yield opened


def a_deal(tenant: Tenant, **values) -> Record:
    written = {"name": "Contract", "stage": "Lead", "owner": "ada@acme.example", **values}
    return tenant.attio.create("deals", written)


def targets(record: Record, slug: str) -> list[str]:
    return [value["target_record_id"] for value in record.values[slug]]


def test_token_knows_its_workspace(tenant):
    who = tenant.attio.whoami()
    assert who.active
    assert who.client_id == tenant.client_id
    assert (who.workspace_id, who.workspace_name, who.workspace_slug) == (tenant.world.workspace_id, "Acme", "acme")
    assert "record_permission:read-write" in who.scopes


def test_revoked_token_is_inactive_and_unauthorized(tenant):
    tenant.world.revoke_token(TOKEN)
    assert tenant.attio.whoami() == Identity(active=False)
    with pytest.raises(Unauthorized):
        tenant.attio.objects()


def test_missing_scope_is_unauthorized(tenant):
    tenant.world.set_scopes(TOKEN, ["object_configuration:read", "record_permission:read"])
    assert tenant.attio.query("deals").records == []
    with pytest.raises(Unauthorized) as raised:
        a_deal(tenant)
    assert raised.value.status == 403


def test_deal_is_created_read_changed_and_deleted(tenant):
    made = a_deal(tenant, value=4200)
    assert made.web_url
    assert made.values["value"][0]["currency_value"] == 4200
    assert tenant.attio.get("deals", made.record_id) == made

    changed = tenant.attio.update("deals", made.record_id, {"stage": "In Progress", "name": "契約 🎉"})
    assert changed.record_id == made.record_id
    assert changed.values["name"][0]["value"] == "契約 🎉"
    assert changed.values["stage"][0]["status"]["title"] == "In Progress"
    assert changed.values["stage"][0]["created_by_actor"] == {"type": "api-token", "id": tenant.client_id}

    tenant.attio.delete("deals", made.record_id)
    for gone in (tenant.attio.get, tenant.attio.delete):
        with pytest.raises(NotFound):
            gone("deals", made.record_id)


def test_update_adds_to_a_multi_value_and_overwrite_replaces_it(tenant):
    people = [tenant.attio.create("people", {"email_addresses": [f"{n}@x.example"]}).record_id for n in "abc"]
    links = [{"target_object": "people", "target_record_id": each} for each in people]
    deal = a_deal(tenant, associated_people=links[:1])
    added = tenant.attio.update("deals", deal.record_id, {"associated_people": links[1:2]})
    assert targets(added, "associated_people") == [people[1], people[0]]
    replaced = tenant.attio.overwrite("deals", deal.record_id, {"associated_people": links[2:]})
    assert targets(replaced, "associated_people") == people[2:]
    assert replaced.values["name"] == deal.values["name"]


def test_assert_twice_is_one_record(tenant):
    first = tenant.attio.assert_("workspaces", {"workspace_id": "7", "name": "A"}, matching="workspace_id")
    again = tenant.attio.assert_("workspaces", {"workspace_id": "7", "name": "B"}, matching="workspace_id")
    assert again.record_id == first.record_id
    assert again.values["name"][0]["value"] == "B"
    assert len(tenant.attio.query("workspaces").records) == 1


def test_value_that_another_record_holds_is_not_unique(tenant):
    tenant.attio.create("workspaces", {"workspace_id": "7"})
    with pytest.raises(NotUnique) as raised:
        tenant.attio.create("workspaces", {"workspace_id": "7"})
    assert raised.value.code == "uniqueness_conflict"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"stage": "No such stage"}, "value_not_found"),
        ({"stage": []}, "missing_value"),
        ({"value": "much"}, "validation_type"),
        ({"name": None}, "validation_type"),
        ({"no_such_attribute": 1}, None),
    ],
)
def test_refusal_keeps_attios_words(tenant, values, code):
    with pytest.raises(Refused) as raised:
        a_deal(tenant, **values)
    assert code in (raised.value.code, None)
    assert raised.value.message
    assert tenant.attio.query("deals").records == []


def test_query_filters_sorts_and_pages(tenant):
    for name in ("Beta", "Alpha", "Gamma"):
        a_deal(tenant, name=name, stage="Lead" if name != "Gamma" else "Lost")
    asked = {"filter": {"stage": "Lead"}, "sorts": [{"attribute": "name", "direction": "asc"}]}
    page = tenant.attio.query("deals", **asked, limit=1)
    assert [deal.values["name"][0]["value"] for deal in page.records] == ["Alpha"]
    assert page.is_full
    assert page.accurate_at
    rest = tenant.attio.query("deals", **asked, offset=1)
    assert [deal.values["name"][0]["value"] for deal in rest.records] == ["Beta"]
    assert not rest.is_full


def test_unknown_attribute_in_a_filter_is_refused_by_name(tenant):
    with pytest.raises(Refused) as raised:
        tenant.attio.query("deals", filter={"updated_at": {"$gte": "2026-01-01"}})
    assert raised.value.code == "unknown_filter_attribute_slug"
    assert raised.value.validation[0].path


def test_many_records_are_read_at_once(tenant):
    made = {a_deal(tenant, name=f"Deal {number}").record_id for number in range(120)}
    gone = made.pop()
    tenant.attio.delete("deals", gone)
    tenant.gate.forget()
    found = tenant.attio.read_many("deals", [*made, gone])
    assert {record.record_id for record in found} == made
    assert len(tenant.gate.log) == 2
    assert not tenant.gate.writes()


def test_history_tells_who_changed_the_stage_and_when(tenant):
    deal = a_deal(tenant)
    tenant.world.clock.advance(days=2)
    tenant.in_attio("PATCH", f"/v2/objects/deals/records/{deal.record_id}", {"data": {"values": {"stage": "Lost"}}})
    old, new = tenant.attio.history("deals", deal.record_id, "stage")
    assert (old["status"]["title"], new["status"]["title"]) == ("Lead", "Lost")
    assert old["active_until"] == new["active_from"]
    assert new["active_until"] is None
    assert new["created_by_actor"] == {"type": "workspace-member", "id": tenant.ada}


def test_long_history_is_read_to_its_end(tenant):
    deal = a_deal(tenant)
    for number in range(120):
        tenant.attio.update("deals", deal.record_id, {"name": f"Name {number}"})
    assert len(tenant.attio.history("deals", deal.record_id, "name")) == 121


def test_merge_makes_a_new_record(tenant):
    first, second = a_deal(tenant, name="One"), a_deal(tenant, name="Two")
    merged = tenant.attio.merge("deals", first.record_id, second.record_id)
    assert merged.finished
    assert tenant.attio.get("deals", merged.record_id).values["name"][0]["value"] == "One"
    with pytest.raises(NotFound):
        tenant.attio.get("deals", first.record_id)


def test_merge_that_takes_its_time():
    with open_tenant(Readings(async_merge=True)) as tenant:
        merged = tenant.attio.merge("deals", a_deal(tenant).record_id, a_deal(tenant).record_id)
        assert not merged.finished
        with pytest.raises(Merging):
            tenant.attio.get("deals", merged.record_id)
        tenant.world.clock.advance(minutes=1)
        assert tenant.attio.get("deals", merged.record_id).record_id == merged.record_id


def test_search_finds_by_label(tenant):
    tenant.attio.create("companies", {"name": "Analytical Engines", "domains": ["engines.example"]})
    (hit,) = tenant.attio.search("analytical", ["companies"])
    assert (hit.object_slug, hit.label) == ("companies", "Analytical Engines")


def test_members_and_objects(tenant):
    assert [member.email for member in tenant.attio.members()] == ["ada@acme.example"]
    assert tenant.attio.member(tenant.ada).first_name == "Ada"
    assert {each.slug for each in tenant.attio.objects()} >= {"people", "companies", "deals", "users", "workspaces"}
    deals = tenant.attio.object("deals")
    assert tenant.attio.object(deals.object_id) == deals


def test_custom_object_is_made_and_renamed(tenant):
    made = tenant.attio.create_object("books", "Book", "Books")
    assert tenant.attio.update_object("books", {"plural_noun": "Tomes"}).plural == "Tomes"
    record = tenant.attio.create(made.object_id, {"name": "Sketch of the Analytical Engine"})
    assert record.object_id == made.object_id


def new_attribute(**changed) -> dict[str, object]:
    plain = {"description": None, "is_required": False, "is_unique": False, "is_multiselect": False, "config": {}}
    return {"title": "Colour", "api_slug": "colour", "type": "select", **plain, **changed}


def test_attributes_of_objects_and_lists_are_made_changed_and_archived(tenant):
    tenant.in_attio("POST", "/v2/lists", new_list())
    for target, identifier in (("objects", "deals"), ("lists", "sales")):
        made = tenant.attio.create_attribute(target, identifier, new_attribute())
        assert made.spec.type is AttributeType.SELECT
        changes = {"title": "Hue", "description": "As seen", "is_archived": True}
        changed = tenant.attio.update_attribute(target, identifier, made.attribute_id, changes)
        assert (changed.title, changed.description, changed.archived) == ("Hue", "As seen", True)
        assert tenant.attio.attribute(target, identifier, "colour") == changed
        assert changed in tenant.attio.attributes(target, identifier)
        assert changed not in tenant.attio.attributes(target, identifier, archived=False)


def test_list_attribute_under_the_other_reading():
    with open_tenant(Readings(list_attribute_id_key="list_id")) as tenant:
        made = tenant.in_attio("POST", "/v2/lists", new_list())
        attribute = tenant.attio.create_attribute("lists", "sales", new_attribute())
        assert attribute.target_id == made["data"]["id"]["list_id"]


def test_options_and_statuses(tenant):
    where = ("objects", "deals")
    tenant.attio.create_attribute(*where, new_attribute())
    red = tenant.attio.create_option(*where, "colour", "Red")
    tenant.attio.create_option(*where, "colour", "Blue")
    tenant.attio.update_option(*where, "colour", red.option_id, {"is_archived": True})
    assert [(o.title, o.archived) for o in tenant.attio.options(*where, "colour")] == [("Red", True), ("Blue", False)]
    assert [(o.title, o.position) for o in tenant.attio.options(*where, "colour", archived=False)] == [("Blue", 0)]

    more = {"celebration_enabled": True, "target_time_in_status": "P7D"}
    late = tenant.attio.create_status(*where, "stage", "Late", more)
    assert (late.celebration, late.target_time) == (True, "P7D")
    later = tenant.attio.update_status(*where, "stage", late.option_id, {"title": "Later"})
    titles = [status.title for status in tenant.attio.statuses(*where, "stage")]
    assert titles == ["Lead", "In Progress", "Won 🎉", "Lost", "Later"]
    assert later.option_id == late.option_id


def new_list() -> dict[str, object]:
    access = {"workspace_access": "full-access", "workspace_member_access": []}
    return {"data": {"name": "Sales", "api_slug": "sales", "parent_object": "deals", **access}}


def test_entries_of_a_list(tenant):
    tenant.in_attio("POST", "/v2/lists", new_list())
    tenant.attio.create_attribute("lists", "sales", new_attribute(title="Note", api_slug="note", type="text"))
    assert tenant.attio.list_("sales") == tenant.attio.lists()[0]
    deal = a_deal(tenant).record_id
    made = tenant.attio.create_entry("sales", "deals", deal, {"note": "a"})
    assert tenant.attio.assert_entry("sales", "deals", deal, {"note": "b"}).entry_id == made.entry_id
    tenant.attio.update_entry("sales", made.entry_id, {"note": "c"})
    tenant.attio.overwrite_entry("sales", made.entry_id, {"note": "d"})
    assert [each["value"] for each in tenant.attio.entry_history("sales", made.entry_id, "note")] == [
        "a",
        "b",
        "c",
        "d",
    ]
    assert tenant.attio.query_entries("sales") == [tenant.attio.get_entry("sales", made.entry_id)]
    (placement,) = tenant.attio.placements("deals", deal)
    assert (placement.list_slug, placement.entry_id) == ("sales", made.entry_id)
    tenant.attio.delete_entry("sales", made.entry_id)
    assert tenant.attio.query_entries("sales") == []


def test_webhooks(tenant):
    wanted = [{"event_type": "record.updated", "filter": None}]
    made = tenant.attio.create_webhook("https://django.example/hook/", wanted)
    assert len(made.secret) == 64
    more = [*wanted, {"event_type": "record.deleted", "filter": None}]
    changed = tenant.attio.update_webhook(made.webhook_id, target_url="https://b.example/", subscriptions=more)
    assert (changed.target_url, len(changed.subscriptions), changed.secret) == ("https://b.example/", 2, "")
    assert tenant.attio.webhooks() == [tenant.attio.webhook(made.webhook_id)]
    tenant.attio.delete_webhook(made.webhook_id)
    assert tenant.attio.webhooks() == []


def test_more_webhooks_than_a_page_holds(tenant):
    for number in range(105):
        tenant.attio.create_webhook(
            f"https://django.example/{number}/", [{"event_type": "record.updated", "filter": None}]
        )
    assert len({webhook.webhook_id for webhook in tenant.attio.webhooks()}) == 105
