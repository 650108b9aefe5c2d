"""A transport in hand: it answers what a test tells it to and remembers what it was asked."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from attio_mirror.core.errors import Json


def answer(status: int = 200, body: Json | bytes = None, headers: Mapping[str, str] | None = None) -> requests.Response:
    """An HTTP answer; bytes are sent as they are, all else as JSON."""
    made = requests.Response()
    made.status_code = status
    made.headers = CaseInsensitiveDict(headers or {})
    made.raw = BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    return made


def refusal(status: int, code: str, message: str = "No.", **more: Json) -> requests.Response:
    """Attio's error envelope."""
    kind = "auth_error" if status in (401, 403) else "invalid_request_error"
    return answer(status, {"status_code": status, "type": kind, "code": code, "message": message, **more})


@dataclass
class FakeAdapter(BaseAdapter):
    """Gives the queued answers in turn, the last one for ever; raises those that are exceptions."""

    queue: deque[requests.Response | Exception] = field(default_factory=deque)
    asked: list[requests.PreparedRequest] = field(default_factory=list)
    options: list[dict[str, object]] = field(default_factory=list)
    closed: int = 0

    def will(self, *answers: requests.Response | Exception) -> FakeAdapter:
        self.queue.extend(answers)
        return self

    def send(self, request, **options):
        self.asked.append(request)
        self.options.append(options)
        given = self.queue.popleft()
        if isinstance(given, Exception):
            raise given
        return given

    def close(self) -> None:
        self.closed += 1

    @property
    def last(self) -> requests.PreparedRequest:
        return self.asked[-1]
