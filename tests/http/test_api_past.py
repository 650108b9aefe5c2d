"""Looking back over the API: rows as they were, and the timeline of what they said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attio_mirror.mirrors.registry import registry
from attio_mirror.mirrors.shipped import DealMirror
from attio_mirror.models import AttributeValue, Company, Deal, Link, Member, Option
from attio_mirror.testing import Attio

from ..tenants import Tenants

pytestmark = pytest.mark.django_db


def ask(api: Client, address: str, **query: Any) -> Any:
    answer = api.get(f"/attio/api/{address}", {name: _text(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.content
    return answer.json()


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def later(attio: Attio) -> datetime:
    moment = attio.world.clock.now()
    attio.world.clock.advance(days=1)
    return moment


@pytest.fixture
def life(attio: Attio) -> tuple[Deal, list[datetime]]:
    """A deal that began as a lead of Acme's, and a day later was in progress and nobody's."""
    record_id = attio.create("companies", name="Acme")
    acme = {"target_object": "companies", "target_record_id": record_id}
    made = attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com", value=10, associated_company=[acme])
    attio.pull_all()
    [deal] = Deal.objects.by_record_id(made)
    moments = [later(attio)]
    attio.edit(deal, by="Ben", stage="In Progress", value=20, associated_company=[])
    attio.pull(deal)
    moments.append(later(attio))
    return deal, moments


def test_a_row_is_read_as_it_was(attio: Attio, api: Client, life: tuple[Deal, list[datetime]]) -> None:
    deal, (before, after) = life
    then = ask(api, f"deals/{deal.pk}/", as_of=before)
    assert (then["value"], then["stage"]) == ("10.0000", attio.stage("Lead").pk)
    assert then["associated_company"] == Company.objects.get().pk
    assert then["attio"]["record_id"] == attio.link(deal).record_id
    assert then["attio"]["state"] is None
    assert ask(api, f"deals/{deal.pk}/", as_of=after)["associated_company"] is None
    assert api.get(f"/attio/api/deals/{deal.pk}/", {"as_of": "2001-01-01T00:00:00Z"}).status_code == 404


def test_an_offset_whose_plus_came_as_a_space_is_understood(api: Client, life: tuple[Deal, list[datetime]]) -> None:
    deal, (before, _) = life
    local = (before + timedelta(hours=2)).replace(tzinfo=None).isoformat()
    answer = api.get(f"/attio/api/deals/{deal.pk}/?as_of={local}+02:00")
    assert answer.status_code == 200
    assert answer.json()["value"] == "10.0000"


def test_an_offset_no_country_has_is_a_time_all_the_same(api: Client, life: tuple[Deal, list[datetime]]) -> None:
    """PostgreSQL takes offsets of less than sixteen hours."""
    deal, _ = life
    query = {"as_of": "2999-03-07T06:50:38+21:30", "believed_at": "0583-03-07T06:50:38+21:30"}
    assert api.get(f"/attio/api/deals/{deal.pk}/", query).status_code == 404


def test_a_deleted_row_is_still_in_the_lists_of_its_time(
    attio: Attio, api: Client, life: tuple[Deal, list[datetime]]
) -> None:
    deal, (before, _) = life
    pk = deal.pk
    attio.delete(deal)
    attio.pull(deal)
    deal.delete()
    assert [row["id"] for row in ask(api, "deals/", as_of=before)["results"]] == [pk]
    assert ask(api, "deals/")["results"] == []


def test_the_past_is_narrowed_by_what_was_true_then(
    attio: Attio, api: Client, life: tuple[Deal, list[datetime]]
) -> None:
    deal, (before, after) = life
    lead = attio.stage("Lead").pk
    assert [row["id"] for row in ask(api, "deals/", as_of=before, stage=lead)["results"]] == [deal.pk]
    assert ask(api, "deals/", as_of=after, stage=lead)["results"] == []
    assert [row["id"] for row in ask(api, "deals/", as_of=after, name="Tea")["results"]] == [deal.pk]
    for query in ({"search": "tea"}, {"state": "in_step"}, {"stage": ["1", "2"]}):
        answer = api.get("/attio/api/deals/", {"as_of": before.isoformat(), **query})
        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == list(query)
    answer = api.get("/attio/api/deals/", {"as_of": before.isoformat(), "ordering": "name"})
    assert list(answer.json()["fields"]) == ["ordering"]
    answer = api.get("/attio/api/deals/", {"believed_at": before.isoformat()})
    assert list(answer.json()["fields"]) == ["believed_at"]


def test_a_filter_on_the_past_works_beside_another_tenant(tenants: Tenants, admin_client: Client) -> None:
    """Each tenant has the attribute, and only one of them the option."""
    north, _ = tenants
    owner = Member.objects.get(first_name="Ada", connection=north.connection)
    lead = Option.objects.get(title="Lead", attribute__slug="stage", attribute__connection=north.connection)
    deal = Deal.objects.create(name="North tea", stage=lead, owner=owner)
    north.drain()
    found = ask(admin_client, "deals/", as_of=north.world.clock.now(), stage=lead.pk)
    assert [row["id"] for row in found["results"]] == [deal.pk]


def test_pages_of_the_past_hold_every_row_once_and_cost_the_same(attio: Attio, api: Client) -> None:
    acme = Company.objects.create(name="Acme")
    made = [
        Deal.objects.create(
            name=str(n), stage=attio.stage("Lead"), owner=attio.member("Ada"), associated_company=acme
        ).pk
        for n in range(6)
    ]
    attio.drain()
    moment, keys, costs = attio.world.clock.now(), [], []
    query = {"as_of": moment.isoformat(), "limit": 2}
    body = ask(api, "deals/", **query)
    while True:
        keys += [row["id"] for row in body["results"]]
        if body["next"] is None:
            break
        with CaptureQueriesContext(connection) as queries:
            body = api.get(body["next"]).json()
        costs.append(len(queries))
    assert sorted(keys) == made
    with CaptureQueriesContext(connection) as queries:
        ask(api, "deals/", as_of=moment, limit=5)
    assert {*costs} == {len(queries)}


def test_the_timeline_tells_who_made_what_from_when_until_when(
    attio: Attio, api: Client, life: tuple[Deal, list[datetime]]
) -> None:
    deal, _ = life
    new, old = ask(api, f"deals/{deal.pk}/timeline/", attribute="stage")["results"]
    assert (new["text"], old["text"]) == ("In Progress", "Lead")
    assert new["attribute"] == old["attribute"] == "stage"
    assert (new["active_until"], old["active_until"]) == (None, new["active_from"])
    ben = Member.objects.get(first_name="Ben")
    assert new["actor"] == {"type": "workspace-member", "id": ben.member_id, "name": str(ben)}
    assert new["value"] == attio.stage("In Progress").option_id
    assert old["learned_from"] == "sweep"
    assert new["superseded_at"] is None


def test_the_whole_timeline_comes_in_pages_newest_first(
    attio: Attio, api: Client, life: tuple[Deal, list[datetime]]
) -> None:
    deal, _ = life
    found, body = [], ask(api, f"deals/{deal.pk}/timeline/", limit=3)
    while True:
        found += body["results"]
        if body["next"] is None:
            break
        body = api.get(body["next"]).json()
    versions = AttributeValue.objects.believed().filter(link=attio.link(deal))
    assert len(found) == versions.count() > 3
    begun = [one["active_from"] for one in found]
    assert begun == sorted(begun, reverse=True)
    assert {"name", "stage", "value"} <= {one["attribute"] for one in found}


def test_what_was_once_believed_can_be_asked_for(attio: Attio, api: Client, life: tuple[Deal, list[datetime]]) -> None:
    deal, _ = life
    version = AttributeValue.objects.get(link=attio.link(deal), attribute__slug="stage", text="Lead")
    learned = version.learned_at
    AttributeValue.objects.filter(pk=version.pk).update(
        superseded_at=learned + timedelta(hours=1), superseded_slot=version.pk
    )
    address = f"deals/{deal.pk}/timeline/"
    assert [one["text"] for one in ask(api, address, attribute="stage")["results"]] == ["In Progress"]
    everything = ask(api, address, attribute="stage", everything="true")["results"]
    assert [one["text"] for one in everything] == ["In Progress", "Lead"]
    assert everything[1]["superseded_at"] is not None
    then = ask(api, address, attribute="stage", believed_at=learned + timedelta(minutes=1))["results"]
    assert "Lead" in [one["text"] for one in then]


def test_where_the_host_mirrors_the_object_elsewhere_there_is_no_past(attio: Attio, api: Client) -> None:
    deal = Deal.objects.create(name="Tea")
    registry.unregister(DealMirror)
    try:
        answer = api.get("/attio/api/deals/", {"as_of": "2026-03-01T00:00:00Z"})
        assert list(answer.json()["fields"]) == ["as_of"]
        answer = api.get(f"/attio/api/deals/{deal.pk}/timeline/", {"attribute": "stage"})
        assert list(answer.json()["fields"]) == ["attribute"]
    finally:
        registry.register(DealMirror)
        registry.replaceable.add("deals")


def test_a_cursor_of_today_leads_to_no_past(attio: Attio, api: Client, life: tuple[Deal, list[datetime]]) -> None:
    Deal.objects.bulk_create([Deal(name="Coffee")])
    following = api.get("/attio/api/deals/?limit=1").json()["next"]
    answer = api.get(following, {"as_of": life[1][0].isoformat(), "cursor": following.partition("cursor=")[2][:20]})
    assert list(answer.json()["fields"]) == ["cursor"]


def test_a_version_nobody_can_read_any_more_keeps_its_words(
    attio: Attio, api: Client, life: tuple[Deal, list[datetime]]
) -> None:
    AttributeValue.objects.filter(text="Lead").update(value={"nonsense": 1})
    old = ask(api, f"deals/{life[0].pk}/timeline/", attribute="stage")["results"][1]
    assert (old["value"], old["text"]) == (None, "Lead")


def test_a_timeline_of_nothing(attio: Attio, api: Client, life: tuple[Deal, list[datetime]]) -> None:
    deal, _ = life
    answer = api.get(f"/attio/api/deals/{deal.pk}/timeline/", {"attribute": "unheard_of"})
    assert list(answer.json()["fields"]) == ["attribute"]
    lonely = Deal.objects.bulk_create([Deal(name="Coffee")])[0]
    assert not Link.objects.for_rows(Deal, [lonely.pk]).exists()
    assert ask(api, f"deals/{lonely.pk}/timeline/")["results"] == []
    assert api.get("/attio/api/deals/0/timeline/").status_code == 404
