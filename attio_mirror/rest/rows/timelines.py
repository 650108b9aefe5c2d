"""The timeline of a row as JSON: every version of its attributes, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from rest_framework import serializers

from ...core.codecs import InvalidValue, codec_for
from ...core.errors import Json
from ...models import AttributeValue, Link, Member
from ...models.past import reader_of
from ...sync.history import wanted
from ..asking import of_moment, of_text, of_truth

PARAMETERS = (
    of_text("attribute", "Of this attribute only: a slug, or the field it is bound to."),
    of_moment("believed_at", "As was believed at this moment."),
    of_truth("everything", "Also what was once believed and is no longer."),
)


class ActorSerializer(serializers.Serializer[Any]):
    """Who made a version in Attio."""

    type = serializers.CharField(help_text="workspace-member, api-token, app or system; empty where Attio did not say.")
    id = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True, help_text="Of a member.")


class VersionSerializer(serializers.Serializer[Any]):
    """A value and when it was true."""

    attribute = serializers.CharField(help_text="The slug.")
    value = serializers.JSONField(allow_null=True, help_text="One element of the value, as in `other_values`.")
    text = serializers.CharField(help_text="The same in words, as it was called then.")
    active_from = serializers.DateTimeField()
    active_until = serializers.DateTimeField(allow_null=True, help_text="None while it is true.")
    actor = ActorSerializer()
    learned_at = serializers.DateTimeField(help_text="Since when we know.")
    learned_from = serializers.CharField(help_text="push, pull, sweep, history or schema.")
    superseded_at = serializers.DateTimeField(allow_null=True, help_text="When we learned better.")


def versions(row: models.Model, asked: Mapping[str, Any]) -> models.QuerySet[AttributeValue]:
    """The versions that were asked for. Raises ValidationError for an attribute nobody knows.

    A history nobody has read yet is fetched in the background: who asks again has it.
    """
    link = Link.objects.for_rows(type(row), [row.pk]).select_related("connection").order_by("pk").first()
    if link is not None:
        wanted(link)
    believed_at = asked.get("believed_at")
    found = AttributeValue.objects.filter(link=link).select_related("attribute")
    found = found if asked.get("everything") else found.believed(believed_at)
    if "attribute" not in asked:
        return found
    try:
        attributes = reader_of(type(row))(type(row), None, believed_at).attributes(asked["attribute"])
    except (FieldDoesNotExist, LookupError):
        attributes = None
    if attributes is None or not attributes.exists():
        raise serializers.ValidationError({"attribute": ["There is no such attribute."]})
    return found.filter(attribute__in=attributes)


def say(listed: Iterable[AttributeValue], believed_at: datetime | None) -> list[dict[str, Json]]:
    """Versions in JSON; the members among their actors are looked up together."""
    found = list(listed)
    links = {version.link_id for version in found}
    ids = {version.actor_id for version in found if version.actor_type == "workspace-member"}
    members = Member.objects.filter(connection__links__in=links, member_id__in=ids) if ids else ()
    names = {member.member_id: str(member) for member in members}
    return [VersionSerializer(_version(version, names, believed_at)).data for version in found]


def _version(version: AttributeValue, names: Mapping[str, str], believed_at: datetime | None) -> dict[str, Any]:
    heard_later = believed_at and version.end_learned_at and version.end_learned_at > believed_at
    return {
        "attribute": version.slug,
        "value": _element(version),
        "text": version.text or "",
        "active_from": version.active_from,
        "active_until": None if heard_later else version.active_until,
        "actor": {
            "type": version.actor_type,
            "id": version.actor_id or None,
            "name": names.get(version.actor_id) if version.actor_type == "workspace-member" else None,
        },
        "learned_at": version.learned_at,
        "learned_from": version.learned_from,
        "superseded_at": version.superseded_at,
    }


def _element(version: AttributeValue) -> Json:
    try:
        return codec_for(version.attribute.type).decode(version.value)
    except InvalidValue:
        return None
