"""Where rows stand with Attio: the record, the state, and what Attio refused, for a page of rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from rest_framework import serializers

from ...core.errors import Json
from ...models import Link, LinkState, OutboxEntry, OutboxState


class RefusalSerializer(serializers.Serializer[Json]):
    """What Attio said when it refused an edit."""

    attribute = serializers.CharField(allow_null=True, help_text="The slug, where Attio named one.")
    message = serializers.CharField(help_text="Attio's own words.")
    code = serializers.CharField(allow_null=True)
    status = serializers.IntegerField(allow_null=True)


class StandingSerializer(serializers.Serializer[Any]):
    """Where a row stands with Attio. A page's rows are looked up together, in the context under `standings`."""

    connection = serializers.CharField(allow_null=True, help_text="The alias of the tenant it belongs to.")
    record_id = serializers.CharField(allow_null=True, help_text="None until it is in Attio.")
    web_url = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=LinkState.choices, allow_null=True, help_text="None for a row of the past.")
    refused = RefusalSerializer(allow_null=True, help_text="Where Attio refused the last edit.")

    def to_representation(self, instance: models.Model) -> dict[str, Json]:
        """Of a row."""
        standings: Standings | None = self.context.get("standings")
        return (standings or Standings.of(type(instance), [instance])).says(instance)


@dataclass(frozen=True, slots=True)
class Standings:
    """The links of some rows, and the refusals among their entries."""

    links: Mapping[str, Link]
    refusals: Mapping[int, Mapping[str, Json]]
    of_the_past: bool = False

    @classmethod
    def of(cls, model: type[models.Model], rows: Iterable[models.Model], *, of_the_past: bool = False) -> Standings:
        """Looked up for all rows together."""
        links = Link.objects.for_rows(model, [row.pk for row in rows]).with_state().select_related("connection")
        found = {link.object_id: link for link in links.defer("base").order_by("-pk")}
        refused = [link.pk for link in found.values() if link.state == LinkState.REFUSED]  # type: ignore[attr-defined]  # annotated by with_state
        entries = OutboxEntry.objects.filter(link__in=refused, state=OutboxState.REFUSED) if refused else ()
        return cls(found, {entry.link_id: entry.error for entry in entries}, of_the_past)

    def says(self, row: models.Model) -> dict[str, Json]:
        """In JSON."""
        link = self.links.get(str(row.pk))
        if link is None:
            return {"connection": None, "record_id": None, "web_url": None, "state": None, "refused": None}
        refusal = None if self.of_the_past else self.refusals.get(link.pk)
        return {
            "connection": link.connection.alias,
            "record_id": link.record_id,
            "web_url": link.web_url,
            "state": None if self.of_the_past else str(link.state),  # type: ignore[attr-defined]  # annotated by with_state
            "refused": None if refusal is None else refusal_of(refusal),
        }


def refusal_of(error: Mapping[str, Json]) -> dict[str, Json]:
    """An entry's failure in JSON."""
    return {
        "attribute": error.get("slug"),
        "message": error.get("message") or error.get("note") or "",
        "code": error.get("code"),
        "status": error.get("status"),
    }
