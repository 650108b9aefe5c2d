"""May this be written, and what would the values be then? Decides everything before anything changes.

The rules per verb are those of Attio's OpenAPI document: PATCH prepends to multi-values, PUT by id makes them equal,
assert adds to the matching attribute and makes the others equal, and single values are replaced by all three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import cast

from . import moments
from .answer import Json
from .errors import Issue, Path, Refusal, Unfit, invalid, invalid_at, missing_value, system_edit, value_not_found
from .ids import is_uuid
from .nouns import Actor, Attribute, Element, Holder, Target
from .shapes import wrong_type
from .state import State
from .store import Change
from .values import CODECS
from .values.choices import unknown


class Mode(Enum):
    """What a list sent for a multi-value attribute means."""

    CREATE = auto()
    ADD = auto()
    EQUAL = auto()


@dataclass(frozen=True, slots=True)
class Draft:
    """A write that is being judged."""

    state: State
    target: Target
    holder: Holder | None
    actor: Actor
    system: bool
    stamp: str
    where: Path
    """("data", "values") or ("data", "entry_values")."""

    def plan(self, raw: Mapping[str, Json], mode: Mode, added: Attribute | None = None) -> list[Change]:
        """The changes this body asks for. `added` is the matching attribute of an assert."""
        sent: dict[str, Change] = {}
        for key, value in raw.items():
            attribute = self._writable(key)
            elements = self.read(attribute, key, value)
            rule = Mode.ADD if attribute is added and mode is not Mode.CREATE else mode
            sent[attribute.id] = self._change(attribute, elements, rule)
        changes = [*sent.values(), *(self._defaults(sent) if mode is Mode.CREATE else ())]
        for change in changes:
            self._check(change)
        if mode is Mode.CREATE:
            self._check_all_required({change.attribute.id for change in changes if change.after})
        return changes

    def read(self, attribute: Attribute, key: str, raw: Json) -> list[Element]:
        """The elements a client sent for one attribute, each once."""
        codec = CODECS[attribute.type]
        elements: dict[object, Element] = {}
        items = self._items(attribute, key, raw)
        for item in items:
            try:
                element = codec.read(item, attribute, self.state)
            except Unfit as unfit:
                raise self._bad(attribute, key, unfit) from None
            elements.setdefault(codec.identity(element), element)
        if len(elements) < len(items) and self.state.readings.duplicates_in_list == "refuse":
            raise Refusal(400, "duplicate_values", f'Duplicate values were passed to attribute "{attribute.slug}".')
        return list(elements.values())

    def _writable(self, key: str) -> Attribute:
        attribute = self.target.attributes.find(key)
        if attribute is None or attribute.archived:
            raise value_not_found(f'Cannot find attribute with slug/ID "{key}".')
        if not attribute.writable and not self.system:
            raise system_edit(f'Attribute with slug "{attribute.slug}" is read-only and cannot be written.')
        return attribute

    def _items(self, attribute: Attribute, key: str, raw: Json) -> list[Json]:
        """`raw` as a list of single values; what means "empty" is an empty list."""
        readings = self.state.readings
        if raw is None or (isinstance(raw, list) and None in raw):
            raise invalid_at((*self.where, key), "Invalid input", "invalid_type")
        if not isinstance(raw, list):
            if attribute.multi and not readings.multi_accepts_bare:
                raise invalid(wrong_type((*self.where, key), "array", raw))
            raw = [raw]
        elif attribute.type == "select" and readings.bare_option_uuid_in_array == "ignored":
            raw = [item for item in raw if not is_uuid(item)]
        if len(raw) > 1 and not attribute.multi:
            message = f'Multiple values were passed to single-value attribute with slug "{attribute.slug}".'
            raise Refusal(400, readings.too_many_values_code, message)
        if attribute.type == "text" and readings.empty_text_clears and raw in ([""], [{"value": ""}]):
            return []
        return cast("list[Json]", raw)

    def _bad(self, attribute: Attribute, key: str, unfit: Unfit) -> Refusal:
        issue = Issue(unfit.code, (*self.where, key), unfit.message)
        if unfit.shape:
            return invalid([issue])
        return invalid([issue], f'An invalid value was passed to attribute with slug "{attribute.slug}".')

    def _change(self, attribute: Attribute, sent: list[Element], mode: Mode) -> Change:
        readings = self.state.readings
        before = self.holder.elements(attribute) if self.holder else []
        fresh = readings.noop_write_makes_version and mode is not Mode.CREATE
        if not attribute.multi or mode is Mode.CREATE:
            return Change(attribute, sent, fresh)
        identity = CODECS[attribute.type].identity
        held = {identity(element) for element in before}
        new = [element for element in sent if identity(element) not in held]
        if mode is Mode.ADD:
            clears = not sent and readings.patch_empty_list_clears_multi
            return Change(attribute, [] if clears else [*new, *before])
        if readings.put_reorders:
            return Change(attribute, sent, fresh)
        wanted = {identity(element) for element in sent}
        return Change(attribute, [*new, *(element for element in before if identity(element) in wanted)], fresh)

    def _defaults(self, sent: Mapping[str, Change]) -> list[Change]:
        unsent = (each for each in self.target.attributes if each.default and each.id not in sent and not each.archived)
        return [Change(attribute, self._default(attribute)) for attribute in unsent]

    def _default(self, attribute: Attribute) -> list[Element]:
        default = attribute.default
        if default is None or default.template is None:
            return list(default.elements) if default else []
        if default.template == "current-user":
            return [(self.actor.type, self.actor.id)]
        moment = moments.later(self.stamp, default.template)
        if moment is None:
            return []
        return [moment if attribute.type == "timestamp" else moment[:10]]

    def _check(self, change: Change) -> None:
        attribute = change.attribute
        before = self.holder.elements(attribute) if self.holder else []
        if not change.after and attribute.required and self.state.readings.empty_required_refused:
            raise missing_value(attribute.id)
        new = [element for element in change.after if element not in before]
        if attribute.options and not self.state.readings.archived_option_writable:
            for option in (attribute.options[cast("str", element)] for element in new):
                if option.is_archived:
                    raise unknown("status" if attribute.type == "status" else "option", option.title)
        if attribute.unique:
            self.check_unique(attribute, new)

    def check_unique(self, attribute: Attribute, elements: list[Element]) -> None:
        identity = CODECS[attribute.type].identity
        owners = self.target.unique.get(attribute.id, {})
        mine = self.holder.id if self.holder else None
        for element in elements:
            if any(owner != mine for owner in owners.get(identity(element), ())):
                raise Refusal(
                    400,
                    "uniqueness_conflict",
                    f'The value "{identity(element)}" provided for attribute with slug "{attribute.slug}" '
                    "conflicts with one already in the system.",
                )

    def _check_all_required(self, given: set[str]) -> None:
        for attribute in self.target.attributes:
            if attribute.required and not attribute.archived and attribute.id not in given:
                raise missing_value(attribute.id)
