"""Attio's filter language, compiled to a test of a record or an entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from . import comparing
from .answer import Json
from .comparing import refuse
from .errors import Path, Refusal
from .grammar import COMPOSITE, ENTRY_PARENT, PROPERTIES, TOGETHER, Property
from .nouns import SYSTEM, Attribute, Entry, Holder, Target, Value
from .paths import Path as Steps
from .paths import resolve
from .state import State
from .values import CODECS

Matches = Callable[[Holder], bool]
ValueTest = Callable[[Value], bool]
UNTICKED = Value(element=False, active_from="", active_until=None, actor=SYSTEM)
"""What an unset checkbox counts as, integrators say."""
OWN_ELEMENT = frozenset({"text", "number", "rating", "checkbox", "date", "timestamp", "select", "status"})
"""Types whose element is their main property (of the choices: the option's id)."""


class Filter:
    """Compiles one filter for one object or list; counts its conditions for the query score."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.conditions = 0

    def compile(self, raw: Json, target: Target, *, negated: bool = False) -> Matches:
        if not isinstance(raw, dict):
            raise refuse("A filter is an object.", ())
        if "path" in raw and "constraints" in raw:
            return self._drill(raw, target)
        tests = [self._clause(key, value, target, negated=negated) for key, value in raw.items()]
        if len(tests) == 1:
            return tests[0]
        return lambda holder: all(each(holder) for each in tests)

    def _clause(self, key: str, raw: Json, target: Target, *, negated: bool) -> Matches:
        """One key of a filter object. `$not` takes one simple condition: inside it operators are no slugs."""
        if key in ("$and", "$or") and not negated:
            if not isinstance(raw, list):
                raise refuse(f"{key} expects an array of filters.", (key,))
            tests = [self.compile(each, target) for each in raw]
            combine = all if key == "$and" else any
            return lambda holder: combine(each(holder) for each in tests)
        if key == "$not" and not negated:
            inner = self.compile(raw, target, negated=True)
            return lambda holder: not inner(holder)
        if key in ENTRY_PARENT and target.kind == "lists":
            return self._parent(key, raw)
        attribute = target.attributes.find(key)
        if attribute is None or attribute.archived:
            raise unknown_slug(key)
        return self.attribute(attribute, key, raw)

    def attribute(self, attribute: Attribute, key: str, raw: Json) -> Matches:
        """A condition on one attribute: some active value must meet all of it."""
        self.conditions += 1
        identifier = attribute.id
        if isinstance(raw, dict) and "$not_empty" in raw:
            return self._filled(attribute, key, raw)
        test = self._value_test(attribute, key, raw)
        if attribute.type == "checkbox":
            unset = test(UNTICKED)
            return lambda holder: any(map(test, values)) if (values := holder.values.get(identifier)) else unset
        return lambda holder: any(map(test, holder.values.get(identifier, ())))

    def _value_test(self, attribute: Attribute, key: str, raw: Json) -> ValueTest:
        properties = PROPERTIES[attribute.type]
        main = next(iter(properties))
        if not isinstance(raw, dict):
            raw = {"$eq": raw}
        given = {name for name in raw if not name.startswith("$")}
        if (attribute.type in COMPOSITE and len(given) < len(raw)) or not TOGETHER.get(attribute.type, given) <= given:
            raise refuse(f'A filter on "{key}" must name its properties: {", ".join(properties)}.', (key,))
        tests: list[ValueTest] = []
        for name, wanted in raw.items():
            if name.startswith("$"):
                tests.append(self._property(attribute, main, name, wanted, (key,)))
            elif not isinstance(wanted, dict):
                tests.append(self._property(attribute, name, "$eq", wanted, (key, name)))
            else:
                tests += [self._property(attribute, name, op, each, (key, name)) for op, each in wanted.items()]
        return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)

    def _property(self, attribute: Attribute, name: str, op: str, raw: Json, path: Path) -> ValueTest:
        prop = PROPERTIES[attribute.type].get(name)
        if prop is None:
            raise refuse(f'"{name}" is not a property of attributes of type "{attribute.type}".', path, FIELD)
        _check_operator(prop, op, path)
        if op == "$not_empty":
            return lambda _value: True
        test = comparing.test(prop, op, raw, attribute, self._state, path)
        get = self._getter(attribute, name)
        return lambda value: test(get(value))

    def _getter(self, attribute: Attribute, name: str) -> Callable[[Value], Json]:
        if name == "active_from":
            return lambda value: value.active_from
        if attribute.type in OWN_ELEMENT:
            return lambda value: value.element
        if name == "owner_member_id":
            return lambda value: cast("tuple[str, ...]", value.element)[3]
        wire, state = CODECS[attribute.type].wire, self._state
        return lambda value: wire(value.element, attribute, state)[name]

    def _filled(self, attribute: Attribute, key: str, raw: dict[str, Json]) -> Matches:
        main = next(iter(PROPERTIES[attribute.type].values()))
        _check_operator(main, "$not_empty", (key,))
        if not isinstance(raw["$not_empty"], bool):
            raise refuse("$not_empty expects a boolean.", (key,))
        wanted, identifier = raw["$not_empty"], attribute.id
        rest = {name: each for name, each in raw.items() if name != "$not_empty"}
        more = self.attribute(attribute, key, rest) if rest else None
        return lambda holder: bool(holder.values.get(identifier)) is wanted and (more is None or more(holder))

    def _parent(self, key: str, raw: Json) -> Matches:
        """`parent_record_id` of entries, as integrators use it."""
        self.conditions += 1
        operators = raw if isinstance(raw, dict) else {"$eq": raw}
        prop = ENTRY_PARENT[key]
        tests = []
        for op, wanted in operators.items():
            _check_operator(prop, op, (key,))
            tests.append(comparing.test(prop, op, wanted, None, self._state, (key,)))
        return lambda holder: isinstance(holder, Entry) and all(test(holder.parent.id) for test in tests)

    def _drill(self, raw: dict[str, Json], target: Target) -> Matches:
        """`{"path": …, "constraints": …}`: follow references, then test the attribute at the end."""
        steps: Steps = resolve(self._state, raw["path"], target)
        if steps.attribute is None:
            inner = self.compile(raw["constraints"], steps.end)
        else:
            inner = self.attribute(steps.attribute, steps.attribute.slug, raw["constraints"])
        return lambda holder: any(inner(reached) for reached in steps.walk(holder))


FIELD = "invalid_filter_field"


def _check_operator(prop: Property, op: str, path: Path) -> None:
    if op not in prop.operators:
        raise refuse(f'Operator "{op}" is not valid here.', path, "invalid_filter_operator")


def unknown_slug(key: str) -> Refusal:
    return refuse(f'Unknown attribute slug: "{key}".', (key,), "unknown_filter_attribute_slug")
