"""The two query routes: filter, sort, page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from . import show
from .answer import Json
from .call import Call
from .errors import not_allowed, not_found
from .filters import Filter
from .lookup import find_list, find_object
from .nouns import Holder, Target
from .shapes import demand, fields, filled, integer, mapping
from .sorting import SORTS, arrange

BODY = fields(
    {},
    {
        "filter": mapping,
        "filter_view_id": filled,
        "sorts": SORTS,
        "limit": integer(1),
        "offset": integer(0),
    },
)
DEFAULT_LIMIT = 500
SCORE_UNIT = 1000


def records(call: Call) -> Json:
    target = find_object(call.state, call.params["object"])
    return {"data": show.records(call.state, target, _page(call, target))}


def entries(call: Call) -> Json:
    target = find_list(call.state, call.params["list"])
    return {"data": show.entries(call.state, target, _page(call, target))}


def _page(call: Call, target: Target) -> list[Holder]:
    body = call.body if call.body is not None else {}
    demand(BODY, body)
    if "filter_view_id" in body:
        _refuse_view(body)
    limit, offset = _limit(call, body), int(body.get("offset", 0))
    raw, sorts = body.get("filter", {}), body.get("sorts", [])
    query = Filter(call.state)
    matches = query.compile(raw, target)
    found = [holder for holder in _candidates(raw, target) if matches(holder)] if raw else list(target.holders.values())
    ordered = arrange(call.state, _default_order(call, found), sorts, target)
    weight = (query.conditions + len(sorts)) * (1 + len(target.holders) // SCORE_UNIT)
    call.headers["x-attio-record-query-score"] = str(weight)
    return ordered[offset : offset + limit]


def _candidates(raw: dict[str, Json], target: Target) -> Iterable[Holder]:
    """All of them, or where ids are asked for only those: the bulk read must not scan."""
    condition = raw.get("record_id", raw.get("entry_id"))
    wanted = condition.get("$in", condition.get("$eq")) if isinstance(condition, dict) else condition
    if isinstance(wanted, str):
        wanted = [wanted]
    if not isinstance(wanted, list):
        return target.holders.values()
    ids = dict.fromkeys(each.lower() for each in wanted if isinstance(each, str))
    found = [target.holders[each] for each in ids if each in target.holders]
    return sorted(found, key=lambda holder: holder.created_at)


def _default_order(call: Call, holders: list[Holder]) -> list[Holder]:
    if call.state.readings.default_order == "created_at":
        return holders
    return sorted(holders, key=lambda holder: holder.id[::-1])


def _limit(call: Call, body: dict[str, Json]) -> int:
    limit, most = int(body.get("limit", DEFAULT_LIMIT)), call.state.readings.query_limit_max
    if limit > most and call.state.readings.query_limit_over_max == "refuse":
        demand(integer(1, most), limit)
    return min(limit, most)


def _refuse_view(body: dict[str, Json]) -> None:
    if "filter" in body:
        raise not_allowed("filter and filter_view_id cannot be used together.")
    raise not_found(f'View with ID "{cast("str", body["filter_view_id"])}" not found.')
