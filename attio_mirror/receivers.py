"""What Django tells us: a row was saved, related or deleted. Each receiver is one call."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from .mirrors.registry import registry
from .sync.mark import mark, mark_gone, mark_rows


def saving(instance: models.Model, *, raw: bool = False, **_: Any) -> None:
    """A new row may need something that Attio will ask for."""
    mirror = registry.of_model(type(instance))
    if mirror is not None and instance._state.adding and not raw:
        mirror.prepare(instance)


def saved(instance: models.Model, *, raw: bool = False, **_: Any) -> None:
    """Fixtures (`raw`) are not edits; the local sweep finds what they changed."""
    if not raw:
        mark(instance)


def deleted(instance: models.Model, **_: Any) -> None:
    """The link becomes a tombstone."""
    mark_gone(instance)


def related(
    sender: type[models.Model],
    instance: models.Model,
    action: str,
    *,
    reverse: bool,
    model: type[models.Model],
    pk_set: Any,
    **_: Any,
) -> None:
    """A relation may be changed from either end; it is the mirrored end that is marked."""
    if not reverse:
        if action.startswith("post_"):
            mark(instance)
    elif action == "pre_clear":
        losing = _holders(sender, model, instance)
        transaction.on_commit(lambda: mark_rows(model, losing), robust=True)
    elif action in ("post_add", "post_remove"):
        mark_rows(model, pk_set)


def _holders(through: type[models.Model], model: type[models.Model], instance: models.Model) -> list[Any]:
    """The rows that are about to lose this instance: after the clearing nobody could tell."""
    relation: Any = next(r for r in model._meta.many_to_many if r.remote_field.through is through)
    pairs = through._default_manager.filter(**{relation.m2m_reverse_field_name(): instance.pk})
    return list(pairs.values_list(relation.m2m_field_name(), flat=True))


def connect() -> None:
    """Listen to the models that are mirrored and to those that stand for them (proxies, children), and to no others."""
    for model in apps.get_models():
        mirror = registry.of_model(model)
        if mirror is None:
            continue
        key = f"attio_mirror.{model._meta.label}"
        pre_save.connect(saving, sender=model, dispatch_uid=f"{key}.saving")
        post_save.connect(saved, sender=model, dispatch_uid=f"{key}.saved")
        post_delete.connect(deleted, sender=model, dispatch_uid=f"{key}.deleted")
        for relation in mirror.model._meta.many_to_many:
            through = relation.remote_field.through
            m2m_changed.connect(related, sender=through, dispatch_uid=f"{mirror.model._meta.label}.{relation.name}")
