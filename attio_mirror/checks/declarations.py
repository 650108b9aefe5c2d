"""E003, E004, E005, W003, W006, W007: whether the mirrors fit the models and one another.

Whether they fit Attio is asked by `attio_schema --check`, which may use the network.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # Django's name for it
from django.db import models

from ..conf import conf
from ..mirrors.attributes import Attribute, empty
from ..mirrors.references import Chosen, Owner, Pointing, Reference
from ..mirrors.registry import AnyMirror, registry
from ..mirrors.remainder import Remainder
from ..models import Member, Option


def check_mirrors(**_: Any) -> list[CheckMessage]:
    """Every mirror, with itself as the object the message is about."""
    return [message for mirror in registry.all() for message in _of_mirror(mirror)]


def _of_mirror(mirror: AnyMirror) -> Iterable[CheckMessage]:
    for name, reason in mirror.unbound.items():
        yield Error(
            f"“{name}”: {reason}",
            hint=f"Name a field of {mirror.model._meta.label} with field=….",
            obj=type(mirror),
            id="attio_mirror.E003",
        )
    key = mirror.options.key
    if key and key not in mirror.declared and key not in mirror.unbound:
        yield Error(
            f"The key “{key}” is not one of the declared attributes.",
            hint="Declare it: the key is read from the row before the row is created in Attio.",
            obj=type(mirror),
            id="attio_mirror.E004",
        )
    for name, attribute in mirror.bound.items():
        yield from _of_attribute(mirror, name, attribute)
    yield from _of_connection(mirror)


def _of_attribute(mirror: AnyMirror, name: str, attribute: Attribute) -> Iterable[CheckMessage]:
    wanted = wanted_field(attribute)
    if wanted:
        yield Error(
            f"“{name}”: {type(attribute).__name__} needs {wanted}; “{attribute.field}” is none.",
            hint="Bind it to another field, or declare another kind of attribute.",
            obj=type(mirror),
            id="attio_mirror.E005",
        )
    elif isinstance(attribute, Reference) and _target(attribute) is None:
        related = attribute.model_field.related_model
        label = related._meta.label if isinstance(related, type) else related
        yield Warning(
            f"“{name}” points to {label}, which no mirror mirrors: its rows cannot be told to Attio.",
            hint="Register a mirror of that model, or leave the attribute out.",
            obj=type(mirror),
            id="attio_mirror.W003",
        )
    elif _is_never_empty(attribute):
        yield Warning(
            f"The field “{attribute.field}” cannot be empty, and “{name}” may be in Attio: such a record gets no row.",
            hint="Give it null=True, or a default where it is no relation.",
            obj=type(mirror),
            id="attio_mirror.W007",
        )


def wanted_field(attribute: Attribute) -> str:
    """What kind of field an attribute needs, where it has another; "" where it fits."""
    field: Any = getattr(attribute, "model_field", None)
    if field is None:
        return ""
    related = getattr(field, "related_model", None)
    if not isinstance(field, models.Field):
        return "a field of the model itself, no relation from elsewhere"
    if isinstance(attribute, Remainder):
        return "" if isinstance(field, models.JSONField) else "a JSONField"
    if isinstance(attribute, Owner):
        return "" if related is Member else "a relation to Member"
    if isinstance(attribute, Chosen):
        return "" if related in (None, Option) else "a relation to Option, or a plain column"
    if isinstance(attribute, Pointing):
        return "" if related is not None else "a relation to a mirrored model"
    return "" if related is None else "a plain column"


def _is_never_empty(attribute: Attribute) -> bool:
    """Whether the column takes nothing for an attribute without a value; a reference whose target has no row is one."""
    field: Any = getattr(attribute, "model_field", None)
    if not isinstance(field, models.Field) or field.null or field.many_to_many:
        return False
    return field.is_relation or empty(field) is None


def _target(attribute: Reference) -> AnyMirror | None:
    related = attribute.model_field.related_model
    return registry.of_model(related) if isinstance(related, type) else None


def _of_connection(mirror: AnyMirror) -> Iterable[CheckMessage]:
    """The shipped mirrors may stand unused."""
    try:
        configured = conf().connections
    except ValueError:
        return  # E002 says so
    alias = mirror.options.connection
    if configured and alias not in configured and mirror.options.object not in registry.replaceable:
        yield Warning(
            f"New rows belong to the connection “{alias}”, which ATTIO_MIRROR does not have.",
            hint="Add it to CONNECTIONS, or name another one in Meta.connection.",
            obj=type(mirror),
            id="attio_mirror.W006",
        )
