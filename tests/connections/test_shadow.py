"""Shadow mode: everything is computed, nothing is sent; a report tells what would be, without a single value."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from attio_mirror.models import Company, Deal, OutboxEntry, OutboxState, Person, Verb
from attio_mirror.sync.drain import drain
from attio_mirror.sync.push import pump
from attio_mirror.sync.push.outcome import refuse
from attio_mirror.sync.shadow import Planned, planned, summary
from attio_mirror.sync.status import status
from attio_mirror.testing import Attio

from ..flows.test_main_job import make_deal


@pytest.fixture(params=["all", "one"])
def shadow(request: pytest.FixtureRequest, attio: Attio, configured: Callable[..., None]) -> Attio:
    """A mirrored deal, then shadow mode: for all connections or for this one."""
    make_deal(attio)
    attio.drain()
    if request.param == "all":
        configured(PUSH="shadow")
    else:
        configured(default={"SHADOW": True})
    attio.gate.forget()
    return attio


def test_nothing_is_sent_and_the_edit_waits(shadow: Attio) -> None:
    deal = Deal.objects.get()
    deal.name = "Coffee"
    deal.save(update_fields=["name"])
    pump(shadow.connection.pk)
    assert "Shadow mode" in drain(shadow.connection).obstacle
    assert shadow.gate.log == []
    assert shadow.entry(deal).state == OutboxState.WAITING
    assert status(shadow.connection).is_shadow


def test_what_members_do_still_comes_in(shadow: Attio) -> None:
    deal = Deal.objects.get()
    shadow.edit(deal, name="Ben's")
    shadow.pull_all()
    deal.refresh_from_db()
    assert deal.name == "Ben's"


def test_one_shadow_does_not_fall_on_the_other(attio: Attio, other: Attio, configured: Callable[..., None]) -> None:
    configured(default={"SHADOW": True})
    assert (attio.connection.is_shadow, other.connection.is_shadow) == (True, False)


def test_the_report_names_each_request_and_its_attributes(attio: Attio, configured: Callable[..., None]) -> None:
    deal, doomed = make_deal(attio), make_deal(attio)
    person = Person.objects.create(full_name="Ann", email_addresses=["ann@example.com"])
    deal.associated_people.add(person)
    attio.drain()
    configured(default={"SHADOW": True})
    deal.name = "Coffee"
    deal.save(update_fields=["name"])
    deal.associated_people.clear()
    doomed.value = 3
    doomed.save(update_fields=["value"])
    attio.entry(doomed)
    OutboxEntry.objects.filter(link=attio.link(doomed), state=OutboxState.WAITING).update(verb=Verb.DELETE)
    company = Company.objects.create(name="Acme", domains=["acme.example"])
    deal.associated_company = company
    deal.save(update_fields=["associated_company"])
    plans = list(planned(attio.connection))
    assert plans == [
        Planned("deals", str(deal.pk), Verb.OVERWRITE, ("associated_people", "name"), ("associated_company",)),
        Planned("deals", str(doomed.pk), Verb.DELETE),
        Planned("companies", str(company.pk), Verb.KEYED, ("domains", "name")),
    ]
    assert summary(plans) == {
        "deals": {"verbs": {"delete": 1, "overwrite": 1}, "slugs": {"associated_people": 1, "name": 1}},
        "companies": {"verbs": {"keyed": 1}, "slugs": {"domains": 1, "name": 1}},
    }


def test_what_was_taken_back_or_refused_is_not_planned(attio: Attio) -> None:
    deal = make_deal(attio)
    attio.drain()
    for name in ("Coffee", "Tea"):
        deal.name = name
        deal.save(update_fields=["name"])
    assert list(planned(attio.connection)) == []
    other = make_deal(attio)
    refuse(frame_of(attio), attio.entry(other), {"message": "No."})
    assert list(planned(attio.connection)) == []


def test_the_report_asks_nothing_sends_nothing_and_shows_no_value(shadow: Attio) -> None:
    deal = Deal.objects.get()
    deal.name = "A customer's secret"
    deal.save(update_fields=["name"])
    said = StringIO()
    call_command("attio_push", shadow=True, verbosity=2, stdout=said)
    assert "1 request would be sent" in said.getvalue()
    assert "name" in said.getvalue()
    assert "secret" not in said.getvalue()
    assert shadow.gate.log == []


def frame_of(attio: Attio) -> Any:
    from attio_mirror.mirrors.registry import registry
    from attio_mirror.sync.frame import Frame

    mirror = registry.of_object("deals")
    assert mirror is not None
    return Frame.of(attio.connection, mirror)
