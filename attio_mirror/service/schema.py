"""Objects, lists and their attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self, cast

from ..core.errors import Json
from ..core.values import AttributeSpec, AttributeType
from .door import Door, path
from .wire import blank, flag, mapping, maybe, rows, text, within

Target = Literal["objects", "lists"]
"""What an attribute may belong to, in the words of Attio's paths."""


@dataclass(frozen=True, slots=True)
class AttioObjectInfo:
    """An object: people, deals, a custom one."""

    object_id: str
    workspace_id: str
    slug: str
    singular: str
    plural: str
    created_at: str

    @classmethod
    def read(cls, wire: Json) -> Self:
        """Attio's OpenAPI document lets slug and nouns be null."""
        return cls(
            object_id=text(wire, "id", "object_id"),
            workspace_id=text(wire, "id", "workspace_id"),
            slug=blank(wire, "api_slug"),
            singular=blank(wire, "singular_noun"),
            plural=blank(wire, "plural_noun"),
            created_at=blank(wire, "created_at"),
        )


@dataclass(frozen=True, slots=True)
class AttioListInfo:
    """A list of records of its parent objects."""

    list_id: str
    workspace_id: str
    slug: str
    name: str
    parents: tuple[str, ...]
    """Slugs of the objects whose records may be entered."""
    created_at: str

    @classmethod
    def read(cls, wire: Json) -> Self:
        """Seen on the live service: `parent_object` is an array, though older examples show one slug."""
        parent = within(wire, "parent_object")
        return cls(
            list_id=text(wire, "id", "list_id"),
            workspace_id=text(wire, "id", "workspace_id"),
            slug=blank(wire, "api_slug"),
            name=blank(wire, "name"),
            parents=(parent,) if isinstance(parent, str) else tuple(map(str, rows(wire, "parent_object"))),
            created_at=blank(wire, "created_at"),
        )


@dataclass(frozen=True, slots=True)
class AttributeInfo:
    """An attribute of an object or a list."""

    attribute_id: str
    target_id: str
    """The object or list it belongs to."""
    workspace_id: str
    slug: str
    title: str
    description: str | None
    type: str
    """One of Attio's seventeen, or a name we do not know yet."""
    system: bool
    writable: bool
    required: bool
    unique: bool
    multi: bool
    default_enabled: bool
    archived: bool
    default_value: Json = None
    relationship: Mapping[str, Json] | None = None
    config: Mapping[str, Json] = field(default_factory=dict)
    created_at: str = ""

    @classmethod
    def read(cls, wire: Json) -> Self:
        """Attio's OpenAPI document gives list attributes an `object_id` too; a `list_id` would be understood."""
        identity = within(wire, "id")
        return cls(
            attribute_id=text(identity, "attribute_id"),
            target_id=maybe(identity, "list_id") or text(identity, "object_id"),
            workspace_id=text(identity, "workspace_id"),
            slug=text(wire, "api_slug"),
            title=text(wire, "title"),
            description=maybe(wire, "description"),
            type=text(wire, "type"),
            system=flag(wire, "is_system_attribute"),
            writable=flag(wire, "is_writable"),
            required=flag(wire, "is_required"),
            unique=flag(wire, "is_unique"),
            multi=flag(wire, "is_multiselect"),
            default_enabled=flag(wire, "is_default_value_enabled"),
            archived=flag(wire, "is_archived"),
            default_value=within(wire, "default_value"),
            relationship=mapping(wire, "relationship"),
            config=mapping(wire, "config") or {},
            created_at=blank(wire, "created_at"),
        )

    @property
    def spec(self) -> AttributeSpec:
        """What the core needs to translate values. A type that we do not know stays the text that Attio sent."""
        known = self.type in set(AttributeType)
        return AttributeSpec(
            slug=self.slug,
            type=AttributeType(self.type) if known else cast("AttributeType", self.type),
            multi=self.multi,
            writable=self.writable,
            required=self.required,
            unique=self.unique,
            archived=self.archived,
            attribute_id=self.attribute_id,
        )


class Schema(Door):
    """What there is to know of a tenant besides its records. Every slug may also be an id."""

    def objects(self) -> list[AttioObjectInfo]:
        """The enabled objects; Attio does not list the others."""
        return self._all(AttioObjectInfo.read, "GET", path("objects"))

    def object(self, slug: str) -> AttioObjectInfo:
        """One object."""
        return self._one(AttioObjectInfo.read, "GET", path("objects", slug))

    def create_object(self, slug: str, singular: str, plural: str) -> AttioObjectInfo:
        """A custom object."""
        data = {"api_slug": slug, "singular_noun": singular, "plural_noun": plural}
        return self._one(AttioObjectInfo.read, "POST", path("objects"), json={"data": data})

    def update_object(self, slug: str, changes: Mapping[str, Json]) -> AttioObjectInfo:
        """Change `api_slug`, `singular_noun` or `plural_noun`."""
        return self._one(AttioObjectInfo.read, "PATCH", path("objects", slug), json={"data": dict(changes)})

    def lists(self) -> list[AttioListInfo]:
        """The lists that the token may see."""
        return self._all(AttioListInfo.read, "GET", path("lists"))

    def list_(self, slug: str) -> AttioListInfo:
        """One list."""
        return self._one(AttioListInfo.read, "GET", path("lists", slug))

    def attributes(self, target: Target, identifier: str, *, archived: bool = True) -> list[AttributeInfo]:
        """The attributes of an object or a list, in the order of Attio's UI."""
        params = {"show_archived": "true"} if archived else {}
        return self._pages(AttributeInfo.read, path(target, identifier, "attributes"), params)

    def attribute(self, target: Target, identifier: str, attribute: str) -> AttributeInfo:
        """One attribute, archived or not."""
        return self._one(AttributeInfo.read, "GET", path(target, identifier, "attributes", attribute))

    def create_attribute(self, target: Target, identifier: str, payload: Mapping[str, Json]) -> AttributeInfo:
        """Attio wants all of title, description, api_slug, type, is_required, is_unique, is_multiselect, config."""
        where = path(target, identifier, "attributes")
        return self._one(AttributeInfo.read, "POST", where, json={"data": dict(payload)})

    def update_attribute(
        self, target: Target, identifier: str, attribute: str, changes: Mapping[str, Json]
    ) -> AttributeInfo:
        """Change what is named in `changes`; `is_archived` is how an attribute is put away, there is no delete."""
        where = path(target, identifier, "attributes", attribute)
        return self._one(AttributeInfo.read, "PATCH", where, json={"data": dict(changes)})
