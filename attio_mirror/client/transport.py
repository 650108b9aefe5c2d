"""The one door to Attio's HTTP: a request goes in, parsed JSON or one exception of `core.errors` comes out.

No retries, no redirects, no cookies, no proxies or credentials picked up from the environment: what to repeat, and
when, is decided elsewhere, by people who know whether repeating is safe.
"""

from __future__ import annotations

import json as jsonlib
import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http.client import HTTPException
from typing import NoReturn

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import (
    ClosedPoolError,
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
)

from .. import __version__
from ..core.errors import Json, NoAnswer, NotSent, Unauthorized
from .body import parsed
from .verdict import judge

TOKEN = re.compile(r"[!-~]+")
"""Printable, unbroken ASCII. Anything else breaks the header, and the exception about it would quote the token."""

LOST = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)
"""All that `requests`, urllib3 and http.client let out while a request is under way."""

NEVER_LEFT = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidURL,
    NewConnectionError,
    ConnectTimeoutError,
    LocationValueError,
    ClosedPoolError,
    ssl.SSLCertVerificationError,
)
"""Proof that not one byte of the request reached Attio. Without proof we assume that it did."""


class Kind(StrEnum):
    """Which of Attio's two budgets a request draws on: 100 reads and 25 writes a second."""

    READ = "read"
    WRITE = "write"

    @classmethod
    def of(cls, method: str, path: str) -> Kind:
        """Queries and searches read, although they are POSTs; integrators see them counted so."""
        reads = method == "GET" or (method == "POST" and path.endswith(("/query", "/search")))
        return cls.READ if reads else cls.WRITE


@dataclass(frozen=True, slots=True)
class Response:
    """A success."""

    json: Json
    headers: Mapping[str, str]
    status: int = 200


_mounted: dict[str, BaseAdapter] = {}


def mount(prefix: str, adapter: BaseAdapter) -> None:
    """Let `adapter` answer, for every client, the URLs that begin with `prefix`: the seam of tests and the sandbox."""
    _mounted[prefix.lower()] = adapter


def mounted(url: str) -> BaseAdapter | None:
    """What was mounted for a URL; of several the one with the longest prefix."""
    prefixes = [prefix for prefix in list(_mounted) if url.lower().startswith(prefix)]
    return _mounted[max(prefixes, key=len)] if prefixes else None


def unmount(prefix: str) -> None:
    """End what `mount` began."""
    _mounted.pop(prefix.lower(), None)


def _now() -> datetime:
    return datetime.now(UTC)


class AttioClient:
    """Talks to one Attio workspace with one token. Safe to share among threads and across a fork."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str = "https://api.attio.com",
        timeout: tuple[float, float] = (5, 30),
        budget: Callable[[Kind], None] | None = None,
        pool: int = 32,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """`timeout`: seconds to connect, and between two bytes of the answer. `budget` may block or raise `NotSent`."""
        self._token = token.strip()
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._budget = budget
        self._pool = pool
        self._clock = clock
        self._pools: dict[int, HTTPAdapter] = {}

    def __repr__(self) -> str:
        return f"AttioClient('***', base_url={self._base_url!r})"

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Json = None,
        params: Mapping[str, str | int] | None = None,
        kind: Kind | None = None,
    ) -> Response:
        """Send one request and return its success; whatever else happens is raised as an `AttioError`."""
        prepared = self._prepare(method, path, json, params)
        if self._budget:
            self._budget(kind or Kind.of(method, path))
        try:
            answer = self._adapter(prepared.url or "").send(prepared, timeout=self._timeout, proxies={})
            body = answer.content
        except LOST as problem:
            self._lost(problem, method, path)
        if not 200 <= answer.status_code < 300:
            raise judge(
                answer.status_code,
                answer.headers,
                body,
                method=method,
                path=path,
                now=self._clock(),
                secret=self._token,
            )
        return Response(self._success(answer, body, method, path), answer.headers, answer.status_code)

    def close(self) -> None:
        """Close this process's idle connections. A later request opens new ones."""
        pool = self._pools.pop(os.getpid(), None)
        if pool:
            pool.close()

    def _prepare(
        self, method: str, path: str, json: Json, params: Mapping[str, str | int] | None
    ) -> requests.PreparedRequest:
        if not TOKEN.fullmatch(self._token):
            raise Unauthorized("The token is empty or no Attio token; copy it again.", method=method, path=path)
        try:
            body = None if json is None else jsonlib.dumps(json, allow_nan=False).encode()
            url = self._base_url + path
            return requests.Request(method, url, self._headers(body), data=body, params=params).prepare()
        except (requests.RequestException, ValueError, TypeError, RecursionError) as problem:
            message = f"This cannot be put into a request ({type(problem).__name__})."
            raise NotSent(message, method=method, path=path) from _frameless(problem)

    def _headers(self, body: bytes | None) -> dict[str, str]:
        """Never held in a variable where something may be raised: debug pages print those."""
        return {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": f"attio-mirror/{__version__}",
            **({} if body is None else {"Content-Type": "application/json"}),
        }

    def _adapter(self, url: str) -> BaseAdapter:
        """What carries `url`: a mounted adapter, or the connections of this process; a fork must not share sockets."""
        if (adapter := mounted(url)) is not None:
            return adapter
        pid = os.getpid()
        # No lock, which a fork could inherit locked: of two racing threads one wins and both use its pool.
        return self._pools.get(pid) or self._pools.setdefault(pid, HTTPAdapter(pool_maxsize=self._pool, max_retries=0))

    def _lost(self, problem: Exception, method: str, path: str) -> NoReturn:
        reason = _reason(problem)
        if isinstance(reason, NEVER_LEFT) or isinstance(problem, NEVER_LEFT):
            message = f"Attio could not be reached: {str(reason) or type(reason).__name__}"
            raise NotSent(message, method=method, path=path) from _frameless(problem)
        message = f"The request was sent and no usable answer came ({type(reason).__name__})."
        raise NoAnswer(message, method=method, path=path) from _frameless(problem)

    def _success(self, answer: requests.Response, body: bytes, method: str, path: str) -> Json:
        if answer.status_code == 204:
            return None
        wire = parsed(body)
        if wire is None:
            raise NoAnswer(
                "The answer is not the JSON that was promised.", method=method, path=path, status=answer.status_code
            )
        return wire


def _frameless(problem: BaseException) -> BaseException:
    """The exception by itself: debug pages print the frames it came through, which hold our headers, token and all."""
    problem.__cause__ = problem.__context__ = None
    return problem.with_traceback(None)


def _reason(problem: BaseException) -> BaseException:
    """What `requests` and urllib3 wrapped.

    Never by way of `__context__`: that may be the failure of an earlier request which our caller is dealing with.
    """
    inner = problem.reason if isinstance(problem, MaxRetryError) else (problem.args[0] if problem.args else None)
    return _reason(inner) if isinstance(inner, BaseException) else problem
