"""How many writes a second several pumps bring to Attio together, beside a sweep, and whether Attio ever said 429.

    python -m benchmarks.budget [--writes 300] [--pumps 1 2 4] [--latency 0.19]

Real processes against the sandbox server, which counts as Attio does: 25 writes and 100 reads in a second of the clock.
SQLite, or with DATABASE_URL=postgres://… that server. `--latency` is what Attio takes for an answer, in seconds.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from attio_mirror.sandbox import faults
from attio_mirror.sandbox.gate import Logged
from tests.processes.stage import Stage, own_database, raised, script

MARK = """
from attio_mirror.models import Deal, Option, Member
from django.db import transaction
stage, owner = Option.objects.get(title="Lead", attribute__slug="stage"), Member.objects.first()
with transaction.atomic():
    for number in range({writes}):
        Deal.objects.create(name=f"Deal {{number}} of {pumps}", stage=stage, owner=owner)
"""
PUMP = """
import time
from attio_mirror.models import Connection, OutboxEntry
from attio_mirror.sync.push import pump
of = Connection.objects.get()
while OutboxEntry.objects.unfinished().exists():
    pump(of.pk)
"""
SWEEP = """
from attio_mirror.models import OutboxEntry
while OutboxEntry.objects.unfinished().exists():
    call_command("attio_pull", "companies", verbosity=0)
"""


def main() -> None:
    """Measure each number of pumps, print a line each."""
    args = _arguments()
    with (
        tempfile.TemporaryDirectory() as name,
        own_database(os.environ.get("DATABASE_URL", ""), Path(name)) as url,
        raised(url, Path(name), settings="project.settings") as stage,
    ):
        for number in range(200):
            values = {"name": f"Company {number}", "domains": [f"company-{number}.example"]}
            member = next(iter(stage.sandbox.gate.world.members))
            body = {"data": {"values": values}}
            stage.sandbox.gate.world.ask_or_raise("POST", "/v2/objects/companies/records", body=body, member=member)
        stage.sandbox.gate.faults.add(faults.slow(args.latency), times=10**9)
        print(f"{url.partition(':')[0]}, {args.latency * 1000:.0f} ms an answer, {args.writes} creates, a sweep beside")
        for pumps in args.pumps:
            _report(pumps, _measure(stage, args.writes, pumps))


def _measure(stage: Stage, writes: int, pumps: int) -> Sequence[Logged]:
    """Mark rows with nobody at work, then let so many processes push them while another one sweeps."""
    stage.run(MARK.format(writes=writes, pumps=pumps))
    stage.sandbox.gate.forget()
    started = [stage.children.start(f"pump {number}", script(PUMP)) for number in range(pumps)]
    started.append(stage.children.start("sweep", script(SWEEP)))
    for child in started:
        child.process.wait(600)
        assert child.process.returncode == 0, child.last_words()
        stage.children.alive.remove(child)
    return list(stage.sandbox.gate.log)


def _report(pumps: int, log: Sequence[Logged]) -> None:
    writes = [entry for entry in log if entry.kind == "write"]
    seconds = Counter(int(entry.at.timestamp()) for entry in writes)
    took = (writes[-1].at - writes[0].at).total_seconds()
    reads = Counter(int(entry.at.timestamp()) for entry in log if entry.kind == "read")
    print(
        f"  {pumps} pumps: {len(writes) / took:5.1f} writes/s over {took:.1f} s, at most {max(seconds.values())} in a "
        f"second of the clock; {sum(reads.values())} reads, at most {max(reads.values())} a second; "
        f"{sum(entry.status == 429 for entry in log)} times 429"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--writes", type=int, default=300)
    parser.add_argument("--pumps", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--latency", type=float, default=0.19)
    return parser.parse_args()


if __name__ == "__main__":
    main()
