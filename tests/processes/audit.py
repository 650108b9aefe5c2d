"""The process of the play: save rows, wait until nothing is under way, hold every row against its record."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

import requests
from django.conf import settings
from django.db import models

from attio_mirror.models import Company, Conflict, Deal, Link, OutboxEntry, Person, Workspace
from attio_mirror.queue import enqueue
from attio_mirror.testing import plain

from .writer import Writer

OBJECTS: dict[str, type[models.Model]] = {
    "companies": Company, "people": Person, "workspaces": Workspace, "deals": Deal,
}  # fmt: skip
TICK = 2.0
"""Seconds between two ticks: stands in for the schedule of one a minute."""


def settle(patience: float) -> None:
    """Tick until the outbox is empty. A task only: the work is the cluster's."""
    deadline, next_tick = time.monotonic() + patience, 0.0
    while OutboxEntry.objects.unfinished().exists() and time.monotonic() < deadline:
        if time.monotonic() > next_tick:
            enqueue("attio_mirror.tasks.tick")
            next_tick = time.monotonic() + TICK
        time.sleep(0.1)


def differences() -> list[str]:
    """What is not as it should be, in words. Nothing: Attio holds the rows, each once."""
    found = [f"{entry}: {entry.error}" for entry in OutboxEntry.objects.unfinished().select_related("link")]
    found += [f"conflict over {conflict}" for conflict in Conflict.objects.filter(resolved_at=None)]
    held = {slug: _records(slug) for slug in OBJECTS}
    links = {
        (link.object, int(link.object_id)): str(link.record_id) for link in Link.objects.filter(object__in=OBJECTS)
    }
    for slug, model in OBJECTS.items():
        rows = list(model._default_manager.all())
        if len(held[slug]) != len(rows):
            found.append(f"{len(rows)} rows of {slug}, but {len(held[slug])} records")
        for row in rows:
            record = held[slug].get(links.get((slug, row.pk), ""))
            says = _says(row, links)
            if record is None or any(record[name] != value for name, value in says.items()):
                there = record and {name: record[name] for name in says}
                found.append(f"{slug} {row.pk}: {says} here, {there} in Attio")
    return found


def _says(row: models.Model, links: dict[tuple[str, int], str]) -> dict[str, Any]:
    match row:
        case Deal():
            people = sorted(links["people", pk] for pk in row.associated_people.values_list("pk", flat=True))
            return {
                "name": row.name,
                "stage": row.stage and row.stage.title,
                "owner": row.owner and row.owner.member_id,
                "value": None if row.value is None else float(row.value),
                "associated_company": row.associated_company_id and links["companies", row.associated_company_id],
                "associated_people": people,
            }
        case Workspace():
            return {"workspace_id": row.workspace_id, "name": row.name}
        case Company():
            return {"name": row.name, "domains": row.domains}
        case Person():
            return {"name": row.full_name, "job_title": row.job_title, "email_addresses": row.email_addresses}
    raise TypeError(row)


LISTS = {"associated_people", "domains", "email_addresses"}


def _records(slug: str) -> dict[str, dict[str, Any]]:
    """All records of an object by id; multi-values as sorted lists."""
    one = settings.ATTIO_MIRROR["CONNECTIONS"]["default"]
    url, token = f"{one['BASE_URL']}/v2/objects/{slug}/records/query", {"Authorization": f"Bearer {one['TOKEN']}"}
    answer = requests.post(url, json={"limit": 500}, headers=token, timeout=10)
    answer.raise_for_status()
    return {
        record["id"]["record_id"]: {name: _bare(name, values) for name, values in record["values"].items()}
        for record in answer.json()["data"]
    }


def _bare(name: str, values: list[dict[str, Any]]) -> Any:
    return sorted(plain([value]) for value in values) if name in LISTS else plain(values)


def play(saves: int, seed: int, *, patience: float) -> None:
    """Save, wait, compare; the last line printed is the account."""
    Writer(seed).write(saves)
    settle(patience)
    account = {
        "differences": differences(),
        "rows": sum(model._default_manager.count() for model in OBJECTS.values()),
        "entries": Counter(OutboxEntry.objects.values_list("state", flat=True)),
    }
    print(json.dumps(account))  # noqa: T201  # the stage reads it
