"""Notices: a few words posted as JSON to an address of the host's own, such as a chat's incoming webhook."""

from __future__ import annotations

import json as jsonlib

import requests
from requests.adapters import HTTPAdapter

from .. import __version__
from ..core.errors import Json, NoAnswer, NotSent
from .transport import LOST, mounted


def notify(url: str, body: Json, *, timeout: float) -> None:
    """Post once. Raises NotSent or NoAnswer; neither names the address, which may be a secret."""
    headers = {"Content-Type": "application/json", "User-Agent": f"attio-mirror/{__version__}"}
    try:
        prepared = requests.Request("POST", url, headers, data=jsonlib.dumps(body).encode()).prepare()
    except (requests.RequestException, ValueError) as problem:
        raise NotSent(f"The address cannot be used ({type(problem).__name__}).") from problem
    adapter = mounted(url) or HTTPAdapter(max_retries=0)
    try:
        answer = adapter.send(prepared, timeout=(5, timeout), proxies={})
    except LOST as problem:
        raise NoAnswer(f"No answer came ({type(problem).__name__}).") from problem
    if not 200 <= answer.status_code < 300:
        raise NoAnswer(f"It was answered with {answer.status_code}.", status=answer.status_code)
