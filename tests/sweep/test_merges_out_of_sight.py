"""Merges while a row cannot show what it points to: what nobody had seen is still not overwritten."""

from __future__ import annotations

import pytest

from attio_mirror.models import Company, Conflict, Deal
from attio_mirror.testing import Attio

from ..flows.test_out_of_sight import choose, there, to
from .kit import sweep
from .merging import join, tell


@pytest.fixture
def ours(attio: Attio) -> Company:
    company = Company.objects.create(name="Ours")
    attio.drain()
    return company


@pytest.fixture
def theirs(attio: Attio) -> str:
    """A company that we have not read."""
    return attio.create("companies", name="Theirs")


@pytest.fixture
def deal(attio: Attio, ours: Company, theirs: str) -> Deal:
    """A deal with that company; ours is chosen for it here."""
    record_id = attio.create("deals", name="Tea", stage="Lead", owner="ada@example.com", associated_company=to(theirs))
    sweep(attio, "deals")
    deal = Deal.objects.by_record_id(record_id).get()
    assert deal.associated_company is None
    choose(deal, ours)
    return deal


def test_the_company_nobody_has_seen_is_merged(attio: Attio, deal: Deal, theirs: str) -> None:
    other = attio.create("companies", name="Other")
    survivor = join(attio, theirs, other)
    tell(attio, survivor, theirs, other)
    attio.drain()
    assert Conflict.objects.get(resolved_at=None).theirs == to(survivor)
    assert there(attio, deal) == survivor


def test_the_deal_is_merged(attio: Attio, deal: Deal, theirs: str) -> None:
    first = str(attio.link(deal).record_id)
    second = attio.create("deals", name="Coffee", stage="Lead", owner="ada@example.com")
    sweep(attio, "deals")
    survivor = join(attio, first, second, object_slug="deals")
    tell(attio, survivor, first, second, object_slug="deals")
    attio.drain()
    assert Conflict.objects.get(resolved_at=None).theirs == to(theirs)
    assert attio.there("deals", survivor)["associated_company"] == theirs
