"""Attributes without a field of their own (`mirrors.Remainder`) as typed form fields.

A `Custom` makes the form field of one attribute, shows it a canonical value, and reads what the form made of the input
as something `core.codecs.parse_values` takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.utils.timezone import localtime

from ..core.codecs import LOCATION_KEYS, NAME_KEYS, InvalidValue, parse_values
from ..core.errors import Json
from ..core.stamps import parse_stamp
from ..core.values import AttributeSpec, AttributeType, Canonical, elements
from ..mirrors.attributes import Slot
from ..models import Attribute, Link, Member
from .fields import Lines, Parts, PlainText, Records
from .widgets import DateAndTime, MoneyInput, RecordSelect, RecordSelectMultiple, Ticks, YesNo
from .wording import STARS, Wording, stars

PREFIX = "attio__"
"""Form fields of custom attributes are called so and their slug; no model field name holds two underscores."""


@dataclass(frozen=True, slots=True)
class Custom:
    """One attribute of one row."""

    attribute: Attribute
    slot: Slot
    held: Canonical
    wording: Wording
    records_url: str = ""
    """Where its record references are searched."""

    @property
    def name(self) -> str:
        """Of the form field."""
        return PREFIX + self.slot.slug

    @property
    def spec(self) -> AttributeSpec:
        """The attribute's spec."""
        return self.slot.spec

    @property
    def label(self) -> str:
        """The attribute's title."""
        return self.attribute.title or self.slot.slug

    @property
    def currency(self) -> str:
        """The attribute's currency, where it has one."""
        return self.attribute.currency_code if self.spec.type == AttributeType.CURRENCY else ""

    def form_field(self) -> forms.Field:
        """Required only where Attio would refuse an empty value and fills in none itself."""
        required = self.spec.required and not self.attribute.is_default_value_enabled
        options = {"required": required, "label": self.label, "help_text": self.attribute.description or ""}
        made = self._kind.make(self, options)
        made.initial = self._kind.show(self.held)
        return made

    def parse(self, cleaned: Any) -> Canonical:
        """The canonical value of what the form field came to. Raises InvalidValue."""
        return parse_values(self.spec, self._kind.read(cleaned), self.slot.directory.names(self.spec))

    def says(self, value: Canonical) -> str:
        """A value in words."""
        return self.wording.value(self.spec, value, currency=self.currency)

    @property
    def _kind(self) -> Kind:
        multi = MULTI if self.spec.multi else SINGLE
        return multi.get(self.spec.type) or (LINES if self.spec.multi else TEXT)


Make = Callable[[Custom, dict[str, Any]], forms.Field]


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one type are shown and read."""

    make: Make
    show: Callable[[Any], Any] = lambda held: held
    read: Callable[[Any], Json] = lambda cleaned: cleaned


def held_value(slot: Slot, held: Json) -> Canonical:
    """What the row's JSON field holds for an attribute; what cannot be read shows as nothing."""
    try:
        return parse_values(slot.spec, held, slot.directory.names(slot.spec))
    except InvalidValue:
        return None


def reason_read_only(attribute: Attribute) -> str:
    """Why a value cannot be edited here."""
    if attribute.type == AttributeType.INTERACTION:
        return "Attio computes this from mail and calendars."
    if not attribute.is_writable:
        return "Attio sets this itself; its API lets nobody write it."
    if not AttributeType(attribute.type).is_known:
        return f"Values of the type “{attribute.type}” cannot be written by this version."
    return "This mirror only reads this attribute."


# -- choices -----------------------------------------------------------------------------------------------------------


def option_choices(custom: Custom) -> list[tuple[str, str]]:
    """Current options in Attio's order; an archived one only where the row still holds it."""
    held = set(map(str, elements(custom.held)))
    options = sorted(custom.attribute.options.all(), key=lambda option: option.position)
    return [
        (option.option_id, f"{option.title} (archived)" if option.is_archived else option.title)
        for option in options
        if not option.is_archived or option.option_id in held
    ]


def member_choices(custom: Custom) -> list[tuple[str, str]]:
    """The tenant's members, and whoever else the row holds."""
    members = Member.objects.filter(connection=custom.wording.connection)
    choices = {f"workspace-member:{member.member_id}": str(member) for member in members}
    for element in elements(custom.held):
        choices.setdefault(actor_token(element), custom.wording.element(AttributeType.ACTOR_REFERENCE, element))
    return list(choices.items())


def one_of(choices: Callable[[Custom], list[tuple[str, str]]]) -> Make:
    """A select with an empty choice."""

    def make(custom: Custom, options: dict[str, Any]) -> forms.Field:
        return forms.ChoiceField(choices=[("", "–"), *choices(custom)], **options)

    return make


def several_of(choices: Callable[[Custom], list[tuple[str, str]]]) -> Make:
    """Boxes to tick."""

    def make(custom: Custom, options: dict[str, Any]) -> forms.Field:
        return forms.MultipleChoiceField(choices=choices(custom), widget=Ticks, **options)

    return make


def rating(_: Custom, options: dict[str, Any]) -> forms.Field:
    """Stars."""
    choices = [("", "–"), *((str(n), stars(n)) for n in range(STARS + 1))]
    return forms.TypedChoiceField(choices=choices, coerce=int, empty_value=None, **options)


# -- references --------------------------------------------------------------------------------------------------------


