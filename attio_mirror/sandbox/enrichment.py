"""What Attio does by itself: a person with a work e-mail gets a company, a quarter of a second later (seen live)."""

from __future__ import annotations

from . import records
from .call import Call, Caller
from .nouns import SYSTEM, AttioObject, Holder
from .state import State
from .values.web import root

DELAY = 0.25
FREE_MAIL = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "gmx.de"}
)


def foresee(state: State) -> None:
    """Plan what the persons born in the request under way will bring about."""
    people = state.objects.find("people")
    if not state.readings.person_brings_company or people is None:
        return
    for event in state.unsaid:
        person = people.holders.get(event.id.get("record_id", ""))
        if event.event_type == "record.created" and person is not None:
            _plan(state, people, person)


def _plan(state: State, people: AttioObject, person: Holder) -> None:
    domain = _work_domain(people, person)
    if domain is not None:
        state.pending.append((state.clock.after(DELAY), lambda: _bring(state, people, person, domain)))


def _work_domain(people: AttioObject, person: Holder) -> str | None:
    attribute = people.attributes.find("email_addresses")
    addresses = [str(each[0]) for each in person.elements(attribute) if isinstance(each, tuple)] if attribute else []
    domains = (root(address.rpartition("@")[2]) for address in addresses)
    return next((domain for domain in domains if domain not in FREE_MAIL), None)


def _bring(state: State, people: AttioObject, person: Holder, domain: str) -> None:
    """Find or make the company, and link the person unless someone did or removed them meanwhile."""
    company = people.attributes.find("company")
    if person.id not in people.holders or company is None or person.elements(company):
        return
    records.assert_record(_call(state, {"object": "companies"}, {"domains": [domain]}))
    records.update(_call(state, {"object": "people", "record_id": person.id}, {"company": [domain]}))


def _call(state: State, params: dict[str, str], values: dict[str, list[str]]) -> Call:
    query = {"matching_attribute": "domains"}
    return Call(state, Caller(SYSTEM, system=True), params, query, {"data": {"values": values}})
