"""record-reference: a value that points to another record, which must exist."""

from __future__ import annotations

from typing import cast

from ..answer import Json
from ..errors import Refusal, Unfit, value_not_found
from ..nouns import AttioObject, Attribute, Element
from ..state import State
from .codec import Codec, as_text, members

SHORTHAND = {"companies": "domains", "people": "email_addresses", "users": "user_id", "workspaces": "workspace_id"}
"""The attribute a bare string means, for the only four objects that have such a shorthand."""


class RecordReference(Codec):
    """Stored as (object id, record id). Finding by a unique attribute needs the other codecs, hence `codecs`."""

    def __init__(self, codecs: dict[str, Codec]) -> None:
        self._codecs = codecs

    def read(self, raw: Json, attribute: Attribute, state: State) -> Element:
        if not isinstance(raw, dict):
            return self._shorthand(as_text(raw), attribute, state)
        if "target_object" not in raw:
            members(raw, ["target_object", "target_record_id"])
        target = self._target(as_text(raw["target_object"]), attribute, state)
        if "target_record_id" in raw:
            members(raw, ["target_object", "target_record_id"])
            record_id = as_text(raw["target_record_id"]).lower()
            if record_id not in target.holders:
                raise value_not_found(f'Record with ID "{record_id}" not found.')
            return target.id, record_id
        return self._matching(raw, target, state)

    def wire(self, element: Element, _attribute: Attribute, state: State) -> dict[str, Json]:
        object_id, record_id = cast("tuple[str, str]", element)
        return {"target_object": state.objects[object_id].slug, "target_record_id": record_id}

    def _shorthand(self, text: str, attribute: Attribute, state: State) -> Element:
        target = state.objects[attribute.allowed[0]] if len(attribute.allowed) == 1 else None
        if target is None or target.slug not in SHORTHAND:
            raise Unfit("This attribute cannot be written with a text; name the target object and record.")
        key = target.attributes.find(SHORTHAND[target.slug])
        assert key is not None, "standard objects keep their system attributes"  # noqa: S101  (a fact, not input)
        return self._unique(text, key, target, state)

    def _matching(self, raw: dict[str, Json], target: AttioObject, state: State) -> Element:
        slugs = [key for key in raw if key != "target_object"]
        if len(slugs) != 1:
            raise Unfit("Exactly one matching attribute is needed.", code="unrecognized_keys", shape=True)
        key = target.attributes.find(slugs[0])
        if key is None or key.archived:
            raise value_not_found(f'No attribute was found for matching_attribute slug/ID "{slugs[0]}".')
        if not key.unique:
            raise not_unique(slugs[0])
        given = raw[slugs[0]]
        if not isinstance(given, list) or len(given) != 1:
            raise Unfit("Expected an array of exactly one value.", code="invalid_type", shape=True)
        return self._unique(given[0], key, target, state)

    def _unique(self, raw: Json, key: Attribute, target: AttioObject, state: State) -> Element:
        codec = self._codecs[key.type]
        identity = codec.identity(codec.read(raw, key, state))
        owners = target.unique.get(key.id, {}).get(identity)
        if not owners:
            raise value_not_found(f'No record of "{target.slug}" was found with {key.slug} "{identity}".')
        return target.id, next(iter(owners))

    @staticmethod
    def _target(slug: str, attribute: Attribute, state: State) -> AttioObject:
        target = state.objects.find(slug)
        if target is None:
            raise value_not_found(f'Object with slug/ID "{slug}" not found.')
        if attribute.allowed and target.id not in attribute.allowed:
            raise Unfit(f'Records of "{slug}" are not allowed here.')
        return target


def not_unique(slug: str) -> Refusal:
    return Refusal(
        400,
        "matching_attribute_definition_not_unique",
        f'The attribute "{slug}" is not unique; a matching attribute must be.',
    )
