"""The outbox: what waits, what was refused and why, what would be sent now; retry and drop."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ...core.errors import Json
from ...mirrors.registry import registry
from ...models import Link, OutboxEntry, OutboxState, Verb
from ...sync.frame import Frame
from ...sync.push.compose import Debt, debt
from ...sync.push.retry import drop, retry
from ..asking import of_choice, of_text
from ..operations import Operation
from ..pages import CURSOR, LIMIT
from ..rows.standing import RefusalSerializer, refusal_of
from .shared import DeskViewSet


class LinkedSerializer(serializers.Serializer[Any]):
    """Which row, and which record."""

    connection = serializers.CharField(help_text="The alias of the tenant.")
    object = serializers.CharField(help_text="The object's slug.")
    record_id = serializers.CharField(allow_null=True)
    row = serializers.CharField(help_text="The row's primary key, as text.")

    def to_representation(self, instance: Link) -> dict[str, Json]:
        """Of a link."""
        return {
            "connection": instance.connection.alias,
            "object": instance.object,
            "record_id": instance.record_id,
            "row": instance.object_id,
        }


class FailureField(RefusalSerializer):
    """The last failure of an entry; None where there was none."""

    def to_representation(self, instance: OutboxEntry) -> Any:
        """In Attio's words."""
        return refusal_of(instance.error) if instance.error.get("message") else None


class EntrySerializer(serializers.ModelSerializer[OutboxEntry]):
    """That a row changed, and what became of it."""

    link = LinkedSerializer()
    verb = serializers.ChoiceField(choices=Verb.choices, allow_blank=True, help_text="What was asked of Attio last.")
    said = serializers.DictField(help_text="What was last sent: slug to value.")
    refused = FailureField(source="*", allow_null=True, help_text="The last failure, in Attio's words.")
    actor = serializers.PrimaryKeyRelatedField[Any](read_only=True, allow_null=True, help_text="The user who edited.")

    class Meta:
        model = OutboxEntry
        fields: ClassVar = [
            "id", "link", "state", "verb", "attempts", "not_before", "said", "refused", "actor",
            "created_at", "sent_at", "answered_at", "settled_at",
        ]  # fmt: skip
        read_only_fields = fields


class OwedSerializer(EntrySerializer):
    """The same, with what would be sent now."""

    owed = serializers.SerializerMethodField(help_text="What would be sent now: slug to value.")
    unsendable = serializers.SerializerMethodField(help_text="What cannot be sent, and why.")

    class Meta(EntrySerializer.Meta):
        fields: ClassVar = [*EntrySerializer.Meta.fields, "owed", "unsendable"]
        read_only_fields = fields

    def get_owed(self, entry: OutboxEntry) -> dict[str, Json]:
        """By slug."""
        return self._debt(entry).owed

    def get_unsendable(self, entry: OutboxEntry) -> dict[str, str]:
        """By slug."""
        found = self._debt(entry)
        return {**found.invalid, **dict.fromkeys(found.pending, "It waits for a row that is not in Attio yet.")}

    def _debt(self, entry: OutboxEntry) -> Debt:
        if not hasattr(self, "_known"):
            self._known = _debt(entry)
        return self._known


def _debt(entry: OutboxEntry) -> Debt:
    mirror = registry.of_object(entry.link.object)
    if mirror is None or not OutboxState(entry.state).is_open:
        return Debt()
    frame = Frame.of(entry.link.connection, mirror)
    row = frame.rows([entry.link]).get(entry.link.object_id)
    return Debt() if row is None else debt(frame, entry.link, row)


STATE = of_choice("state", "Entries in one of these states.", OutboxState.values, many=True)
OBJECT = of_text("object", "Of rows of this object.")
CONNECTION = of_text("connection", "Of the tenant with this alias.")


class OutboxViewSet(DeskViewSet):
    """Entries, newest first."""

    queryset = OutboxEntry.objects.all()
    serializer_class = EntrySerializer
    related = ("link__connection",)
    operations: ClassVar = {
        "list": Operation(
            about="Entries of the outbox, newest first.",
            needs="view", gives=EntrySerializer, many=True, parameters=(CURSOR, LIMIT, STATE, OBJECT, CONNECTION),
        ),
        "retrieve": Operation(
            about="One entry, with what would be sent now.", needs="view", gives=OwedSerializer
        ),
        "retry": Operation(
            about="Push it at once: a refused entry waits again, one in doubt is looked for.",
            needs="change", gives=OwedSerializer, refuses=(409,),
        ),
        "drop": Operation(
            about="Give it up; the row keeps its values.", needs="change", gives=OwedSerializer, refuses=(409,)
        ),
    }  # fmt: skip

    def get_serializer_class(self) -> type[EntrySerializer]:
        """A page does not tell what is owed: that is worked out row by row."""
        return EntrySerializer if self.action == "list" else OwedSerializer

    def narrowed(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """By state, object and tenant."""
        ways = {"state": "state__in", "object": "link__object", "connection": "link__connection__alias"}
        return rows.filter(**{way: self.asked[name] for name, way in ways.items() if name in self.asked})

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Let it be pushed at once."""
        return self.done(retry(self.get_object()), "retried")

    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """Give it up."""
        return self.done(drop(self.get_object()), "dropped")
