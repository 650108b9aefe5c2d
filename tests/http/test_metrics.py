"""Metrics are for those who may see connections or bring the token; every line is what Prometheus can read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User as Login
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attio_mirror.models import (
    BudgetKind,
    Conflict,
    Connection,
    Deal,
    InboxEntry,
    OutboxEntry,
    OutboxState,
    RateBudget,
    Sweep,
    SweepState,
)
from attio_mirror.sync.metrics import Gauge, as_text
from attio_mirror.testing import Attio

pytestmark = pytest.mark.django_db

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
SAMPLE = re.compile(rf"({NAME})\{{({LABEL}(?:,{LABEL})*)\}} (-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)")
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parse(text: str) -> Samples:
    """As the format's description says, and no more lenient: HELP, TYPE, then samples of that name, each once."""
    assert text.endswith("\n")
    found: Samples = {}
    helped: set[str] = set()
    current = ""
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("# HELP "):
            name, _, about = line.removeprefix("# HELP ").partition(" ")
            assert name not in helped, "a name has one place"
            assert re.fullmatch(NAME, name)
            assert about
            helped.add(name)
            current = ""
        elif line.startswith("# TYPE "):
            current, kind = line.removeprefix("# TYPE ").split(" ")
            assert current in helped
            assert kind == "gauge"
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            assert sample[1] == current, "a sample stands below its own type"
            labels = [pair.partition("=") for pair in re.findall(LABEL, sample[2])]
            key = (sample[1].removeprefix("attio_mirror_"), frozenset((n, _plain(v[1:-1])) for n, _, v in labels))
            assert key not in found, "each combination of labels once"
            found[key] = float(sample[3])
    return found


def _plain(label: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], label)


@pytest.fixture
def ask(api: Client) -> Callable[[], Samples]:
    """What Ada reads."""

    def ask() -> Samples:
        answer = api.get("/attio/metrics/")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return parse(answer.content.decode())

    return ask


def read(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset({"connection": "default", **labels}.items())]


def test_numbers_are_for_nobody_without_the_right(bob: Login) -> None:
    outsider = Client()
    assert outsider.get("/attio/metrics/").status_code == 401
    outsider.force_login(bob)
    answer = outsider.get("/attio/metrics/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("wanted", "given", "status"),
    [
        ("s3cret", "Bearer s3cret", 200),
        ("s3cret", "Bearer other", 401),
        ("s3cret", "s3cret", 401),
        ("", "Bearer ", 401),
    ],
)
def test_the_token_of_the_settings_opens_them(settings: Any, wanted: str, given: str, status: int) -> None:
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "METRICS_TOKEN": wanted}
    answer = Client().get("/attio/metrics/", headers={"Authorization": given})
    assert answer.status_code == status


def test_a_mirror_at_rest(attio: Attio, ask: Callable[[], Samples]) -> None:
    found = ask()
    assert read(found, "connection_state", state="active") == 1
    assert read(found, "connection_paused") == 0
    for name in ("outbox_oldest_seconds", "inbox_oldest_seconds", "conflicts_open", "unannounced_changes"):
        assert read(found, name) == 0
    assert not [name for name, _ in found if name == "lag_seconds"]


def test_what_waits_is_counted_and_timed(attio: Attio, ask: Callable[[], Samples]) -> None:
    deal, other, third = (Deal.objects.create(name=name) for name in ("Tea", "Coffee", "Milk"))
    OutboxEntry.objects.update(not_before=timezone.now() - timedelta(minutes=5))
    for row, state in ((other, OutboxState.REFUSED), (third, OutboxState.IN_DOUBT)):
        OutboxEntry.objects.filter(link=attio.link(row)).update(state=state)
    Conflict.objects.create(link=attio.link(deal), slug="name", open_slot="x")
    Conflict.objects.create(link=attio.link(deal), slug="value", resolved_at=timezone.now())
    received_at = timezone.now() - timedelta(minutes=2)
    InboxEntry.objects.create(connection=attio.connection, idempotency_key="a", body={}, received_at=received_at)
    InboxEntry.objects.create(connection=attio.connection, idempotency_key="b", body={}, state="failed")
    found = ask()
    for name, count in (("waiting", 1), ("refused", 1), ("in_doubt", 1), ("sending", 0)):
        assert read(found, "outbox_entries", state=name) == count
    assert 300 <= read(found, "outbox_oldest_seconds") < 360
    assert 120 <= read(found, "inbox_oldest_seconds") < 180
    assert read(found, "inbox_deliveries", state="waiting") == read(found, "inbox_deliveries", state="failed") == 1
    assert read(found, "conflicts_open") == 1
    assert read(found, "deliveries") == 2


