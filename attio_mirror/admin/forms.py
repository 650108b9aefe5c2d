"""The form of a mirrored row: it writes what the user changed, compared with what he saw, and nothing else.

Every field carries, hidden, the value it showed. A field counts as edited only where the input differs from that; a
field that somebody else changed meanwhile is not written over unseen: the form comes back, says both values, and now
shows the new one as seen, so that saving again is a decision. Sets (relations, lists) are merged instead: what the user
added is added, what he removed is removed, a colleague's additions stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BoundField
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from ..core.codecs import InvalidValue, parse_values
from ..core.values import AttributeType, Canonical, elements, key, keys, union
from ..models import Connection
from ..sync.belonging import home_of
from ..sync.frame import agreed
from ..sync.tenants import may_see
from .fields import Lines, holds_set
from .loyal import LoyalForm
from .sheet import Sheet
from .wording import NOTHING, amount

OF_A_TENANT = {
    AttributeType.SELECT,
    AttributeType.STATUS,
    AttributeType.ACTOR_REFERENCE,
    AttributeType.RECORD_REFERENCE,
}
"""Types whose values are ids, and mean nothing in another tenant."""
NOT_HERE = (
    "This row is of the connection %(alias)s, which knows no such value; save without it, then choose one of its own."
)


class SeenField(BoundField):
    """A field that can tell what it showed when the page was opened."""

    def as_hidden(self, attrs: Any = None, **options: Any) -> SafeString:
        """What the user will have seen: on a page that comes back, that is the value of now."""
        if not options.get("only_initial") or not self._in("outdated"):
            return super().as_hidden(attrs, **options)
        shown, attrs = self.field.prepare_value(self.initial), {"id": self.html_initial_id, **(attrs or {})}
        return self.field.hidden_widget().render(self.html_initial_name, shown, attrs, self.form.renderer)

    def value(self) -> Any:
        """What the user typed; a field he left alone shows what it is by now."""
        return self.field.prepare_value(self.initial) if self._in("refreshed") else super().value()

    def _in(self, names: str) -> bool:
        return self.name in getattr(self.form, names, ())

    @property
    def seen(self) -> Any:
        """The raw value of the hidden field."""
        return self.field.hidden_widget().value_from_datadict(self.form.data, self.form.files, self.html_initial_name)

    @property
    def is_outdated(self) -> bool:
        """Whether the row says something else by now."""
        return self.field.has_changed(self.initial, self.seen)

    @property
    def is_wanted(self) -> bool:
        """Whether the input differs from what the row says now."""
        return self.field.has_changed(self.initial, self.data)


class MirroredForm(LoyalForm):
    """Made for one row by `MirroredAdmin.get_form`, which sets `sheet` and `user`."""

    sheet: Sheet
    bound_field_class = SeenField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Every field of a page of an existing row shows, hidden, what it showed."""
        super().__init__(*args, **kwargs)
        self.outdated: set[str] = set()
        """Fields that show, when the page comes back, the value of now as seen."""
        self.refreshed: set[str] = set()
        """Those among them the user left alone."""
        self.canonical: dict[str, Canonical] = {}
        """Edited custom attributes: form field name to what the row shall say."""
        self.is_new = bool(self.instance._state.adding)
        """Whether this form makes a row."""
        if not self.is_new:
            for field in self.fields.values():
                field.show_hidden_initial = not (field.disabled or isinstance(field, forms.FileField))

    @cached_property
    def edited(self) -> list[str]:
        """The fields the user changed and whose row does not say so already."""
        if self.is_new:
            return list(self.fields)
        return [name for name in self.changed_data if self._seen(name).is_wanted]

    def clean(self) -> dict[str, Any] | None:
        """Leave out what was not edited, object to what is outdated, give lists and customs their canonical form."""
        super().clean()
        untouched = set(self.fields) - set(self.edited)
        for name in untouched:
            self.cleaned_data.pop(name, None)
            self.errors.pop(name, None)
        self.refreshed = {name for name in untouched if self._seen(name).is_outdated}
        self.outdated |= self.refreshed
        for name in [name for name in self.edited if name in self.cleaned_data]:
            self._clean_edit(name)
        return self.cleaned_data

    def _clean_edit(self, name: str) -> None:
        field = self._seen(name)
        if not self.is_new and field.is_outdated and not holds_set(field.field):
            self.outdated.add(name)
            self.add_error(name, self._objection(field))
            return
        try:
            if name in self.sheet.customs:
                self.canonical[name] = self._merged(name, self.sheet.customs[name].parse(self.cleaned_data[name]))
            elif isinstance(field.field, Lines):
                self.cleaned_data[name] = self._merged_lines(name)
        except InvalidValue as error:
            self.add_error(name, ValidationError(f"Attio takes {error.expected}.", code="invalid"))

    def _objection(self, field: SeenField) -> ValidationError:
        where = "Changed in Attio" if self.sheet.came_from_attio(field.name) else "Changed by somebody else"
        return ValidationError(
            "%(where)s to “%(theirs)s” since you opened this page; save again to put yours (“%(ours)s”) over it.",
            code="outdated",
            params={
                "where": where,
                "theirs": spoken(field.field, field.initial),
                "ours": spoken(field.field, field.data),
            },
        )

    # -- sets ------------------------------------------------------------------------------------------------------

    def _merged(self, name: str, wanted: Canonical) -> Canonical:
        """A custom attribute's new value; of a multi-value only the user's own additions and removals count."""
        custom = self.sheet.customs[name]
        if self.is_new or not custom.spec.multi:
            return wanted
        field = self._seen(name)
        return set_merge(custom.held, custom.parse(field.field.to_python(field.seen)), wanted)

    def _merged_lines(self, name: str) -> list[Any]:
        wanted = self._parsed(name, self.cleaned_data[name])
        if self.is_new:
            return elements(wanted)
        field = self._seen(name)
        seen = self._parsed(name, field.field.to_python(field.seen))
        return set_merge(self._parsed(name, field.field.to_python(field.initial)), seen, wanted)

    def _parsed(self, name: str, lines: Any) -> Canonical:
        found, frame = self.sheet.declared(name), self.sheet.frame
        slot = frame.slots.get(found[0]) if found and frame else None
        return parse_values(slot.spec, lines, slot.directory.names(slot.spec)) if slot else list(lines or ())

    def _save_m2m(self) -> None:
        """Additions and removals relative to what the user saw."""
        names = {relation.name for relation in self.instance._meta.many_to_many}
        for name in names & self.cleaned_data.keys():
            manager = getattr(self.instance, name)
            wanted = {str(row.pk) for row in self.cleaned_data[name]}
            seen = set() if self.is_new else set(map(str, self._seen(name).seen or ()))
            if surplus := seen - wanted:
                manager.remove(*surplus)
            if missing := wanted - seen:
                manager.add(*missing)

    # -- the row ---------------------------------------------------------------------------------------------------

    def _get_validation_exclusions(self) -> set[str]:
        """What nobody edited is not judged: a value Attio accepted must not stand in the way of another edit."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # the stubs leave it out
        return excluded | (set(self.fields) - set(self.edited))

    def home(self) -> Connection | None:
        """The connection of the row, or of the many rows the form is about."""
        return self.sheet.given or home_of(self.sheet.mirror, self.instance, self.sheet.link)

    def aims(self) -> list[str]:
        """What was edited."""
        return self.edited

    def _mind_new_home(self) -> None:
        """A new row belongs where its mirror says, and only then can be told whose ids it was given."""
        home = self.home()
        if not may_see(self.user, home.alias if home else ""):
            self.add_error(None, ValidationError("This row would belong to a tenant that is not yours.", code="tenant"))
        elif home is not None and home != self.sheet.connection:
            for name in [name for name, value in self.canonical.items() if value not in (None, [])]:
                if self.sheet.customs[name].spec.type in OF_A_TENANT:
                    self.add_error(name, ValidationError(NOT_HERE % {"alias": home.alias}, code="another_tenant"))

    def _post_clean(self) -> None:
        """Tell at once what Attio's attribute types could not hold; an option or a person is judged by Attio."""
        super()._post_clean()
        if self.is_new and self.sheet.given is None:
            self._mind_new_home()
        frame, link = self.sheet.frame, self.sheet.link
        if frame is None:
            return
        for name in [name for name in self.edited if name in self.cleaned_data and name not in self.sheet.customs]:
            found = self.sheet.declared(name)
            slot = frame.slots.get(found[0]) if found else None
            if slot is None or slot.attribute.is_many:
                continue
            try:
                slot.local(self.instance, agreed(link, slot.slug) if link else None)
            except InvalidValue as error:
                self.add_error(name, ValidationError(f"Attio takes {error.expected}.", code="invalid"))

    @property
    def columns(self) -> list[str]:
        """The model fields to write."""
        concrete = {field.name for field in self.instance._meta.concrete_fields}
        return [name for name in self.edited if name in concrete]

    def _seen(self, name: str) -> SeenField:
        field = self[name]
        assert isinstance(field, SeenField)  # noqa: S101  # bound_field_class says so; narrows the type
        return field


def set_merge(now: Canonical, seen: Canonical, wanted: Canonical) -> list[Any]:
    """`now` with the additions and removals that lead from `seen` to `wanted`."""
    removed, known = keys(seen) - keys(wanted), keys(seen)
    kept = [element for element in elements(now) if key(element) not in removed]
    return union(kept, [element for element in elements(wanted) if key(element) not in known])


def spoken(field: forms.Field, value: Any) -> str:
    """A value of a form field, initial or raw, as the page shows it."""
    if isinstance(field, forms.ModelChoiceField):
        return _row_name(field, value)
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return next((str(label) for token, label in flat(choices) if str(token) == str(value)), NOTHING)
    label = getattr(field.widget, "label", None)
    if callable(label) and value:
        return str(label(value))
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
    return " ".join(_plainly(part) for part in parts if part not in (None, "")) or NOTHING


def _plainly(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Decimal):
        return amount(value)
    return f"{localtime(value):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)


def _row_name(field: forms.ModelChoiceField[Any], value: Any) -> str:
    if isinstance(value, models.Model):
        return str(value)
    try:
        row = field.to_python(value)
    except ValidationError:
        return NOTHING
    return NOTHING if row is None else str(row)


def flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    """Choices without their groups."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label
