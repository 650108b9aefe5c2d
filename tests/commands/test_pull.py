"""attio_pull: every record of every mirrored object becomes a row, and a person sees how far it is."""

from __future__ import annotations

from typing import Any

from attio_mirror.models import (
    ATTRIBUTES,
    AttioObject,
    Attribute,
    Company,
    Deal,
    Link,
    LinkState,
    Person,
    Sweep,
    SweepState,
    User,
    Workspace,
)
from attio_mirror.sandbox import faults
from attio_mirror.sync.enumeration import in_order, mirrored
from attio_mirror.sync.sweep.control import begin, claim
from attio_mirror.testing import Attio

from .conftest import Run


def test_everything_mirrored_is_pulled_in_an_order_that_suits_references(
    attio: Attio, run: Run, deals: list[str]
) -> None:
    for name in ("acme", "apex"):
        attio.create("companies", name=name, domains=[f"{name}.example"])
    said = run("attio_pull")
    assert not said.failed, said.error
    assert (Company.objects.count(), Deal.objects.count()) == (2, 3)
    assert "deals        3 records" in said.out
    assert "3 created, 0 updated, 0 unchanged" in said.out
    order = [line.split()[0] for line in said.out.splitlines() if "records in" in line]
    assert order[:5] == ["companies", "people", "users", "workspaces", "deals"]


def test_custom_objects_come_last_as_they_were_registered() -> None:
    assert in_order(["zebras", "deals", "apes", "companies", "deals"]) == ["companies", "deals", "zebras", "apes"]
    assert mirrored()[:5] == ["companies", "people", "users", "workspaces", "deals"]


def test_only_the_objects_named_are_pulled(attio: Attio, run: Run, deals: list[str]) -> None:
    attio.create("companies", name="Acme", domains=["acme.example"])
    run("attio_pull", "deals")
    assert (Company.objects.count(), Deal.objects.count()) == (0, 3)


def test_a_second_pull_changes_nothing_and_says_so(attio: Attio, run: Run, deals: list[str]) -> None:
    run("attio_pull", "deals")
    assert "0 created, 0 updated, 3 unchanged" in run("attio_pull", "deals").out
    assert attio.gate.writes() == []


def test_without_a_schema_it_is_read_first(attio: Attio, run: Run, deals: list[str]) -> None:
    forget_schema()
    assert "no schema yet" in run("attio_pull", "deals").out
    assert Deal.objects.filter(stage__title="Lead").count() == 3


def forget_schema() -> None:
    """As before the first `attio_schema`."""
    Link.objects.filter(object=ATTRIBUTES).delete()
    Attribute.objects.all().delete()
    AttioObject.objects.all().delete()
    Link.objects.filter(object=ATTRIBUTES).delete()


def test_an_object_that_is_not_enabled_is_skipped_unless_it_was_asked_for(attio: Attio, run: Run) -> None:
    said = run("attio_pull")
    assert "books        skipped" in said.out
    assert not said.failed
    assert "Enable it" in run("attio_pull", "books").error


def test_an_object_nobody_mirrors_is_an_error_that_names_those_there_are(attio: Attio, run: Run) -> None:
    said = run("attio_pull", "pets")
    assert "“pets”" in said.error
    assert "deals" in said.error
    assert attio.gate.log == []


def test_an_alias_nobody_configured_fails(db: None, run: Run) -> None:
    assert run("attio_pull", connection="nobody").failed


def test_records_no_row_can_be_written_for_are_listed_and_fail(attio: Attio, run: Run) -> None:
    for number in range(22):
        attio.create("workspaces", workspace_id=f"w-{number}")
    Workspace.objects.bulk_create(Workspace(workspace_id=f"w-{number}") for number in range(22))
    attio.create("workspaces", workspace_id="new")
    said = run("attio_pull", "workspaces")
    assert "22 records could not be written" in said.error
    assert "1 created" in said.out
    assert "22 failed" in said.out
    assert said.err.count("  record ") == 20
    assert "and 2 more" in said.err
    assert "w-1" not in said.err + said.out


def test_a_pull_leaves_a_line_in_the_table_of_sweeps(attio: Attio, run: Run, deals: list[str]) -> None:
    run("attio_pull", "deals")
    sweep = Sweep.objects.get()
    assert (sweep.object, sweep.state, sweep.seen, sweep.changed) == ("deals", SweepState.DONE, 3, 3)
    assert sweep.finished_at >= sweep.started_at  # type: ignore[operator]  # it has ended


def test_trouble_on_the_way_fails_and_is_written_down(attio: Attio, run: Run, deals: list[str]) -> None:
    attio.gate.faults.add(faults.status(503), path="deals/records/query", times=9)
    said = run("attio_pull", "deals")
    assert "later" in said.error
    assert Sweep.objects.get().state == SweepState.FAILED


def test_a_pull_the_brake_stopped_says_why_and_fails(attio: Attio, run: Run, settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "BRAKE_COUNT": 1, "BRAKE_SHARE": 0.1}
    for number in range(4):
        attio.create("companies", name=str(number), domains=[f"{number}.example"])
    run("attio_pull", "companies")
    for company in Company.objects.all()[:3]:
        attio.delete(company)
    said = run("attio_pull", "companies")
    assert "companies was not read to the end. Stopped by the brake." in said.error
    assert Sweep.objects.filter(state=SweepState.BRAKED).exists()


def test_after_the_brake_a_person_may_accept_what_is_gone(attio: Attio, run: Run, settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "BRAKE_COUNT": 1, "BRAKE_SHARE": 0.1}
    for number in range(4):
        attio.create("companies", name=str(number), domains=[f"{number}.example"])
    said = run("attio_pull", "companies", accept_deletions=True)
    assert "the brake stopped nothing" in said.out
    *gone, kept = Company.objects.order_by("pk")
    for company in gone:
        attio.delete(company)
    stopped = run("attio_pull", "companies", accept_deletions=True)
    assert "the brake stopped nothing" in stopped.out, "nobody agrees to what he has not seen"
    assert "attio_pull companies --accept-deletions" in stopped.error
    said = run("attio_pull", "companies", accept_deletions=True)
    assert not said.failed
    assert "agreed" in said.out
    assert "3 gone from Attio" in said.out
    assert {attio.state(company) for company in gone} == {LinkState.GONE}
    assert attio.state(kept) == LinkState.IN_STEP
    assert Sweep.objects.latest("pk").state == SweepState.DONE


def test_what_is_gone_from_attio_is_told(attio: Attio, run: Run, deals: list[str]) -> None:
    run("attio_pull", "deals")
    attio.delete(Deal.objects.earliest("pk"))
    assert "1 gone from Attio" in run("attio_pull", "deals").out


def test_an_object_another_process_is_at_is_left_to_it(attio: Attio, run: Run) -> None:
    sweep = begin(attio.connection, "deals")
    assert claim(sweep)
    said = run("attio_pull", "deals")
    assert "Another process" in said.error
    assert "BASE_URL" not in said.error


def test_users_and_people_find_each_other(attio: Attio, run: Run) -> None:
    ann = attio.create("people", name="Ann Lee", email_addresses=["ann@example.com"])
    person = [{"target_object": "people", "target_record_id": ann}]
    attio.create("users", user_id="u-1", primary_email_address="ann@example.com", person=person)
    run("attio_pull", "users")
    run("attio_pull", "people")
    assert User.objects.get().person == Person.objects.get()
