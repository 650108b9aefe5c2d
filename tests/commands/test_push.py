"""attio_push: what waits is brought to Attio here and now, and what cannot be is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attio_mirror.models import Deal, Link, OutboxEntry, OutboxState, Workspace
from attio_mirror.sandbox import faults
from attio_mirror.sync.push import Pumped, pump
from attio_mirror.testing import Attio

from .conftest import Run


@pytest.fixture
def naps(attio: Attio, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time passes without waiting; how long each nap was."""
    taken: list[float] = []

    def nap(seconds: float) -> None:
        taken.append(seconds)
        attio.pass_time(seconds)

    monkeypatch.setattr("attio_mirror.sync.drain.time.sleep", nap)
    return taken


def make_deal(attio: Attio, name: str = "Tea", **more: Any) -> Deal:
    return Deal.objects.create(name=name, stage=attio.stage("Lead"), owner=attio.member("Ada"), **more)


def test_what_waits_is_sent_and_listed(attio: Attio, run: Run) -> None:
    deal = make_deal(attio)
    said = run("attio_push")
    assert not said.failed
    assert attio.record(deal)["name"] == "Tea"
    assert f"sent  deals row {deal.pk}  name, owner, stage" in said.out
    assert "1 sent, 0 refused, 0 in doubt, 0 waiting" in said.out


def test_no_value_is_shown(attio: Attio, run: Run) -> None:
    make_deal(attio, "A secret name")
    assert "secret" not in run("attio_push", verbosity=2).out


def test_nothing_to_send_is_fine(attio: Attio, run: Run) -> None:
    said = run("attio_push", "--wait", "0")
    assert not said.failed
    assert "0 sent" in said.out


def test_of_many_sent_entries_some_are_listed_unless_asked_for_all(attio: Attio, run: Run) -> None:
    for number in range(22):
        make_deal(attio, str(number))
    assert "… and 2 more entries sent." in run("attio_push").out
    Deal.objects.update(name="x")
    assert run("attio_push", find=True, verbosity=2).out.count("  sent  ") == 22


def test_changes_without_a_signal_are_found_on_request(attio: Attio, run: Run) -> None:
    deal = make_deal(attio)
    attio.drain()
    Deal.objects.update(name="Coffee")
    assert "0 sent" in run("attio_push").out
    said = run("attio_push", find=True)
    assert "1 changed row" in said.out
    assert attio.record(deal)["name"] == "Coffee"


def test_a_refusal_is_told_in_attios_words_with_the_attribute_and_fails(attio: Attio, run: Run) -> None:
    for key in ("a", "b"):
        Workspace.objects.create(workspace_id=key)
    run("attio_push")
    workspace = Workspace.objects.get(workspace_id="b")
    Workspace.objects.filter(workspace_id="a").update(workspace_id="c")
    workspace.workspace_id = "a"
    workspace.save()
    said = run("attio_push")
    assert said.failed
    assert f"refused  workspaces row {workspace.pk}  workspace_id: " in said.out
    assert OutboxEntry.objects.get(state=OutboxState.REFUSED).error["message"] in said.out
    assert run("attio_push").failed, "an old refusal still waits for a person"


def test_a_pump_that_ended_early_is_started_again(attio: Attio, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_entry(connection_id: int) -> Pumped:
        unsent = OutboxEntry.objects.open().order_by("pk").values_list("link", flat=True)
        others = Link.objects.filter(pk__in=list(unsent[1:]))
        others.update(lease_until=timezone.now() + timedelta(minutes=1))
        pumped = pump(connection_id)
        others.update(lease_until=None)
        return pumped

    for name in ("Tea", "Coffee", "Cocoa"):
        make_deal(attio, name)
    monkeypatch.setattr("attio_mirror.sync.drain.pump", one_entry)
    assert "3 sent" in run("attio_push", "--wait", "0").out


def test_a_back_off_is_waited_for(attio: Attio, run: Run, naps: list[float]) -> None:
    deal = make_deal(attio)
    attio.drain()
    attio.gate.faults.add(faults.status(503), method="PATCH", times=2)
    Deal.objects.get().save()
    deal.name = "Coffee"
    deal.save()
    said = run("attio_push")
    assert not said.failed
    assert len(naps) == 2
    assert attio.record(deal)["name"] == "Coffee"


def test_a_pause_attio_asks_for_is_waited_for(attio: Attio, run: Run, naps: list[float]) -> None:
    deal = make_deal(attio)
    attio.gate.faults.add(faults.rate_limited(5), method="POST", path=r"/deals/records$")
    assert not run("attio_push").failed
    assert 4 < sum(naps) < 10
    assert attio.record(deal)["name"] == "Tea"


def test_patience_ends(attio: Attio, run: Run, naps: list[float]) -> None:
    make_deal(attio)
    attio.gate.faults.add(faults.unreachable, times=99)
    said = run("attio_push", wait=0.0)
    assert naps == []
    assert not said.failed
    assert "1 waiting" in said.out
    assert "waiting  deals row" in said.out


def test_an_unanswered_create_is_resolved_or_fails(attio: Attio, run: Run, naps: list[float]) -> None:
    make_deal(attio)
    attio.gate.faults.add(faults.timeout_before, method="POST", path=r"/deals/records$")
    said = run("attio_push", once=True)
    assert said.failed
    assert "1 in doubt" in said.out
    assert not run("attio_push", "--wait", "100").failed
    assert len(attio.records("deals")) == 1


def test_once_is_one_round(attio: Attio, run: Run, naps: list[float]) -> None:
    make_deal(attio)
    attio.gate.faults.add(faults.status(503), method="POST", path=r"/deals/records$")
    run("attio_push", once=True)
    assert naps == []


def test_an_entry_another_process_is_at_is_waited_for(attio: Attio, run: Run, naps: list[float]) -> None:
    make_deal(attio)
    Link.objects.update(lease_until=timezone.now() + timedelta(seconds=10))
    assert "1 sent" in run("attio_push").out
    assert sum(naps) >= 9


def test_an_entry_that_waits_for_a_refused_one_does_not_hold_up_the_end(
    attio: Attio, run: Run, naps: list[float]
) -> None:
    attio.gate.faults.add(faults.status(400), method="POST", path="workspaces/records$")
    workspace = Workspace.objects.create(workspace_id="w-1")
    OutboxEntry.objects.update(state=OutboxState.REFUSED)
    assert run("attio_push").failed
    assert naps == []
    assert attio.state(workspace) == "refused"


def test_a_paused_connection_says_so_and_fails(attio: Attio, run: Run) -> None:
    make_deal(attio)
    attio.connection.paused_at = timezone.now()
    attio.connection.save()
    said = run("attio_push")
    assert said.failed
    assert "paused" in said.out
    assert attio.gate.log == []


def test_a_revoked_connection_says_what_to_do(attio: Attio, run: Run) -> None:
    attio.world.revoke_token("token-of-the-tests")
    run("attio_connect")
    attio.gate.forget()
    said = run("attio_push")
    assert said.failed
    assert "attio_connect default" in said.out
    assert attio.gate.log == []


def test_in_shadow_nothing_is_sent(attio: Attio, run: Run, settings: Any) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "PUSH": "shadow"}
    make_deal(attio)
    said = run("attio_push")
    assert said.failed
    assert "shadow" in said.out
    assert attio.gate.writes() == []


def test_one_connection_can_be_named(attio: Attio, run: Run) -> None:
    assert "“default”" in run("attio_push", connection="default").out
    assert run("attio_push", connection="nobody").failed
