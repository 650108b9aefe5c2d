"""ETag and If-Match: what a client never saw is not written over, and he is told both values."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User as Login
from django.test import Client

from attio_mirror.models import Conflict, Deal, OutboxEntry, Person
from attio_mirror.testing import Attio

from .test_api_rows import custom

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(attio: Attio) -> Deal:
    deal = Deal.objects.create(name="Tea", stage=attio.stage("Lead"), owner=attio.member("Ada"), value=5)
    attio.drain()
    deal.refresh_from_db()
    return deal


def tag(api: Client, deal: Deal) -> str:
    return str(api.get(f"/attio/api/deals/{deal.pk}/").headers["ETag"])


def patch(api: Client, deal: Deal, tag: str, **body: Any) -> Any:
    address = f"/attio/api/deals/{deal.pk}/"
    return api.patch(address, body, content_type="application/json", headers={"If-Match": tag})


def test_what_is_as_it_was_read_may_be_changed(attio: Attio, api: Client, deal: Deal) -> None:
    answer = patch(api, deal, tag(api, deal), name="Coffee")
    assert answer.status_code == 200
    assert answer.headers["ETag"] == tag(api, deal)


def test_an_edit_that_was_not_seen_is_not_written_over(attio: Attio, api: Client, deal: Deal) -> None:
    read = tag(api, deal)
    attio.edit(deal, name="Ben's tea")
    attio.pull(deal)
    answer = patch(api, deal, read, name="Our tea", value="5.00")
    assert answer.status_code == 412
    body = answer.json()
    assert body["code"] == "outdated"
    assert body["values"] == {"name": {"given": "Our tea", "current": "Ben's tea"}}
    deal.refresh_from_db()
    assert deal.name == "Ben's tea"
    assert patch(api, deal, tag(api, deal), name="Our tea").status_code == 200


def test_an_edit_made_here_counts_as_well_as_one_made_in_attio(attio: Attio, api: Client, deal: Deal) -> None:
    read = tag(api, deal)
    Deal.objects.get(pk=deal.pk).associated_people.add(Person.objects.create(full_name="Ann"))
    assert patch(api, deal, read, associated_people=[]).json()["values"]["associated_people"]["given"] == []


def test_being_sent_changes_nothing_for_who_edits(attio: Attio, api: Client, deal: Deal) -> None:
    """Else two edits in a row would depend on how quick the cluster is."""
    answer = patch(api, deal, tag(api, deal), name="Coffee")
    attio.drain()
    assert patch(api, deal, answer.headers["ETag"], value="7").status_code == 200


def test_the_whole_tag_tells_a_row_that_was_sent_from_one_that_waits(attio: Attio, api: Client, deal: Deal) -> None:
    """Who caches by it must not show an old state."""
    answer = patch(api, deal, tag(api, deal), name="Coffee")
    attio.drain()
    before, after = answer.headers["ETag"], tag(api, deal)
    assert before != after
    assert before.partition("-")[0] == after.partition("-")[0]


def test_what_says_already_what_is_wanted_needs_no_word(attio: Attio, api: Client, deal: Deal) -> None:
    """A request repeated because its answer was lost."""
    read = tag(api, deal)
    assert patch(api, deal, read, name="Coffee", value="7.00").status_code == 200
    assert patch(api, deal, read, name="Coffee", value=7).status_code == 200


def test_a_custom_value_is_named_by_its_slug(attio: Attio, api: Client, deal: Deal) -> None:
    custom(attio, "plan", "text")
    read = tag(api, deal)
    Deal.objects.filter(pk=deal.pk).update(other_values={**deal.other_values, "plan": "Pro"})
    answer = patch(api, deal, read, other_values={"plan": "Basic"})
    assert answer.json()["values"] == {"other_values.plan": {"given": "Basic", "current": "Pro"}}


def test_what_nobody_may_write_changes_no_tag(attio: Attio, api: Client, deal: Deal) -> None:
    """Attio moves its own figures all the time; they stand in nobody's way."""
    read = tag(api, deal)
    Deal.objects.filter(pk=deal.pk).update(
        other_values={**deal.other_values, "created_at": "2020-01-01T00:00:00.000000000Z"}
    )
    assert tag(api, deal) != read
    assert patch(api, deal, read, name="Coffee").status_code == 200


def test_a_conflict_names_three_values(attio: Attio, api: Client, deal: Deal) -> None:
    read = tag(api, deal)
    Deal.objects.filter(pk=deal.pk).update(name="Our tea")
    attio.edit(deal, name="Ben's tea")
    attio.pull(deal)
    assert Conflict.objects.filter(resolved_at=None).exists()
    answer = patch(api, deal, read, name="Third tea")
    values = {"given": "Third tea", "current": "Our tea", "attio": "Ben's tea"}
    assert answer.json()["values"] == {"name": values}


def test_what_cannot_be_read_is_named_as_it_was_given(attio: Attio, api: Client, deal: Deal) -> None:
    answer = patch(api, deal, '"old"', value="much", unheard_of=1, id=deal.pk)
    assert answer.json()["values"] == {"value": {"given": "much", "current": "5.0000"}}


@pytest.mark.parametrize("given", ["*", ' "x" , {tag}', "{tag}"])
def test_a_star_and_a_list_of_tags_are_understood(attio: Attio, api: Client, deal: Deal, given: str) -> None:
    assert patch(api, deal, given.format(tag=tag(api, deal)), name="Coffee").status_code == 200


@pytest.mark.parametrize("given", ['"x"', "W/{tag}", ""])
def test_no_other_tag_will_do(attio: Attio, api: Client, deal: Deal, given: str) -> None:
    assert patch(api, deal, given.format(tag=tag(api, deal)), name="Coffee").status_code == 412
    assert not OutboxEntry.objects.filter(state="waiting").exists()


def test_a_deletion_heeds_the_tag(attio: Attio, api: Client, ada: Login, deal: Deal) -> None:
    Login.objects.filter(pk=ada.pk).update(is_superuser=True)
    read = tag(api, deal)
    Deal.objects.filter(pk=deal.pk).update(name="Coffee")
    address = f"/attio/api/deals/{deal.pk}/"
    assert api.delete(address, headers={"If-Match": read}).status_code == 412
    assert api.delete(address, headers={"If-Match": tag(api, deal)}).status_code == 204
