"""What the world says to one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
"""A value as `json.loads` gives it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body (None: empty) and headers, before any wire."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)
