"""The demo workspace: big enough to be believed, strange enough to be useful, the same every time."""

from __future__ import annotations

import itertools
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from attio_mirror.sandbox import TOKEN, World, demo, empty, sown_world

DAY = timedelta(days=1)


def rows(world, slug, **body):
    found = []
    while True:
        asked = {"limit": 500, "offset": len(found), **body}
        page = world.ask_or_raise("POST", f"/v2/{slug}/query", body=asked, token=TOKEN)["data"]
        found += page
        if len(page) < 500:
            return found


def get(world, path, **query):
    return world.ask_or_raise("GET", f"/v2/{path}", query=query, token=TOKEN)["data"]


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture(scope="module")
def sown(world):
    return demo(world)


@pytest.fixture(scope="module")
def deals(world, sown):
    return rows(world, "objects/deals/records")


@pytest.fixture(scope="module")
def histories(world, sown):
    """The stages of each deal, oldest first."""
    path = "objects/deals/records/{}/attributes/stage/values"
    return [get(world, path.format(deal), show_historic="true") for deal in sown.deals]


def moment(stamp):
    return datetime.fromisoformat(stamp[:23] + "+00:00")


@pytest.mark.parametrize(
    ("slug", "least"), [("deals", 300), ("companies", 80), ("people", 150), ("users", 40), ("workspaces", 40)]
)
def test_there_is_enough_of_everything(world, sown, slug, least):
    ids = [row["id"]["record_id"] for row in rows(world, f"objects/{slug}/records")]
    assert len(ids) >= least
    assert sorted(ids) == sorted(getattr(sown, slug))


def test_six_members_share_the_work(world, sown, deals):
    assert len(get(world, "workspace_members")) == 6
    owners = Counter(deal["values"]["owner"][0]["referenced_actor_id"] for deal in deals)
    assert set(owners) == set(sown.members.values())


CREATABLE = {
    "text", "number", "checkbox", "currency", "date", "timestamp", "rating", "status", "select", "record-reference",
    "actor-reference", "location", "domain", "email-address", "phone-number",
}  # fmt: skip


def test_deals_have_a_custom_attribute_of_every_type_that_can_be_created(world, sown):
    custom = [each for each in get(world, "objects/deals/attributes") if not each["is_system_attribute"]]
    assert {each["type"] for each in custom} == CREATABLE
    assert {each["type"] for each in custom if each["is_multiselect"]} >= {"select", "record-reference", "domain"}
    assert [each["api_slug"] for each in custom if each["is_unique"]] == ["external_id"]


def test_every_custom_attribute_is_filled_on_many_deals(world, sown, deals):
    custom = [each["api_slug"] for each in get(world, "objects/deals/attributes") if not each["is_system_attribute"]]
    filled = {slug: sum(bool(deal["values"][slug]) for deal in deals) for slug in custom}
    assert min(filled.values()) >= 30, filled


def test_the_unique_attribute_finds_its_deal(world, sown):
    found = rows(world, "objects/deals/records", filter={"external_id": "DL-0042"})
    assert [row["id"]["record_id"] for row in found] == [sown.deals[41]]


def test_stages_were_walked_through_over_two_years(histories):
    assert sum(len(history) for history in histories) > 700
    times = sorted(moment(value["active_from"]) for history in histories for value in history)
    assert 600 * DAY < times[-1] - times[0] < 731 * DAY
    by_quarter = Counter((time - times[0]) // (91 * DAY) for time in times)
    assert all(by_quarter[quarter] > 20 for quarter in range(8))


def test_a_history_has_no_gaps_and_begins_as_a_lead(histories):
    for history in histories:
        assert history[0]["status"]["title"] == "Lead"
        for older, newer in itertools.pairwise(history):
            assert older["active_until"] == newer["active_from"]
        assert history[-1]["active_until"] is None


def test_deals_are_won_and_lost_and_some_are_still_open(histories):
    now = Counter(history[-1]["status"]["title"] for history in histories)
    assert set(now) == {"Lead", "In Progress", "Won 🎉", "Lost"}
    assert min(now.values()) >= 15, now


def test_several_kinds_of_actors_moved_them(histories):
    actors = {(value["created_by_actor"]["type"], value["created_by_actor"]["id"]) for h in histories for value in h}
    assert len([actor for actor in actors if actor[0] == "workspace-member"]) == 6
    assert "api-token" in {actor[0] for actor in actors}


def test_names_are_written_in_many_scripts_and_with_emoji(world, sown, deals):
    text = "".join(deal["values"]["name"][0]["value"] for deal in deals)
    text += "".join(row["values"]["name"][0]["full_name"] for row in rows(world, "objects/people/records"))
    scripts = {unicodedata.name(letter, "").split()[0] for letter in text if letter.isalpha()}
    assert scripts >= {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "CJK", "HANGUL", "DEVANAGARI", "THAI", "TAMIL"}
    assert "🚀" in text


def test_every_address_is_reserved_for_examples(world, sown):
    for person in rows(world, "objects/people/records"):
        for address in person["values"]["email_addresses"]:
            assert address["email_domain"].endswith(".example")
    for company in rows(world, "objects/companies/records"):
        assert all(domain["domain"].endswith(".example") for domain in company["values"]["domains"])


def test_won_deals_are_in_the_list_and_walk_through_its_phases(world, sown):
    entries = rows(world, "lists/onboarding/entries")
    assert len(entries) > 50
    assert {entry["parent_object"] for entry in entries} == {"deals"}
    assert len({entry["entry_values"]["phase"][0]["status"]["title"] for entry in entries}) >= 3


def test_customers_have_a_workspace_with_its_user_and_company(world, sown):
    for row in rows(world, "objects/workspaces/records"):
        assert len(row["values"]["users"]) == 1
        assert row["values"]["company"]


def fingerprint(world):
    return [rows(world, f"objects/{slug}/records") for slug in ("deals", "companies", "people", "users", "workspaces")]


def test_it_is_the_same_every_time(world, sown):
    again = World()
    assert demo(again) == sown
    assert fingerprint(again) == fingerprint(world)


def test_an_empty_workspace_has_members_and_a_token_only():
    world = World()
    sown = empty(world, token="t0ken")
    assert world.ask("GET", "/v2/self", token="t0ken").body["active"] is True
    assert list(sown.members) == ["ada", "ben", "chloe", "daryna", "emi", "farah"]
    assert sown.deals == []


def test_a_sown_world_ends_its_story_now_and_lets_webhooks_be_plain_http():
    now = datetime.now(UTC)
    world = sown_world("empty", now=now)
    assert abs(world.clock.now() - now) < DAY
    member = world.ask_or_raise("GET", "/v2/workspace_members", token=TOKEN)["data"][0]
    assert moment(member["created_at"]) < now - 700 * DAY
    hook = {"target_url": "http://127.0.0.1:1/", "subscriptions": [{"event_type": "record.created", "filter": None}]}
    assert world.ask("POST", "/v2/webhooks", body={"data": hook}, token=TOKEN).status == 200


def test_no_two_people_have_the_same_name(world, sown):
    names = Counter(row["values"]["name"][0]["full_name"] for row in rows(world, "objects/people/records"))
    assert names.most_common(1)[0][1] == 1
    assert {"Māhina Te Ahorangi", "Thảo Đặng Vũ"} & set(names)


def test_people_work_by_day_and_rest_on_weekends(histories):
    """Milliseconds after six in the evening are the stamps of one busy moment."""
    times = [moment(value["active_from"]) for history in histories for value in history]
    assert {time.weekday() for time in times} == {0, 1, 2, 3, 4}
    assert {time.hour for time in times} <= set(range(8, 19))
