"""A whole day with everything going wrong, listened to at DEBUG: no token and no customer's value in any log, task,
error or printed object."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import serializers
from django.test import override_settings
from django.views.debug import ExceptionReporter
from django_q.models import OrmQ

from attio_mirror.client import unmount
from attio_mirror.core.errors import NotSent
from attio_mirror.models import Company, Connection, Deal, InboxEntry, Link, OutboxEntry, Person, Sweep
from attio_mirror.sandbox import faults
from attio_mirror.sync.connections import attio as service_of
from attio_mirror.sync.connections import check
from attio_mirror.sync.find import find
from attio_mirror.sync.tick import tick
from attio_mirror.testing import Attio

from ..flows.test_main_job import make_deal
from ..flows.test_saving import settings_with
from ..host.models import Book

TOKEN = "token-of-the-tests"
SECRET = "secret-of-the-tests"
NOWHERE = {"TOKEN": "token-" + "nobody-may-read", "BASE_URL": "http://127.0.0.1:1"}
VALUES = ("Marmalade", "marmalade@example.com", "marmalade.example", "1357.9246", "Quince", "978-24680")
"""Customers' values, none of which may be read where they do not belong."""


class Listener(logging.Handler):
    """Everything anybody logs, with arguments and tracebacks, as text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(self.format(record) + repr(record.args))


@pytest.fixture
def listener() -> Iterator[Listener]:
    """At the root, and at loggers that do not pass on what they hear."""
    one = Listener()
    loggers = [logging.getLogger(name) for name in ("", "attio_mirror", "urllib3", "requests", "django", "django-q")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.addHandler(one)
    yield one
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(one)
        logger.setLevel(level)


def found_in(text: str) -> list[str]:
    return [value for value in (TOKEN, SECRET, *VALUES) if value in text]


def a_bad_day(attio: Attio, callbacks: Any) -> None:
    """Creates, refusals, lost answers, cuts, a gateway's page, rate limits, conflicts, deletions, a lost token."""
    script: list[tuple[faults.Fault, str | None]] = [
        (faults.timeout_after, "POST"), (faults.status(502, "<html>Marmalade</html>"), "PATCH"),
        (faults.cut_midway, "PATCH"), (faults.malformed, "PUT"), (faults.rate_limited(1), "PATCH"),
        (faults.unreachable, None), (faults.status(500), None), (faults.timeout_before, "PUT"),
    ]  # fmt: skip
    with callbacks(execute=True):
        company = Company.objects.create(name="Marmalade", domains=["marmalade.example"])
        person = Person.objects.create(full_name="Quince", email_addresses=["marmalade@example.com"])
        deal = make_deal(attio, name="Marmalade", value="1357.9246", associated_company=company)
        Deal.objects.create(name="Quince")
        Book.objects.create(isbn="978-24680", title="Quince", site="not a domain, Marmalade")
    for fault, method in script:
        attio.gate.faults.add(fault, method=method)
        with callbacks(execute=True):
            deal.name = f"Marmalade {fault.kind}"
            deal.save()
            deal.associated_people.add(person)
        attio.drain()
    attio.pass_time(300)
    attio.drain()
    attio.edit(deal, name="Quince")
    deal.name = "Marmalade again"
    deal.save()
    attio.drain()
    attio.gate.faults.add(faults.status(401), times=2)
    Deal.objects.update(name="Marmalade by query")
    find(attio.connection)
    tick()
    attio.gate.faults.clear()
    check(attio.connection)
    attio.delete(deal)
    attio.pull_all()
    attio.refresh()
    tick()


def test_no_secret_and_no_value_is_logged_queued_or_kept_in_an_error(
    shop: Attio, listener: Listener, django_capture_on_commit_callbacks: Any
) -> None:
    with override_settings(ATTIO_MIRROR=settings_with(PUSH="queued", LINGER=0.0)):
        a_bad_day(shop, django_capture_on_commit_callbacks)
    assert listener.heard, "nothing was listened to"
    assert {value for line in listener.heard for value in found_in(line)} == set()
    tasks = [json.dumps(task.task, default=str) for task in OrmQ.objects.all()]
    assert tasks, "nothing was queued"
    assert {value for task in tasks for value in found_in(task)} == set()
    errors = [json.dumps(error) for error in OutboxEntry.objects.values_list("error", flat=True)]
    assert any("message" in error for error in errors), "nothing went wrong"
    assert {value for error in errors for value in found_in(error)} == set()
    notes = [*Connection.objects.values_list("error", flat=True), *Sweep.objects.values_list("error", flat=True)]
    assert {value for note in notes for value in found_in(note)} == set()


def test_a_dead_broker_is_logged_without_values(
    attio: Attio, listener: Listener, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def dead(*_: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("attio_mirror.sync.wake.enqueue", dead)
    with override_settings(ATTIO_MIRROR=settings_with(PUSH="queued")), django_capture_on_commit_callbacks(execute=True):
        make_deal(attio, name="Marmalade")
    assert any("queue did not take" in line for line in listener.heard)
    assert {value for line in listener.heard for value in found_in(line)} == set()


def test_no_table_holds_a_token(attio: Attio) -> None:
    make_deal(attio)
    attio.drain()
    for model in (Connection, OutboxEntry, Link, InboxEntry):
        dump = serializers.serialize("json", model._default_manager.all())
        assert TOKEN not in dump
        assert SECRET not in dump


def test_printed_objects_show_no_secret(attio: Attio) -> None:
    service = service_of(attio.connection)
    for one in (service, attio.connection, attio.connection.conf, vars(service)):
        assert found_in(f"{one!r} {one!s}") == []


def test_no_error_page_shows_the_token(attio: Attio) -> None:
    """Debug pages and error reports print the variables of every frame, those of the causes included."""
    base_url = attio.connection.conf.base_url
    unmount(base_url)
    with override_settings(ATTIO_MIRROR=settings_with(CONNECTIONS={"default": NOWHERE})):
        with pytest.raises(NotSent) as unreachable:
            check(attio.connection)
        with pytest.raises(NotSent) as unsendable:
            service_of(attio.connection).create("deals", {"name": object()})
    for raised in (unreachable, unsendable):
        page = ExceptionReporter(None, raised.type, raised.value, raised.tb).get_traceback_html()
        assert "NotSent" in page
        assert "token-" + "nobody-may-read" not in page
