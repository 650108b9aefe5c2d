"""Options of selects and statuses of pipelines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.contract.kit import create, make_company, make_deal, read, unique, write
from tests.sandbox.contract.shelf import COLOURS, custom, enter, kept_list
from tests.sandbox.contract.voice import Api, Json

NOTHING = "/v2/objects/deals/attributes/nothing"


def options(api: Api) -> str:
    return f"/v2/objects/deals/attributes/{custom(api, 'select')}/options"


def statuses(api: Api) -> str:
    return f"/v2/lists/{kept_list(api)}/attributes/amc_state/statuses"


PATHS = pytest.mark.parametrize(("path_of", "id_key"), [(options, "option_id"), (statuses, "status_id")])


def add(api: Api, path: str, title: str | None = None, **more: Json) -> Json:
    return api.post(path, {"data": {"title": title or unique("choice"), **more}}).data


@PATHS
def test_choices_are_listed_in_the_order_they_were_made(api: Api, path_of: Callable, id_key: str) -> None:
    """Seen on the live service: there is no order field, the array is the order."""
    titles = [choice["title"] for choice in api.get(path_of(api)).data]
    assert [title for title in titles if title in COLOURS] == list(COLOURS)


@PATHS
def test_a_new_choice_comes_last(api: Api, path_of: Callable, id_key: str) -> None:
    """Seen on the live service: array order is pipeline order."""
    made = add(api, path_of(api))
    assert made["id"][id_key]
    assert api.get(path_of(api)).data[-1] == made


@PATHS
def test_a_choice_keeps_its_id_when_renamed(api: Api, path_of: Callable, id_key: str) -> None:
    """Attio's OpenAPI document: PATCH changes the title."""
    made, title = add(api, path_of(api)), unique("renamed")
    assert api.patch(f"{path_of(api)}/{made['id'][id_key]}", {"data": {"title": title}}).data == made | {"title": title}


@PATHS
def test_a_choice_can_be_named_by_its_title(api: Api, path_of: Callable, id_key: str) -> None:
    """Attio's OpenAPI document: id or title in the path."""
    made = add(api, path_of(api))
    changed = api.patch(f"{path_of(api)}/{made['title']}", {"data": {"is_archived": True}}).data
    assert changed["id"] == made["id"]


@PATHS
def test_an_archived_choice_is_listed_on_request(api: Api, path_of: Callable, id_key: str) -> None:
    """Attio's OpenAPI document: show_archived, off by default; there is no delete."""
    made = add(api, path_of(api))
    api.patch(f"{path_of(api)}/{made['id'][id_key]}", {"data": {"is_archived": True}})
    assert made["title"] not in [choice["title"] for choice in api.get(path_of(api)).data]
    assert made["title"] in [choice["title"] for choice in api.get(path_of(api), show_archived=True).data]


@pytest.mark.parametrize(
    ("path_of", "message"),
    [
        (options, 'There is already another select option with the title "{}".'),
        (statuses, 'There is already another status with the title "{}".'),
    ],
)
def test_a_title_is_taken_once(api: Api, path_of: Callable, message: str) -> None:
    """Attio's OpenAPI document: 409 slug_conflict with the title in the message."""
    refusal = api.post(path_of(api), {"data": {"title": "Red"}})
    assert refusal.error == (409, "slug_conflict")
    assert refusal.message == message.format("Red")


@PATHS
def test_renaming_to_a_taken_title_is_refused(api: Api, path_of: Callable, id_key: str) -> None:
    """Attio's OpenAPI document: 409 slug_conflict on PATCH too."""
    made = add(api, path_of(api))
    assert api.patch(f"{path_of(api)}/{made['id'][id_key]}", {"data": {"title": "Red"}}).error == (409, "slug_conflict")


@pytest.mark.parametrize(
    ("path_of", "message"),
    [
        (options, 'Cannot find select attribute with select option title "{}".'),
        (statuses, 'Cannot find status attribute with status option title "{}".'),
    ],
)
def test_changing_an_unknown_choice_is_refused(api: Api, path_of: Callable, message: str) -> None:
    """Attio's OpenAPI document: 400 value_not_found, not 404."""
    refusal = api.patch(f"{path_of(api)}/no such choice", {"data": {"title": "x"}})
    assert refusal.error == (400, "value_not_found")
    assert refusal.message == message.format("no such choice")


