"""The questions of the pipeline page, at 100,000 deals with ten stages each: one year by months, and all three years.

python -m benchmarks.pipeline [--deals 100000]        # DATABASE_URL picks the database
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django

django.setup()

from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from attio_mirror.models import AttributeValue, Deal
from attio_mirror.models.pipeline import Pipeline, Question
from attio_mirror.testing import sandboxed

from .lives import SPAN, START, Lives
from .scratch import own_tables

NOW = START + SPAN


def main() -> None:
    """Build, measure, print, drop the database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--deals", type=int, default=100_000)
    args = parser.parse_args()
    with own_tables(), sandboxed() as attio:
        Lives(attio.connection, args.deals).write()
        print(f"{database.vendor}, {args.deals} deals, {AttributeValue.objects.count()} versions")
        whole = Pipeline(Deal, attio.connection)
        hers = whole.where("owner", whole.places("owner", attio.member("Ada")))
        for days, name in ((91, "a quarter"), (365, "a year")):
            moments = [NOW - timedelta(days=days) + timedelta(days=days) * n / 12 for n in range(13)]
            _show(f"{name}: books of 12 periods", lambda moments=moments: whole.flows(moments))
            _show(f"{name}: of one owner", lambda moments=moments: hers.flows(moments))
            span = (moments[0], NOW)
            _show(f"{name}: by owner", lambda span=span: whole.flows_by("owner", span))
            _show(f"{name}: by company", lambda span=span: whole.flows_by("associated_company", span))
            _show(f"{name}: by currency", lambda span=span: whole.flows_by("currency_code", span))
            _show(f"{name}: time in stage", lambda span=span: whole.durations(span, NOW))
            won = frozenset({next(iter(whole.flows(moments))).stage})
            _show(f"{name}: value won", lambda moments=moments, won=won: whole.gained(won, moments))
            _show(f"{name}: rows behind a number", lambda span=span: _rows(whole, span))
        _show("value by stage", lambda: whole.worth(NOW))


def _rows(pipeline: Pipeline, span: tuple[datetime, datetime]) -> object:
    alive, gone = pipeline.stays.asked(Question(entered=span))
    both = alive.values_list("pk").union(gone.values_list("pk"), all=True)
    return both.count(), list(both[:100])


def _show(name: str, ask: Callable[[], object]) -> None:
    """Print the clock, our own processor time, and the number of statements."""
    ask()
    began, busy = time.perf_counter(), time.process_time()
    with CaptureQueriesContext(database) as queries:
        ask()
    clock, ours = time.perf_counter() - began, time.process_time() - busy
    print(f"  {name:32} {clock * 1000:8.0f} ms   our processor {ours * 1000:8.0f} ms   {len(queries)} statements")


if __name__ == "__main__":
    main()