def record_token(element: Any) -> str:
    """A reference in the form of a choice."""
    return f"{element['target_object']}:{element['target_record_id']}"


def record_of(token: str) -> dict[str, str]:
    """The reference a choice stands for."""
    slug, _, record_id = token.partition(":")
    return {"target_object": slug, "target_record_id": record_id}


def actor_token(element: Any) -> str:
    """An actor in the form of a choice."""
    return f"{element['referenced_actor_type']}:{element['referenced_actor_id'] or ''}"


def actor_of(token: str) -> dict[str, str | None]:
    """The actor a choice stands for."""
    kind, _, actor_id = token.partition(":")
    return {"referenced_actor_type": kind, "referenced_actor_id": actor_id or None}


def records(custom: Custom, options: dict[str, Any]) -> forms.Field:
    """An autocomplete over the rows of the objects the attribute may point to."""
    custom.wording.know([custom.held])
    widget = RecordSelectMultiple if custom.spec.multi else RecordSelect
    return Records(
        multi=custom.spec.multi,
        held=[record_token(element) for element in elements(custom.held)],
        existing=lambda tokens: _existing(custom, tokens),
        widget=widget(custom.records_url, lambda token: custom.wording.record(*token.partition(":")[::2])),
        **options,
    )


def _existing(custom: Custom, tokens: set[str]) -> set[str]:
    record_ids = [record_of(token)["target_record_id"] for token in tokens]
    links = Link.objects.alive().filter(connection=custom.wording.connection, record_id__in=record_ids)
    return {f"{link.object}:{link.record_id}" for link in links.only("object", "record_id")}


# -- the table ---------------------------------------------------------------------------------------------------------


def short(placeholder: str) -> Make:
    """One line, with an example."""
    return lambda _, options: forms.CharField(
        widget=forms.TextInput(attrs={"placeholder": placeholder, "class": "vTextField"}), **options
    )


def money(custom: Custom, options: dict[str, Any]) -> forms.Field:
    """An amount of at most four decimals, as Attio keeps it (Attio's docs)."""
    return forms.DecimalField(decimal_places=4, widget=MoneyInput(custom.currency), **options)


def decimal(held: Any) -> Decimal | None:
    """A canonical number as a form shows it."""
    return None if held is None else Decimal(held)


def text_of(cleaned: Any) -> str | None:
    """A form's number, date or time as parse_values takes it."""
    return None if cleaned is None else str(cleaned)


def place_or_name(keys: tuple[str, ...]) -> Kind:
    """A value of several parts; a stored one fills all of its inputs."""
    return Kind(lambda _, options: Parts(keys, **options))


LINES = Kind(
    lambda _, options: Lines(widget=forms.Textarea(attrs={"rows": 2, "class": "attio-lines"}), **options),
    show=lambda held: held or [],
)
TEXT = Kind(lambda _, options: PlainText(widget=forms.Textarea(attrs={"rows": 1, "class": "attio-text"}), **options))

SINGLE: dict[str, Kind] = {
    AttributeType.NUMBER: Kind(lambda _, options: forms.DecimalField(**options), decimal, text_of),
    AttributeType.CURRENCY: Kind(money, decimal, text_of),
    AttributeType.CHECKBOX: Kind(lambda _, options: forms.NullBooleanField(widget=YesNo, **options)),
    AttributeType.RATING: Kind(rating),
    AttributeType.DATE: Kind(
        lambda _, options: forms.DateField(widget=AdminDateWidget, **options),
        show=lambda held: None if held is None else date.fromisoformat(held),
        read=text_of,
    ),
    AttributeType.TIMESTAMP: Kind(
        lambda _, options: forms.SplitDateTimeField(widget=DateAndTime, **options),
        show=lambda held: None if held is None else localtime(parse_stamp(held)).replace(microsecond=0),
    ),
    AttributeType.STATUS: Kind(one_of(option_choices)),
    AttributeType.SELECT: Kind(one_of(option_choices)),
    AttributeType.ACTOR_REFERENCE: Kind(
        one_of(member_choices),
        show=lambda held: "" if held is None else actor_token(held),
        read=lambda token: actor_of(token) if token else None,
    ),
    AttributeType.RECORD_REFERENCE: Kind(
        records,
        show=lambda held: "" if held is None else record_token(held),
        read=lambda tokens: [record_of(token) for token in tokens],
    ),
    AttributeType.DOMAIN: Kind(short("example.com")),
    AttributeType.EMAIL: Kind(short("ada@example.com")),
    AttributeType.PHONE: Kind(short("+15558675309")),
    AttributeType.LOCATION: place_or_name(LOCATION_KEYS),
    AttributeType.PERSONAL_NAME: place_or_name(NAME_KEYS),
}
MULTI: dict[str, Kind] = {
    AttributeType.SELECT: Kind(several_of(option_choices), show=lambda held: held or []),
    AttributeType.STATUS: Kind(several_of(option_choices), show=lambda held: held or []),
    AttributeType.ACTOR_REFERENCE: Kind(
        several_of(member_choices),
        show=lambda held: [actor_token(element) for element in elements(held)],
        read=lambda tokens: [actor_of(token) for token in tokens],
    ),
    AttributeType.RECORD_REFERENCE: Kind(
        records,
        show=lambda held: [record_token(element) for element in elements(held)],
        read=lambda tokens: [record_of(token) for token in tokens],
    ),
}
