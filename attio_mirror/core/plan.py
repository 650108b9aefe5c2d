"""Plans: which of Attio's refusals speak of what the tenant pays for, and what they close.

Attio's OpenAPI document: such a refusal affects all rows alike, and asking again does not help.
"""

from __future__ import annotations

import re
from enum import StrEnum

GATES = frozenset({"billing_error", "quota_exceeded", "particle_gate_violation"})
"""Codes, some of a 400 and some of a 403; the token is fine."""


class Deed(StrEnum):
    """What can be closed by a plan."""

    READ = "read"
    WRITE = "write"
    HISTORY = "history"
    VALUES = "values"
    """Reading one attribute: Attio does not refuse that, but returns nothing."""
    SETTINGS = "settings"
    """Changing the settings of attributes."""


_OF_PATHS: tuple[tuple[str, Deed | None], ...] = (
    (r"/v2/objects/([^/]+)/records/[^/]+/attributes/[^/]+/values", Deed.HISTORY),
    (r"/v2/objects/([^/]+)/records(?:/.*)?", None),
    (r"/v2/(?:objects|lists)/([^/]+)/attributes(?:/.*)?", Deed.SETTINGS),
)


def closed(method: str, path: str) -> tuple[str, Deed]:
    """The slug of the object a refused request was about ("" where it was about none), and what was refused."""
    path = path.partition("?")[0].rstrip("/")
    usual = Deed.READ if method == "GET" or path.endswith(("/query", "/search")) else Deed.WRITE
    for pattern, deed in _OF_PATHS:
        if found := re.fullmatch(pattern, path):
            reads = deed == Deed.SETTINGS and usual == Deed.READ
            return found[1], Deed.READ if reads else deed or usual
    return "", usual
