"""A person resolves: once or for ever, one or many; what they decided is applied or pushed at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from attio_mirror.core.merge import Policy
from attio_mirror.models import AttributePolicy, Company, Conflict, Deal, LinkState, OutboxEntry, Resolution
from attio_mirror.signals import conflict_found, conflict_resolved
from attio_mirror.sync.acting import acting
from attio_mirror.sync.conflicts import Unresolvable, decide_always, resolve, resolve_all, undecide
from attio_mirror.sync.pull import pull
from attio_mirror.testing import Attio

from .test_main_job import make_deal


def quarrel(attio: Attio, deal: Deal, theirs: str = "Ben's", ours: str = "Ours") -> Conflict:
    attio.edit(deal, name=theirs)
    deal.name = ours
    deal.save(update_fields=["name"])
    attio.drain()
    return Conflict.objects.get(link=attio.link(deal), resolved_at=None)


def names(attio: Attio, deal: Deal) -> tuple[str, str]:
    deal.refresh_from_db()
    return deal.name, attio.record(deal)["name"]


@pytest.fixture
def deal(attio: Attio) -> Deal:
    deal = make_deal(attio)
    attio.drain()
    return deal


@pytest.fixture
def told(attio: Attio) -> Iterator[list[tuple[str, str]]]:
    """What hosts heard: which signal, about which attribute."""
    heard: list[tuple[str, str]] = []

    def found(slug: str, **_: Any) -> None:
        heard.append(("found", slug))

    def resolved(slug: str, resolution: str, **_: Any) -> None:
        heard.append((resolution, slug))

    conflict_found.connect(found)
    conflict_resolved.connect(resolved)
    yield heard
    conflict_found.disconnect(found)
    conflict_resolved.disconnect(resolved)


@pytest.mark.parametrize(
    ("resolution", "final"),
    [(Resolution.ATTIO, "Ben's"), (Resolution.DJANGO, "Ours"), (Resolution.EDITED, "Both's")],
)
def test_what_a_person_chose_is_on_both_sides(attio: Attio, deal: Deal, resolution: Resolution, final: str) -> None:
    conflict = quarrel(attio, deal)
    assert resolve(conflict, resolution, edited="Both's")
    attio.drain()
    assert names(attio, deal) == (final, final)
    assert attio.state(deal) == LinkState.IN_STEP
    conflict.refresh_from_db()
    assert (conflict.resolution, conflict.open_slot) == (resolution, None)


def test_attios_value_is_taken_without_a_request(attio: Attio, deal: Deal) -> None:
    conflict = quarrel(attio, deal)
    attio.gate.forget()
    resolve(conflict, Resolution.ATTIO)
    attio.drain()
    assert attio.gate.writes() == []


def test_a_record_nobody_mirrors_yet_is_pointed_to_as_soon_as_it_has_a_row(attio: Attio, deal: Deal) -> None:
    """Until then its foreign key is empty; after that an empty one would read as a clearing, and be sent."""
    deal.associated_company = Company.objects.create(name="Ours")
    deal.save(update_fields=["associated_company"])
    theirs = attio.create("companies", name="Theirs")
    attio.edit(deal, associated_company=[{"target_object": "companies", "target_record_id": theirs}])
    attio.drain()
    resolve(Conflict.objects.get(), Resolution.ATTIO)
    pull(attio.connection, "companies", [theirs])
    deal.refresh_from_db()
    assert deal.associated_company == Company.objects.get(name="Theirs")
    deal.save()
    attio.drain()
    assert attio.record(deal)["associated_company"] == theirs


def test_a_conflict_is_resolved_once(attio: Attio, deal: Deal) -> None:
    conflict = quarrel(attio, deal)
    assert resolve(conflict, Resolution.ATTIO)
    assert not resolve(conflict, Resolution.DJANGO)
    attio.drain()
    assert names(attio, deal) == ("Ben's", "Ben's")


def test_an_edit_made_after_the_conflict_opened_is_kept_where_attio_is_taken(attio: Attio, deal: Deal) -> None:
    conflict = quarrel(attio, deal)
    deal.name = "Ours, later"
    deal.save(update_fields=["name"])
    resolve(conflict, Resolution.ATTIO)
    conflict.refresh_from_db()
    assert conflict.ours == "Ours, later"
    assert names(attio, deal)[0] == "Ben's"


def test_what_changed_in_attio_since_the_conflict_opened_is_not_overwritten_unseen(attio: Attio, deal: Deal) -> None:
    conflict = quarrel(attio, deal)
    attio.edit(deal, name="Chloé's", by="Chloé")
    resolve(conflict, Resolution.DJANGO)
    attio.drain()
    assert names(attio, deal) == ("Ours", "Chloé's")
    assert Conflict.objects.get(resolved_at=None).theirs == "Chloé's"


def test_a_row_that_is_gone_cannot_be_resolved_and_its_conflict_stays_open(attio: Attio, deal: Deal) -> None:
    conflict = quarrel(attio, deal)
    Deal.objects.filter(pk=deal.pk)._raw_delete("default")
    with pytest.raises(Unresolvable):
        resolve(conflict, Resolution.ATTIO)
    conflict.refresh_from_db()
    assert conflict.resolved_at is None


def test_many_are_resolved_and_one_that_cannot_be_stops_no_other(attio: Attio) -> None:
    deals = [make_deal(attio) for _ in range(3)]
    attio.drain()
    conflicts = [quarrel(attio, deal) for deal in deals]
    Deal.objects.filter(pk=deals[1].pk)._raw_delete("default")
    done = resolve_all(conflicts, Resolution.DJANGO)
    attio.drain()
    assert (done.resolved, list(done.failed)) == (2, [conflicts[1].pk])
    assert names(attio, deals[2]) == ("Ours", "Ours")


@pytest.mark.parametrize(
    ("policy", "final"), [(Policy.ATTIO, "Ben's"), (Policy.DJANGO, "Ours"), (Policy.NEWEST, "Ours")]
)
def test_always_ends_the_open_conflicts_and_those_to_come(attio: Attio, deal: Deal, policy: Policy, final: str) -> None:
    quarrel(attio, deal)
    assert decide_always(attio.connection, "deals", "name", policy).resolved == 1
    attio.drain()
    assert names(attio, deal) == (final, final)
    attio.edit(deal, name=final + " 2" if policy == Policy.ATTIO else "Ben's 2")
    deal.name = "Ours 2" if policy == Policy.ATTIO else final + " 2"
    deal.save(update_fields=["name"])
    attio.drain()
    assert names(attio, deal) == (final + " 2", final + " 2")
    assert not Conflict.objects.filter(resolved_at=None).exists()


def test_always_speaks_for_one_attribute_of_one_object_only(attio: Attio, deal: Deal) -> None:
    decide_always(attio.connection, "deals", "name", Policy.ATTIO)
    attio.edit(deal, value=1)
    deal.value = 2
    deal.save(update_fields=["value"])
    attio.drain()
    assert Conflict.objects.get(resolved_at=None).slug == "value"


def test_a_person_can_go_back_to_being_asked(attio: Attio, deal: Deal) -> None:
    decide_always(attio.connection, "deals", "name", Policy.DJANGO)
    decide_always(attio.connection, "deals", "name", Policy.HOLD)
    assert quarrel(attio, deal).slug == "name"


def test_without_a_persons_word_the_mirror_decides_again(attio: Attio, deal: Deal) -> None:
    decide_always(attio.connection, "deals", "name", Policy.DJANGO)
    undecide(attio.connection, "deals", "name")
    assert quarrel(attio, deal).slug == "name"


def test_it_is_written_down_who_decided(attio: Attio) -> None:
    ada = User.objects.create_user("ada")
    with acting(ada.pk):
        decide_always(attio.connection, "deals", "name", Policy.DJANGO)
    policy = AttributePolicy.objects.get()
    assert (policy.decided_by, str(policy)) == (ada, "deals.name: We win")


def test_a_policy_follows_its_attribute_through_a_rename(attio: Attio, deal: Deal) -> None:
    data = {"title": "Plan", "description": None, "api_slug": "plan", "type": "text", "is_required": False,
            "is_unique": False, "is_multiselect": False, "config": {}}  # fmt: skip
    attio.ask("POST", "/v2/objects/deals/attributes", {"data": data})
    attio.refresh()
    decide_always(attio.connection, "deals", "plan", Policy.DJANGO)
    attio.ask("PATCH", "/v2/objects/deals/attributes/plan", {"data": {"api_slug": "tariff"}})
    attio.refresh()
    attio.edit(deal, tariff="Ben's")
    deal.other_values = {**deal.other_values, "tariff": "Ours"}
    deal.save(update_fields=["other_values"])
    attio.drain()
    assert attio.record(deal)["tariff"] == "Ours"


def test_hosts_hear_of_both_ends_of_a_conflict(
    attio: Attio, deal: Deal, told: list[tuple[str, str]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        conflict = quarrel(attio, deal)
    with django_capture_on_commit_callbacks(execute=True):
        resolve(conflict, Resolution.ATTIO)
    assert told == [("found", "name"), ("attio", "name")]


def test_nothing_is_owed_where_attio_was_taken(attio: Attio, deal: Deal) -> None:
    resolve(quarrel(attio, deal), Resolution.ATTIO)
    attio.drain()
    assert not OutboxEntry.objects.unfinished().exists()
