"""What a workspace is made of: objects and lists (targets), attributes, options, records and entries (holders)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

from .answer import Json

Element = Hashable
"""One value in the form its type stores it; what it looks like is the business of the type's codec."""

Kind = Literal["objects", "lists"]


class Slugged(Protocol):
    """Anything that can be asked for by its id or by its slug."""

    id: str
    slug: str


T = TypeVar("T", bound=Slugged)


class Catalog(Generic[T]):
    """Things found by id or by slug, in the order they were added."""

    def __init__(self) -> None:
        self._by_id: dict[str, T] = {}
        self._by_slug: dict[str, T] = {}

    def __iter__(self) -> Iterator[T]:
        return iter(self._by_id.values())

    def __getitem__(self, identifier: str) -> T:
        return self._by_id[identifier]

    def find(self, key: str) -> T | None:
        """By slug or id, as everywhere in Attio."""
        return self._by_slug.get(key) or self._by_id.get(key.lower())

    def add(self, thing: T) -> T:
        self._by_id[thing.id] = self._by_slug[thing.slug] = thing
        return thing

    def rename(self, thing: T, slug: str) -> None:
        del self._by_slug[thing.slug]
        thing.slug = slug
        self._by_slug[slug] = thing

    def remove(self, thing: T) -> None:
        del self._by_id[thing.id], self._by_slug[thing.slug]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: api-token, workspace-member, system or app."""

    type: str
    id: str | None = None

    def as_json(self) -> dict[str, Json]:
        return {"type": self.type, "id": self.id}


SYSTEM = Actor("system")


@dataclass(slots=True)
class Value:
    """One element and when it was true. Active while `active_until` is None."""

    element: Element
    active_from: str
    active_until: str | None
    actor: Actor


@dataclass(slots=True)
class Option:
    """An option of a select, or a status."""

    id: str
    title: str
    is_archived: bool = False
    celebration_enabled: bool = False
    target_time_in_status: str | None = None


@dataclass(frozen=True, slots=True)
class Default:
    """What a new record gets where nothing was sent: elements as they are, or a template to look up."""

    elements: tuple[Element, ...] = ()
    template: str | None = None
    """`current-user`, or an ISO 8601 duration from now."""


@dataclass(slots=True, eq=False)
class Attribute:
    """One attribute of an object or a list."""

    id: str
    slug: str
    title: str
    type: str
    created_at: str
    target: Target
    description: str | None = None
    system: bool = False
    writable: bool = True
    required: bool = False
    unique: bool = False
    multi: bool = False
    archived: bool = False
    historic: bool = True
    """Whether `show_historic=true` is allowed: not for enriched and communication-intelligence attributes."""
    default: Default | None = None
    options: dict[str, Option] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    """Object ids a record-reference may point to; empty: all."""
    partner: Attribute | None = None
    """The other side of a relationship."""
    currency_code: str | None = None
    display_type: str | None = None


class Target:
    """An object or a list: what has attributes and holds values."""

    kind: Kind

    def __init__(self, identifier: str, slug: str, created_at: str) -> None:
        self.id = identifier
        self.slug = slug
        self.created_at = created_at
        self.attributes: Catalog[Attribute] = Catalog()
        self.holders: dict[str, Holder] = {}
        self.unique: dict[str, dict[Hashable, dict[str, None]]] = {}
        """Attribute id → identity of an element → ids of the holders that have it. Unique attributes only."""

    def visible(self) -> list[Attribute]:
        return [attribute for attribute in self.attributes if not attribute.archived]


class AttioObject(Target):
    """An object: companies, people, deals …"""

    kind = "objects"

    def __init__(
        self, identifier: str, slug: str, created_at: str, *, singular: str, plural: str, standard: bool = False
    ) -> None:
        super().__init__(identifier, slug, created_at)
        self.singular = singular
        self.plural = plural
        self.standard = standard


class AttioList(Target):
    """A list of records of one object."""

    kind = "lists"

    def __init__(self, identifier: str, slug: str, created_at: str, *, name: str, parent: AttioObject) -> None:
        super().__init__(identifier, slug, created_at)
        self.name = name
        self.parent = parent
        self.workspace_access: str | None = "full-access"
        self.member_access: list[dict[str, str]] = []
        self.created_by: Actor = SYSTEM


class Holder:
    """A record, or an entry of a list: what values belong to."""

    __slots__ = ("created_at", "id", "past", "target", "values")

    def __init__(self, identifier: str, target: Target, created_at: str) -> None:
        self.id = identifier
        self.target = target
        self.created_at = created_at
        self.values: dict[str, list[Value]] = {}
        """Attribute id → active values, the first is the primary one."""
        self.past: dict[str, list[Value]] = {}
        """Attribute id → values that ended."""

    def elements(self, attribute: Attribute) -> list[Element]:
        return [value.element for value in self.values.get(attribute.id, ())]

    def first(self, attribute: Attribute) -> Value | None:
        values = self.values.get(attribute.id)
        return values[0] if values else None


class Entry(Holder):
    """A record's place in a list."""

    __slots__ = ("parent",)

    def __init__(self, identifier: str, target: Target, created_at: str, parent: Holder) -> None:
        super().__init__(identifier, target, created_at)
        self.parent = parent


@dataclass(slots=True)
class Member:
    """A workspace member."""

    id: str
    first_name: str
    last_name: str
    email: str
    access_level: str
    created_at: str


@dataclass(slots=True)
class Webhook:
    """A webhook subscription; `secret` is shown only in the answer that created it."""

    id: str
    target_url: str
    subscriptions: list[dict[str, Json]]
    secret: str
    created_at: str
    status: str = "active"


@dataclass(slots=True)
class Token:
    """A bearer token and what it may do; `scopes` None means everything."""

    client_id: str
    kind: Literal["api-token", "app"]
    scopes: frozenset[str] | None
    issued_at: int
    authorized_by: str
    revoked: bool = False
