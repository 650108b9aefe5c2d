"""Sweeps: begin one, see how far it is, pause, resume and cancel it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ...conf import conf
from ...models import Connection, Sweep, SweepKind, SweepState
from ...sync.enumeration import is_enabled, mirrored
from ...sync.sweep import begin, cancel, pause, resume, wake
from ...sync.tenants import may_see
from ..asking import of_choice, of_text
from ..operations import Operation
from ..pages import CURSOR, LIMIT
from ..strict import Strict
from .shared import DeskViewSet


class SweepSerializer(serializers.ModelSerializer[Sweep]):
    """A walk through all records of an object."""

    connection = serializers.CharField(source="connection.alias", help_text="The alias of the tenant.")
    share = serializers.FloatField(allow_null=True, help_text="How much is done, 0 to 1.")
    eta = serializers.FloatField(allow_null=True, help_text="Seconds of work left, by the pace so far.")

    class Meta:
        model = Sweep
        fields: ClassVar = [
            "id", "connection", "object", "kind", "state", "cursor", "expected", "seen", "changed", "drift", "missing",
            "buried", "failed", "complaints", "share", "eta", "started_at", "enumerated_at", "finished_at", "error",
        ]  # fmt: skip
        read_only_fields = fields


class BeginSerializer(Strict):
    """What is to be swept."""

    connection = serializers.SlugField(help_text="The alias of the tenant.")
    object = serializers.CharField(help_text="The object's slug.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A connection of the user's, and an object that is mirrored and that Attio lists."""
        alias, slug, user = attrs["connection"], attrs["object"], self.context["request"].user
        of = Connection.objects.filter(alias=alias).first()
        if of is None or alias not in conf().connections or not may_see(user, alias):
            raise serializers.ValidationError({"connection": ["There is no such connection."]})
        if slug not in mirrored() or not is_enabled(of, slug):
            raise serializers.ValidationError({"object": ["Nothing mirrors this object, or Attio does not list it."]})
        return {"connection": of, "object": slug}


class ResumeSerializer(Strict):
    """How to go on."""

    consent = serializers.BooleanField(
        required=False,
        help_text="After the brake: so many may well be gone. Without it, all records are listed anew.",
    )


class SweepViewSet(DeskViewSet):
    """Sweeps, newest first."""

    queryset = Sweep.objects.all()
    serializer_class = SweepSerializer
    related = ("connection",)
    operations: ClassVar = {
        "list": Operation(
            about="Sweeps, newest first.", needs="view", gives=SweepSerializer, many=True,
            parameters=(
                CURSOR, LIMIT,
                of_choice("state", "Sweeps in one of these states.", SweepState.values, many=True),
                of_choice("kind", "Full ones or light ones.", SweepKind.values),
                of_text("object", "Of this object."),
                of_text("connection", "Of the tenant with this alias."),
            ),
        ),
        "retrieve": Operation(about="One sweep.", needs="view", gives=SweepSerializer),
        "create": Operation(
            about="Begin the full sweep of an object, or find the one that is under way.",
            needs="add", takes=BeginSerializer, gives=SweepSerializer, status=201,
        ),
        "pause": Operation(
            about="Let it rest; it stands in the way of others until resumed.",
            needs="change", gives=SweepSerializer, refuses=(409,),
        ),
        "resume": Operation(
            about="Let it go on where it stopped.",
            needs="change", takes=ResumeSerializer, gives=SweepSerializer, refuses=(409,),
        ),
        "cancel": Operation(
            about="Give it up for good; what it has brought stays.",
            needs="change", gives=SweepSerializer, refuses=(409,),
        ),
    }  # fmt: skip

    def narrowed(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """By state, kind, object and tenant."""
        ways = {"state": "state__in", "kind": "kind", "object": "object", "connection": "connection__alias"}
        return rows.filter(**{way: self.asked[name] for name, way in ways.items() if name in self.asked})

    def create(self, request: Request) -> Response:
        """Begin one; the tasks it wakes do the work."""
        given = BeginSerializer(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        sweep = begin(given.validated_data["connection"], given.validated_data["object"])
        wake(sweep)
        self.kwargs["pk"] = str(sweep.pk)
        return self.done(done=True, deed="begun", status=201)

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Let it rest."""
        return self.done(pause(self.get_object()), "paused")

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Let it go on."""
        given = ResumeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        consent = given.validated_data.get("consent", False)
        return self.done(resume(self.get_object(), consent=consent), "resumed, with consent" if consent else "resumed")

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give it up."""
        return self.done(cancel(self.get_object()), "cancelled")
