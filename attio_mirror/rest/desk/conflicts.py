"""Conflicts: both sides changed one value; take one of them, write something else, or decide for always."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from ...core.codecs import InvalidValue, parse_values
from ...core.merge import Policy
from ...core.values import Canonical
from ...mirrors.registry import registry
from ...models import Conflict, Resolution
from ...sync.acting import acting
from ...sync.batches.plan import POINTS_NOWHERE, points_nowhere
from ...sync.conflicts import Unresolvable, decide_always, resolve
from ...sync.frame import Frame
from ..asking import of_text, of_truth
from ..operations import Operation
from ..pages import CURSOR, LIMIT
from ..strict import Strict
from .outbox import LinkedSerializer
from .shared import DeskViewSet

ALWAYS = {Resolution.ATTIO: Policy.ATTIO, Resolution.DJANGO: Policy.DJANGO}
POLICY = "attio_mirror.add_attributepolicy"


class ConflictSerializer(serializers.ModelSerializer[Conflict]):
    """A value both sides changed."""

    link = LinkedSerializer()
    base = serializers.JSONField(allow_null=True, help_text="What both sides last agreed on.")
    ours = serializers.JSONField(allow_null=True, help_text="What the row says, or said when it was resolved.")
    theirs = serializers.JSONField(allow_null=True, help_text="What Attio says.")
    our_user = serializers.PrimaryKeyRelatedField[Any](read_only=True, allow_null=True)
    resolution = serializers.ChoiceField(choices=Resolution.choices, allow_blank=True)

    class Meta:
        model = Conflict
        fields: ClassVar = [
            "id", "link", "slug", "base", "ours", "theirs", "their_actor_type", "their_actor_id", "our_user",
            "opened_at", "resolved_at", "resolution",
        ]  # fmt: skip
        read_only_fields = fields


class DecisionSerializer(Strict):
    """How a conflict is to end."""

    take = serializers.ChoiceField(
        choices=[Resolution.ATTIO.value, Resolution.DJANGO.value, Resolution.EDITED.value],
        help_text="attio: theirs goes into the row; django: ours is sent; edited: `value` is written and sent.",
    )
    value = serializers.JSONField(required=False, allow_null=True, help_text="With edited: what to write instead.")
    always = serializers.BooleanField(
        required=False, help_text=f"Also decide so about this attribute from now on; needs `{POLICY}`."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A value belongs to an edit, and only to that; an edit decides nothing for always."""
        is_edit = attrs["take"] == Resolution.EDITED
        if is_edit != ("value" in attrs):
            raise serializers.ValidationError({"value": ["It goes with edited, and only with that."]})
        if is_edit and attrs.get("always"):
            raise serializers.ValidationError({"always": ["One value cannot decide about all conflicts to come."]})
        return attrs


class ConflictViewSet(DeskViewSet):
    """Conflicts, newest first."""

    queryset = Conflict.objects.all()
    serializer_class = ConflictSerializer
    related = ("link__connection",)
    operations: ClassVar = {
        "list": Operation(
            about="Conflicts, newest first.", needs="view", gives=ConflictSerializer, many=True,
            parameters=(
                CURSOR, LIMIT,
                of_truth("open", "Those that wait for a person, or those that were resolved."),
                of_text("attribute", "Of the attribute with this slug."),
                of_text("object", "Of rows of this object."),
                of_text("row", "Of the row with this primary key."),
                of_text("connection", "Of the tenant with this alias."),
            ),
        ),
        "retrieve": Operation(about="One conflict.", needs="view", gives=ConflictSerializer),
        "resolve": Operation(
            about="End a conflict, or all of its attribute for always.",
            needs="change", takes=DecisionSerializer, gives=ConflictSerializer, refuses=(409, 502),
        ),
    }  # fmt: skip

    def narrowed(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """By state, attribute, row and tenant."""
        if "open" in self.asked:
            rows = rows.filter(resolved_at__isnull=self.asked["open"])
        ways = {
            "attribute": "slug",
            "object": "link__object",
            "row": "link__object_id",
            "connection": "link__connection__alias",
        }
        return rows.filter(**{way: self.asked[name] for name, way in ways.items() if name in self.asked})

    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Take one side, write another value, or decide for always."""
        conflict: Conflict = self.get_object()
        given = DecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        take, always = Resolution(given.validated_data["take"]), given.validated_data.get("always", False)
        if always and not request.user.has_perm(POLICY):
            raise PermissionDenied(f"Deciding for always needs {POLICY}.")
        with acting(request.user.pk):
            if take == Resolution.EDITED:
                done = resolve(conflict, take, edited=_read(conflict, given.validated_data["value"]))
            else:
                done = resolve(conflict, take)
            if done and always:
                decide_always(conflict.link.connection, conflict.link.object, conflict.slug, ALWAYS[take])
        return self.done(done, f"resolved ({take}{', for always' if always else ''})")


def _read(conflict: Conflict, value: Any) -> Canonical:
    """What a person wrote, as it will be stored. Raises ValidationError, or Unresolvable where nothing mirrors it."""
    mirror = registry.of_object(conflict.link.object)
    slot = Frame.of(conflict.link.connection, mirror).slots.get(conflict.slug) if mirror else None
    if slot is None:
        raise Unresolvable("The row or the attribute is not there any more.")
    try:
        read = parse_values(slot.spec, value, slot.directory.names(slot.spec))
    except InvalidValue as error:
        raise serializers.ValidationError({"value": [f"Attio takes {error.expected}."]}) from error
    if points_nowhere(slot, read):
        raise serializers.ValidationError({"value": [POINTS_NOWHERE]})
    return read
