"""Deals with a past: ten stages each over three years, a dozen other versions, companies and people they point to.

First what a first mirror brings, record by record; then the moves in the order of time, as years of webhooks would.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection as database
from django.db import models

from attio_mirror.core.history import place
from attio_mirror.core.stamps import to_stamp
from attio_mirror.core.values import key
from attio_mirror.models import Attribute, AttributeValue, Company, Connection, Deal, Link, Member, Option, Person

START = datetime(2023, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=3 * 365)
STAGES = 10
"""Versions of the stage per deal."""
DAY_ONE = START + timedelta(microseconds=1)

Row = dict[str, Any]
Times = tuple[datetime, datetime | None]


class Lives:
    """Deterministic: the same deals for the same number."""

    def __init__(self, connection: Connection, deals: int) -> None:
        self.connection = connection
        self.numbers = {"companies": max(1, deals // 20), "people": max(1, deals // 5), "deals": deals}
        self.stages = list(Option.objects.filter(attribute__slug="stage", attribute__object__slug="deals"))
        self.members = list(Member.objects.values_list("member_id", flat=True))
        named = Attribute.objects.filter(object__isnull=False).values_list("object__slug", "slug", "pk")
        self.attributes = {(object_slug, slug): pk for object_slug, slug, pk in named}

    def write(self) -> None:
        """Everything, by the database's own bulk statement; then let the planner look at it."""
        for model, slug in ((Company, "companies"), (Person, "people"), (Deal, "deals")):
            numbers = range(1, self.numbers[slug] + 1)
            type_id = ContentType.objects.get_for_model(model).pk
            _write(model, (_empty(model, number) for number in numbers))
            _write(Link, (self._link(type_id, slug, number) for number in numbers))
        deals, links = range(1, self.numbers["deals"] + 1), self._links  # nobody may ask while rows are copied
        _write(AttributeValue, (self._name(slug, n) for slug in ("companies", "people") for n in links[slug]))
        _write(AttributeValue, (version for n in deals for version in self._first(n)))
        moves = sorted((*times, n, i) for n in deals for i, times in enumerate(self._stays(n)) if i and times[1])
        last = sorted((self._stays(n)[-1][0], n) for n in deals)
        _write(AttributeValue, (self._stage(n, i, (since, until)) for since, until, n, i in moves))
        _write(AttributeValue, (self._stage(n, STAGES - 1, (since, None)) for since, n in last))
        with database.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if database.vendor == "postgresql" else "ANALYZE")  # as autovacuum does

    # -- when -----------------------------------------------------------------------------------------------------

    def _born(self, deal: int) -> datetime:
        return DAY_ONE + SPAN * 0.9 * (deal / self.numbers["deals"])

    def _stays(self, deal: int) -> list[Times]:
        """From when until when a deal was in each of its stages."""
        dice, born = random.Random(deal), self._born(deal)
        step = (START + SPAN - born) / STAGES
        starts = [born + step * (i + dice.random() * 0.8 * (i > 0)) for i in range(STAGES)]
        return list(zip(starts, [*starts[1:], None], strict=True))

    # -- what -----------------------------------------------------------------------------------------------------

    @cached_property
    def _links(self) -> dict[str, dict[int, int]]:
        """Of each object, number to link."""
        links = Link.objects.filter(object__in=self.numbers).order_by("pk")
        found: dict[str, dict[int, int]] = {slug: {} for slug in self.numbers}
        for pk, slug, object_id in links.values_list("pk", "object", "object_id"):
            found[slug][int(object_id)] = pk
        return found

    def _link(self, type_id: int, slug: str, number: int) -> Row:
        born = to_stamp(self._born(number) if slug == "deals" else DAY_ONE)
        base = {"name": {"value": f"{slug} {number}", "since": born}, "note": {"value": "x" * 900, "since": born}}
        return {
            **_empty(Link, number), "id": None, "connection_id": self.connection.pk, "object": slug,
            "record_id": _record_id(slug, number), "content_type_id": type_id, "object_id": str(number),
            "base": json.dumps(base), "record_created_at": born,
        }  # fmt: skip

    def _name(self, slug: str, number: int) -> Row:
        if slug == "people":
            name = {"first_name": "P", "last_name": str(number), "full_name": f"P {number}"}
            return self._version(slug, number, "name", (DAY_ONE, None), name, "personal-name", **name)
        text = f"Company {number}"
        return self._version(slug, number, "name", (DAY_ONE, None), text, "text", value=text)

    def _first(self, deal: int) -> Iterator[Row]:
        """What a deal holds from its beginning."""
        dice, [first, *_] = random.Random(-deal), self._stays(deal)
        always = (first[0], None)
        born, record_id = to_stamp(first[0]), _record_id("deals", deal)
        name = f"Deal {deal} · Größe {dice.randrange(999)} 契約"
        yield self._stage(deal, 0, first)
        for slug, text, kind in (
            ("record_id", record_id, "text"),
            ("name", name, "text"),
            ("created_at", born, "timestamp"),
        ):
            yield self._version("deals", deal, slug, always, text, kind, value=text)
        money = {"currency_value": deal, "currency_code": "USD"}
        yield self._version("deals", deal, "value", always, str(deal), "currency", **money)
        for slug in ("owner", "created_by"):
            who = {"referenced_actor_type": "workspace-member", "referenced_actor_id": dice.choice(self.members)}
            yield self._version("deals", deal, slug, always, who, "actor-reference", **who)
        for slug, to in (("associated_company", "companies"), ("associated_people", "people")):
            target = _record_id(to, dice.randrange(self.numbers[to]) + 1)
            what = {"target_object": to, "target_record_id": target}
            yield self._version("deals", deal, slug, always, what, "record-reference", **what)

    def _stage(self, deal: int, i: int, times: Times) -> Row:
        option = self.stages[(deal + i) % len(self.stages)]
        ids = {name: str(uuid.UUID(int=7)) for name in ("attribute_id", "object_id", "workspace_id")}
        status = {"id": {**ids, "status_id": option.option_id}, "title": option.title, "is_archived": False,
                  "target_time_in_status": None, "celebration_enabled": False}  # fmt: skip
        return self._version("deals", deal, "stage", times, option.option_id, "status", status=status)

    def _version(
        self, slug: str, number: int, attribute: str, times: Times, element: Any, kind: str, **wire: Any
    ) -> Row:
        since, until = times
        who = {"type": "workspace-member", "id": self.members[number % len(self.members)]}
        envelope = {"active_from": to_stamp(since), "active_until": until and to_stamp(until), "created_by_actor": who}
        return {
            "link_id": self._links[slug][number], "attribute_id": self.attributes[slug, attribute],
            "value": json.dumps({**envelope, **wire, "attribute_type": kind}),
            "text": str(wire.get("value") or wire.get("status", {}).get("title") or ""), "place": place(key(element)),
            "active_from": since, "active_until": until, "actor_type": who["type"], "actor_id": who["id"],
            "learned_at": START + SPAN, "learned_from": "history", "superseded_slot": 0,
        }  # fmt: skip


@cache
def _record_id(slug: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{slug}{number}"))


def _empty(model: type[models.Model], number: int) -> Row:
    """A row that says nothing, so that only the ledger does."""
    row: Row = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.JSONField):
            row[field.attname] = "{}"
        elif not field.null and isinstance(field, models.CharField | models.TextField):
            row[field.attname] = ""
    return {**row, "id": number}


def _write(model: type[models.Model], rows: Iterable[Row]) -> None:
    given = model not in (Link, AttributeValue)
    fields = [field for field in model._meta.concrete_fields if given or not field.primary_key]
    names, table = [field.attname for field in fields], model._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in fields)
    tuples = (tuple(map(row.get, names)) for row in rows)
    if database.vendor == "postgresql":
        with database.cursor() as cursor, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copying:
            for row in tuples:
                copying.write_row(row)
        return
    marks = ", ".join("?" for _ in fields)
    raw: Any = database.connection
    raw.execute("BEGIN")
    plain = (tuple(map(_plain, row)) for row in tuples)
    raw.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', plain)
    raw.execute("COMMIT")


def _plain(value: Any) -> Any:
    """As Django writes it to SQLite."""
    return str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value
