"""The nouns of a value: its attribute, its versions, its actor, and when two values are the same.

*Canonical* is our JSON-safe normal form. Of a single-value attribute it is one element or `None`; of a multi-value
attribute a list of elements in Attio's order (the first is the primary one). Elements by type:

    text, domain, email-address      str (domains trimmed, both lower-cased)
    number, currency                 str, a plain decimal without exponent or trailing zeros; currency to 4 decimals.
                                     A currency's code belongs to the attribute, not to the value
    checkbox                         bool
    rating                           int, 0 to 5
    date                             str, YYYY-MM-DD
    timestamp                        str, 9-digit UTC: 2026-05-09T21:43:08.480000000Z
    status, select                   str, the option's or status's UUID, lower-case
    record-reference                 {"target_object": slug, "target_record_id": uuid}
    actor-reference                  {"referenced_actor_type": …, "referenced_actor_id": uuid | None}
    phone-number                     str, E.164: +15558675309
    location                         dict of the ten keys, each str | None
    personal-name                    {"first_name", "last_name", "full_name"}, each str
    interaction                      {"interaction_type", "interacted_at", "owner_actor"}; read-only
    anything newer                   dict, the value as Attio sent it without its envelope; read-only
"""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .errors import Json

Element = str | bool | int | dict[str, Json]
Canonical = Element | list[Element] | None

_spell = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


class AttributeType(StrEnum):
    """Attio's seventeen attribute types. A name Attio invents later is a member too, outside the iteration."""

    TEXT = "text"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    CURRENCY = "currency"
    DATE = "date"
    TIMESTAMP = "timestamp"
    RATING = "rating"
    STATUS = "status"
    SELECT = "select"
    RECORD_REFERENCE = "record-reference"
    ACTOR_REFERENCE = "actor-reference"
    LOCATION = "location"
    DOMAIN = "domain"
    EMAIL = "email-address"
    PHONE = "phone-number"
    INTERACTION = "interaction"
    PERSONAL_NAME = "personal-name"

    @classmethod
    def _missing_(cls, value: object) -> AttributeType | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether this is one of the seventeen; values of other types are kept as they came and never written."""
        return self._name_ in AttributeType.__members__

    @property
    def has_options(self) -> bool:
        """Whether values point to an option or a status of the attribute."""
        return self in (AttributeType.STATUS, AttributeType.SELECT)


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """What the core needs to know of an attribute to translate its values."""

    slug: str
    type: AttributeType
    multi: bool = False
    writable: bool = True
    required: bool = False
    unique: bool = False
    archived: bool = False
    attribute_id: str = ""
    targets: Collection[str] = ()
    """Slugs of the objects a record-reference may point to; empty where any may, or where nobody knows."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who created a value: `type` is api-token, workspace-member, system, app, or "" where Attio does not say."""

    type: str = ""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One element and the time it was true, on Attio's clock (raw 9-digit strings)."""

    element: Element
    active_from: str
    active_until: str | None
    actor: Actor
    wire: Mapping[str, Json]
    """What Attio sent, untouched."""


def key(element: Element) -> str:
    """A hashable, sortable name of an element: equal elements have equal keys."""
    return _spell(element)


def keys(canonical: Canonical) -> set[str]:
    """The keys of the elements of a canonical value, single or multi."""
    return {key(element) for element in elements(canonical)}


def elements(canonical: Canonical) -> list[Element]:
    """The elements of a canonical value, in order."""
    if canonical is None:
        return []
    return canonical if isinstance(canonical, list) else [canonical]


def same(a: Canonical, b: Canonical) -> bool:
    """Whether two canonical values say the same. Multi-values are compared as sets; empty and None are one."""
    if isinstance(a, list) or isinstance(b, list):
        return keys(a) == keys(b)
    if a is None or b is None:
        return a is b
    return key(a) == key(b)


def union(first: Iterable[Element], then: Iterable[Element]) -> list[Element]:
    """`first`, then what `then` adds, without repeats, order kept."""
    return list({key(element): element for element in (*first, *then)}.values())


def replaced(canonical: Canonical, old: Container[str], new: Element) -> Canonical:
    """The value with `new` in the place of the elements whose keys are `old`."""
    if isinstance(canonical, list):
        return union((new if key(element) in old else element for element in canonical), ())
    return canonical if canonical is None or key(canonical) not in old else new
