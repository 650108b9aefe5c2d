"""One attribute, drafted: the model fields it needs and the line that binds it; or why it is left to the remainder."""

from __future__ import annotations

from dataclasses import dataclass, field

from attio_mirror.core.values import AttributeType as T
from attio_mirror.service import AttributeInfo
from attio_mirror.sync.inspection import Inspected

from .naming import Names, call, quoted

EMPTY = ["null=True", "blank=True"]
SCALARS: dict[str, tuple[str, str, list[str]]] = {
    T.TEXT: ("Text", "TextField", EMPTY),
    T.NUMBER: ("Number", "DecimalField", ["max_digits=30", "decimal_places=10", *EMPTY]),
    T.CHECKBOX: ("Checkbox", "BooleanField", EMPTY),
    T.DATE: ("Date", "DateField", EMPTY),
    T.TIMESTAMP: ("Timestamp", "DateTimeField", EMPTY),
    T.RATING: ("Rating", "PositiveSmallIntegerField", EMPTY),
    T.LOCATION: ("Location", "JSONField", EMPTY),
    T.DOMAIN: ("Domain", "TextField", EMPTY),
    T.EMAIL: ("Email", "EmailField", ["max_length=320", *EMPTY]),
    T.PHONE: ("Phone", "CharField", ["max_length=40", *EMPTY]),
}
"""Type to the name in `mirrors`, the field and its options."""
SEVERAL = ("JSONField", ["default=list", "blank=True"])
UNIQUE_TEXT = ("CharField", ["max_length=500", "unique=True"])
CHOSEN = {T.STATUS: "Status", T.SELECT: "Select"}


@dataclass(slots=True)
class Drafted:
    """What one attribute comes to."""

    slug: str
    fields: list[str] = field(default_factory=list)
    """The fields' declarations."""
    binding: str = ""
    """The line of the mirror that binds them."""
    left_out: str = ""
    """Why it has no field of its own."""
    label: str = ""
    """What `__str__` could say."""


def drafted(info: AttributeInfo, about: Inspected, names: Names) -> Drafted:
    """Draft one attribute."""
    if info.archived or not info.writable:
        return Drafted(info.slug, left_out="archived" if info.archived else "written by Attio")
    if info.type == T.PERSONAL_NAME:
        return _personal_name(info, names)
    if info.type == T.CURRENCY:
        return _currency(info, names)
    if info.type in CHOSEN:
        return _pointing(info, names, CHOSEN[T(info.type)], "attio_mirror.Option")
    if info.type == T.ACTOR_REFERENCE:
        return _pointing(info, names, "Actor", "attio_mirror.Member")
    if info.type == T.RECORD_REFERENCE:
        return _reference(info, about, names)
    if info.type in SCALARS:
        return _scalar(info, names)
    return Drafted(info.slug, left_out=f"of type {info.type}, which is newer than this package")


def _scalar(info: AttributeInfo, names: Names) -> Drafted:
    kind, field_class, options = SCALARS[T(info.type)]
    if info.multi:
        field_class, options = SEVERAL
    elif info.unique and info.type == T.TEXT:
        field_class, options = UNIQUE_TEXT[0], UNIQUE_TEXT[1] + ([] if info.required else EMPTY)
    name = names.field(info.slug)
    label = f"self.{name}" if info.type == T.TEXT and not info.multi else ""
    fields = [_field(field_class, options, info, name)]
    return Drafted(info.slug, fields, _binding(kind, info.slug, name), label=label)


def _currency(info: AttributeInfo, names: Names) -> Drafted:
    name = names.field(info.slug)
    code = names.field(f"{info.slug}_currency")
    amount = _field("DecimalField", ["max_digits=24", "decimal_places=4", *EMPTY], info, name)
    currency = f"{code} = models.CharField(max_length=3, blank=True, editable=False)"
    binding = _binding("Currency", info.slug, name, f"currency_field={quoted(code)}")
    return Drafted(info.slug, [amount, currency], binding)


def _personal_name(info: AttributeInfo, names: Names) -> Drafted:
    name = names.field(info.slug)
    parts = {part: names.field(f"{part}_name") for part in ("first", "last", "full")}
    given = [f"{part}={quoted(held)}" for part, held in parts.items() if held != f"{part}_name"]
    fields = [f"{held} = models.TextField(blank=True)" for held in parts.values()]
    binding = _binding("Name", info.slug, name, *given)
    return Drafted(info.slug, fields, binding, label=f"self.{parts['full']}")


def _reference(info: AttributeInfo, about: Inspected, names: Names) -> Drafted:
    targets = about.targets(info)
    if len(targets) != 1:
        return Drafted(info.slug, left_out="may point to several objects")
    if targets[0] == about.object.slug:
        return _pointing(info, names, "Reference", "self")
    if targets[0] not in about.models:
        return Drafted(info.slug, left_out=f"points to {targets[0]}, which is not mirrored")
    return _pointing(info, names, "Reference", about.models[targets[0]])


def _pointing(info: AttributeInfo, names: Names, kind: str, to: str) -> Drafted:
    """A foreign key, or a many-to-many relation; the far end gets no name, so that several may point there."""
    name = names.field(info.slug)
    options = [quoted(to), 'related_name="+"']
    if info.multi:
        options += ["blank=True"] + (["symmetrical=False"] if to == "self" else [])
    else:
        options[1:1] = ["models.SET_NULL"]
        options += EMPTY
    more = ["history=True"] if info.type == T.STATUS else []
    field_class = "ManyToManyField" if info.multi else "ForeignKey"
    fields = [_field(field_class, options, info, name)]
    return Drafted(info.slug, fields, _binding(kind, info.slug, name, *more))


def _field(field_class: str, options: list[str], info: AttributeInfo, name: str) -> str:
    """A field's declaration, with Attio's title where it says more than the name."""
    says_more = info.title and info.title.lower() != name.replace("_", " ")
    verbose = [f"verbose_name={quoted(info.title)}"] if says_more else []
    return call(f"{name} = models.{field_class}", [*options, *verbose])


def _binding(kind: str, slug: str, name: str, *more: str) -> str:
    """Declared under the field's name, so only another slug needs saying."""
    return call(f"{name} = mirrors.{kind}", [*([] if slug == name else [quoted(slug)]), *more])
