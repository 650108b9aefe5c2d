"""What an attribute may be: the shapes of its routes' bodies, and the rules per type."""

from __future__ import annotations

from . import moments
from .answer import Json
from .codes import CURRENCIES, DISPLAY_TYPES
from .errors import Unfit, invalid_at, not_allowed, slug_conflict, value_not_found
from .nouns import AttioObject, Attribute, Default, Target
from .shapes import anything, array, boolean, either, fields, filled, nullable, one_of, text
from .state import State
from .values import CODECS

COMPUTED = frozenset({"interaction", "personal-name"})
MULTI = frozenset({"select", "record-reference", "actor-reference", "domain", "email-address", "phone-number"})
UNIQUE = frozenset({"text", "number", "date", "timestamp", "domain", "email-address", "phone-number"})

CONFIG = fields(
    {},
    {
        "currency": fields({"default_currency_code": one_of(CURRENCIES), "display_type": one_of(DISPLAY_TYPES)}),
        "record_reference": fields({"allowed_objects": array(filled, 1)}),
    },
)
DEFAULT = nullable(
    either(
        fields({"type": one_of(["dynamic"]), "template": text}),
        fields({"type": one_of(["static"]), "template": array(anything)}),
    )
)
RELATIONSHIP = nullable(
    fields({"object": filled, "title": filled, "api_slug": filled, "is_multiselect": boolean}),
)
NEW = fields(
    {
        "data": fields(
            {
                "title": text,
                "description": nullable(text),
                "api_slug": filled,
                "type": one_of(CODECS.keys() - COMPUTED),
                "is_required": boolean,
                "is_unique": boolean,
                "is_multiselect": boolean,
                "config": CONFIG,
            },
            {"default_value": DEFAULT, "relationship": RELATIONSHIP},
        )
    }
)
EDIT = fields(
    {
        "data": fields(
            {},
            {
                "title": text,
                "description": nullable(text),
                "api_slug": filled,
                "is_required": boolean,
                "is_unique": boolean,
                "default_value": DEFAULT,
                "config": CONFIG,
                "is_archived": boolean,
            },
        )
    }
)


def check_slug(target: Target, slug: str) -> None:
    """An archived attribute still holds its slug, as seen on the live service."""
    taken = target.attributes.find(slug)
    if taken is not None and taken.slug == slug:
        noun = "object" if target.kind == "objects" else "list"
        raise slug_conflict(
            f"An attribute with the same API slug already exists on this {noun}. Please choose a different API slug."
        )


def check_kind(state: State, target: Target, given: dict[str, Json]) -> None:
    """Whether an attribute of this type can be what it is asked to be."""
    kind = given["type"]
    if kind == "status" and contacts(target):
        raise not_allowed("Company and people objects do not support status attributes.")
    if kind == "domain" and not state.readings.domain_creatable:
        raise not_allowed(f'Attributes of type "{kind}" cannot be created.')
    if given["is_multiselect"] and kind not in MULTI:
        raise not_allowed(f'Attributes of type "{kind}" cannot be multiselect.')
    if given["is_unique"]:
        check_unique(target, kind)
    check_default(target, given)


def check_unique(target: Target, kind: str) -> None:
    """Custom unique attributes do not exist on people and companies, as seen on the live service."""
    if kind not in UNIQUE or contacts(target):
        raise not_allowed("Cannot set attribute as unique.")


def check_default(target: Target, given: dict[str, Json]) -> None:
    if given.get("default_value") is not None and contacts(target):
        raise not_allowed("Default values are not currently supported on people or company objects.")


def contacts(target: Target) -> bool:
    return isinstance(target, AttioObject) and target.standard and target.slug in ("people", "companies")


def allowed_objects(state: State, config: dict[str, Json]) -> list[str]:
    """Ids of the objects a record-reference may point to; none named: all."""
    found: list[str] = []
    for key in config.get("record_reference", {}).get("allowed_objects", []):
        target = state.objects.find(key)
        if target is None:
            raise value_not_found(f'Object with slug/ID "{key}" not found.')
        found.append(target.id)
    return list(dict.fromkeys(found))


def read_default(state: State, attribute: Attribute, given: Json) -> Default | None:
    """A default value as it was sent; static ones must be values of the type."""
    if given is None:
        return None
    if given["type"] == "static":
        return _static(state, attribute, given["template"])
    template: str = given["template"]
    current_user = attribute.type == "actor-reference" and template == "current-user"
    duration = attribute.type in ("date", "timestamp") and moments.DURATION.fullmatch(template)
    if not current_user and not duration:
        raise not_allowed(f'The dynamic default value "{template}" is not available for type "{attribute.type}".')
    return Default(template=template)


def _static(state: State, attribute: Attribute, template: list[Json]) -> Default:
    where = ("data", "default_value", "template")
    if len(template) > 1 and not attribute.multi:
        raise invalid_at(where, "A single-value attribute takes one default value.")
    try:
        elements = tuple(CODECS[attribute.type].read(item, attribute, state) for item in template)
    except Unfit as unfit:
        raise invalid_at(where, unfit.message, unfit.code) from None
    return Default(elements)
