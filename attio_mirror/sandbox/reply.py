"""Answers in wire form: bytes and headers, and the ways in which no answer comes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from .answer import Answer, Json


class NoAnswer(Exception):
    """The caller gets no usable answer; the doors act it out, each in its own way."""


class Unreachable(NoAnswer):
    """No connection could be made."""


class TimedOut(NoAnswer):
    """Silence for longer than anyone waits."""


class Cut(NoAnswer):
    """The connection closes, before the answer or after half of it."""

    def __init__(self, half: Reply | None = None) -> None:
        super().__init__("The connection was cut.")
        self.half = half


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, ready to send; `delay` says how many seconds late."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    delay: float = 0


def http_date(moment: datetime) -> str:
    """`Tue, 23 May 2023 14:42:01 GMT`, the form of `Date` and of Attio's `Retry-After`."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def next_second(moment: datetime) -> datetime:
    """The beginning of the second after this moment."""
    return moment.replace(microsecond=0) + timedelta(seconds=1)


def reply(answer: Answer, now: datetime) -> Reply:
    """The answer as UTF-8 JSON with the headers every answer carries."""
    content = b"" if answer.body is None else json.dumps(answer.body, ensure_ascii=False).encode()
    headers = {"Date": http_date(now), "Content-Type": "application/json; charset=utf-8", **answer.headers}
    return Reply(answer.status, {**headers, "Content-Length": str(len(content))}, content)


def page(html: str, now: datetime, status: int = 200) -> Reply:
    """The same for HTML: our control page, or the error page of a gateway in front of Attio."""
    content = html.encode()
    headers = {"Date": http_date(now), "Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(content))}
    return Reply(status, headers, content)


ENVELOPES = {
    400: ("invalid_request_error", "validation_type", "Body payload validation error."),
    401: ("auth_error", "unauthorized", "The API Key provided could not be found. It may have been revoked."),
    403: ("auth_error", "unauthorized", "This token may not do that."),
    404: ("invalid_request_error", "not_found", "Record not found."),
    409: ("invalid_request_error", "concurrent_write_conflict", "The record was changed by another request."),
    429: ("rate_limit_error", "rate_limit_exceeded", "Rate limit exceeded, please try again later"),
}


def refusal(code: int, message: str = "") -> Json:
    """Attio's error envelope for a status code.

    Sources: for 429 Attio's guide on rate limits, word for word; for 4xx its OpenAPI document. The body of a 5xx is
    documented nowhere.
    """
    kind, name, words = ENVELOPES.get(code, ("api_error", "internal_error", "An internal error occurred."))
    return {"status_code": code, "type": kind, "code": name, "message": message or words}


def too_many(until: datetime) -> Answer:
    """The 429 of Attio's guide on rate limits, with its HTTP date."""
    return Answer(429, refusal(429), {"Retry-After": http_date(until)})
