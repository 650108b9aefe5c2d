"""Titles: an option keeps its id and changes its title; plain columns that hold titles follow."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Case, F, Value, When

from ..mirrors.references import Chosen
from ..mirrors.registry import registry
from ..models import Attribute, Target
from .belonging import residents

Rows = models.QuerySet[models.Model]


def follow_titles(attribute: Attribute, titles: Mapping[str, str]) -> None:
    """Bring columns that hold titles of an attribute's options from the old titles to the new ones, all at once.

    Else a row would say a title that no option has any more, or that another option has taken over. Rows of another
    tenant hold titles of options of their own.
    """
    changed = {old: new for old, new in titles.items() if old != new}
    mirror = registry.of_object(attribute.owner_slug) if attribute.target == Target.OBJECTS and changed else None
    binding = mirror.declared.get(attribute.slug) if mirror is not None else None
    if mirror is None or not isinstance(binding, Chosen) or binding.points:
        return
    rows = mirror.model._base_manager.all()
    is_list = isinstance(binding.model_field, models.JSONField)
    change = _retitle_lists if is_list else _retitle
    wanted = rows if is_list else rows.filter(**{f"{binding.field}__in": list(changed)})
    for some in residents(attribute.connection, wanted):
        change(some, binding.field, changed)


def _retitle(rows: Rows, field: str, changed: Mapping[str, str]) -> None:
    whens = [When(**{field: old}, then=Value(new)) for old, new in changed.items()]
    rows.update(**{field: Case(*whens, default=F(field))})


def _retitle_lists(rows: Rows, field: str, changed: Mapping[str, str]) -> None:
    """No two databases ask alike whether a JSON list contains one of several texts, so we look."""
    for pk, held in list(rows.values_list("pk", field)):
        if isinstance(held, list) and not changed.keys().isdisjoint(held):
            rows.filter(pk=pk).update(**{field: [changed.get(title, title) for title in held]})
