"""What a burst of saves costs, and when it is in Attio: real processes, the sandbox with Attio's rate limits.

    python -m benchmarks.burst [--saves 600] [--records 200] [--latency 0.15]

A cluster with the demo project's settings, on SQLite, or with DATABASE_URL=postgres://… on that server. `--latency` is
what Attio takes for an answer, in seconds. A save is in Attio when the first request that says its value, or a newer
one of the same record, arrives there.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from attio_mirror.sandbox import faults
from attio_mirror.sandbox.gate import Logged
from tests.processes.stage import Stage, own_database, raised, script


class Save(NamedTuple):
    """One save as the writer tells it: what it wrote where, when it began and ended (Unix times)."""

    number: int
    record_id: str
    began: float
    ended: float


def main() -> None:
    """Measure a quiet hour and a burst, print both."""
    args = _arguments()
    server = os.environ.get("DATABASE_URL", "")
    with (
        tempfile.TemporaryDirectory() as name,
        own_database(server, Path(name)) as url,
        raised(url, Path(name), settings="project.settings") as stage,
    ):
        sow_deals(stage, args.records)
        stage.sandbox.gate.faults.add(faults.slow(args.latency), times=10**9)
        stage.start_cluster()
        print(f"{url.partition(':')[0]}, {args.latency * 1000:.0f} ms an answer")
        _report("one now and then", *play(stage, saves=args.quiet, records=args.records, pause=1.5))
        _report("burst", *play(stage, saves=args.saves, records=args.records, pause=0))


def play(stage: Stage, *, saves: int, records: int, pause: float) -> tuple[list[Save], list[Logged]]:
    """Let a writer save, and wait until Attio has it all."""
    stage.sandbox.gate.forget()
    code = f"from benchmarks.burst_writer import write; write({saves}, records={records}, pause={pause})"
    child = stage.children.start("writer", script(code))
    child.process.wait(600)
    assert child.process.returncode == 0, child.last_words()
    stage.children.alive.remove(child)
    told = (stage.children.log_dir / "writer.log").read_text().splitlines()
    return [Save(*json.loads(line)) for line in told], stage.sandbox.gate.writes()


def sow_deals(stage: Stage, records: int, *, pull: bool = True) -> None:
    """Records in Attio, mirrored unless told otherwise: the burst edits what both sides have."""
    world = stage.sandbox.gate.world
    member = next(iter(world.members))
    owner = {"referenced_actor_type": "workspace-member", "referenced_actor_id": member}
    for number in range(records):
        values = {"name": f"Deal {number}", "stage": "Lead", "owner": owner, "value": 0}
        world.ask_or_raise("POST", "/v2/objects/deals/records", body={"data": {"values": values}}, member=member)
    if pull:
        stage.run("call_command('attio_pull', 'deals', verbosity=0)")


def _report(name: str, saves: Sequence[Save], writes: Sequence[Logged]) -> None:
    answered = [write for write in writes if write.status == 200]
    arrived = {save.number: _arrival(save, answered) for save in saves}
    per_second = Counter(int(write.at.timestamp()) for write in writes)
    took = max(arrived.values()) - saves[0].began
    print(f"\n{name}: {len(saves)} saves of {len({save.record_id for save in saves})} records")
    print(f"  requests       {len(answered)} answered, {sum(write.status == 429 for write in writes)} refused with 429")
    print(f"  all in Attio   after {took:.1f} s; at most {max(per_second.values())} writes in a second of the clock")
    _spread("save()", [save.ended - save.began for save in saves])
    _spread("save to Attio", [arrived[save.number] - save.ended for save in saves])


def _arrival(save: Save, writes: Sequence[Logged]) -> float:
    """When the value, or one that came after it, got there."""
    for write in writes:
        value = ((write.body or {}).get("data", {}).get("values", {}).get("value") or [{}])[0].get("currency_value")
        if write.path.endswith(save.record_id) and value is not None and value >= save.number:
            return write.at.timestamp()
    raise AssertionError(f"Save {save.number} never came to Attio.")


def _spread(name: str, seconds: Sequence[float]) -> None:
    """Percentiles, in milliseconds."""
    ordered = sorted(1000 * each for each in seconds)
    p50, p95 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95))
    print(f"  {name:<14} p50 {p50:.1f} ms, p95 {p95:.1f} ms, most {ordered[-1]:.1f} ms")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--saves", type=int, default=600)
    parser.add_argument("--records", type=int, default=200)
    parser.add_argument("--latency", type=float, default=0.15)
    parser.add_argument("--quiet", type=int, default=40, help="single saves before the burst")
    return parser.parse_args()


if __name__ == "__main__":
    main()
