"""Attributes and their options, mirrored: the fixed part is overwritten, settings are reconciled like any record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from ..core.values import AttributeType
from ..mirrors.registry import registry
from ..models import ATTRIBUTES, AttioList, AttioObject, Attribute, Connection, Link, Option, Target
from ..service import Attio, AttributeInfo, OptionInfo, StatusInfo
from .connections import attio
from .far import settings_of, settings_seen
from .frame import SETTINGS_OF_AN_ATTRIBUTE, Frame, Seen, agreement
from .reconcile import reconcile
from .renames import follow_renames
from .titles import follow_titles
from .upsert import upsert

Choices = Sequence[OptionInfo | StatusInfo]

FIXED = {
    "type": "type",
    "is_system_attribute": "system",
    "is_writable": "writable",
    "is_multiselect": "multi",
    "is_default_value_enabled": "default_enabled",
    "relationship": "relationship",
}
"""What of an attribute nobody can change through the API: our field to the name in the service's answer."""


def refresh_attributes(connection: Connection, target: Target, owner: AttioObject | AttioList) -> int:
    """Read the attributes of one object or list, with their options; how many there are. Raises AttioError."""
    service, asked_at = attio(connection), timezone.now()
    identifier = owner.object_id if isinstance(owner, AttioObject) else owner.list_id
    infos = service.attributes(target.value, identifier, archived=True)  # type: ignore[arg-type]  # one of the two targets
    choices = {info.attribute_id: _choices(service, target, identifier, info) for info in infos}
    with transaction.atomic():
        known = {a.attribute_id: a for a in owner.attributes.select_for_update().order_by("pk")}
        new = [_new(connection, target, owner, info) for info in infos if info.attribute_id not in known]
        seen = [settings_seen(info, asked_at, asked_at) for info in infos]
        _create(connection, new, {one.record_id: one for one in seen})
        rows = known | {row.attribute_id: row for row in new}
        follow_renames((rows[info.attribute_id], info.slug) for info in infos)
        for position, info in enumerate(infos):
            _follow(rows[info.attribute_id], info, position)
        _options(rows, choices)
        owner.attributes.exclude(attribute_id__in=choices).filter(gone_at=None).update(gone_at=timezone.now())
        mirror = registry.of_object(ATTRIBUTES)
        if mirror is not None:
            reconcile(Frame.of(connection, mirror), seen, source="schema")
    return len(infos)


def _new(connection: Connection, target: Target, owner: AttioObject | AttioList, info: AttributeInfo) -> Attribute:
    return Attribute(
        connection=connection,
        target=target,
        object=owner if isinstance(owner, AttioObject) else None,
        list=owner if isinstance(owner, AttioList) else None,
        attribute_id=info.attribute_id,
        slug=info.slug,
        **{ours: getattr(info, theirs) for ours, theirs in FIXED.items()},
        **settings_of(info),
    )


def _create(connection: Connection, new: list[Attribute], seen: Mapping[str, Seen]) -> None:
    """New attributes and their links; no signal fires, for there is nothing to say: they are as Attio has them."""
    for row in new:  # one by one: not every database gives keys back to a bulk insert
        row.save_base(raw=True, force_insert=True)
    ids = [row.attribute_id for row in new]  # a row somebody deleted left its link
    Link.objects.filter(connection=connection, object=ATTRIBUTES, record_id__in=ids).delete()
    content_type = ContentType.objects.get_for_model(Attribute)
    Link.objects.bulk_create(
        Link(
            connection=connection,
            object=ATTRIBUTES,
            record_id=row.attribute_id,
            content_type=content_type,
            object_id=str(row.pk),
            base={name: agreement(getattr(row, name)) for name in SETTINGS_OF_AN_ATTRIBUTE},
            seen_hash=seen[row.attribute_id].fingerprint,
            synced_at=timezone.now(),
        )
        for row in new
    )


def _follow(row: Attribute, info: AttributeInfo, position: int) -> None:
    """Overwrite the fixed part where it differs."""
    wanted = {ours: getattr(info, theirs) for ours, theirs in FIXED.items()} | {"position": position, "gone_at": None}
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if changed:
        Attribute.objects.filter(pk=row.pk).update(**changed)


def _choices(service: Attio, target: Target, identifier: str, info: AttributeInfo) -> Choices | None:
    if info.type == AttributeType.STATUS:
        return service.statuses(target.value, identifier, info.attribute_id)  # type: ignore[arg-type]  # one of the two targets
    if info.type == AttributeType.SELECT:
        return service.options(target.value, identifier, info.attribute_id)  # type: ignore[arg-type]  # one of the two targets
    return None


def _options(rows: Mapping[str, Attribute], choices: Mapping[str, Choices | None]) -> None:
    listed = [
        _option(rows[attribute_id], info, position)
        for attribute_id, infos in choices.items()
        for position, info in enumerate(infos or ())
    ]
    chosen = [rows[attribute_id] for attribute_id, infos in choices.items() if infos is not None]
    existing = Option.objects.filter(attribute__in=chosen)
    before = dict(existing.values_list("option_id", "title"))
    upsert(existing, listed, "option_id")
    for attribute in chosen:
        mine = [option for option in listed if option.attribute_id == attribute.pk]
        follow_titles(attribute, {before.get(option.option_id, option.title): option.title for option in mine})


def _option(attribute: Attribute, info: OptionInfo | StatusInfo, position: int) -> Option:
    extra: dict[str, Any] = {}
    if isinstance(info, StatusInfo):
        extra = {"celebration_enabled": info.celebration, "target_time": info.target_time}
    return Option(
        attribute=attribute,
        option_id=info.option_id,
        title=info.title,
        is_archived=info.archived,
        position=position,
        **extra,
    )
