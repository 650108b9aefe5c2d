"""Provisioning: a unique attribute of deals in Attio, which have none, so that creating one can be repeated."""

from __future__ import annotations

from dataclasses import dataclass

from ..conf import conf
from ..core.values import AttributeType
from ..models import Connection
from ..service import AttributeInfo
from .connections import attio
from .schema import refresh_object

DEALS = "deals"
USUAL = "django_id"
"""The slug where DEAL_KEY names none."""


class Unsuitable(Exception):
    """Attio has an attribute of that name which can be no key; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The key attribute, and whether it was made just now."""

    slug: str
    is_new: bool


def provision_key(connection: Connection) -> Provisioned:
    """Have Attio hold a unique text attribute for our keys of deals. Repeatable. Raises AttioError and Unsuitable."""
    slug, service = conf().deal_key or USUAL, attio(connection)
    there = next((info for info in service.attributes("objects", DEALS) if info.slug == slug), None)
    if there is not None and (objection := _objection(there)):
        raise Unsuitable(f"Attio has an attribute deals.{slug}, but {objection} Or name another slug in DEAL_KEY.")
    if there is None:
        service.create_attribute("objects", DEALS, _wanted(slug))
    refresh_object(connection, DEALS)
    return Provisioned(slug, is_new=there is None)


def _objection(info: AttributeInfo) -> str:
    """Why it can be no key, and what to do; "" where it can."""
    if info.archived:
        return "it is archived. Restore it in Attio."
    if info.type != AttributeType.TEXT or info.multi:
        return "it does not hold a single text."
    if not info.unique:
        return "its values need not be unique. Make it unique in Attio."
    return ""


def _wanted(slug: str) -> dict[str, object]:
    return {
        "title": "Django ID",
        "description": "The key of the row in Django. Written once, by attio_mirror; please leave it as it is.",
        "api_slug": slug,
        "type": AttributeType.TEXT.value,
        "is_required": False,
        "is_unique": True,
        "is_multiselect": False,
        "config": {},
    }
