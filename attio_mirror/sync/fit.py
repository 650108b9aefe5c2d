"""Fit: whether what the mirrors declare is borne out by what Attio has. Asks Attio, writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from ..core.values import AttributeType as T
from ..mirrors.attributes import Attribute, Currency, PersonalName
from ..mirrors.references import Chosen, Owner, Pointing, Reference
from ..mirrors.registry import AnyMirror, registry
from ..models import ATTRIBUTES, Connection
from ..service import AttributeInfo
from .connections import attio

NUMBERS = frozenset({T.NUMBER, T.CURRENCY, T.RATING})
OF_BINDING: tuple[tuple[type[Attribute], frozenset[T]], ...] = (
    (PersonalName, frozenset({T.PERSONAL_NAME})),
    (Currency, frozenset({T.CURRENCY})),
    (Chosen, frozenset({T.STATUS, T.SELECT})),
    (Owner, frozenset({T.ACTOR_REFERENCE})),
    (Reference, frozenset({T.RECORD_REFERENCE})),
)
OF_FIELD: tuple[tuple[type[models.Field[Any, Any]], frozenset[T]], ...] = (
    (models.BooleanField, frozenset({T.CHECKBOX})),
    (models.DateTimeField, frozenset({T.TIMESTAMP})),
    (models.DateField, frozenset({T.DATE})),
    (models.DecimalField, NUMBERS),
    (models.FloatField, NUMBERS),
    (models.IntegerField, NUMBERS),
)
"""The first class that fits speaks: a DateTimeField is a DateField, too. Text and JSON hold any type."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A declaration Attio does not bear out."""

    object: str
    slug: str
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(part for part in (self.object, self.slug) if part)}: {self.message}"


def misfits(connection: Connection) -> list[Misfit]:
    """Compare every mirror of this connection's objects with Attio. Raises AttioError."""
    service = attio(connection)
    slugs = {info.object_id: info.slug for info in service.objects()}
    found: list[Misfit] = []
    for mirror in registry.all():
        object_slug = mirror.options.object
        if object_slug == ATTRIBUTES:
            continue
        if object_slug not in slugs.values():
            found.append(Misfit(object_slug, "", "Attio has no such object, or it is not enabled there."))
            continue
        there = {info.slug: info for info in service.attributes("objects", object_slug)}
        found += [Misfit(object_slug, slug, message) for slug, message in _of_mirror(mirror, there, slugs)]
    return found


def _of_mirror(
    mirror: AnyMirror, there: Mapping[str, AttributeInfo], slugs: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for slug, binding in mirror.declared.items():
        if slug not in there:
            yield slug, "Attio has no such attribute."
        else:
            for message in _of_attribute(binding, there[slug], slugs):
                yield slug, message
    key = mirror.options.key
    if key and (key not in there or not there[key].unique):
        yield key, "it is the mirror's key, but not a unique attribute in Attio."


def _of_attribute(binding: Attribute, info: AttributeInfo, slugs: Mapping[str, str]) -> Iterator[str]:
    if info.archived:
        yield "it is archived in Attio."
    types = _types(binding)
    if types and info.type not in types:
        yield f"it is of type {info.type} in Attio; {_declared_as(binding)} holds {' or '.join(sorted(types))}."
    elif info.multi and not _holds_several(binding):
        yield f"it holds several values in Attio; the field “{binding.field}” holds one."
    elif not info.multi and binding.is_many:
        yield f"it holds one value in Attio; the field “{binding.field}” holds several."
    elif isinstance(binding, Reference):
        yield from _of_reference(binding, info, slugs)


def _of_reference(binding: Reference, info: AttributeInfo, slugs: Mapping[str, str]) -> Iterator[str]:
    """Whether the related model mirrors an object the attribute may point to."""
    related = binding.model_field.related_model
    target = registry.of_model(related) if isinstance(related, type) else None
    if target is None:
        yield f"the model that “{binding.field}” points to is not mirrored."
        return
    ids = (info.config.get("record_reference") or {}).get("allowed_object_ids") or ()
    allowed = [slugs.get(one, one) for one in ids]
    if allowed and (ours := target.options.object) not in allowed:
        yield f"it points to {' or '.join(allowed)} in Attio; the field “{binding.field}” points to {ours}."


def _types(binding: Attribute) -> frozenset[T]:
    """The types a binding can hold; empty where any."""
    for kind, types in OF_BINDING:
        if isinstance(binding, kind):
            return types
    return next((types for kind, types in OF_FIELD if isinstance(binding.model_field, kind)), frozenset())


def _declared_as(binding: Attribute) -> str:
    named = type(binding).__name__
    return f"a {type(binding.model_field).__name__}" if named == "Scalar" else f"mirrors.{named}"


def _holds_several(binding: Attribute) -> bool:
    if isinstance(binding, Pointing) and binding.model_field.is_relation:
        return binding.is_many
    return not isinstance(binding, PersonalName) and isinstance(binding.model_field, models.JSONField)
