"""Whatever is written in whatever order, the world stays in one piece."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from .conftest import id_of, to

LINKS = {
    "companies": {"team": "people", "associated_deals": "deals", "associated_workspaces": "workspaces"},
    "people": {"company": "companies", "associated_deals": "deals"},
    "deals": {"associated_people": "people", "associated_company": "companies"},
    "workspaces": {"company": "companies"},
}
STEPS = 120


def values_for(ada, choice, target):
    """Random links for a record, and what its object requires."""
    values = {}
    for slug, other in LINKS[target].items():
        known = ada.done("POST", f"/objects/{other}/records/query", {})
        attribute = ada.world.objects.find(target).attributes.find(slug)
        most = min(len(known), 3 if attribute.multi else 1)
        if choice.random() < 0.5:
            values[slug] = [to(other, record) for record in choice.sample(known, choice.randint(0, most))]
    return values


def required(choice, target):
    number = choice.randrange(10**9)
    return {
        "deals": {"name": f"Deal {number}", "stage": "Lead", "owner": "ada@acme.test"},
        "people": {"email_addresses": [f"p{number}@x.test"]},
        "companies": {"domains": [f"c{number}.test", f"d{number}.test"]},
        "workspaces": {"workspace_id": str(number)},
    }[target]


def step(ada, choice):
    target = choice.choice(list(LINKS))
    known = [id_of(record) for record in ada.done("POST", f"/objects/{target}/records/query", {})]
    act = choice.random()
    if act < 0.4 or len(known) < 2:
        ada.create(target, **required(choice, target), **values_for(ada, choice, target))
    elif act < 0.85:
        method = choice.choice(["PATCH", "PUT"])
        ada.write(target, choice.choice(known), method, **values_for(ada, choice, target))
    elif act < 0.93:
        ada.done("DELETE", f"/objects/{target}/records/{choice.choice(known)}")
    else:
        primary, secondary = choice.sample(known, 2)
        body = {"data": {"primary_record_id": primary, "secondary_record_id": secondary}}
        ada.done("POST", f"/objects/{target}/records/merge", body)


def holders(world):
    return [holder for target in world.objects for holder in target.holders.values()]


def check_links_agree(world):
    for holder in holders(world):
        for attribute in holder.target.attributes:
            if attribute.partner is None:
                continue
            for object_id, record_id in holder.elements(attribute):
                other = world.record(object_id, record_id)
                assert other is not None, "a reference to nobody"
                assert (holder.target.id, holder.id) in other.elements(attribute.partner), "only one side knows"


def check_indexes_agree(world):
    incoming, unique = {}, {}
    for holder in holders(world):
        for attribute in holder.target.attributes:
            for element in holder.elements(attribute):
                if attribute.type == "record-reference":
                    incoming.setdefault(element[1], set()).add((holder, attribute))
                if attribute.unique:
                    key = element[0] if attribute.type == "email-address" else element
                    unique.setdefault(attribute.id, {}).setdefault(key, set()).add(holder.id)
    assert {key: set(pairs) for key, pairs in world.incoming.items() if pairs} == incoming
    for target in world.objects:
        for identifier, owners in target.unique.items():
            assert {key: set(ids) for key, ids in owners.items()} == unique.get(identifier, {})


def check_versions_are_sound(world):
    for holder in holders(world):
        for attribute in holder.target.attributes:
            active, past = holder.values.get(attribute.id, []), holder.past.get(attribute.id, [])
            assert all(value.active_until is None for value in active)
            assert all(value.active_from < value.active_until for value in past)
            assert max(Counter(value.element for value in active).values(), default=1) == 1, "a value twice"
            assert attribute.multi or len(active) <= 1
            if not attribute.multi:
                ends = sorted(past, key=lambda value: value.active_from)
                starts = [value.active_from for value in [*ends[1:], *active]]
                assert all(value.active_until <= start for value, start in zip(ends, starts, strict=False))


@pytest.mark.parametrize("seed", range(6))
def test_random_writes_leave_the_world_in_one_piece(ada, seed):
    choice = Random(seed)
    for _ in range(STEPS):
        step(ada, choice)
        check_links_agree(ada.world)
    check_indexes_agree(ada.world)
    check_versions_are_sound(ada.world)
