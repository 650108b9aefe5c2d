"""Inspection: what there is to know about an object before a model for it exists. Asks Attio, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from ..mirrors.registry import registry
from ..models import ATTRIBUTES, Connection
from ..service import AttioObjectInfo, AttributeInfo
from .connections import attio


@dataclass(frozen=True, slots=True)
class Inspected:
    """An object, its attributes, and which models mirror the objects these may point to."""

    object: AttioObjectInfo
    attributes: list[AttributeInfo]
    slugs: dict[str, str]
    """Object id to slug, of all objects."""
    models: dict[str, str]
    """Slug to the label (app.Model) of the model that mirrors it."""

    def targets(self, attribute: AttributeInfo) -> list[str]:
        """The slugs of the objects a reference may point to; empty where any."""
        ids = (attribute.config.get("record_reference") or {}).get("allowed_object_ids") or ()
        return [self.slugs.get(one, one) for one in ids]


def inspect(connection: Connection, object_slug: str) -> Inspected:
    """Ask about one object. Raises AttioError, NotFound among them."""
    service = attio(connection)
    info = service.object(object_slug)
    return Inspected(
        object=info,
        attributes=service.attributes("objects", object_slug),
        slugs={one.object_id: one.slug for one in service.objects()},
        models={m.options.object: m.model._meta.label for m in registry.all() if m.options.object != ATTRIBUTES},
    )
