"""Which method and path is answered by whom, and the scopes it needs (Attio's OpenAPI document names them)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from . import attributes, entries, history, lists, merge, objects, options, query, records, search, webhooks, workspace
from .answer import Json
from .call import Call
from .errors import not_found

Act = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Route:
    """`scopes` may begin with `target_`: the configuration of objects or of lists, whichever the path names."""

    method: str
    segments: tuple[str, ...]
    act: Act
    scopes: tuple[str, ...]
    query: frozenset[str] = field(default_factory=frozenset)

    def match(self, path: list[str]) -> dict[str, str] | None:
        """The parameters of a path with as many segments, if it is one of this route's."""
        params: dict[str, str] = {}
        for segment, part in zip(self.segments, path, strict=True):
            if segment.startswith("{"):
                params[segment[1:-1]] = part
            elif segment != part:
                return None
        if params.get("target") not in (None, "objects", "lists"):
            return None
        return params

    def needs(self, params: dict[str, str]) -> Iterator[str]:
        noun = "list" if params.get("target") == "lists" else "object"
        return (scope.replace("target_", noun + "_", 1) for scope in self.scopes)


OC_R, OC_W = "object_configuration:read", "object_configuration:read-write"
LC_R, LC_W = "list_configuration:read", "list_configuration:read-write"
TC_R, TC_W = "target_configuration:read", "target_configuration:read-write"
RP_R, RP_W = "record_permission:read", "record_permission:read-write"
LE_R, LE_W = "list_entry:read", "list_entry:read-write"
WH_R, WH_W = "webhook:read", "webhook:read-write"
UM_R = "user_management:read"

ATTRIBUTES = "/v2/{target}/{identifier}/attributes"
ATTRIBUTE = ATTRIBUTES + "/{attribute}"
RECORDS = "/v2/objects/{object}/records"
RECORD = RECORDS + "/{record_id}"
ENTRIES = "/v2/lists/{list}/entries"
ENTRY = ENTRIES + "/{entry_id}"
WEBHOOK = "/v2/webhooks/{webhook_id}"
PAGE = "limit offset"

TABLE: list[tuple[str, str, Act, tuple[str, ...], str]] = [
    ("GET", "/v2/objects", objects.list_all, (OC_R,), ""),
    ("POST", "/v2/objects", objects.create, (OC_W,), ""),
    ("GET", "/v2/objects/{object}", objects.read, (OC_R,), ""),
    ("PATCH", "/v2/objects/{object}", objects.update, (OC_W,), ""),
    ("DELETE", "/v2/objects/{object}", objects.delete, (OC_W,), ""),
    ("GET", ATTRIBUTES, attributes.list_all, (TC_R,), PAGE + " show_archived"),
    ("POST", ATTRIBUTES, attributes.create, (TC_W,), ""),
    ("GET", ATTRIBUTE, attributes.read, (TC_R,), ""),
    ("PATCH", ATTRIBUTE, attributes.update, (TC_W,), ""),
    ("GET", ATTRIBUTE + "/options", options.list_options, (TC_R,), "show_archived"),
    ("POST", ATTRIBUTE + "/options", options.create_option, (TC_W,), ""),
    ("PATCH", ATTRIBUTE + "/options/{option}", options.update_option, (TC_W,), ""),
    ("GET", ATTRIBUTE + "/statuses", options.list_statuses, (TC_R,), "show_archived"),
    ("POST", ATTRIBUTE + "/statuses", options.create_status, (TC_W,), ""),
    ("PATCH", ATTRIBUTE + "/statuses/{status}", options.update_status, (TC_W,), ""),
    ("POST", RECORDS + "/query", query.records, (RP_R, OC_R), ""),
    ("POST", RECORDS + "/merge", merge.merge, (RP_W, OC_R), ""),
    ("POST", "/v2/objects/records/search", search.search, (RP_R, OC_R), ""),
    ("POST", RECORDS, records.create, (RP_W, OC_R), ""),
    ("PUT", RECORDS, records.assert_record, (RP_W, OC_R), "matching_attribute"),
    ("GET", RECORD, records.read, (RP_R, OC_R), ""),
    ("PATCH", RECORD, records.update, (RP_W, OC_R), ""),
    ("PUT", RECORD, records.overwrite, (RP_W, OC_R), ""),
    ("DELETE", RECORD, records.delete, (RP_W, OC_R), ""),
    ("GET", RECORD + "/attributes/{attribute}/values", history.read, (RP_R, OC_R), PAGE + " show_historic"),
    ("PUT", RECORD + "/attributes/{attribute}/values", history.rewrite, (RP_W, OC_R), ""),
    ("GET", RECORD + "/entries", records.list_entries, (RP_R, OC_R, LE_R), PAGE),
    ("GET", "/v2/lists", lists.list_all, (LC_R,), ""),
    ("POST", "/v2/lists", lists.create, (LC_W,), ""),
    ("GET", "/v2/lists/{list}", lists.read, (LC_R,), ""),
    ("PATCH", "/v2/lists/{list}", lists.update, (LC_W,), ""),
    ("POST", ENTRIES + "/query", query.entries, (LE_R, LC_R), ""),
    ("POST", ENTRIES, entries.create, (LE_W, LC_R), ""),
    ("PUT", ENTRIES, entries.assert_entry, (LE_W, LC_R), ""),
    ("GET", ENTRY, entries.read, (LE_R, LC_R), ""),
    ("PATCH", ENTRY, entries.update, (LE_W, LC_R), ""),
    ("PUT", ENTRY, entries.overwrite, (LE_W, LC_R), ""),
    ("DELETE", ENTRY, entries.delete, (LE_W, LC_R), ""),
    ("GET", ENTRY + "/attributes/{attribute}/values", history.read, (LE_R, LC_R), PAGE + " show_historic"),
    ("PUT", ENTRY + "/attributes/{attribute}/values", history.rewrite, (LE_W, LC_R), ""),
    ("GET", "/v2/workspace_members", workspace.list_members, (UM_R,), ""),
    ("GET", "/v2/workspace_members/{workspace_member_id}", workspace.read_member, (UM_R,), ""),
    ("GET", "/v2/webhooks", webhooks.list_all, (WH_R,), PAGE),
    ("POST", "/v2/webhooks", webhooks.create, (WH_W,), ""),
    ("GET", WEBHOOK, webhooks.read, (WH_R,), ""),
    ("PATCH", WEBHOOK, webhooks.update, (WH_W,), ""),
    ("DELETE", WEBHOOK, webhooks.delete, (WH_W,), ""),
]


def _by_length() -> dict[tuple[str, int], list[Route]]:
    found: dict[tuple[str, int], list[Route]] = {}
    for method, template, act, scopes, query_keys in TABLE:
        segments = tuple(template.strip("/").split("/"))
        route = Route(method, segments, act, scopes, frozenset(query_keys.split()))
        found.setdefault((method, len(segments)), []).append(route)
    return found


ROUTES = _by_length()


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route a request falls on, with its parameters; 404 in Attio's words if there is none."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    for route in ROUTES.get((method, len(parts)), ()):
        params = route.match(parts)
        if params is not None:
            return route, params
    raise not_found(f'Could not find endpoint "{method} {path}".')
