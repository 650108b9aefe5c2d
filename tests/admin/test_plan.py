"""What Attio's plan does not include is remembered, named in Attio's words and greyed out, until it is taken again."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from attio_mirror.models import Attribute, Company, Connection, Deal
from attio_mirror.sandbox import faults
from attio_mirror.sync.gates import gates_of
from attio_mirror.sync.pull import pull
from attio_mirror.testing import Attio

from ..flows.test_main_job import rename
from ..history.kit import asked, read
from .desk import Desk, errors

WORDS = "Your plan does not include this feature."
PATH = r"/v2/objects/deals/records"
LIST, PAGE, ADD = (f"attio_mirror_deal_{view}" for view in ("changelist", "change", "add"))


def closed(code: str = "particle_gate_violation", status: int = 400, message: str = WORDS, **more: Any) -> faults.Fault:
    """Attio's envelope."""
    body = {"status_code": status, "type": "invalid_request_error", "code": code, "message": message, **more}
    return faults.status(status, body)


def known() -> list[tuple[str, str, str]]:
    return [(gate.object, gate.deed, gate.attribute) for gate in gates_of(Connection.objects.get())]


@pytest.fixture
def gated(attio: Attio, deal: Deal) -> Deal:
    """Attio has refused to have deals written."""
    attio.gate.faults.add(closed(), method="PATCH", path=PATH)
    rename(deal, "Coffee")
    attio.drain()
    return deal


@pytest.mark.parametrize(
    ("code", "status"), [("particle_gate_violation", 400), ("billing_error", 403), ("quota_exceeded", 400)]
)
def test_each_kind_is_remembered_with_attios_words(attio: Attio, deal: Deal, code: str, status: int) -> None:
    attio.gate.faults.add(closed(code, status), method="PATCH", path=PATH)
    rename(deal, "Coffee")
    attio.drain()
    [gate] = gates_of(Connection.objects.get())
    assert (gate.object, gate.deed, gate.attribute) == ("deals", "write", "")
    assert (gate.code, gate.message) == (code, WORDS)
    assert Connection.objects.get().missing_scopes == []


def test_another_refusal_says_nothing_of_the_plan(attio: Attio, deal: Deal) -> None:
    attio.gate.faults.add(closed("validation_type"), method="PATCH", path=PATH)
    rename(deal, "Coffee")
    attio.drain()
    assert known() == []


def test_the_page_names_it_and_greys_out_what_would_not_help(gated: Deal, desk: Desk) -> None:
    text = desk.visit(PAGE, gated.pk)
    assert f"plan does not include writing deals: <strong>{WORDS}</strong>" in text
    assert "Change the plan in Attio, then check the connection" in text
    assert 'attio-push/" disabled' in text
    for page in (desk.visit(LIST), desk.visit("attio_mirror_operations_changelist")):
        assert WORDS in page
    assert WORDS in desk.visit("attio_mirror_connection_change", Connection.objects.get().pk)
    assert WORDS not in desk.visit("attio_mirror_company_changelist")


def test_status_tells_it(gated: Deal) -> None:
    out = StringIO()
    call_command("attio_status", stdout=out)
    assert f"writing deals: {WORDS} (particle_gate_violation, since " in out.getvalue()
    out = StringIO()
    call_command("attio_status", "--json", stdout=out)
    [gate] = json.loads(out.getvalue())["connections"][0]["plan_gates"]
    assert (gate["object"], gate["code"], gate["message"]) == ("deals", "particle_gate_violation", WORDS)


def test_a_later_success_of_the_same_kind_ends_it(attio: Attio, gated: Deal, desk: Desk) -> None:
    attio.pull(gated)
    assert known() == [("deals", "write", "")], "that one may read says nothing of writing"
    rename(gated, "Cocoa")
    attio.drain()
    assert known() == []
    assert WORDS not in desk.visit(PAGE, gated.pk)
    assert WORDS not in desk.visit(LIST)


def test_a_person_who_checks_the_connection_may_try_again(gated: Deal, desk: Desk) -> None:
    desk.act("attio_mirror_connection", "check_now", Connection.objects.get())
    assert known() == []
    assert 'attio-push/" disabled' not in desk.visit(PAGE, gated.pk)


def test_it_is_told_since_it_was_first_heard(attio: Attio, gated: Deal) -> None:
    of = Connection.objects.get()
    of.plan_gates = [{**of.plan_gates[0], "since": "2026-01-01T00:00:00+00:00"}]
    of.save()
    attio.gate.faults.add(closed(message="Upgrade to write deals."), method="PATCH", path=PATH)
    rename(gated, "Cocoa")
    attio.drain()
    [gate] = gates_of(Connection.objects.get())
    assert (gate.day, gate.message) == ("2026-01-01", "Upgrade to write deals.")


