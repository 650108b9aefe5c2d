"""What the nouns make of what Attio says."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from attio_mirror.core.errors import NotFound, Refused, Unauthorized
from attio_mirror.core.values import AttributeSpec, AttributeType
from attio_mirror.service import (
    AttioListInfo,
    AttioObjectInfo,
    Entry,
    Found,
    Identity,
    MemberInfo,
    Merged,
    OptionInfo,
    Placement,
    Record,
    StatusInfo,
    WebhookInfo,
)

from ..client.kit import answer, refusal
from . import wires
from .wires import TENANT, WHEN, uid


def test_token_says_whose_it_is(attio, far):
    far.will(answer(body=wires.SELF))
    assert attio.whoami() == Identity(
        active=True,
        scopes=frozenset({"record_permission:read-write", "object_configuration:read"}),
        client_id=uid("token"),
        workspace_id=TENANT,
        workspace_name="Acme",
        workspace_slug="acme",
        workspace_logo_url=None,
        authorized_by=uid("Ada"),
    )


def test_revoked_token_says_only_that(attio, far):
    far.will(answer(body={"active": False}))
    assert attio.whoami() == Identity(active=False)


def test_malformed_token_is_unauthorized_although_this_route_says_400(attio, far):
    far.will(refusal(400, "missing_value", "A token is needed."))
    with pytest.raises(Unauthorized, match="A token is needed") as raised:
        attio.whoami()
    assert (raised.value.status, raised.value.path) == (400, "/v2/self")


def test_other_refusals_of_the_token_stay_what_they_are(attio, far):
    far.will(refusal(400, "validation_type"))
    with pytest.raises(Refused) as raised:
        attio.whoami()
    assert not isinstance(raised.value, Unauthorized)


def test_record_keeps_the_wire_values(attio, far):
    value = {"active_from": WHEN, "active_until": None, "value": "x", "attribute_type": "text", "new_key": [1]}
    far.will(answer(body={"data": wires.record("r", name=[value], empty=[])}))
    assert attio.get("deals", "r") == Record(
        object_id=uid("deals"),
        record_id=uid("r"),
        workspace_id=TENANT,
        created_at=WHEN,
        web_url=f"https://app.attio.com/acme/deals/record/{uid('r')}",
        values={"name": [value], "empty": []},
    )


def test_record_that_is_gone_is_not_found_even_when_deleting(attio, far):
    far.will(refusal(404, "not_found", "Record with ID … not found."))
    with pytest.raises(NotFound):
        attio.delete("deals", "r1")


@pytest.mark.parametrize(("status", "finished"), [(200, True), (202, False)])
def test_merge_says_whether_it_is_finished(attio, far, status, finished):
    far.will(answer(status, {"data": {"new_record_id": uid("new")}}))
    assert attio.merge("deals", "r1", "r2") == Merged(uid("new"), finished)


def test_search_finds_labels(attio, far):
    far.will(answer(body={"data": [wires.hit()]}))
    assert attio.search("ada", ["people"]) == [Found("people", uid("people"), uid(1), "Ada Lovelace")]


def test_entries_and_placements(attio, far):
    far.will(answer(body={"data": [wires.entry("e", stage=[])]}), answer(body={"data": [wires.placement("e")]}))
    assert attio.query_entries("sales") == [
        Entry(uid("list"), uid("e"), TENANT, "deals", uid("parent"), WHEN, {"stage": []})
    ]
    assert attio.placements("deals", "r1") == [Placement(uid("list"), "sales", uid("e"), WHEN)]


def test_members_objects_and_lists(attio, far):
    far.will(*(answer(body={"data": [row]}) for row in (wires.member(), wires.object_(), wires.list_())))
    assert attio.members() == [
        MemberInfo(uid("Ada"), TENANT, "Ada", "Lovelace", "ada@acme.example", "admin", None, WHEN)
    ]
    assert attio.objects() == [AttioObjectInfo(uid("deals"), TENANT, "deals", "Deal", "Deal", WHEN)]
    assert attio.lists() == [AttioListInfo(uid("sales"), TENANT, "sales", "Sales", ("deals",), WHEN)]


def test_object_without_slug_and_nouns(attio, far):
    far.will(answer(body={"data": {**wires.object_(), "api_slug": None, "singular_noun": None, "plural_noun": None}}))
    found = attio.object("x")
    assert (found.slug, found.singular, found.plural) == ("", "", "")


def test_list_of_older_examples_names_one_parent(attio, far):
    far.will(answer(body={"data": {**wires.list_(), "parent_object": "people"}}))
    assert attio.list_("sales").parents == ("people",)


def test_attribute_tells_the_core_what_it_needs(attio, far):
    far.will(answer(body={"data": wires.attribute("tags", type="select", is_multiselect=True, is_archived=True)}))
    assert attio.attribute("objects", "deals", "tags").spec == AttributeSpec(
        slug="tags",
        type=AttributeType.SELECT,
        multi=True,
        writable=True,
        required=True,
        unique=False,
        archived=True,
        attribute_id=uid("tags"),
    )


def test_attribute_type_of_tomorrow_stays_text(attio, far):
    far.will(answer(body={"data": wires.attribute(type="hologram", is_writable=False, is_unique=True)}))
    spec = attio.attribute("objects", "deals", "stage").spec
    assert spec.type == "hologram"
    assert not isinstance(spec.type, AttributeType)
    assert (spec.writable, spec.unique) == (False, True)


def test_list_attribute_may_name_its_list(attio, far):
    identity = {"workspace_id": TENANT, "list_id": uid("sales"), "attribute_id": uid("a")}
    far.will(answer(body={"data": wires.attribute(id=identity)}))
    assert attio.attribute("lists", "sales", "a").target_id == uid("sales")


def test_options_know_their_place(attio, far):
    far.will(answer(body={"data": [wires.option("Red"), wires.option("Blue")]}), answer(body={"data": wires.option()}))
    red = OptionInfo(uid("Red"), uid("stage"), "Red", archived=False, position=0)
    assert attio.options("objects", "deals", "stage") == [
        red,
        OptionInfo(uid("Blue"), uid("stage"), "Blue", archived=False, position=1),
    ]
    assert attio.create_option("objects", "deals", "stage", "Red") == replace(red, position=None)


def test_statuses_know_more(attio, far):
    won = wires.status("Won 🎉", celebration_enabled=True, target_time_in_status="P7D")
    far.will(answer(body={"data": [wires.status("Lead"), won]}))
    assert attio.statuses("objects", "deals", "stage") == [
        StatusInfo(uid("Lead"), uid("stage"), "Lead", archived=False, position=0),
        StatusInfo(uid("Won 🎉"), uid("stage"), "Won 🎉", False, 1, celebration=True, target_time="P7D"),
    ]


def test_secret_of_a_webhook_is_shown_once_and_never_printed(attio, far):
    far.will(answer(body={"data": {**wires.webhook(), "secret": "ca978112"}}), answer(body={"data": wires.webhook()}))
    made = attio.create_webhook("https://django.example/", [])
    assert made == WebhookInfo(
        webhook_id=uid(1),
        workspace_id=TENANT,
        target_url="https://django.example/attio/webhook/default/",
        status="active",
        subscriptions=({"event_type": "record.updated", "filter": None},),
        created_at=WHEN,
        secret="ca978112",
    )
    assert "ca978112" not in repr(made)
    assert attio.webhook(uid(1)).secret == ""


def test_answers_do_not_change_under_their_readers(attio, far):
    far.will(answer(body={"data": wires.record()}))
    with pytest.raises(FrozenInstanceError):
        attio.get("deals", "r1").record_id = "other"
