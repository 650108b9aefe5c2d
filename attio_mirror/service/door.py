"""How every verb asks: build the path, send, read the answer; an answer that cannot be read is a `NoAnswer`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar
from urllib.parse import quote

from ..client import AttioClient, Response
from ..core.errors import Json, NoAnswer, NotSent, Refused
from .wire import Misshapen, rows, within

T = TypeVar("T")
Params = Mapping[str, str | int]

PAGE = 100
"""Rows to ask for per page. Attio's documents name a maximum for few listings; webhooks have 100."""
SURELY_CUT = 50
"""No maximum in Attio's documents is below this, so a page with fewer rows was the last whatever was asked for."""


class Door:
    """The client, and the ways to ask it."""

    def __init__(self, client: AttioClient) -> None:
        self._client = client
        self._limit = PAGE

    def _ask(
        self, read: Callable[[Response], T], method: str, path: str, *, json: Json = None, params: Params | None = None
    ) -> T:
        response = self._client.request(method, path, json=json, params=params)
        try:
            return read(response)
        except Misshapen as problem:
            message = f"Attio's answer is not of the documented shape: {problem}."
            raise NoAnswer(message, method=method, path=path, status=response.status) from problem

    def _one(
        self, read: Callable[[Json], T], method: str, path: str, *, json: Json = None, params: Params | None = None
    ) -> T:
        return self._ask(lambda response: read(within(response.json, "data")), method, path, json=json, params=params)

    def _all(
        self, read: Callable[[Json], T], method: str, path: str, *, json: Json = None, params: Params | None = None
    ) -> list[T]:
        return self._ask(
            lambda response: [read(row) for row in rows(response.json, "data")], method, path, json=json, params=params
        )

    def _pages(self, read: Callable[[Json], T], path: str, params: Params | None = None) -> list[T]:
        """Every row of a listing that pages by `limit` and `offset` and tells no total."""
        return [row for page in self._each_page(read, path, params or {}) for row in page]

    def _each_page(self, read: Callable[[Json], T], path: str, params: Params) -> Iterator[list[T]]:
        offset, last = 0, None
        while True:
            page = self._page(read, path, params, self._limit, offset)
            if page == last:  # the offset is not heeded
                return
            yield page
            if len(page) < SURELY_CUT:
                return
            offset, last = offset + len(page), page

    def _page(self, read: Callable[[Json], T], path: str, params: Params, limit: int, offset: int) -> list[T]:
        """One page. Where Attio does not give so many at once, it is asked for fewer from then on."""
        try:
            return self._all(read, "GET", path, params={**params, "limit": limit, "offset": offset})
        except Refused as error:
            if limit <= SURELY_CUT or not error.is_about_the_limit:
                raise
        self._limit = SURELY_CUT
        return self._page(read, path, params, SURELY_CUT, offset)


def path(*segments: str) -> str:
    """`/v2/…` of ids and slugs. An empty or dotted one would name something else: the collection, or its parent."""
    if not all(segment and segment.strip(".") for segment in segments):
        raise NotSent(f"An id or a slug is missing in {'/'.join(map(str, segments))!r}.")
    return "/v2/" + "/".join(quote(segment, safe="") for segment in segments)