def test_one_attribute_is_named_beside_its_field_and_the_others_go_on(attio: Attio, deal: Deal, desk: Desk) -> None:
    named = {"validation_errors": [{"code": "x", "path": ["data", "values", "value"], "message": WORDS}]}
    attio.gate.faults.add(closed(**named), method="PATCH", path=PATH)
    deal.value = 99
    deal.save(update_fields=["value"])
    attio.drain()
    assert known() == [("deals", "write", "value")]
    opened = desk.open(deal)
    assert "plan does not include writing “value” of deals" in opened.text
    assert "disabled" not in _input(opened.text), "what waits here may be taken back"
    assert errors(opened.send(value="10", name="Coffee")) == {}
    attio.drain()
    assert attio.record(deal)["name"] == "Coffee"
    assert known() == [("deals", "write", "value")], "another attribute was taken, not this one"
    opened = desk.open(deal)
    assert "disabled" in _input(opened.text)
    assert 'attio-push/" disabled' not in opened.text
    assert errors(opened.send(value="77")) == {}
    deal.refresh_from_db()
    assert deal.value == 10, "what is greyed out is not written by hand-made requests either"
    form = {"action": "change_attribute", "_selected_action": [str(deal.pk)]}
    text = desk.client.post(reverse(f"admin:{LIST}"), form).content.decode()
    assert '<option value="name"' in text
    assert '<option value="value"' not in text


def _input(text: str) -> str:
    [tag] = re.findall(r'<input[^>]*id="id_value"[^>]*>', text)
    return str(tag)


def test_a_history_outside_the_plan_is_asked_for_once_and_may_come_back(attio: Attio, deal: Deal, desk: Desk) -> None:
    def skip_a_stage(first: str, last: str) -> None:
        attio.edit(deal, stage=first)
        attio.edit(deal, stage=last)
        attio.pull(deal)

    skip_a_stage("In Progress", "Won 🎉")
    attio.gate.faults.add(closed(), method="GET", path=r"/attributes/[^/]+/values")
    assert read(attio).refused == 1
    assert known() == [("deals", "history", "stage")]
    assert not Attribute.objects.get(slug="stage").refuses_history, "with another plan it can be asked again"
    opened = desk.open(deal)
    assert "plan does not include the history of “stage” of deals" in opened.text
    assert errors(opened.send(stage=str(attio.stage("Lost").pk))) == {}
    skip_a_stage("In Progress", "Won 🎉")
    assert read(attio).refused == 0
    assert "stage" in asked(attio)
    assert known() == []


def test_values_that_are_gone_from_all_records_seem_to_be_outside_the_plan(attio: Attio, desk: Desk) -> None:
    """Attio's docs: some attributes come back empty where the plan lacks the feature. What was known is kept."""
    computed = "strongest_connection_strength"
    ids = [attio.create("companies", name=f"C{n}", domains=[f"c{n}.example"]) for n in range(12)]

    def compute(value: Any, *record_ids: str) -> None:
        for record_id in record_ids:
            path = f"/v2/objects/companies/records/{record_id}"
            attio.world.ask_or_raise("PUT", path, body={"data": {"values": {computed: value}}}, system=True)
        attio.pull_all()

    compute("Good", *ids)
    compute([], *ids[:2])
    assert known() == [], "two may well have lost it"
    compute("Good", *ids)
    compute([], *ids)
    assert known() == [("companies", "values", computed)]
    company = Company.objects.first()
    assert company is not None
    assert company.other_values[computed]
    text = desk.visit("attio_mirror_company_change", company.pk)
    assert f"plan seems not to include the values of “{computed}” of companies: Attio returns no value" in text
    assert "seems not to include the values" in desk.visit("attio_mirror_company_changelist")
    compute("Good", ids[3])
    assert known() == []


def test_a_read_that_is_refused_is_told_too(attio: Attio, deal: Deal, desk: Desk) -> None:
    attio.gate.faults.add(closed("billing_error", 403), method="POST", path=PATH + "/query")
    rename(deal, "Coffee")
    attio.drain()
    assert known() == [("deals", "read", "")]
    assert "plan does not include reading deals" in desk.visit(PAGE, deal.pk)
    pull(Connection.objects.get(), "deals", [str(attio.link(deal).record_id)])
    assert known() == []
