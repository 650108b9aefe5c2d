"""record-reference and actor-reference: canonical is an id, however the writer named the other side."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from ..errors import Json
from ..values import Element
from .base import InvalidValue, Names, NoNames, Scalar, as_uuid
from .contacts import DomainCodec, EmailCodec, PhoneCodec
from .decimals import NumberCodec
from .plain import TextCodec

_SHORTHAND = {
    "companies": ("domains", "domain"),
    "people": ("email_addresses", "email_address"),
    "users": ("user_id", "value"),
    "workspaces": ("workspace_id", "value"),
}
"""What a bare string means, by an attribute's only object; no other object has a shorthand (Attio's docs)."""

_INNER: dict[str, Scalar] = {"domain": DomainCodec(), "email_address": EmailCodec()}
_ACTOR_TYPES = ("workspace-member", "api-token", "system", "app")


class RecordReferenceCodec:
    """Attio takes a record id or one value of a unique attribute of the target (Attio's OpenAPI document)."""

    def decode(self, wire: Mapping[str, Json]) -> Element:
        return self.to_record(wire.get("target_object"), as_uuid(wire.get("target_record_id")))

    def encode(self, element: Element) -> Json:
        return element

    def parse(self, value: Json, names: Names) -> Element:
        if not isinstance(value, Mapping) or len(value) != 2 or "target_object" not in value:
            raise self.invalid()
        slug = value["target_object"]
        [(attribute, said)] = [(name, said) for name, said in value.items() if name != "target_object"]
        if attribute == "target_record_id":
            return self.to_record(slug, as_uuid(said))
        if not isinstance(slug, str):
            raise self.invalid()
        return self.to_record(slug, names.record(slug, attribute, _unique_value(said)))

    def to_record(self, slug: Json, record_id: str | None) -> Element:
        if not isinstance(slug, str) or not slug or as_uuid(slug) or record_id is None:
            raise self.invalid()
        return {"target_object": slug, "target_record_id": record_id.lower()}

    def invalid(self) -> InvalidValue:
        return InvalidValue(
            "record-reference",
            "an object with target_object (a slug) and either target_record_id or one value of a unique attribute of a "
            "record that exists",
        )


class ActorReferenceCodec:
    """Attio returns any actor and takes workspace members only, by id or e-mail (Attio's OpenAPI document)."""

    def decode(self, wire: Mapping[str, Json]) -> Element:
        return self.to_actor(wire.get("referenced_actor_type"), wire.get("referenced_actor_id"))

    def encode(self, element: Element) -> Json:
        if not isinstance(element, dict) or element["referenced_actor_type"] != "workspace-member":
            raise self.invalid()
        return element

    def parse(self, value: Json, names: Names) -> Element:
        if isinstance(value, Mapping) and set(value) == {"referenced_actor_type", "referenced_actor_id"}:
            return self.decode(value)
        if isinstance(value, Mapping):
            value = (
                value["workspace_member_email_address"] if set(value) == {"workspace_member_email_address"} else None
            )
        if isinstance(value, str) and "@" in value:
            value = names.member(value.strip().lower())
        return self.to_actor("workspace-member", value)

    def to_actor(self, kind: Json, actor_id: Json) -> Element:
        found = as_uuid(actor_id)
        if kind not in _ACTOR_TYPES or (found is None and (actor_id is not None or kind == "workspace-member")):
            raise self.invalid()
        return {"referenced_actor_type": kind, "referenced_actor_id": found}

    def invalid(self) -> InvalidValue:
        return InvalidValue("actor-reference", "a workspace member of this workspace, by e-mail address or id")


def expand(value: Json, targets: Collection[str]) -> Json:
    """A bare key (or, from Python, a bare record id) of an attribute with one target, in the object form."""
    if len(targets) != 1:
        return value
    [slug] = targets
    if isinstance(value, UUID):
        return {"target_object": slug, "target_record_id": value}
    if isinstance(value, str) and slug in _SHORTHAND:
        attribute, inner = _SHORTHAND[slug]
        return {"target_object": slug, attribute: [{inner: value}]}
    return value


def _unique_value(said: Json) -> str:
    """The canonical text of the one value a unique attribute is matched by."""
    if isinstance(said, list | tuple):
        said = said[0] if len(said) == 1 else None
    if isinstance(said, Mapping) and "original_phone_number" in said:
        return str(PhoneCodec().parse(said, NoNames()))
    if not isinstance(said, Mapping):
        return str(TextCodec().clean(said))
    [key, inner] = next(iter(said.items())) if len(said) == 1 else (None, None)
    if key in _INNER:
        return str(_INNER[key].clean(inner))
    if key != "value":
        raise RecordReferenceCodec().invalid()
    return str((NumberCodec() if isinstance(inner, float) else TextCodec()).clean(inner))
