"""Values in words: what a person reads in notes, diffs, timelines and read-only fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cached_property

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime

from ..core.errors import Json
from ..core.stamps import parse_stamp
from ..core.values import AttributeSpec, AttributeType, Canonical, Element, elements
from ..mirrors.directory import Directory
from ..mirrors.registry import registry
from ..models import Connection, Member

NOTHING = "–"
STARS = 5


class Wording:
    """Lives for one page. Knows titles and members of a connection whole, rows as far as `know` was told."""

    def __init__(self, connection: Connection | None, directory: Directory | None = None) -> None:
        self.connection = connection
        self.directory = directory or (Directory(connection) if connection else None)
        self._names: dict[tuple[str, str], str] = {}

    def know(self, values: Iterable[Canonical]) -> None:
        """Prefetch the names of all rows these values point to: a query per object, not per value."""
        wanted: dict[str, set[str]] = {}
        for element in (element for value in values for element in elements(value)):
            if isinstance(element, dict) and element.get("target_record_id"):
                slug, record_id = str(element["target_object"]), str(element["target_record_id"])
                if (slug, record_id) not in self._names:
                    wanted.setdefault(slug, set()).add(record_id)
        for slug, record_ids in wanted.items():
            self._know_records(slug, record_ids)

    def _know_records(self, slug: str, record_ids: set[str]) -> None:
        self._names |= {(slug, one): f"{slug} {one[:8]}…" for one in record_ids}
        mirror = registry.of_object(slug)
        if mirror is None or self.directory is None:
            return
        self.directory.know_records((slug, one) for one in record_ids)
        keys = {one: self.directory.row_pk(mirror.model, slug, one) for one in record_ids}
        rows = {
            str(row.pk): str(row) for row in mirror.model._base_manager.filter(pk__in=[k for k in keys.values() if k])
        }
        self._names |= {(slug, one): rows[key] for one, key in keys.items() if key in rows}

    def record(self, slug: str, record_id: str) -> str:
        """The name of the row that mirrors a record; the start of its id where there is none."""
        if (slug, record_id) not in self._names:
            self._know_records(slug, {record_id})
        return self._names[slug, record_id]

    def value(self, spec: AttributeSpec, value: Canonical, *, currency: str = "") -> str:
        """A canonical value."""
        self.know([value])
        return ", ".join(self.element(spec.type, element, currency=currency) for element in elements(value)) or NOTHING

    def element(self, kind: str, element: Element, *, currency: str = "") -> str:
        """One element of a value."""
        if kind in (AttributeType.STATUS, AttributeType.SELECT):
            return self.option(str(element))
        if kind in (AttributeType.CURRENCY, AttributeType.NUMBER):
            return amount(Decimal(str(element)), currency)
        if isinstance(element, dict):
            return self._parts(kind, element)
        plain = PLAIN.get(kind)
        return plain(element) if plain else str(element)

    def _parts(self, kind: str, parts: dict[str, Json]) -> str:
        match kind:
            case AttributeType.RECORD_REFERENCE if "target_record_id" in parts:
                return self.record(str(parts["target_object"]), str(parts["target_record_id"]))
            case AttributeType.ACTOR_REFERENCE:
                return self.actor(str(parts.get("referenced_actor_type") or ""), parts.get("referenced_actor_id"))
            case AttributeType.PERSONAL_NAME:
                return str(parts.get("full_name") or "")
            case AttributeType.LOCATION:
                return ", ".join(str(part) for part in parts.values() if part)
            case AttributeType.INTERACTION:
                return f"{parts.get('interaction_type')}, {moment(str(parts.get('interacted_at')))}"
        return json.dumps(parts, ensure_ascii=False)

    def option(self, option_id: str) -> str:
        """The title of an option or a status."""
        return self.directory.option_titles.get(option_id, option_id) if self.directory else option_id

    def actor(self, kind: str, actor_id: str | None) -> str:
        """Who did it."""
        if kind == "workspace-member":
            return self._members.get(actor_id or "", "A former member")
        if kind == "api-token":
            ours = self.connection is not None and self.connection.actor_id and actor_id == self.connection.actor_id
            return "Our token" if ours else "An API token"
        return {"system": "Attio", "app": "An app", "": "Unknown"}.get(kind, kind)

    @cached_property
    def _members(self) -> dict[str, str]:
        return {member.member_id: str(member) for member in Member.objects.filter(connection=self.connection)}


def amount(number: Decimal, currency: str = "") -> str:
    """A number grouped for reading; money with two decimals at least and its code."""
    _, _, decimals = format(number.normalize(), "f").partition(".")
    places = max(len(decimals), 2) if currency else len(decimals)
    return f"{number_format(number, decimal_pos=places, force_grouping=True)} {currency}".strip()


def moment(stamp: str) -> str:
    """A nine-digit stamp in the zone of the page."""
    return date_format(localtime(parse_stamp(stamp)), "DATETIME_FORMAT")


def stars(rating: Element) -> str:
    """A rating."""
    return "★" * int(str(rating)) + "☆" * (STARS - int(str(rating)))


PLAIN: dict[str, Callable[[Element], str]] = {
    AttributeType.CHECKBOX: lambda element: "Yes" if element else "No",
    AttributeType.RATING: stars,
    AttributeType.TIMESTAMP: lambda element: moment(str(element)),
}
