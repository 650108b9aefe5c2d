"""The schema stays as Attio has it, although Attio announces no change of options, statuses, members and objects."""

from __future__ import annotations

import pytest

from attio_mirror import tasks
from attio_mirror.models import AttioObject, Deal, Member, Option
from attio_mirror.sandbox import faults
from attio_mirror.sync.connecting import provision
from attio_mirror.testing import Attio

from ..host.models import Book

STATUSES = "/v2/objects/deals/attributes/stage/statuses"


def test_options_statuses_and_members_follow_without_an_event(shop: Attio) -> None:
    shop.create("books", name="Emma", isbn="1", genre="Novel")
    shop.create("deals", name="Tea", stage="Lead", owner="ada@example.com")
    shop.pull_all()
    shop.ask("PATCH", "/v2/objects/books/attributes/genre/options/Novel", {"data": {"title": "Romance"}})
    shop.ask("PATCH", f"{STATUSES}/Lead", {"data": {"title": "Prospect"}})
    shop.ask("PATCH", f"{STATUSES}/Lost", {"data": {"is_archived": True}})
    shop.ask("POST", STATUSES, {"data": {"title": "Stalled"}})
    shop.world.members[shop.members["Ada"]].last_name = "King"
    tasks.care()
    assert Book.objects.get().genre == "Romance"
    assert Deal.objects.get().stage == shop.stage("Prospect")
    assert shop.stage("Lost").is_archived
    assert Option.objects.filter(title="Stalled").exists()
    assert Member.objects.get(member_id=shop.members["Ada"]).last_name == "King"


def test_a_schema_nobody_read_yet_is_left_alone(attio: Attio) -> None:
    AttioObject.objects.all().delete()
    tasks.care()
    assert attio.gate.log == []


def test_trouble_with_the_webhook_keeps_the_schema_from_nothing(attio: Attio, caplog: pytest.LogCaptureFixture) -> None:
    provision(attio.connection, "https://crm.example.com/attio/webhook/default/")
    attio.ask("PATCH", f"{STATUSES}/Lead", {"data": {"title": "Prospect"}})
    attio.gate.faults.add(faults.status(503), path="/v2/webhooks")
    tasks.care()
    assert attio.stage("Prospect")
    assert "503" in caplog.text
