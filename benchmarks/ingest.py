"""How fast a first mirror and an unchanged second pass are, beside the limits of the machine, in one run.

    python -m benchmarks.ingest [--records 10000] [--naive 300] [--rounds 3]     # DATABASE_URL picks the database

Rates are records a second, the best of the rounds. (a) is the raw limit: parse the JSON and write the same rows by the
database's own bulk statement; (b) the framework's limit: the same rows by bare bulk_create; (c) a naive mirror:
update_or_create per record and one insert per value. Ours is everything from the answer's body to committed rows,
links, references and ledger. The share of parsing in a second pass is the median of the rounds: there both are timed in
turns, page by page, so whatever slows the one slows the other.
"""

from __future__ import annotations

import argparse
import copy
import gc
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django

django.setup()

from django.db import connection as database
from django.db import models, transaction
from django.utils import timezone

from attio_mirror.client.body import parsed
from attio_mirror.core.stamps import parse_stamp
from attio_mirror.mirrors.registry import registry
from attio_mirror.models import AttributeValue, Connection, Deal, Link
from attio_mirror.service import Record
from attio_mirror.sync.far import RecordsFar
from attio_mirror.sync.frame import Frame
from attio_mirror.sync.reconcile import reconcile
from attio_mirror.testing import sandboxed

from .scratch import own_tables
from .workload import Workload

TABLES: tuple[type[models.Model], ...] = (Deal, Link, AttributeValue)
Rows = dict[type[models.Model], list[tuple[object, ...]]]


class Best(dict[str, float]):
    """Records a second by name, the best of the rounds: whatever else the machine does only slows things down."""

    def time(self, name: str, records: int, run: Callable[[], object]) -> None:
        """Run and note."""
        started = time.perf_counter()
        run()
        self.note(name, records, time.perf_counter() - started)

    def note(self, name: str, records: int, seconds: float) -> None:
        """Keep it if it is the best."""
        self[name] = max(self.get(name, 0.0), records / seconds)


def main() -> None:
    """Measure, print, drop the database."""
    args, best, peak = _arguments(), Best(), 0.0
    shares: list[float] = []
    with own_tables(), sandboxed() as attio, tempfile.TemporaryDirectory() as folder:
        for slug, type_ in (("note", "text"), ("seats", "number"), ("closes_on", "date")):
            _custom(attio, slug, type_)
        attio.refresh()
        work = Workload(args.records, Path(folder) / "pages")
        print(f"{database.vendor}, {args.records} deals, the best of {args.rounds}")
        for _ in range(args.rounds):
            shares.append(_mirror(attio.connection, work, best))
            peak = peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # before rivals hold all rows
            _rival(attio.connection, work, args.naive, best)
    _report(best, statistics.median(shares), peak)


def _mirror(connection: Connection, work: Workload, best: Best) -> float:
    """Ours: a first mirror, and a second pass in which nothing has changed; the share of parsing in that."""
    best.time("first", work.records, lambda: _ours(connection, work))
    parsing, again = 0.0, 0.0
    for page in work.pages():  # in turns, so that whatever else the machine does slows both
        began = time.perf_counter()
        json.loads(page)
        parsed = time.perf_counter()
        _bring_home(connection, page)
        parsing, again = parsing + parsed - began, again + time.perf_counter() - parsed
    best.note("parse", work.records, parsing)
    best.note("again", work.records, again)
    return parsing / again


def _rival(connection: Connection, work: Workload, naive: int, best: Best) -> None:
    """The rows our mirror left, written in other ways. Held whole, but out of the garbage collector's way."""
    rows = {model: list(_mirrored(model).order_by("pk").values_list(*_columns(model))) for model in TABLES}
    gc.freeze()
    _empty()
    best.time("bare", work.records, lambda: _bare(rows))
    _empty()
    ready = {model: _prepared(model, tuples) for model, tuples in rows.items()}
    gc.freeze()
    best.time("raw", work.records, lambda: _raw(work, ready))
    _empty()
    gc.unfreeze()
    best.time("naive", naive, lambda: _naive(connection, work, naive))
    _empty()


