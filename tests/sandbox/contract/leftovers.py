"""What a live run may leave behind although every test tidies up: records of a run that was cut short, and companies
that Attio itself made for the e-mail addresses of our people."""

from __future__ import annotations

from tests.sandbox.contract.kit import MARK, one, query, records
from tests.sandbox.contract.voice import Api, Json

OURS: dict[str, Json] = {"$starts_with": f"{MARK}-"}
NAMED: dict[str, Json] = {"$starts_with": f"{MARK} "}
KEYED: dict[str, Json] = {"$starts_with": f"{MARK}_"}
LEFTOVERS: dict[str, Json] = {
    "deals": {"name": NAMED},
    "workspaces": {"workspace_id": KEYED},
    "users": {"user_id": KEYED},
    "people": {"$or": [{"name": {"full_name": NAMED}}, {"email_addresses": {"email_root_domain": OURS}}]},
    "companies": {"$or": [{"name": NAMED}, {"domains": {"root_domain": OURS}}]},
}
"""Filters that find the suite's own records, by object."""


def sweep(api: Api) -> None:
    """Delete every record that carries our mark."""
    for slug, ours in LEFTOVERS.items():
        while page := query(api, slug, filter=ours, limit=100):
            for record in page:
                api.delete(f"{records(slug)}/{one(record)}")
