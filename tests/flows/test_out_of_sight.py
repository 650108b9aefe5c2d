"""A foreign key shows nothing of what has no row here: who edits it has not seen what Attio says."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror.core.merge import Policy
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Company, Conflict, Deal, Link, Member, Resolution
from attio_mirror.sandbox.values.actors import ActorReference
from attio_mirror.sync import conflicts
from attio_mirror.sync.find import find
from attio_mirror.sync.pull import pull_all
from attio_mirror.sync.push import batch
from attio_mirror.testing import Attio

from ..sweep.kit import sweep
from ..sweep.merging import join, tell, to
from .test_main_job import make_deal


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
    """A deal for which a member chose that company."""
    deal = make_deal(attio)
    attio.drain()
    attio.edit(deal, associated_company=to(theirs))
    attio.pull(deal)
    deal.refresh_from_db()
    assert deal.associated_company is None
    return deal


def decides(monkeypatch: pytest.MonkeyPatch, slug: str, policy: Policy) -> None:
    declared = registry.of_model(Deal).declared[slug]  # type: ignore[union-attr]  # shipped
    monkeypatch.setattr(declared, "on_conflict", policy)


def choose(deal: Deal, company: Company | None) -> None:
    deal.associated_company = company
    deal.save(update_fields=["associated_company"])


def there(attio: Attio, deal: Deal) -> Any:
    return attio.record(deal)["associated_company"]


def record_of(attio: Attio, company: Company) -> str:
    return str(attio.link(company).record_id)


def test_a_choice_made_without_seeing_it_becomes_a_conflict(
    attio: Attio, deal: Deal, ours: Company, theirs: str
) -> None:
    choose(deal, ours)
    attio.drain()
    conflict = Conflict.objects.get()
    assert (conflict.base, conflict.ours, conflict.theirs) == (None, to(record_of(attio, ours)), to(theirs))
    assert there(attio, deal) == theirs


def test_a_person_decides_once(attio: Attio, deal: Deal, ours: Company, theirs: str) -> None:
    choose(deal, ours)
    attio.drain()
    conflicts.resolve(Conflict.objects.get(), Resolution.DJANGO)
    attio.drain()
    assert there(attio, deal) == record_of(attio, ours)
    assert Conflict.objects.filter(resolved_at=None).count() == 0


def test_who_takes_attios_still_sees_nothing(attio: Attio, deal: Deal, ours: Company, theirs: str) -> None:
    choose(deal, ours)
    attio.drain()
    conflicts.resolve(Conflict.objects.get(), Resolution.ATTIO)
    deal.refresh_from_db()
    assert deal.associated_company is None
    choose(deal, ours)
    attio.drain()
    assert Conflict.objects.filter(resolved_at=None).count() == 1
    assert there(attio, deal) == theirs


@pytest.mark.parametrize(
    ("policy", "stays"), [(Policy.ATTIO, "theirs"), (Policy.DJANGO, "ours"), (Policy.NEWEST, "ours")]
)
def test_a_policy_decides(
    attio: Attio, deal: Deal, ours: Company, theirs: str, monkeypatch: pytest.MonkeyPatch, policy: Policy, stays: str
) -> None:
    decides(monkeypatch, "associated_company", policy)
    choose(deal, ours)
    attio.drain()
    assert there(attio, deal) == {"theirs": theirs, "ours": record_of(attio, ours)}[stays]
    attio.pull_all()
    attio.drain()
    deal.refresh_from_db()
    assert deal.associated_company == Company.objects.get(name=stays.title())
    assert Conflict.objects.filter(resolved_at=None).count() == 0


def test_what_has_come_into_sight_is_overwritten_knowingly(
    attio: Attio, deal: Deal, ours: Company, theirs: str
) -> None:
    attio.pull_all()
    deal.refresh_from_db()
    assert deal.associated_company is not None
    choose(deal, ours)
    attio.drain()
    assert there(attio, deal) == record_of(attio, ours)
    assert Conflict.objects.count() == 0


def test_what_comes_into_sight_after_the_choice_was_not_seen_all_the_same(
    attio: Attio, deal: Deal, ours: Company, theirs: str
) -> None:
    Deal.objects.filter(pk=deal.pk).update(associated_company=ours)  # nobody has noticed yet
    attio.pull_all()
    find(attio.connection)
    attio.drain()
    assert Conflict.objects.get().theirs == to(theirs)
    assert there(attio, deal) == theirs


def test_what_is_heard_and_chosen_while_a_push_listens_was_not_seen_either(
    attio: Attio, ours: Company, theirs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = make_deal(attio)
    attio.drain()
    deal.name = "Coffee"
    deal.save(update_fields=["name"])
    attio.edit(deal, associated_company=to(theirs))

    def welcome(*heard: Any) -> Any:
        monkeypatch.undo()
        attio.pull(deal)  # a delivery is read by another process,
        choose(Deal.objects.get(pk=deal.pk), ours)  # and somebody looks at the row
        return batch.welcome(*heard)

    monkeypatch.setattr(batch, "welcome", welcome)
    attio.drain()
    assert Conflict.objects.get().theirs == to(theirs)
    assert (there(attio, deal), attio.record(deal)["name"]) == (theirs, "Coffee")


def test_a_row_that_was_not_touched_owes_nothing(attio: Attio, deal: Deal, theirs: str) -> None:
    deal.name = "Coffee"
    deal.save()
    attio.drain()
    assert there(attio, deal) == theirs
    assert Conflict.objects.count() == 0


def test_a_choice_is_sent_where_the_company_has_gone_from_the_deal_again(
    attio: Attio, deal: Deal, ours: Company
) -> None:
    attio.edit(deal, associated_company=[])
    choose(deal, ours)
    attio.drain()
    assert there(attio, deal) == record_of(attio, ours)
    assert Conflict.objects.count() == 0


def test_a_new_row_can_show_as_little(attio: Attio, ours: Company, theirs: str) -> None:
    attio.create("deals", name="Cocoa", stage="Lead", owner="ada@example.com", associated_company=to(theirs))
    [link] = [one for one in read_deals(attio) if one.base["name"]["value"] == "Cocoa"]
    deal = Deal.objects.get(pk=link.object_id)
    assert deal.associated_company is None
    choose(deal, ours)
    attio.drain()
    assert there(attio, deal) == theirs


def read_deals(attio: Attio) -> list[Link]:
    """All deals, and nothing else."""
    pull_all(attio.connection, "deals")
    return list(Link.objects.filter(object="deals"))


def test_an_owner_who_is_no_member_is_out_of_sight_as_well(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attio's OpenAPI document: only members can be written, though a token, an app or the system may be read."""
    deal = make_deal(attio)
    attio.drain()
    token = str(attio.connection.actor_id)
    with monkeypatch.context() as patched:
        patched.setattr(ActorReference, "read", lambda *_: ("api-token", token))
        attio.edit(deal, owner="itself")
    attio.pull(deal)
    deal.refresh_from_db()
    assert deal.owner is None
    deal.owner = Member.objects.get(first_name="Ben")
    deal.save(update_fields=["owner"])
    attio.drain()
    conflict = Conflict.objects.get()
    assert conflict.theirs == {"referenced_actor_type": "api-token", "referenced_actor_id": token}
    assert (conflict.base, attio.record(deal)["owner"]) == (None, token)
    conflicts.resolve(conflict, Resolution.DJANGO)
    attio.drain()
    assert attio.record(deal)["owner"] == attio.members["Ben"]
    assert Conflict.objects.filter(resolved_at=None).count() == 0


def test_the_company_nobody_has_seen_is_merged_meanwhile(attio: Attio, deal: Deal, ours: Company, theirs: str) -> None:
    choose(deal, ours)
    other = attio.create("companies", name="Other")
    survivor = join(attio, theirs, other)
    tell(attio, survivor, theirs, other)
    attio.drain()
    assert Conflict.objects.get(resolved_at=None).theirs == to(survivor)
    assert there(attio, deal) == survivor


def test_the_deal_is_merged_meanwhile(attio: Attio, deal: Deal, ours: Company, theirs: str) -> None:
    choose(deal, ours)
    first = str(attio.link(deal).record_id)
    second = attio.create("deals", name="Coffee", stage="Lead", owner="ada@example.com")
    sweep(attio, "deals")
    survivor = join(attio, first, second, object_slug="deals")
    tell(attio, survivor, first, second, object_slug="deals")
    attio.drain()
    assert Conflict.objects.get(resolved_at=None).theirs == to(theirs)
    assert attio.there("deals", survivor)["associated_company"] == theirs
