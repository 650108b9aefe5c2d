"""Form fields Django has none for. Where `is_set` is true, a field holds a set: edits are additions and removals."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .widgets import HiddenParts, PartsWidget


class PlainText(forms.CharField):
    """Text to the letter: spaces kept, and line ends as Attio writes them, whatever the browser makes of them."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("strip", False)
        super().__init__(**options)

    def to_python(self, value: Any) -> str | None:
        """Browsers send CRLF for every line end."""
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Line ends are no difference."""
        return super().has_changed(self.to_python(initial) or "", data)


class Lines(forms.CharField):
    """A list of texts, one per line."""

    is_set = True
    widget = forms.Textarea

    def __init__(self, *, encoder: Any = None, decoder: Any = None, **options: Any) -> None:
        """`encoder` and `decoder` are what a JSONField of a model offers every form field."""
        help_text = f"{options.pop('help_text', '')} One per line.".strip()
        super().__init__(help_text=help_text, **options)

    def prepare_value(self, value: Any) -> Any:
        """A list becomes lines."""
        return "\n".join(str(line) for line in value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list is what this field is for
        """Empty lines and repeats are dropped."""
        lines = value if isinstance(value, list | tuple) else str(value or "").splitlines()
        return list(dict.fromkeys(stripped for line in lines if (stripped := str(line).strip())))

    def run_validators(self, value: Any) -> None:
        """Those of CharField are about one text."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Order is no difference: Attio compares multi-values as sets."""
        return set(self.to_python(initial)) != set(self.to_python(data))


class JsonText(forms.JSONField):
    """JSON to be read: indented, and nothing where there is nothing."""

    def prepare_value(self, value: Any) -> Any:
        """A stored value is spelled out; what the user typed stays as it is."""
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, cls=self.encoder)


class Parts(forms.MultiValueField):
    """A value of several parts (a location, a name) as a dict, None when all are empty."""

    def __init__(self, keys: Sequence[str], **options: Any) -> None:
        for unwanted in ("encoder", "decoder", "widget"):  # what a JSONField of a model offers every form field
            options.pop(unwanted, None)
        fields = [forms.CharField(required=False) for _ in keys]
        super().__init__(fields, widget=PartsWidget(keys), require_all_fields=False, **options)
        self.keys = tuple(keys)
        self.hidden_widget = lambda: HiddenParts(self.keys)  # type: ignore[assignment]  # called like the class

    def compress(self, data_list: Sequence[Any]) -> dict[str, str | None] | None:
        """Empty parts are None."""
        parts = {key: part or None for key, part in zip(self.keys, data_list, strict=False)}
        return parts if any(parts.values()) else None


class Records(forms.Field):
    """References, as tokens "object:record id". `exist` says which tokens name records; those held already may stay."""

    def __init__(self, *, multi: bool, held: Collection[str], existing: Any, **options: Any) -> None:
        self.is_set = multi
        if multi:
            self.hidden_widget = forms.MultipleHiddenInput
        self.held, self.existing = frozenset(held), existing
        super().__init__(**options)

    def to_python(self, value: Any) -> list[str]:
        """Always a list."""
        given = value if isinstance(value, list | tuple) else [value]
        return [str(token) for token in given if token]

    def validate(self, value: Any) -> None:
        """What was deleted or never existed is refused here; Attio would refuse it later."""
        super().validate(value)
        unknown = {*value} - self.held
        if unknown and unknown - self.existing(unknown):
            raise ValidationError("That record is not mirrored here (any more); choose another one.", code="invalid")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Order is no difference."""
        return set(self.to_python(initial)) != set(self.to_python(data))


def holds_set(field: forms.Field) -> bool:
    """Whether edits to a field are additions and removals, so that two people's edits can both stand."""
    return bool(getattr(field, "is_set", False)) or isinstance(
        field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField
    )
