"""How many requests Attio gets, counted in the sandbox's log, against the limits we promise. Fails where one is broken.

    python -m benchmarks.requests [--deals 10000]                      # DATABASE_URL picks the database

Counts do not depend on the machine. The burst runs as it would in production: a task cluster, a writer and the sandbox
as processes of their own, and answers that take 150 ms. The tests ask the same of smaller numbers.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django

django.setup()

from django.core.management import call_command

from attio_mirror.models import Deal, InboxEntry
from attio_mirror.sandbox import faults
from attio_mirror.sync.inbox import read_inbox
from attio_mirror.sync.sweep import look_lightly
from attio_mirror.testing import Attio, sandboxed
from tests.processes.stage import own_database, raised
from tests.sweep.kit import sow, sweep, written

from .burst import Save, play, sow_deals
from .scratch import own_tables

EVENTS, RECORDS = 5_000, 1_000
SAVES = 100
MOVED = 5


@dataclass
class Counts:
    """What was counted, and whether all of it is within its limit."""

    broken: list[str] = field(default_factory=list)

    def show(self, what: str, count: int, most: int | None = None) -> None:
        """One line."""
        verdict = "" if most is None else f"   (at most {most})"
        if most is not None and count > most:
            self.broken.append(what)
            verdict += "  BROKEN"
        print(f"  {what:66}{count:6}{verdict}")


def main() -> None:
    """Count, print, exit 1 where a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--deals", type=int, default=10_000)
    deals, counts = parser.parse_args().deals, Counts()
    print(f"{deals} deals")
    with own_tables(), sandboxed() as attio:
        there = sow(attio, deals, "deals")
        attio.world.clock.advance(600)
        _mirror(attio, deals, counts)
        _look(attio, there, counts)
        _hear(attio, there[:RECORDS], counts)
    with own_tables(), sandboxed() as attio:
        _begin_with_nothing(attio, deals, counts)
    _burst(counts)
    sys.exit(f"Broken: {'; '.join(counts.broken)}" if counts.broken else 0)


def _mirror(attio: Attio, deals: int, counts: Counts) -> None:
    """The first sweep and the second."""
    attio.gate.forget()
    sweep(attio, "deals")
    counts.show("first mirror, requests", len(attio.gate.log), 30)
    assert Deal.objects.count() == deals
    attio.gate.forget()
    with written() as statements:
        sweep(attio, "deals")
    counts.show("second sweep, requests that read", len(attio.gate.reads()), 30)
    counts.show("second sweep, requests that write", len(attio.gate.writes()), 0)
    counts.show("second sweep, statements that write rows, links or history", len(statements), 0)


def _look(attio: Attio, there: list[str], counts: Counts) -> None:
    """Stages move far apart from each other, and a light sweep looks."""
    attio.world.clock.advance(600)
    moved = there[7 :: len(there) // MOVED][:MOVED]
    for record_id in moved:
        body = {"data": {"values": {"stage": "Won 🎉"}}}
        attio.ask("PATCH", f"/v2/objects/deals/records/{record_id}", body, by="Ben")
    attio.gate.forget()
    look_lightly(attio.connection, "deals")
    counts.show(f"light sweep that finds {MOVED} moved stages, requests", len(attio.gate.log), 4)
    won = Deal.objects.filter(stage=attio.stage("Won 🎉"))
    assert set(Deal.objects.by_record_id(*moved)) == set(won)


def _hear(attio: Attio, record_ids: list[str], counts: Counts) -> None:
    """Events about few records, many of each, in a mixed order."""
    ids = {"workspace_id": attio.connection.workspace_id}
    ids["object_id"] = attio.connection.objects_mirrored.get(slug="deals").object_id
    events = [
        {"event_type": "record.updated", "id": {**ids, "record_id": record_ids[number * 7 % len(record_ids)]}}
        for number in range(EVENTS)
    ]
    for record_id in record_ids:
        attio.ask("PATCH", f"/v2/objects/deals/records/{record_id}", {"data": {"values": {"name": "Heard of"}}})
    InboxEntry.objects.bulk_create(
        InboxEntry(connection=attio.connection, idempotency_key=str(n), body={"webhook_id": "hook", "events": [event]})
        for n, event in enumerate(events)
    )
    attio.gate.forget()
    assert read_inbox(attio.connection.pk) == EVENTS
    counts.show(f"{EVENTS} events on {len(record_ids)} records, requests", len(attio.gate.log), 12)
    assert Deal.objects.filter(name="Heard of").count() == len(record_ids)


def _begin_with_nothing(attio: Attio, deals: int, counts: Counts) -> None:
    """What a newcomer's `attio_pull deals` costs, who has no schema yet."""
    there = sow(attio, deals, "deals")
    attio.connection.objects_mirrored.all().delete()
    attio.gate.forget()
    call_command("attio_pull", "deals", stdout=StringIO())
    assert Deal.objects.count() == len(there)
    schema = [one for one in attio.gate.log if not one.path.endswith("/query")]
    counts.show("first mirror from nothing, requests for the schema on top", len(schema))
    counts.show("first mirror from nothing, requests for records", len(attio.gate.log) - len(schema), 30)


def _burst(counts: Counts) -> None:
    """One row saved again and again, as fast as it goes, beside a working cluster."""
    with (
        tempfile.TemporaryDirectory() as name,
        own_database(os.environ.get("DATABASE_URL", ""), Path(name)) as url,
        raised(url, Path(name), settings="project.settings") as stage,
    ):
        sow_deals(stage, 1)
        stage.sandbox.gate.faults.add(faults.slow(0.15), times=10**9)
        stage.start_cluster()
        saves, writes = play(stage, saves=SAVES, records=1, pause=0)
    counts.show(f"{SAVES} saves of one row in {_lasted(saves):.1f} s, requests that write", len(writes), 3)


def _lasted(saves: list[Save]) -> float:
    return saves[-1].ended - saves[0].began


if __name__ == "__main__":
    main()
