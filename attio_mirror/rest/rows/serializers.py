"""Rows as JSON and back: only what changed is saved, and what Attio could never hold is refused beside its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied

from ...core.errors import Json
from ...mirrors.mirror import read_row
from ...mirrors.registry import AnyMirror, registry
from ...models import Connection, Link
from ...sync.belonging import home_of
from ...sync.frame import Frame
from ...sync.tenants import may_see
from ..strict import Strict
from .standing import StandingSerializer
from .tenancy import refuse_strangers

Row = TypeVar("Row", bound=models.Model)


class RowSerializer(Strict, serializers.ModelSerializer[Row], Generic[Row]):
    """A mirrored row. `attio` says where it stands; `other_values` given in part are changed in part."""

    attio = StandingSerializer(source="*", read_only=True, help_text="Where the row stands with Attio.")
    other_values = serializers.DictField(
        required=False,
        help_text="Attributes without a field of their own. Given in part, changed in part; null clears.",
    )

    @property
    def model(self) -> type[models.Model]:
        """The model of the row."""
        return cast("type[models.Model]", self.Meta.model)

    @property
    def mirror(self) -> AnyMirror | None:
        """None where the host mirrors the object elsewhere; then the row is an ordinary one."""
        return registry.of_model(self.model)

    @cached_property
    def link(self) -> Link | None:
        """The link of the row that is being changed."""
        if not isinstance(self.instance, models.Model):
            return None
        return Link.objects.for_rows(self.model, [self.instance.pk]).select_related("connection").first()

    # -- what is given ---------------------------------------------------------------------------------------------

    def holds(self, field: Any, given: Json) -> bool:
        """What was read can be written back; where the row stands with Attio moves by itself."""
        if field.field_name == "attio":
            return True
        return isinstance(self.instance, models.Model) and bool(given == shown(field, self.instance))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """In which tenant the row is or will be, and that nothing leads out of it."""
        held, user = self.instance if isinstance(self.instance, models.Model) else None, self.context["request"].user
        row = held or self.model(**self._columns(attrs))
        self.tenant: Connection | None = home_of(self.mirror, row, self.link)
        if not may_see(user, self.tenant.alias if self.tenant else ""):
            raise PermissionDenied("This row belongs to a tenant that is not yours.")
        if self.tenant is not None:
            refuse_strangers(self.tenant, attrs, held, user)
        if "other_values" in attrs:
            attrs["other_values"] = self._merged(attrs["other_values"])
        return attrs

    def _merged(self, given: dict[str, Json]) -> dict[str, Json]:
        """Merged into those the row has; null clears one."""
        held: dict[str, Json] = getattr(self.instance, "other_values", {})
        changed = {slug for slug, value in given.items() if value != held.get(slug)}
        if strange := sorted(changed - self.free_slugs(given)):
            named = f"Not an attribute that can be written here: {', '.join(strange)}."
            raise serializers.ValidationError({"other_values": [named]})
        return {slug: value for slug, value in {**held, **given}.items() if value not in (None, [])}

    # -- what is written -------------------------------------------------------------------------------------------

    def create(self, validated_data: dict[str, Any]) -> Row:
        """A row, then its relations; the caller's transaction makes one edit of it."""
        row = self.model(**self._columns(validated_data))
        self._refuse_unsendable(row, validated_data)
        row.save(force_insert=True)
        return cast("Row", self._relate(row, validated_data))

    def update(self, instance: Row, validated_data: dict[str, Any]) -> Row:
        """Only what differs: without `update_fields` the rest would be written back over what came in meanwhile."""
        columns = self._columns(validated_data)
        changed = [name for name, value in columns.items() if getattr(instance, name) != value]
        for name in changed:
            setattr(instance, name, columns[name])
        self._refuse_unsendable(instance, changed)
        if changed:
            instance.save(update_fields=changed)
        return cast("Row", self._relate(instance, validated_data))

    def _columns(self, given: Mapping[str, Any]) -> dict[str, Any]:
        relations = {relation.name for relation in self.model._meta.many_to_many}
        return {name: value for name, value in given.items() if name not in relations}

    def _relate(self, row: models.Model, given: Mapping[str, Any]) -> models.Model:
        for relation in self.model._meta.many_to_many:
            if relation.name in given:
                getattr(row, relation.name).set(given[relation.name])
        return row

    def _refuse_unsendable(self, row: models.Model, names: Iterable[str]) -> None:
        """What Attio has no form for is better refused now than beside the row later."""
        frame, link, given = self.frame, self.link, set(names)
        if frame is None:
            return
        invalid = read_row(row, frame.slots, link.base if link else {}).invalid
        complaints = {
            field: [f"{slug}: {message}"]
            for slug, message in invalid.items()
            for field in frame.slots[slug].attribute.fields
            if field in given
        }
        if complaints:
            raise serializers.ValidationError(complaints)

    def free_slugs(self, given: Iterable[str]) -> set[str]:
        """The attributes without a field of their own that may be written; any, where nothing is mirrored."""
        frame = self.frame
        if frame is None:
            return set(given)
        rest = frame.mirror.remainder
        return {slug for slug, slot in frame.slots.items() if slot.attribute is rest and frame.mirror.gives(slot)}

    @cached_property
    def frame(self) -> Frame | None:
        """The schema of the row's tenant."""
        mirror = self.mirror
        if not hasattr(self, "tenant") and isinstance(self.instance, models.Model):
            self.tenant = home_of(mirror, self.instance, self.link)
        return Frame.of(self.tenant, mirror) if self.tenant and mirror else None


def shown(field: Any, row: models.Model) -> Json:
    """What a field of a row is in JSON."""
    held = field.get_attribute(row)
    return None if getattr(held, "pk", held) is None else field.to_representation(held)
