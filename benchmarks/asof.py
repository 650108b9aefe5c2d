"""All deals as of a moment, counted and paged, and one record: at 100,000 deals with ten stages each.

    python -m benchmarks.asof [--deals 100000] [--moments 40]        # DATABASE_URL picks the database

Moments are drawn from the whole span; each is asked for three times, and the best counts, for the machine may have
other things to do. Every figure comes with the index the database says it used. The ratio is to the
same answer by plain means: all versions fetched and replayed in Python.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django

django.setup()

from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from attio_mirror.models import AttributeValue, Deal
from attio_mirror.testing import sandboxed

from .lives import SPAN, START, Lives
from .scratch import own_tables

BELIEVED = START + SPAN * 2
TRIES = 3


def main() -> None:
    """Build, measure, print, drop the database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--moments", type=int, default=40)
    args = parser.parse_args()
    with own_tables(), sandboxed() as attio:
        began = time.perf_counter()
        Lives(attio.connection, args.deals).write()
        versions = AttributeValue.objects.count()
        print(
            f"{database.vendor}, {args.deals} deals, {versions} versions, built in {time.perf_counter() - began:.0f} s"
        )
        moments = [START + SPAN * random.Random(n).random() for n in range(args.moments)]
        page = _show("first page of 100 rows", 200, moments, lambda when: Deal.objects.as_of(when)[:100])
        counts = _show("counts by stage", 400, moments, lambda when: Deal.objects.as_of(when).counts("stage"))
        one = _show(
            "one record", None, moments, lambda when: list(Deal.objects.filter(pk=1 + args.deals // 2).as_of(when))
        )
        _show("its timeline", None, moments, lambda _: Deal(pk=1 + args.deals // 2).timeline("stage"))
        _show("number of rows", None, moments, lambda when: Deal.objects.as_of(when).count())
        won = attio.stage("Won 🎉")
        _show("page of one stage", None, moments, lambda when: Deal.objects.as_of(when).where(stage=won)[:100])
        _show("page, as believed then", None, moments, lambda when: Deal.objects.as_of(when, BELIEVED)[:100])
        _show(
            "counts, as believed then", None, moments, lambda when: Deal.objects.as_of(when, BELIEVED).counts("stage")
        )
        _show("page before the first deal", None, [START] * 5, lambda when: Deal.objects.as_of(when)[:100])
        plain = _timed(lambda: _replay(moments[0]), tries=1)
        assert _replay(moments[0]) == Counter(Deal.objects.as_of(moments[0]).counts("stage").values())
        print(
            f"  replayed in Python  {plain:8.0f} ms"
            f"   / counts = {plain / counts:.0f}, / page = {plain / page:.0f}, / one = {plain / one:.0f}"
        )


def _show(name: str, limit: int | None, moments: list[datetime], ask: Callable[[datetime], object]) -> float:
    """Print median and p95 in milliseconds, and the indexes; the median."""
    times = sorted(_timed(lambda when=when: ask(when)) for when in moments)  # type: ignore[misc]  # bound at once
    median, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    busy = sorted(_timed(lambda when=when: ask(when), 1, time.process_time) for when in moments)  # type: ignore[misc]  # bound at once
    verdict = "" if limit is None else f"(at most {limit})" + ("" if p95 <= limit else "  TOO SLOW")
    with CaptureQueriesContext(database) as queries:
        ask(moments[len(moments) // 2])
    used = _indexes([one["sql"] for one in queries.captured_queries])
    print(
        f"  {name:26} median {median:7.1f} ms   p95 {p95:7.1f} ms {verdict}   "
        f"our processor {busy[len(busy) // 2]:.1f} ms   {len(queries)} queries; {', '.join(used)}"
    )
    return median


def _indexes(statements: list[str]) -> list[str]:
    """The indexes and full walks over big tables, as EXPLAIN names them."""
    found: dict[str, None] = {}
    explain = "EXPLAIN QUERY PLAN" if database.vendor == "sqlite" else "EXPLAIN"
    with database.cursor() as cursor:
        for statement in statements:
            if not statement.startswith("SELECT"):
                continue
            cursor.execute(f"{explain} {statement.replace('%', '%%')}")
            for row in cursor.fetchall():
                for hit in re.findall(
                    r"(?:INDEX|using) (\w*(?:attio|link|value)\w*)|(?:SCAN|Seq Scan on) (\w*(?:value|link)\b)",
                    str(row[-1]),
                ):
                    found[hit[0] or f"ALL OF {hit[1]}"] = None
    return list(found)


def _timed(run: Callable[[], object], tries: int = TRIES, clock: Callable[[], float] = time.perf_counter) -> float:
    times: list[float] = []
    for _ in range(tries):
        began = clock()
        run()
        times.append((clock() - began) * 1000)
    return min(times)


def _replay(when: datetime) -> Counter[int]:
    stages = AttributeValue.objects.filter(attribute__slug="stage").values_list("place", "active_from", "active_until")
    held = Counter(place for place, since, until in stages if since <= when and (until is None or until > when))
    return Counter(held.values())


if __name__ == "__main__":
    main()