def test_the_lag_of_an_object_is_that_of_its_last_sweep(attio: Attio, ask: Callable[[], Samples]) -> None:
    now = timezone.now()
    for hours, state in ((3, SweepState.DONE), (1, SweepState.DONE), (0, SweepState.CANCELLED)):
        at = now - timedelta(hours=hours)
        Sweep.objects.create(
            connection=attio.connection, object="deals", state=state, started_at=at, finished_at=at, drift=2
        )
    found = ask()
    assert 3600 <= read(found, "lag_seconds", object="deals", kind="full") < 3700
    assert read(found, "unannounced_changes") == 6


def test_the_budget_says_how_far_ahead_it_is_reserved(attio: Attio, ask: Callable[[], Samples]) -> None:
    RateBudget.objects.filter(connection=attio.connection).delete()
    RateBudget.objects.create(
        connection=attio.connection, kind=BudgetKind.WRITE, arrival=round((time.time() + 60) * 1_000_000)
    )
    RateBudget.objects.create(connection=attio.connection, kind=BudgetKind.READ, arrival=0)
    found = ask()
    assert 30 < read(found, "budget_ahead_seconds", kind="write") <= 60
    assert read(found, "budget_ahead_seconds", kind="read") == 0


def test_silence_and_pauses_are_told(attio: Attio, ask: Callable[[], Samples]) -> None:
    now = timezone.now()
    Connection.objects.update(quiet_until=now + timedelta(minutes=1), paused_at=now, state="revoked")
    found = ask()
    assert 30 < read(found, "connection_quiet_seconds") <= 60
    assert read(found, "connection_paused") == 1
    assert read(found, "connection_state", state="revoked") == 1


def test_a_user_of_some_tenants_reads_theirs(attio: Attio, ask: Callable[[], Samples], settings: Any) -> None:
    Connection.objects.create(alias="other")
    assert {dict(labels)["connection"] for _, labels in ask()} == {"default", "other"}
    settings.ATTIO_MIRROR = {**settings.ATTIO_MIRROR, "TENANTS_OF_USER": f"{__name__}.only_other"}
    assert {dict(labels)["connection"] for _, labels in ask()} == {"other"}


def only_other(_user: Login) -> list[str]:
    return ["other"]


def test_no_number_costs_a_query_for_each_row(attio: Attio, ask: Callable[[], Samples]) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            ask()
        return len(queries)

    few = cost()
    for number in range(5):
        Conflict.objects.create(link=attio.link(Deal.objects.create(name=str(number))), slug="name")
        Sweep.objects.create(
            connection=attio.connection, object=str(number), state=SweepState.DONE, finished_at=timezone.now()
        )
    assert cost() == few


def test_labels_survive_whatever_stands_in_them() -> None:
    gauge = Gauge("odd", "A line\nand \\ more.")
    strange = 'a"b\\c\nd\\n'
    gauge.put(1.5, name=strange)
    gauge.put(1e-7, name="")
    found = parse(as_text([gauge, Gauge("empty", "Nothing.")]))
    assert found == {("odd", frozenset({("name", strange)})): 1.5, ("odd", frozenset({("name", "")})): 1e-7}


def test_metrics_only_read(api: Client) -> None:
    assert api.post("/attio/metrics/").status_code == 405
