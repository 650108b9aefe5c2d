"""Records of any object: deals and workspaces are called by these same verbs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

from ..client import Response
from ..core.errors import Json
from .door import Door, path
from .wire import WireValue, WireValues, blank, maybe, rows, text, value_of, values_of, within

PAGE = 500
"""Attio's default number of records per query, and the largest that anyone is known to use."""
SMALLEST = 50
"""No limit Attio documents for any page is below this."""
OLDEST_FIRST: Sequence[Mapping[str, Json]] = [{"direction": "asc", "attribute": "created_at"}]
CHUNK = 100
"""Ids per `$in`; its maximum is not documented."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record with its active values as Attio sent them."""

    object_id: str
    record_id: str
    workspace_id: str
    created_at: str
    web_url: str | None
    values: WireValues

    @classmethod
    def read(cls, wire: Json) -> Self:
        """Older examples of Attio's docs have no `web_url`."""
        named = within(wire, "id")
        return cls(
            object_id=text(named, "object_id"),
            record_id=text(named, "record_id"),
            workspace_id=text(named, "workspace_id"),
            created_at=text(wire, "created_at"),
            web_url=maybe(wire, "web_url"),
            values=values_of(wire, "values"),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """What one query brought."""

    records: list[Record]
    limit: int
    accurate_at: str = ""
    """How fresh it is, on Attio's clock (header `x-accurate-at`)."""
    score: float | None = None
    """What the query drew from Attio's score limit (header `x-attio-record-query-score`)."""

    @property
    def is_full(self) -> bool:
        """Whether there may be more; Attio tells no total."""
        return len(self.records) >= self.limit


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome of a merge."""

    record_id: str
    """A new record; both that went into it are gone."""
    finished: bool
    """Until it is, reading the new record raises `Merging`."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit of the fuzzy search."""

    object_slug: str
    object_id: str
    record_id: str
    label: str

    @classmethod
    def read(cls, wire: Json) -> Self:
        """A row of the search."""
        return cls(
            object_slug=text(wire, "object_slug"),
            object_id=text(wire, "id", "object_id"),
            record_id=text(wire, "id", "record_id"),
            label=blank(wire, "record_text"),
        )


class Records(Door):
    """`slug` names the object and may be its id; keys of `values` are attribute slugs or ids."""

    def create(self, slug: str, values: Mapping[str, Json]) -> Record:
        """A new record. Not repeatable: a second call makes a second one, unless a unique value forbids it."""
        return self._one(Record.read, "POST", path("objects", slug, "records"), json=_body(values))

    def assert_(self, slug: str, values: Mapping[str, Json], *, matching: str) -> Record:
        """Update the record that holds the same value of the unique attribute `matching`, or create it. Repeatable.

        Attio's docs: multi-values of the matching attribute are added to, all others are made equal to what is sent.
        """
        where = path("objects", slug, "records")
        return self._one(Record.read, "PUT", where, json=_body(values), params={"matching_attribute": matching})

    def update(self, slug: str, record_id: str, values: Mapping[str, Json]) -> Record:
        """Change what is sent. Attio's docs: multi-values are prepended to those that are there; none is removed."""
        return self._one(Record.read, "PATCH", path("objects", slug, "records", record_id), json=_body(values))

    def overwrite(self, slug: str, record_id: str, values: Mapping[str, Json]) -> Record:
        """Change what is sent; multi-values become exactly what is sent."""
        return self._one(Record.read, "PUT", path("objects", slug, "records", record_id), json=_body(values))

    def get(self, slug: str, record_id: str) -> Record:
        """One record."""
        return self._one(Record.read, "GET", path("objects", slug, "records", record_id))

    def query(
        self,
        slug: str,
        *,
        filter: Mapping[str, Json] | None = None,  # noqa: A002  # Attio's word, and no one filters iterables here
        sorts: Sequence[Mapping[str, Json]] | None = None,
        limit: int = PAGE,
        offset: int = 0,
    ) -> Page:
        """One page of records. Without `sorts` Attio promises no order."""
        body: dict[str, Json] = {"limit": limit, "offset": offset}
        if filter is not None:
            body["filter"] = dict(filter)
        if sorts is not None:
            body["sorts"] = [dict(sort) for sort in sorts]
        return self._ask(
            lambda response: _page(response, limit), "POST", path("objects", slug, "records", "query"), json=body
        )

    def read_many(self, slug: str, record_ids: Iterable[str]) -> list[Record]:
        """The records among `record_ids` that there are, in no particular order."""
        ids = iter(dict.fromkeys(record_ids))
        found: list[Record] = []
        while chunk := list(islice(ids, CHUNK)):
            found += self.query(slug, filter={"record_id": {"$in": chunk}}, limit=len(chunk)).records
        return found

    def delete(self, slug: str, record_id: str) -> None:
        """For good. `NotFound` where it is gone already; whether that is as good is the caller's to say."""
        self._client.request("DELETE", path("objects", slug, "records", record_id))

    def history(self, slug: str, record_id: str, attribute: str) -> list[WireValue]:
        """Every version of one attribute, oldest first. Computed and enriched attributes refuse."""
        where = path("objects", slug, "records", record_id, "attributes", attribute, "values")
        return self._pages(value_of, where, {"show_historic": "true"})

    def merge(self, slug: str, primary: str, secondary: str) -> Merged:
        """A new record out of two, the primary's values first. Not repeatable; Attio's docs call it beta."""
        data = {"primary_record_id": primary, "secondary_record_id": secondary}
        return self._ask(_merged, "POST", path("objects", slug, "records", "merge"), json={"data": data})

    def search(self, query: str, slugs: Sequence[str], *, member_id: str | None = None, limit: int = 25) -> list[Found]:
        """Fuzzy hits by label, among what `member_id` may see. Attio's docs: not sure to know what was just written."""
        who = {"type": "workspace-member", "workspace_member_id": member_id} if member_id else {"type": "workspace"}
        body = {"query": query, "objects": list(slugs), "request_as": who, "limit": limit}
        return self._all(Found.read, "POST", path("objects", "records", "search"), json=body)


def _body(values: Mapping[str, Json]) -> Json:
    return {"data": {"values": dict(values)}}


def _merged(response: Response) -> Merged:
    return Merged(text(response.json, "data", "new_record_id"), finished=response.status != 202)


def _page(response: Response, limit: int) -> Page:
    return Page(
        records=[Record.read(row) for row in rows(response.json, "data")],
        limit=limit,
        accurate_at=response.headers.get("x-accurate-at", ""),
        score=_number(response.headers.get("x-attio-record-query-score", "")),
    )


def _number(header: str) -> float | None:
    try:
        return float(header)
    except ValueError:
        return None
