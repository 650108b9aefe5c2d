"""Nothing is passed over in a body: a name nobody knows and a value of another kind are refused.

DRF takes a number for a text, a text for a number and many words for yes; here a 7 is not a "7".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from ..core.errors import Json

KINDS: tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], tuple[type, ...], str], ...] = (
    (serializers.ManyRelatedField, (list,), "a list of whole numbers"),
    (serializers.PrimaryKeyRelatedField, (int,), "a whole number"),
    (serializers.CharField, (str,), "a text"),
    (serializers.ChoiceField, (str,), "a text"),
    (serializers.BooleanField, (bool,), "true or false"),
    (serializers.DecimalField, (str, int, float), "a decimal number"),
)


class Strict(serializers.Serializer[Any]):
    """For bodies. A read-only field may be there if it says what is so."""

    def to_internal_value(self, data: Any) -> Any:
        """What was given, or all objections at once."""
        if isinstance(data, Mapping):
            complaints = {name: complaint for name in data if (complaint := self._objection(str(name), data[name]))}
            if complaints:
                raise serializers.ValidationError(complaints)
        return super().to_internal_value(data)

    def holds(self, field: Any, given: Json) -> bool:
        """Whether what is there says this already."""
        return False

    def _objection(self, name: str, given: Json) -> list[str]:
        field = self.fields.get(name)
        if field is None:
            return ["There is no such field here."]
        if field.read_only:
            return [] if self.holds(field, given) else ["This field cannot be written."]
        for kind, types, words in KINDS:
            if isinstance(field, kind):
                return [] if given is None or _is_one(given, types) else [f"This has to be {words}."]
        return []


def _is_one(given: Json, types: tuple[type, ...]) -> bool:
    """True is a whole number for Python, and for nobody else."""
    return isinstance(given, types) and (bool in types or not isinstance(given, bool))
