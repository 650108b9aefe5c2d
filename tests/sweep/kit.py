"""What the tests of sweeps share: a sown world, pages of a handy size, and a count of what is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import connection as database

from attio_mirror.mirrors.registry import registry
from attio_mirror.models import Link, Sweep
from attio_mirror.sandbox import Logged, faults
from attio_mirror.sync.sweep import Progress, begin, go_on, sweep_now
from attio_mirror.sync.sweep.progress import Tell, tell_nobody
from attio_mirror.testing import Attio

BOOKKEEPING = ("attio_mirror_sweep", "attio_mirror_sweptpage", "attio_mirror_ratebudget")


def sow(attio: Attio, count: int, object_slug: str = "companies", *, start: int = 1) -> list[str]:
    """Records made in Attio; their ids in the order of their making."""
    return [
        attio.create(object_slug, name=f"Number {n}", **MORE.get(object_slug, {})) for n in range(start, start + count)
    ]


MORE: dict[str, dict[str, Any]] = {"deals": {"stage": "Lead", "owner": "ada@example.com"}}


def read(attio: Attio, **how: Any) -> None:
    """How the world reads what Attio's documents leave open."""
    attio.world.readings = replace(attio.world.readings, **how)


def small_pages(attio: Attio, size: int) -> None:
    """Attio caps pages without a word."""
    read(attio, query_limit_max=size, query_limit_over_max="cap")


def hide(attio: Attio, *record_ids: str, object_slug: str = "companies") -> None:
    """Attio's next listing leaves these out, although they may be there."""
    whole = attio.ask("POST", f"/v2/objects/{object_slug}/records/query", {"limit": 500})["data"]
    page = [one for one in whole if one["id"]["record_id"] not in record_ids]
    for rows in (page, page[-2:]):
        attio.gate.faults.add(faults.status(200, {"data": rows}), method="POST", path=f"/{object_slug}/records/query$")


def sweep(attio: Attio, object_slug: str = "companies", *, tell: Tell = tell_nobody) -> Progress:
    """A full sweep, here and now."""
    mirror = registry.of_object(object_slug)
    assert mirror is not None
    return sweep_now(attio.connection, mirror, tell=tell)


def in_tasks(attio: Attio, object_slug: str = "companies") -> Sweep:
    """A full sweep begun, and one task of it done."""
    begun = begin(attio.connection, object_slug)
    go_on(begun.pk)
    begun.refresh_from_db()
    return begun


def mirrored(object_slug: str = "companies") -> set[str]:
    """The records that have living rows."""
    links = Link.objects.alive().filter(object=object_slug).exclude(record_id=None)
    return {str(one) for one in links.values_list("record_id", flat=True)}


def listings(attio: Attio) -> list[Logged]:
    """The pages that were asked for."""
    return [
        one
        for one in attio.gate.log
        if one.path.endswith("/query") and "offset" in (one.body or {}) and "sorts" in one.body
    ]


@contextmanager
def written() -> Iterator[list[str]]:
    """The statements that write to anything but the books of sweeps and budgets."""
    found: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        verb = sql.lstrip().split(None, 1)[0].upper()
        if verb in ("INSERT", "UPDATE", "DELETE", "REPLACE") and not any(
            f'"{t}"' in sql or f"`{t}`" in sql for t in BOOKKEEPING
        ):
            found.append(sql)
        return execute(sql, *rest)

    with database.execute_wrapper(note):
        yield found
