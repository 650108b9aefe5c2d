"""The voice of the contract tests: plain HTTP to Attio, or to the sandbox, and a memory of what was made."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.openapi import Document

Json = Any
DELETABLE = {"records": "record_id", "entries": "entry_id", "webhooks": "webhook_id"}
ARCHIVABLE = {"attributes": "attribute_id", "options": "option_id", "statuses": "status_id"}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of Attio."""

    status: int
    json: Json
    headers: Mapping[str, str]

    @property
    def data(self) -> Json:
        """The content of a good answer; anything else fails the test and shows what Attio said."""
        assert self.status in {200, 201, 202}, self.json
        return self.json["data"]

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of a refusal."""
        assert self.status >= 400, self.json
        return self.status, self.json["code"]

    @property
    def message(self) -> str:
        assert self.status >= 400, self.json
        return str(self.json["message"])


@dataclass
class Api:
    """A client that remembers what it made, and can take it away again."""

    session: requests.Session
    origin: str
    token: str | None
    judge: Document | None = None
    live: bool = False
    undo: list[tuple[str, str, Json]] = field(default_factory=list)
    shelf: dict[str, str] = field(default_factory=dict)
    """Slugs of the attributes the suite keeps for itself, by recipe."""

    def get(self, path: str, **params: object) -> Reply:
        return self.ask("GET", path, None, params)

    def post(self, path: str, json: Json = None, **params: object) -> Reply:
        return self.ask("POST", path, json, params)

    def put(self, path: str, json: Json = None, **params: object) -> Reply:
        return self.ask("PUT", path, json, params)

    def patch(self, path: str, json: Json = None, **params: object) -> Reply:
        return self.ask("PATCH", path, json, params)

    def delete(self, path: str, **params: object) -> Reply:
        return self.ask("DELETE", path, None, params)

    def ask(self, method: str, path: str, json: Json = None, params: Mapping[str, object] | None = None) -> Reply:
        """One request; whatever comes back on a documented route must be what Attio's document describes."""
        answer = self._send(method, path, json, params or {})
        body = answer.json() if answer.content else None
        complaints = self.judge.complaints(method, path, answer.status_code, body) if self.judge else []
        assert not complaints, f"{method} {path} {answer.status_code}: {complaints}"
        reply = Reply(answer.status_code, body, answer.headers)
        self._remember(method, path, reply)
        return reply

    def with_token(self, token: str | None) -> Api:
        """The same workspace spoken to with another token."""
        return Api(self.session, self.origin, token, self.judge, self.live, self.undo, self.shelf)

    def tidy(self) -> None:
        """Take away what was made, last thing first."""
        while self.undo:
            self._send(*self.undo.pop(), {})

    def _send(self, method: str, path: str, json: Json, params: Mapping[str, object]) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        plain = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in params.items()}
        for _ in range(5):
            answer = self.session.request(
                method, f"{self.origin}{path}", json=json, params=plain, headers=headers, timeout=30
            )
            if answer.status_code != 429 or not self.live:
                break
            time.sleep(1)
        return answer

    def _remember(self, method: str, path: str, reply: Reply) -> None:
        """Note how to take away what this request made."""
        made = reply.json.get("data") if reply.status == 200 and isinstance(reply.json, dict) else None
        if method not in {"POST", "PUT"} or not isinstance(made, dict):
            return
        ids = made.get("id") or {}
        kind = path.rpartition("/")[2]
        if kind == "merge":
            self.undo.append(("DELETE", f"{path.removesuffix('/merge')}/{made['new_record_id']}", None))
        elif kind in DELETABLE:
            self.undo.append(("DELETE", f"{path}/{ids[DELETABLE[kind]]}", None))
        elif kind in ARCHIVABLE:
            self.undo.append(("PATCH", f"{path}/{ids[ARCHIVABLE[kind]]}", {"data": {"is_archived": True}}))
