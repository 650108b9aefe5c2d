"""Records, entries, attributes and the rest as Attio's answers show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .answer import Json
from .nouns import AttioList, AttioObject, Attribute, Default, Entry, Holder, Member, Value
from .state import State
from .values import CODECS
from .values.choices import id_key

PAGES = {"people": "person", "companies": "company"}
"""Objects whose record pages have a segment of their own; the rest is `<slug>/record`, as seen for deals."""


def value(state: State, attribute: Attribute, version: Value) -> dict[str, Json]:
    """One value in its envelope, keys in the order seen on the live service."""
    return {
        "active_from": version.active_from,
        "active_until": version.active_until,
        "created_by_actor": {"type": version.actor.type, "id": version.actor.id},
        **CODECS[attribute.type].wire(version.element, attribute, state),
        "attribute_type": attribute.type,
    }


def records(state: State, target: AttioObject, holders: Iterable[Holder]) -> list[Json]:
    """Records with all visible attributes; empty ones as empty lists."""
    attributes = target.visible()
    page = f"https://app.attio.com/{state.slug}/{PAGES.get(target.slug, target.slug + '/record')}/"
    return [
        {
            "id": {"workspace_id": state.workspace_id, "object_id": target.id, "record_id": holder.id},
            "created_at": holder.created_at,
            "web_url": page + holder.id,
            "values": _values(state, attributes, holder),
        }
        for holder in holders
    ]


def entries(state: State, target: AttioList, holders: Iterable[Holder]) -> list[Json]:
    attributes = target.visible()
    return [
        {
            "id": {"workspace_id": state.workspace_id, "list_id": target.id, "entry_id": holder.id},
            "parent_record_id": holder.parent.id,
            "parent_object": holder.parent.target.slug,
            "created_at": holder.created_at,
            "entry_values": _values(state, attributes, holder),
        }
        for holder in holders
        if isinstance(holder, Entry)
    ]


def _values(state: State, attributes: Sequence[Attribute], holder: Holder) -> dict[str, list[Json]]:
    held = holder.values
    return {
        attribute.slug: [value(state, attribute, version) for version in held.get(attribute.id, ())]
        for attribute in attributes
    }


def attioobject(state: State, target: AttioObject) -> Json:
    return {
        "id": {"workspace_id": state.workspace_id, "object_id": target.id},
        "api_slug": target.slug,
        "singular_noun": target.singular,
        "plural_noun": target.plural,
        "created_at": target.created_at,
    }


def attiolist(state: State, target: AttioList) -> Json:
    return {
        "id": {"workspace_id": state.workspace_id, "list_id": target.id},
        "api_slug": target.slug,
        "name": target.name,
        "parent_object": [target.parent.slug],
        "workspace_access": target.workspace_access,
        "workspace_member_access": [dict(access) for access in target.member_access],
        "created_by_actor": target.created_by.as_json(),
        "created_at": target.created_at,
    }


def attribute_id(state: State, shown: Attribute) -> dict[str, str]:
    return {
        "workspace_id": state.workspace_id,
        id_key(shown, state): shown.target.id,
        "attribute_id": shown.id,
    }


def attribute(state: State, shown: Attribute) -> Json:
    """An attribute; both keys of `config` are always there, with nulls, as seen on the live service."""
    return {
        "id": attribute_id(state, shown),
        "title": shown.title,
        "description": shown.description,
        "api_slug": shown.slug,
        "type": shown.type,
        "is_system_attribute": shown.system,
        "is_writable": shown.writable,
        "is_required": shown.required,
        "is_unique": shown.unique,
        "is_multiselect": shown.multi,
        "is_default_value_enabled": shown.default is not None,
        "is_archived": shown.archived,
        "default_value": _default(state, shown, shown.default),
        "relationship": _relationship(state, shown.partner),
        "created_at": shown.created_at,
        "config": {
            "currency": {"default_currency_code": shown.currency_code, "display_type": shown.display_type},
            "record_reference": {"allowed_object_ids": _allowed(shown)},
        },
    }


def _allowed(shown: Attribute) -> list[str] | None:
    return list(shown.allowed) if shown.type == "record-reference" else None


def _default(state: State, shown: Attribute, default: Default | None) -> Json:
    if default is None:
        return None
    if default.template is not None:
        return {"type": "dynamic", "template": default.template}
    wire = CODECS[shown.type].wire
    template = [{**wire(element, shown, state), "attribute_type": shown.type} for element in default.elements]
    return {"type": "static", "template": template}


def _relationship(state: State, partner: Attribute | None) -> Json:
    if partner is None:
        return None
    return {
        "id": attribute_id(state, partner),
        "object_slug": partner.target.slug,
        "title": partner.title,
        "api_slug": partner.slug,
        "is_multiselect": partner.multi,
    }


def member(state: State, shown: Member) -> Json:
    return {
        "id": {"workspace_id": state.workspace_id, "workspace_member_id": shown.id},
        "first_name": shown.first_name,
        "last_name": shown.last_name,
        "avatar_url": None,
        "email_address": shown.email,
        "access_level": shown.access_level,
        "created_at": shown.created_at,
    }
