"""Custom attributes the suite keeps for itself on deals: found or made on first use, archived when the run ends.

An archived attribute keeps its slug for ever (seen on the live service), so their slugs are fixed and they are woken up
again by the next run; a live workspace thus never gathers more of them than there are recipes.
"""

from __future__ import annotations

from tests.sandbox.contract.kit import MARK, deal_values, found, make_deal, one, records, said
from tests.sandbox.contract.voice import Api, Json, Reply

COLOURS = ("Red", "Green", "Blue")
PLAIN = {"is_required": False, "is_unique": False, "is_multiselect": False, "config": {}, "description": None}
RECIPES: dict[str, dict[str, Json]] = {
    "text": {"type": "text"},
    "key": {"type": "text", "is_unique": True},
    "number": {"type": "number"},
    "checkbox": {"type": "checkbox"},
    "currency": {
        "type": "currency",
        "config": {"currency": {"default_currency_code": "EUR", "display_type": "code"}},
    },
    "date": {"type": "date"},
    "timestamp": {"type": "timestamp"},
    "rating": {"type": "rating"},
    "select": {"type": "select"},
    "selects": {"type": "select", "is_multiselect": True},
    "actor": {"type": "actor-reference"},
    "actors": {"type": "actor-reference", "is_multiselect": True},
    "location": {"type": "location"},
    "domain": {"type": "domain"},
    "domains": {"type": "domain", "is_multiselect": True},
    "email": {"type": "email-address"},
    "emails": {"type": "email-address", "is_multiselect": True},
    "phone": {"type": "phone-number"},
    "phones": {"type": "phone-number", "is_multiselect": True},
    "person": {"type": "record-reference", "config": {"record_reference": {"allowed_objects": ["people"]}}},
    "people": {
        "type": "record-reference",
        "is_multiselect": True,
        "config": {"record_reference": {"allowed_objects": ["people"]}},
    },
    "either": {
        "type": "record-reference",
        "is_multiselect": True,
        "config": {"record_reference": {"allowed_objects": ["people", "companies"]}},
    },
    "deal": {"type": "record-reference", "config": {"record_reference": {"allowed_objects": ["deals"]}}},
}
LIST: Json = {"name": f"{MARK} pipeline", "parent_object": "companies", "workspace_access": "full-access"}
LIST["workspace_member_access"] = []
LIST_RECIPES: dict[str, dict[str, Json]] = {
    "note": {"type": "text"},
    "weight": {"type": "number"},
    "tags": {"type": "select", "is_multiselect": True},
    "state": {"type": "status"},
}


def custom(api: Api, recipe: str) -> str:
    """The slug of the suite's own attribute of this kind on deals."""
    if recipe not in api.shelf:
        slug = f"{MARK}_{recipe}"
        _wake_or_make(api, "/v2/objects/deals", slug, RECIPES[recipe])
        api.shelf[recipe] = slug
    return api.shelf[recipe]


def kept(api: Api, recipe: str, value: Json, key: str = "value") -> Json:
    """What Attio makes of one value of a custom attribute."""
    slug = custom(api, recipe)
    [value] = said(make_deal(api, **{slug: value}), slug, key)
    return value


def refused(api: Api, recipe: str, value: Json) -> Reply:
    """Attio's no to one value of a custom attribute."""
    reply = api.post(records("deals"), {"data": {"values": deal_values(api) | {custom(api, recipe): value}}})
    assert reply.status == 400, reply.json
    return reply


def within(api: Api, deals: list[Json], condition: Json) -> list[bool]:
    """Which of these deals fit; the filter is narrowed to them, so that others do not matter."""
    ids = [one(deal) for deal in deals]
    hits = found(api, "deals", {"$and": [{"record_id": {"$in": ids}}, condition]})
    return [record_id in hits for record_id in ids]


def with_values(api: Api, recipe: str, *values: Json) -> tuple[str, list[Json]]:
    """A deal for each value of a custom attribute, and its slug; [] is a deal without one."""
    slug = custom(api, recipe)
    return slug, [make_deal(api, **{slug: value}) for value in values]


def definition(slug: str, **chosen: Json) -> Json:
    """The body that creates an attribute: every key Attio insists on, and the chosen ones."""
    return {"data": {"title": f"{MARK} {slug}", "api_slug": slug} | PLAIN | chosen}


def archive_shelf(api: Api) -> None:
    """Put the suite's attributes to sleep."""
    for recipe in RECIPES.keys() & api.shelf.keys():
        api.patch(f"/v2/objects/deals/attributes/{api.shelf[recipe]}", {"data": {"is_archived": True}})


def kept_list(api: Api) -> str:
    """The suite's own list of companies: a list cannot be deleted through the API, so there is one and it is kept."""
    if "list" not in api.shelf:
        slug = f"{MARK}_pipeline"
        if api.get(f"/v2/lists/{slug}").status == 404:
            api.post("/v2/lists", {"data": LIST | {"api_slug": slug}})
        for name, recipe in LIST_RECIPES.items():
            _wake_or_make(api, f"/v2/lists/{slug}", f"{MARK}_{name}", recipe)
        api.shelf["list"] = slug
    return api.shelf["list"]


def enter(api: Api, company: Json, **values: Json) -> Json:
    """Put a company on the suite's list."""
    body = {"parent_object": "companies", "parent_record_id": company["id"]["record_id"], "entry_values": values}
    return api.post(f"/v2/lists/{kept_list(api)}/entries", {"data": body}).data


def _wake_or_make(api: Api, target: str, slug: str, recipe: dict[str, Json]) -> None:
    path = f"{target}/attributes/{slug}"
    known = api.get(path)
    if known.status == 404:
        _keep(api, f"{target}/attributes", definition(slug, **recipe))
    elif known.data["is_archived"]:
        api.patch(path, {"data": {"is_archived": False}})
    choices = {"select": "options", "status": "statuses"}.get(recipe["type"])
    for title in COLOURS if choices and (known.status == 404 or api.live) else ():
        if api.post(f"{path}/{choices}", {"data": {"title": title}}).status == 200:
            api.undo.pop()


def _keep(api: Api, path: str, body: Json) -> None:
    """Make something that outlives the test that asked for it."""
    made = api.post(path, body)
    assert made.status == 200, made.json
    api.undo.pop()
