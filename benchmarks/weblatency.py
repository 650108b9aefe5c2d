"""What saves of a web process cost while a first mirror is written on SQLite, and whether one ever finds it locked.

    python -m benchmarks.weblatency [--deals 10000]                    # DATABASE_URL picks another database

The web process, the pull and the sandbox are processes of their own, with the demo project's settings. Each save writes
a row, marks it and wakes the queue, as in production, after some milliseconds of thinking.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from attio_mirror.management.children import Child
from tests.processes.stage import Stage, own_database, raised, script

from .burst import sow_deals

MOST = 250.0
"""Milliseconds that 95 of 100 saves may take."""
ROWS = 50


def main() -> None:
    """Measure in silence and beside the pull; exit 1 where a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--deals", type=int, default=10_000)
    deals = parser.parse_args().deals
    with (
        tempfile.TemporaryDirectory() as name,
        own_database(os.environ.get("DATABASE_URL", ""), Path(name)) as url,
        raised(url, Path(name), settings="project.settings") as stage,
    ):
        _sow_companies(stage)
        print(f"{url.partition(':')[0]}, {deals} deals")
        quiet = _beside(stage, script("import time; time.sleep(5)"))
        sow_deals(stage, deals, pull=False)
        busy = _beside(stage, script("call_command('attio_pull', 'deals', verbosity=0)"))
    _report("nobody else writes", *quiet)
    p95, locked = _report("beside a first mirror", *busy)
    sys.exit("Broken." if p95 > MOST or locked else 0)


def _sow_companies(stage: Stage) -> None:
    """Rows for the web process to save, mirrored before."""
    world = stage.sandbox.gate.world
    member = next(iter(world.members))
    for number in range(ROWS):
        body = {"data": {"values": {"name": f"Company {number}"}}}
        world.ask_or_raise("POST", "/v2/objects/companies/records", body=body, member=member)
    stage.run("call_command('attio_pull', 'companies', verbosity=0)")


def _beside(stage: Stage, work: list[str]) -> tuple[list[float], int, float]:
    """Save until the other process has ended: the seconds of each save, how many were locked out, how long it was."""
    flag = stage.children.log_dir / "at-work"
    flag.touch()
    web = stage.children.start("web", script(f"from benchmarks.web_writer import write; write({str(flag)!r})"))
    time.sleep(2)  # until it has set up
    began = time.monotonic()
    other = stage.children.start("work", work)
    _ended(stage, other)
    took = time.monotonic() - began
    flag.unlink()
    _ended(stage, web)
    told = json.loads((stage.children.log_dir / "web.log").read_text().splitlines()[-1])
    return told["saves"], told["locked"], took


def _ended(stage: Stage, child: Child) -> None:
    child.process.wait(1800)
    assert child.process.returncode == 0, child.last_words()
    stage.children.alive.remove(child)


def _report(name: str, saves: list[float], locked: int, took: float) -> tuple[float, int]:
    ordered = sorted(1000 * each for each in saves)
    p50, p95, p99 = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95, 0.99))
    print(
        f"  {name:<24} {len(saves)} saves in {took:.0f} s: p50 {p50:.1f} ms, p95 {p95:.1f} ms (at most {MOST:.0f}), "
        f"p99 {p99:.1f} ms, most {ordered[-1]:.1f} ms; {locked} times locked"
    )
    return p95, locked


if __name__ == "__main__":
    main()
