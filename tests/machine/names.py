"""Names: an attribute may be given another slug in the middle of a run. Its facet keeps the first one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from attio_mirror.models import Attribute, Connection

from .facets import FACETS, Facet

CUSTOM = (
    ("deals", "note", "text", False),
    ("deals", "plan", "select", True),
    ("companies", "note", "text", False),
)
"""Attributes that nobody needs by name: these may get other slugs."""


class Names:
    """What the custom attributes of one tenant are called: by Attio, and by us, who hear of it later."""

    def __init__(self, objects: Any, connection: Connection) -> None:
        self.objects, self.connection = objects, connection
        self.ids = {(slug, name): objects.find(slug).attributes.find(name).id for slug, name, *_ in CUSTOM}

    def there(self, facet: Facet) -> Facet:
        """The facet under Attio's slug."""
        attribute_id = self.ids.get((facet.object, facet.slug))
        if attribute_id is None:
            return facet
        return replace(facet, slug=self.objects.find(facet.object).attributes.find(attribute_id).slug)

    def here(self, facet: Facet) -> Facet:
        """The facet under our slug."""
        attribute_id = self.ids.get((facet.object, facet.slug))
        if attribute_id is None:
            return facet
        attribute = Attribute.objects.get(connection=self.connection, attribute_id=attribute_id)
        return replace(facet, slug=attribute.slug)

    def facet(self, object_slug: str, slug: str) -> Facet | None:
        """The facet of an attribute that we call so."""
        mine = [facet for facet in FACETS.values() if facet.object == object_slug]
        return next((facet for facet in mine if self.here(facet).slug == slug), None)
