"""The requests and answers that five pages of Attio's documentation show, as they stand there.

The pages: update a workspace record, assert a workspace record, update a deal record, update an attribute, create a
record. Where a page names a placeholder (`{record_id}`, `{object}`, `{target}` …), its own example fills it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attio_mirror.core.errors import Json

TENANT_ID = "14beef7a-99f7-4534-a87e-70b564330a4c"
OBJECT_ID = "97052eb9-e65e-443f-a297-f2d9a4a7f795"
RECORD_ID = "bf071e1f-6035-429d-b874-d83ea64ea13b"
ATTRIBUTE_ID = "41252299-f8c7-4b5e-99c9-4ff8321d2f96"
LIST_ID = "33ebdbe9-e529-47c9-b894-0ba25e9c15c0"
USER_ID = "5e3fb280-007b-495a-a530-9354bde01de1"
COMPANY_ID = "99a03ff3-0435-47da-95cc-76b2caeb4dab"
STATUS_ID = "11f07f01-c10f-4e05-a522-33e050bc52ee"
MEMBER_ID = "50cf242c-7fa3-4cad-87d0-75b1af71c57b"
WEB_URL = f"https://app.attio.com/salarya/person/{RECORD_ID}"


@dataclass(frozen=True, slots=True)
class Page:
    """One request of the documentation and the answer shown beside it."""

    method: str
    path: str
    body: Json
    answer: Json
    params: Mapping[str, str] = field(default_factory=dict)


def said(**keys: Json) -> list[dict[str, Json]]:
    """One active value in the envelope that all five pages use, in their order of keys."""
    envelope = {
        "active_from": "2023-01-01T15:00:00.000000000Z",
        "active_until": None,
        "created_by_actor": {"type": "system", "id": None},
    }
    return [{**envelope, **keys}]


WORKSPACE_VALUES: dict[str, Json] = {
    "workspace_id": "123",
    "name": "Customer.com",
    "avatar_url": "https://example.com/avatar.png",
    "users": [{"target_object": "users", "target_record_id": "5e3fb280-007b-495a-a530-9354bde01de1"}],
    "company": {"target_object": "companies", "target_record_id": "99a03ff3-0435-47da-95cc-76b2caeb4dab"},
}

WORKSPACE_ANSWERED: dict[str, Json] = {
    "workspace_id": said(value="123", attribute_type="text"),
    "name": said(value="Fundstack", attribute_type="text"),
    "users": said(
        target_object="users",
        target_record_id="5e3fb280-007b-495a-a530-9354bde01de1",
        attribute_type="record-reference",
    ),
    "company": said(
        target_object="companies",
        target_record_id="99a03ff3-0435-47da-95cc-76b2caeb4dab",
        attribute_type="record-reference",
    ),
    "avatar_url": said(value="https://example.com/avatar.png", attribute_type="text"),
}

RECORD_IDENTITY = {
    "workspace_id": "14beef7a-99f7-4534-a87e-70b564330a4c",
    "object_id": "97052eb9-e65e-443f-a297-f2d9a4a7f795",
    "record_id": "bf071e1f-6035-429d-b874-d83ea64ea13b",
}

UPDATE_WORKSPACE = Page(
    method="PATCH",
    path=f"/v2/objects/workspaces/records/{RECORD_ID}",
    body={"data": {"values": WORKSPACE_VALUES}},
    answer={
        "data": {
            "id": RECORD_IDENTITY,
            "created_at": "2022-11-21T13:22:49.061281000Z",
            "web_url": "https://app.attio.com/salarya/person/bf071e1f-6035-429d-b874-d83ea64ea13b",
            "values": WORKSPACE_ANSWERED,
        }
    },
)

ASSERT_WORKSPACE = Page(
    method="PUT",
    path="/v2/objects/workspaces/records",
    params={"matching_attribute": "workspace_id"},
    body={"data": {"values": WORKSPACE_VALUES}},
    answer={
        "data": {
            "id": RECORD_IDENTITY,
            "created_at": "2022-11-21T13:22:49.061281000Z",
            "values": WORKSPACE_ANSWERED,
        }
    },
)

DEAL_VALUES: dict[str, Json] = {
    "name": "Contract with Fundstack",
    "stage": "In Progress",
    "owner": "person@company.com",
    "value": 4200,
    "associated_people": [
        {"target_object": "people", "email_addresses": [{"email_address": "person@company.com"}]},
    ],
    "associated_company": {"target_object": "companies", "domains": [{"domain": "company.com"}]},
}

UPDATE_DEAL = Page(
    method="PATCH",
    path=f"/v2/objects/deals/records/{RECORD_ID}",
    body={"data": {"values": DEAL_VALUES}},
    answer={
        "data": {
            "id": RECORD_IDENTITY,
            "created_at": "2022-11-21T13:22:49.061281000Z",
            "values": {
                "name": said(value="Contract with Fundstack", attribute_type="text"),
                "stage": said(
                    status={
                        "title": "In Progress",
                        "id": {
                            "workspace_id": "14beef7a-99f7-4534-a87e-70b564330a4c",
                            "object_id": "97052eb9-e65e-443f-a297-f2d9a4a7f795",
                            "attribute_id": "41252299-f8c7-4b5e-99c9-4ff8321d2f96",
                            "status_id": "11f07f01-c10f-4e05-a522-33e050bc52ee",
                        },
                        "is_archived": False,
                        "celebration_enabled": False,
                        "target_time_in_status": None,
                    },
                    attribute_type="status",
                ),
                "owner": said(
                    referenced_actor_type="workspace-member",
                    referenced_actor_id="50cf242c-7fa3-4cad-87d0-75b1af71c57b",
                    attribute_type="actor-reference",
                ),
                "value": said(currency_value=4200, currency_code="USD", attribute_type="currency"),
                "associated_people": said(
                    target_object="people",
                    target_record_id="bf071e1f-6035-429d-b874-d83ea64ea13b",
                    attribute_type="record-reference",
                ),
                "associated_company": said(
                    target_object="companies",
                    target_record_id="bf071e1f-6035-429d-b874-d83ea64ea13b",
                    attribute_type="record-reference",
                ),
            },
        }
    },
)

ATTRIBUTE_CHANGES: dict[str, Json] = {
    "title": "Your Attribute",
    "description": "Lorem ipsum",
    "api_slug": "my-attribute",
    "is_required": True,
    "is_unique": True,
    "default_value": {"type": "static", "template": [{"value": 5}]},
    "config": {
        "currency": {"default_currency_code": "USD", "display_type": "symbol"},
        "record_reference": {"allowed_objects": ["people"]},
    },
    "is_archived": False,
}

ATTRIBUTE_ANSWER: Json = {
    "data": {
        "id": {
            "workspace_id": "14beef7a-99f7-4534-a87e-70b564330a4c",
            "object_id": "97052eb9-e65e-443f-a297-f2d9a4a7f795",
            "attribute_id": "41252299-f8c7-4b5e-99c9-4ff8321d2f96",
        },
        "title": "Company",
        "description": "A company attribute",
        "api_slug": "company",
        "type": "record-reference",
        "is_system_attribute": False,
        "is_writable": True,
        "is_required": False,
        "is_unique": False,
        "is_multiselect": False,
        "is_default_value_enabled": False,
        "is_archived": False,
        "default_value": None,
        "relationship": {
            "id": {
                "workspace_id": "14beef7a-99f7-4534-a87e-70b564330a4c",
                "object_id": "97052eb9-e65e-443f-a297-f2d9a4a7f795",
                "attribute_id": "41252299-f8c7-4b5e-99c9-4ff8321d2f96",
            },
            "object_slug": "companies",
            "title": "Team members",
            "api_slug": "team_members",
            "is_multiselect": True,
        },
        "created_at": "2021-11-21T13:22:49.061Z",
        "config": {
            "currency": {"default_currency_code": None, "display_type": None},
            "record_reference": {"allowed_object_ids": ["companies"]},
        },
    }
}

UPDATE_OBJECT_ATTRIBUTE = Page(
    method="PATCH",
    path=f"/v2/objects/{OBJECT_ID}/attributes/{ATTRIBUTE_ID}",
    body={"data": ATTRIBUTE_CHANGES},
    answer=ATTRIBUTE_ANSWER,
)

UPDATE_LIST_ATTRIBUTE = Page(
    method="PATCH",
    path=f"/v2/lists/{LIST_ID}/attributes/{ATTRIBUTE_ID}",
    body={"data": ATTRIBUTE_CHANGES},
    answer=ATTRIBUTE_ANSWER,
)

CREATED_VALUES: dict[str, Json] = {
    "41252299-f8c7-4b5e-99c9-4ff8321d2f96": "Text value",
    "multiselect_attribute": ["Select option 1", "Select option 2"],
}

CREATE_RECORD = Page(
    method="POST",
    path="/v2/objects/people/records",
    body={"data": {"values": CREATED_VALUES}},
    answer={
        "data": {
            "id": RECORD_IDENTITY,
            "created_at": "2022-11-21T13:22:49.061281000Z",
            "web_url": "https://app.attio.com/salarya/person/bf071e1f-6035-429d-b874-d83ea64ea13b",
            "values": {},
        }
    },
)
