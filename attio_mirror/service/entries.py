"""Entries of lists: a record's place in a list, with values of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from ..core.errors import Json
from .door import Door, path
from .records import PAGE
from .wire import WireValue, WireValues, text, value_of, values_of


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its active values as Attio sent them."""

    list_id: str
    entry_id: str
    workspace_id: str
    parent_object: str
    parent_record_id: str
    created_at: str
    values: WireValues

    @classmethod
    def read(cls, wire: Json) -> Self:
        """A row of `…/entries/query`."""
        return cls(
            list_id=text(wire, "id", "list_id"),
            entry_id=text(wire, "id", "entry_id"),
            workspace_id=text(wire, "id", "workspace_id"),
            parent_object=text(wire, "parent_object"),
            parent_record_id=text(wire, "parent_record_id"),
            created_at=text(wire, "created_at"),
            values=values_of(wire, "entry_values"),
        )


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a record is entered."""

    list_id: str
    list_slug: str
    entry_id: str
    created_at: str

    @classmethod
    def read(cls, wire: Json) -> Self:
        """A row of a record's entries."""
        return cls(
            list_id=text(wire, "list_id"),
            list_slug=text(wire, "list_api_slug"),
            entry_id=text(wire, "entry_id"),
            created_at=text(wire, "created_at"),
        )


class Entries(Door):
    """`slug` names the list and may be its id; keys of `values` are slugs or ids of its attributes."""

    def query_entries(
        self,
        slug: str,
        *,
        filter: Mapping[str, Json] | None = None,  # noqa: A002  # Attio's word, and no one filters iterables here
        sorts: Sequence[Mapping[str, Json]] | None = None,
        limit: int = PAGE,
        offset: int = 0,
    ) -> list[Entry]:
        """One page of entries."""
        body: dict[str, Json] = {"limit": limit, "offset": offset}
        if filter is not None:
            body["filter"] = dict(filter)
        if sorts is not None:
            body["sorts"] = [dict(sort) for sort in sorts]
        return self._all(Entry.read, "POST", path("lists", slug, "entries", "query"), json=body)

    def create_entry(self, slug: str, parent_object: str, parent_id: str, values: Mapping[str, Json]) -> Entry:
        """Enter a record, once more if it is in already."""
        return self._one(
            Entry.read, "POST", path("lists", slug, "entries"), json=_placed(parent_object, parent_id, values)
        )

    def assert_entry(self, slug: str, parent_object: str, parent_id: str, values: Mapping[str, Json]) -> Entry:
        """Update the record's one entry, or create it. Attio refuses where there are several."""
        return self._one(
            Entry.read, "PUT", path("lists", slug, "entries"), json=_placed(parent_object, parent_id, values)
        )

    def get_entry(self, slug: str, entry_id: str) -> Entry:
        """One entry."""
        return self._one(Entry.read, "GET", path("lists", slug, "entries", entry_id))

    def update_entry(self, slug: str, entry_id: str, values: Mapping[str, Json]) -> Entry:
        """Change what is sent; multi-values are prepended."""
        return self._one(Entry.read, "PATCH", path("lists", slug, "entries", entry_id), json=_body(values))

    def overwrite_entry(self, slug: str, entry_id: str, values: Mapping[str, Json]) -> Entry:
        """Change what is sent; multi-values become exactly what is sent."""
        return self._one(Entry.read, "PUT", path("lists", slug, "entries", entry_id), json=_body(values))

    def delete_entry(self, slug: str, entry_id: str) -> None:
        """Take the record out of the list; the record stays."""
        self._client.request("DELETE", path("lists", slug, "entries", entry_id))

    def entry_history(self, slug: str, entry_id: str, attribute: str) -> list[WireValue]:
        """Every version of one attribute, oldest first."""
        where = path("lists", slug, "entries", entry_id, "attributes", attribute, "values")
        return self._pages(value_of, where, {"show_historic": "true"})

    def placements(self, slug: str, record_id: str) -> list[Placement]:
        """The lists that a record of the object `slug` is in."""
        return self._pages(Placement.read, path("objects", slug, "records", record_id, "entries"))


def _body(values: Mapping[str, Json]) -> Json:
    return {"data": {"entry_values": dict(values)}}


def _placed(parent_object: str, parent_id: str, values: Mapping[str, Json]) -> Json:
    return {"data": {"parent_record_id": parent_id, "parent_object": parent_object, "entry_values": dict(values)}}