def _report(best: Best, share: float, peak: float) -> None:
    first = best["first"]
    print(f"  parsing JSON only        {best['parse']:9.0f} /s")
    print(f"  first mirror (ours)      {first:9.0f} /s")
    print(f"  (a) raw limit            {best['raw']:9.0f} /s   ours / (a) = {first / best['raw']:.2f}")
    print(
        f"  (b) bare bulk_create     {best['bare']:9.0f} /s   ours / (b) = {first / best['bare']:.2f}   (at least 0.50)"
    )
    print(
        f"  (c) naive mirror         {best['naive']:9.0f} /s   ours / (c) = {first / best['naive']:.1f}   (at least 8)"
    )
    print(f"  unchanged second pass    {best['again']:9.0f} /s   / parsing beside it = {share:.2f}   (at least 0.50)")
    print(f"  peak memory              {peak:9.0f} MB   (under 200, and at most 1.2 times that of 10,000)")


def _ours(connection: Connection, work: Workload) -> None:
    for page in work.pages():
        _bring_home(connection, page)


def _bring_home(connection: Connection, page: bytes) -> None:
    """A page as a sweep takes it, from the body of the answer on."""
    mirror, asked_at = registry.of_object("deals"), timezone.now()
    assert mirror is not None
    frame = Frame.of(connection, mirror)
    far = RecordsFar(None, frame)  # type: ignore[arg-type]  # nothing is asked
    seen = [far.seen(Record.read(wire), asked_at, asked_at) for wire in parsed(page)["data"]]
    reconcile(frame, seen, source="sweep")


def _mirrored(model: type[models.Model]) -> models.QuerySet[models.Model]:
    """Without the links of attributes, which are there before."""
    rows = model._base_manager.all()
    return rows.filter(object="deals") if model is Link else rows


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _bare(rows: Rows) -> None:
    for model, tuples in rows.items():
        names = _columns(model)
        per_page = max(1, len(tuples) // max(1, len(rows[Deal]) // 500))
        for start in range(0, len(tuples), per_page):
            page = [model(**dict(zip(names, row, strict=True))) for row in tuples[start : start + per_page]]
            with transaction.atomic():
                model._base_manager.bulk_create(page)


def _raw(work: Workload, rows: Rows) -> None:
    """The JSON parsed, and the finished rows written by COPY or executemany: nobody can be faster in Python."""
    for page in work.pages():
        json.loads(page)
    for model, tuples in rows.items():
        with transaction.atomic(), database.cursor() as cursor:
            _write(cursor, model, tuples)


def _prepared(model: type[models.Model], tuples: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    fields = list(model._meta.concrete_fields)
    if database.vendor == "postgresql":
        return [tuple(json.dumps(v) if isinstance(v, dict | list) else v for v in row) for row in tuples]
    return [tuple(f.get_db_prep_save(v, database) for f, v in zip(fields, row, strict=True)) for row in tuples]


def _write(cursor: object, model: type[models.Model], tuples: list[tuple[object, ...]]) -> None:
    columns = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
    table = model._meta.db_table
    if database.vendor == "postgresql":
        with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copying:  # type: ignore[attr-defined]  # psycopg
            for row in tuples:
                copying.write_row(row)
        return
    marks = ", ".join("?" for _ in model._meta.concrete_fields)
    database.connection.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', tuples)


def _naive(connection: Connection, work: Workload, records: int) -> None:
    for number in range(records):
        wire = work.record(number)
        values = wire["values"]
        deal, _ = Deal.objects.update_or_create(name=values["name"][0]["value"], defaults={"other_values": values})
        link, _ = Link.objects.update_or_create(
            connection=connection, object="deals", record_id=wire["id"]["record_id"],
            defaults={"content_type_id": 1, "object_id": str(deal.pk), "base": values},
        )  # fmt: skip
        for slug, held in values.items():
            for one in held:
                AttributeValue.objects.update_or_create(
                    link=link, attribute_id=work.attributes[slug], active_from=parse_stamp(one["active_from"]),
                    place=0, superseded_slot=0,
                    defaults={"value": copy.copy(one)},
                )  # fmt: skip


def _empty() -> None:
    AttributeValue.objects.all().delete()
    Link.objects.filter(object="deals").delete()
    Deal.objects.all().delete()


def _custom(attio: object, slug: str, type_: str) -> None:
    data: dict[str, object] = {
        "title": slug, "description": None, "api_slug": slug, "type": type_, "is_required": False,
        "is_unique": False, "is_multiselect": False, "config": {},
    }  # fmt: skip
    attio.ask("POST", "/v2/objects/deals/attributes", {"data": data})  # type: ignore[attr-defined]  # testing.Attio


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--naive", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
