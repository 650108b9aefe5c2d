"""status and select: values that point to one of the attribute's options by its id."""

from __future__ import annotations

from typing import cast

from ..answer import Json
from ..errors import Refusal, value_not_found
from ..ids import is_uuid
from ..nouns import Attribute, Element, Option
from ..state import State, target_key
from .codec import Codec, as_text, unwrap


class Choice(Codec):
    """The common half. `noun` is the key of the object form and of the answer."""

    noun = ""

    def read(self, raw: Json, attribute: Attribute, _state: State) -> Element:
        key = as_text(unwrap(raw, self.noun))
        option = find(attribute, key)
        if option is None:
            raise unknown(self.noun, key)
        return option.id

    def wire(self, element: Element, attribute: Attribute, state: State) -> dict[str, Json]:
        option = attribute.options[cast("str", element)]
        return {self.noun: option_json(option, attribute, state)}


class Select(Choice):
    """One of the options of a select attribute."""

    noun = "option"


class Status(Choice):
    """One of the statuses of a status attribute."""

    noun = "status"


def find(attribute: Attribute, key: str) -> Option | None:
    """By id, else by exact title; a live title wins over an archived one."""
    if is_uuid(key) and (option := attribute.options.get(key.lower())):
        return option
    titled = [option for option in attribute.options.values() if option.title == key]
    return min(titled, key=lambda option: option.is_archived, default=None)


def unknown(noun: str, key: str) -> Refusal:
    if noun == "status":
        return value_not_found(f'Cannot find status attribute with status option title "{key}".')
    return value_not_found(f'Cannot find select attribute with select option title "{key}".')


def option_json(option: Option, attribute: Attribute, state: State) -> dict[str, Json]:
    """An option or a status as its own routes and the values show it."""
    noun = "status" if attribute.type == "status" else "option"
    shown: dict[str, Json] = {
        "id": {
            "workspace_id": state.workspace_id,
            id_key(attribute, state): attribute.target.id,
            "attribute_id": attribute.id,
            f"{noun}_id": option.id,
        },
        "title": option.title,
        "is_archived": option.is_archived,
    }
    if noun == "status":
        shown["target_time_in_status"] = option.target_time_in_status
        shown["celebration_enabled"] = option.celebration_enabled
    return shown


def id_key(attribute: Attribute, state: State) -> str:
    """The key for the object or list in an attribute's id; for lists it is an open question."""
    if target_key(attribute.target) == "list_id":
        return state.readings.list_attribute_id_key
    return "object_id"