@pytest.mark.parametrize("kind", ["options", "statuses"])
def test_choices_of_a_missing_attribute_are_not_found(api: Api, kind: str) -> None:
    """Attio's OpenAPI document: 404 names the attribute."""
    assert api.post(f"{NOTHING}/{kind}", {"data": {"title": "x"}}).error == (404, "not_found")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("options", "This attribute is not a select attribute."),
        ("statuses", "This attribute is not a status attribute."),
    ],
)
def test_a_text_has_no_choices(api: Api, kind: str, message: str) -> None:
    """Attio's OpenAPI document: 400 validation_type when a choice is added to another type."""
    refusal = api.post(f"/v2/objects/deals/attributes/name/{kind}", {"data": {"title": "x"}})
    assert refusal.error == (400, "validation_type")
    assert refusal.message == message


def test_a_status_may_celebrate_and_have_a_target_time(api: Api) -> None:
    """Attio's OpenAPI document: celebration_enabled and an ISO-8601 duration."""
    made = add(api, statuses(api), celebration_enabled=True, target_time_in_status="P0Y0M7DT0H0M0S")
    assert (made["celebration_enabled"], made["target_time_in_status"]) == (True, "P0Y0M7DT0H0M0S")


def test_a_status_celebrates_nothing_unless_told(api: Api) -> None:
    """Attio's OpenAPI document: both settings are optional and always returned."""
    made = add(api, statuses(api))
    assert (made["celebration_enabled"], made["target_time_in_status"]) == (False, None)


def test_a_choice_needs_a_title(api: Api) -> None:
    """Attio's OpenAPI document: title is required."""
    assert api.post(options(api), {"data": {}}).error == (400, "validation_type")


def test_a_record_keeps_its_archived_option(api: Api) -> None:
    """Attio's docs: old values keep pointing at it, marked is_archived."""
    made = add(api, options(api))
    deal = make_deal(api, **{custom(api, "select"): made["title"]})
    api.patch(f"{options(api)}/{made['id']['option_id']}", {"data": {"is_archived": True}})
    option = read(api, deal)["values"][custom(api, "select")][0]["option"]
    assert (option["title"], option["is_archived"]) == (made["title"], True)


def test_an_entry_reads_its_status_as_an_object(api: Api) -> None:
    """Seen on the live service: id, title, is_archived, target_time_in_status, celebration_enabled."""
    entry = enter(api, make_company(api), amc_state="Green")
    assert entry["entry_values"]["amc_state"][0]["status"] in api.get(statuses(api)).data


@pytest.mark.parametrize(("reading", "status"), [(False, 400), (True, 200)])
def test_an_archived_option_for_a_new_value(sandbox: Callable, reading: bool, status: int) -> None:
    """Undocumented: whether a record that does not hold it may be given an archived option."""
    api, _ = sandbox(archived_option_writable=reading)
    deal = make_deal(api)
    api.patch(f"{options(api)}/Red", {"data": {"is_archived": True}})
    assert write(api, deal, **{custom(api, "select"): "Red"}).status == status


@pytest.mark.parametrize(("reading", "status"), [(True, 409), (False, 200)])
def test_the_title_of_an_archived_option(sandbox: Callable, reading: bool, status: int) -> None:
    """Undocumented: whether it is still taken."""
    api, _ = sandbox(archived_titles_taken=reading)
    api.patch(f"{options(api)}/Red", {"data": {"is_archived": True}})
    assert api.post(options(api), {"data": {"title": "Red"}}).status == status


@pytest.mark.parametrize("reading", [True, False])
def test_a_new_option_and_the_events_of_its_attribute(sandbox: Callable, reading: bool) -> None:
    """Undocumented: options have no events of their own; the attribute may speak for them."""
    api, world = sandbox(option_change_updates_attribute=reading)
    path, events = options(api), []
    world.listeners.append(lambda event: events.append(event.event_type))
    add(api, path)
    assert ("object-attribute.updated" in events) is reading


@pytest.mark.parametrize("reading", [True, False])
def test_a_filter_by_an_unknown_option(sandbox: Callable, reading: bool) -> None:
    """Undocumented: refused with value_not_found, or nothing is found."""
    api, _ = sandbox(unknown_option_in_filter="refuse" if reading else "no_match")
    body = {"filter": {custom(api, "select"): "no such option"}}
    reply = api.post("/v2/objects/deals/records/query", body)
    assert (reply.status == 400) is reading
    assert reading or reply.data == []


def test_options_do_not_come_from_writing_them(api: Api) -> None:
    """Seen on the live service: an unknown title is an error; options are never created implicitly."""
    with pytest.raises(AssertionError, match="value_not_found"):
        create(api, "companies", categories=[unique("category")])
