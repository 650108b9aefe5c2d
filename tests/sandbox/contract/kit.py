"""Short words for what the contract tests do all the time; everything they make carries the suite's own mark."""

from __future__ import annotations

from uuid import uuid4

from tests.sandbox.contract.voice import Api, Json, Reply

MARK = "amc"
"""Begins every name, slug, domain and address the suite makes, so that a person can tell and remove them."""

TEN_KEYS = (
    "line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code", "latitude", "longitude",
)  # fmt: skip


def unique(stem: str = "thing") -> str:
    """A name nobody else has, recognisable as ours."""
    return f"{MARK} {stem} {uuid4().hex[:10]}"


def unique_slug(stem: str = "slug") -> str:
    return f"{MARK}_{stem}_{uuid4().hex[:10]}"


def unique_domain() -> str:
    return f"{MARK}-{uuid4().hex[:10]}.com"


def unique_email(domain: str | None = None) -> str:
    return f"{MARK}-{uuid4().hex[:10]}@{domain or unique_domain()}"


def records(object_slug: str) -> str:
    """The path of an object's records."""
    return f"/v2/objects/{object_slug}/records"


def one(record: Json) -> str:
    """The id of a record."""
    return str(record["id"]["record_id"])


def said(record: Json, slug: str, key: str = "value") -> list[Json]:
    """The active values of an attribute, one key of each."""
    kind = "values" if "values" in record else "entry_values"
    return [value[key] for value in record[kind][slug]]


def create(api: Api, object_slug: str, **values: Json) -> Json:
    """A new record, or a failed test."""
    return api.post(records(object_slug), {"data": {"values": values}}).data


def read(api: Api, record: Json) -> Json:
    """The same record as Attio holds it now."""
    return api.get(f"{records(record['id']['object_id'])}/{one(record)}").data


def write(api: Api, record: Json, method: str = "PATCH", **values: Json) -> Reply:
    """Write to a record by its id."""
    return api.ask(method, f"{records(record['id']['object_id'])}/{one(record)}", {"data": {"values": values}})


def put_by(api: Api, object_slug: str, matching_attribute: str, **values: Json) -> Reply:
    """Assert a record: create or update by a unique attribute."""
    return api.put(records(object_slug), {"data": {"values": values}}, matching_attribute=matching_attribute)


def query(api: Api, object_slug: str, **body: Json) -> list[Json]:
    """One page of records."""
    return list(api.post(f"{records(object_slug)}/query", body).data)


def found(api: Api, object_slug: str, condition: Json) -> set[str]:
    """The ids of the records that fit a filter."""
    return {one(record) for record in query(api, object_slug, filter=condition)}


def history(api: Api, record: Json, slug: str, **params: object) -> list[Json]:
    """Every value an attribute of a record ever had, oldest first."""
    path = f"{records(record['id']['object_id'])}/{one(record)}/attributes/{slug}/values"
    return list(api.get(path, show_historic=True, **params).data)


def make_company(api: Api, **values: Json) -> Json:
    return create(api, "companies", **({"name": unique("company")} | values))


def make_person(api: Api, **values: Json) -> Json:
    return create(api, "people", **({"name": person_name(MARK, unique("person"))} | values))


def make_deal(api: Api, **values: Json) -> Json:
    return create(api, "deals", **(deal_values(api) | values))


def make_user(api: Api, **values: Json) -> Json:
    plain = {"user_id": unique_slug("user"), "primary_email_address": unique_email()}
    return create(api, "users", **(plain | values))


def make_workspace(api: Api, **values: Json) -> Json:
    return create(api, "workspaces", **({"workspace_id": unique_slug("ws")} | values))


def deal_values(api: Api) -> dict[str, Json]:
    """The least a deal needs; the workspace's first stage and first member are asked for once."""
    if "owner" not in api.shelf:
        api.shelf |= {"stage": stages(api)[0]["title"], "owner": members(api)[0]["email_address"]}
    return {"name": unique("deal"), "stage": api.shelf["stage"], "owner": api.shelf["owner"]}


def person_name(first: str, last: str) -> dict[str, str]:
    return {"first_name": first, "last_name": last, "full_name": f"{first} {last}"}


def place(**known: str) -> dict[str, str | None]:
    """A location with all of its ten keys."""
    return dict.fromkeys(TEN_KEYS) | known


def to(object_slug: str, record: Json) -> dict[str, str]:
    """A reference to a record by its id."""
    return {"target_object": object_slug, "target_record_id": one(record)}


def stages(api: Api) -> list[Json]:
    """The stages of deals, first to last."""
    return list(api.get("/v2/objects/deals/attributes/stage/statuses").data)


def members(api: Api) -> list[Json]:
    """The people of the workspace who can be given work."""
    everyone = api.get("/v2/workspace_members").data
    return [member for member in everyone if member["access_level"] != "suspended"]


def member_id(member: Json) -> str:
    return str(member["id"]["workspace_member_id"])
