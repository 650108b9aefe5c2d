"""How the mirror is."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ...models import Connection
from ...sync.status import statuses
from ...sync.tenants import tenants_of
from ..access import Guarded
from ..operations import Operation


class ConnectionStatusSerializer(serializers.Serializer[Any]):
    """How one connection is: what `attio_status --json` says of it, of which these are the keys to watch."""

    alias = serializers.CharField()
    healthy = serializers.BooleanField()
    problems = serializers.ListField(child=serializers.CharField(), help_text="A sentence each.")
    state = serializers.CharField()
    outbox = serializers.DictField(child=serializers.IntegerField(), help_text="Entries by state.")
    oldest_waiting_seconds = serializers.FloatField(allow_null=True)
    open_conflicts = serializers.IntegerField()
    linked = serializers.DictField(child=serializers.IntegerField(), help_text="Linked rows by object.")


class StatusSerializer(serializers.Serializer[Any]):
    """How all connections are."""

    healthy = serializers.BooleanField()
    connections = ConnectionStatusSerializer(many=True)


class StatusView(Guarded, APIView):
    """What `attio_status --json` says."""

    queryset = Connection.objects.none()
    operations: ClassVar = {
        "get": Operation(about="How the mirror is.", needs="view", gives=StatusSerializer),
    }

    def get(self, request: Request) -> Response:
        """The user's connections."""
        aliases = tenants_of(request.user)
        found = [one for one in statuses() if aliases is None or one.alias in aliases]
        return Response(
            {"healthy": all(one.is_healthy for one in found), "connections": [one.as_json() for one in found]}
        )
