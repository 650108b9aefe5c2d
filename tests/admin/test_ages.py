"""How long deals have been in their stage and in Attio, on their list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from attio_mirror.core.stamps import to_stamp
from attio_mirror.models import AttributeValue, Deal, Link
from attio_mirror.testing import Attio

from .conftest import address
from .desk import Desk

LIST = "attio_mirror_deal_changelist"


@pytest.fixture
def old(attio: Attio, deal: Deal) -> Deal:
    """A deal forty days old, twelve of them in its stage."""
    ago = [timezone.now() - timedelta(days=days, minutes=1) for days in (12, 40)]
    AttributeValue.objects.filter(attribute__slug="stage").update(active_from=ago[0])
    Link.objects.filter(object="deals").update(record_created_at=to_stamp(ago[1]))
    return deal


def listed(desk: Desk, query: str = "") -> str:
    return desk.client.get(f"{address(LIST)}{query}").content.decode()


def test_the_list_says_how_long_a_deal_is_in_its_stage(desk: Desk, old: Deal) -> None:
    assert ">12 days<" in listed(desk)
    AttributeValue.objects.filter(attribute__slug="stage").update(active_from=timezone.now())
    assert ">today<" in listed(desk)


def test_a_stage_that_ended_says_nothing(desk: Desk, old: Deal, attio: Attio) -> None:
    old.stage = attio.stage("In Progress")
    old.save()
    attio.drain()
    assert ">today<" in listed(desk)


def test_a_deal_attio_does_not_know_has_no_age(desk: Desk, attio: Attio) -> None:
    Deal.objects.create(name="New", stage=attio.stage("Lead"), owner=attio.member("Ada"))
    assert 'class="field-in_stage">–<' in listed(desk)


def test_ages_of_today_are_not_shown_of_a_day_in_the_past(desk: Desk, old: Deal) -> None:
    assert "column-in_stage" in listed(desk)
    assert "column-in_stage" not in listed(desk, f"?as_of={timezone.localdate()}")


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("?in_stage=7", True),
        ("?in_stage=30", False),
        ("?in_stage=8", True),
        ("?created=30", False),
        ("?created=365", True),
        ("?created=soon", True),
    ],
)
def test_deals_are_found_by_their_age(desk: Desk, old: Deal, query: str, is_there: bool) -> None:
    assert ("Tea" in listed(desk, query)) == is_there
