"""Which scopes a request needs, so that a 403 can be answered with what to tick in Attio.

Attio's OpenAPI document names the scopes of every route; a 403's own wording is documented nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

RECORDS, OBJECTS = "record_permission", "object_configuration"
LISTS, ENTRIES = "list_configuration", "list_entry"
MEMBERS, WEBHOOKS = "user_management", "webhook"

_OF_PATHS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"/v2/self", "", ()),
    (r"/v2/workspace_members(/[^/]+)?", MEMBERS, ()),
    (r"/v2/webhooks(/[^/]+)?", WEBHOOKS, ()),
    (r"/v2/objects/[^/]+/records/[^/]+/entries", RECORDS, (OBJECTS, ENTRIES)),
    (r"/v2/objects/([^/]+/records(/.*)?|records/search)", RECORDS, (OBJECTS,)),
    (r"/v2/objects(/.*)?", OBJECTS, ()),
    (r"/v2/lists/[^/]+/entries(/.*)?", ENTRIES, (LISTS,)),
    (r"/v2/lists(/.*)?", LISTS, ()),
)
"""Path, the scope that follows the method, the scopes that are only read. The first that fits speaks."""


def needed(method: str, path: str) -> tuple[str, ...]:
    """The scopes of one request; none for a path we never ask."""
    path = path.partition("?")[0].rstrip("/")
    reads = method == "GET" or path.endswith(("/query", "/search"))
    for pattern, own, also in _OF_PATHS:
        if re.fullmatch(pattern, path):
            first = (f"{own}:{'read' if reads else 'read-write'}",) if own else ()
            return (*first, *(f"{scope}:read" for scope in also))
    return ()


def lacking(wanted: Iterable[str], granted: Iterable[str]) -> list[str]:
    """Those of the wanted scopes that are not granted; read-write includes read (Attio's docs)."""
    held = frozenset(granted)
    return [scope for scope in wanted if scope not in held and scope.replace(":read", ":read-write") not in held]
