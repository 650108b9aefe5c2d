"""Answers in the shapes of Attio's OpenAPI document, to be bent by the tests."""

from __future__ import annotations

from uuid import NAMESPACE_DNS, uuid5

from attio_mirror.core.errors import Json


def uid(name: object) -> str:
    """The same UUID for the same name."""
    return str(uuid5(NAMESPACE_DNS, str(name)))


TENANT = uid("tenant")
WHEN = "2026-01-05T09:00:00.000000000Z"


def record(name: object = 1, /, **values: list[Json]) -> dict[str, Json]:
    return {
        "id": {"workspace_id": TENANT, "object_id": uid("deals"), "record_id": uid(name)},
        "created_at": WHEN,
        "web_url": f"https://app.attio.com/acme/deals/record/{uid(name)}",
        "values": values,
    }


def entry(name: object = 1, /, **values: list[Json]) -> dict[str, Json]:
    return {
        "id": {"workspace_id": TENANT, "list_id": uid("list"), "entry_id": uid(name)},
        "parent_record_id": uid("parent"),
        "parent_object": "deals",
        "created_at": WHEN,
        "entry_values": values,
    }


def placement(name: object = 1) -> dict[str, Json]:
    return {"list_id": uid("list"), "list_api_slug": "sales", "entry_id": uid(name), "created_at": WHEN}


def attribute(name: object = "stage", /, **changed: Json) -> dict[str, Json]:
    return {
        "id": {"workspace_id": TENANT, "object_id": uid("deals"), "attribute_id": uid(name)},
        "title": "Stage",
        "description": None,
        "api_slug": str(name),
        "type": "status",
        "is_system_attribute": True,
        "is_writable": True,
        "is_required": True,
        "is_unique": False,
        "is_multiselect": False,
        "is_default_value_enabled": False,
        "is_archived": False,
        "default_value": None,
        "relationship": None,
        "created_at": WHEN,
        "config": {
            "currency": {"default_currency_code": None, "display_type": None},
            "record_reference": {"allowed_object_ids": None},
        },
        **changed,
    }


def _choice(key: str, name: object) -> dict[str, Json]:
    identity = {"workspace_id": TENANT, "object_id": uid("deals"), "attribute_id": uid("stage"), key: uid(name)}
    return {"id": identity, "title": str(name), "is_archived": False}


def option(name: object = "Red") -> dict[str, Json]:
    return _choice("option_id", name)


def status(name: object = "Lead", /, **changed: Json) -> dict[str, Json]:
    return {
        **_choice("status_id", name),
        "celebration_enabled": False,
        "target_time_in_status": None,
        **changed,
    }


def object_(slug: str = "deals") -> dict[str, Json]:
    return {
        "id": {"workspace_id": TENANT, "object_id": uid(slug)},
        "api_slug": slug,
        "singular_noun": "Deal",
        "plural_noun": "Deal",
        "created_at": WHEN,
    }


def list_(slug: str = "sales") -> dict[str, Json]:
    return {
        "id": {"workspace_id": TENANT, "list_id": uid(slug)},
        "api_slug": slug,
        "name": "Sales",
        "parent_object": ["deals"],
        "workspace_access": "full-access",
        "workspace_member_access": [],
        "created_by_actor": {"type": "system", "id": None},
        "created_at": WHEN,
    }


def member(name: str = "Ada") -> dict[str, Json]:
    return {
        "id": {"workspace_id": TENANT, "workspace_member_id": uid(name)},
        "first_name": name,
        "last_name": "Lovelace",
        "avatar_url": None,
        "email_address": f"{name.lower()}@acme.example",
        "access_level": "admin",
        "created_at": WHEN,
    }


def webhook(name: object = 1) -> dict[str, Json]:
    return {
        "id": {"workspace_id": TENANT, "webhook_id": uid(name)},
        "target_url": "https://django.example/attio/webhook/default/",
        "subscriptions": [{"event_type": "record.updated", "filter": None}],
        "status": "active",
        "created_at": WHEN,
    }


def hit(name: object = 1) -> dict[str, Json]:
    return {
        "id": {"workspace_id": TENANT, "object_id": uid("people"), "record_id": uid(name)},
        "object_slug": "people",
        "record_text": "Ada Lovelace",
        "record_image": None,
        "email_addresses": [],
        "phone_numbers": [],
    }


SELF: dict[str, Json] = {
    "active": True,
    "scope": "record_permission:read-write object_configuration:read",
    "client_id": uid("token"),
    "token_type": "Bearer",
    "exp": None,
    "iat": 1767603600,
    "sub": TENANT,
    "aud": uid("token"),
    "iss": "attio.com",
    "authorized_by_workspace_member_id": uid("Ada"),
    "workspace_id": TENANT,
    "workspace_name": "Acme",
    "workspace_slug": "acme",
    "workspace_logo_url": None,
}
