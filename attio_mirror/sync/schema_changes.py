"""What a refresh changed in the mirrored schema, for people to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.errors import Json
from ..models import AttioList, AttioObject, Attribute, AttributeValue, Connection, Member, Option

RESHAPES = frozenset({"type", "multiselect", "currency"})
"""What gives values that are there another form."""
OF_AN_ATTRIBUTE = ("title", "type", "is_required", "is_unique", "is_multiselect", "is_archived")


@dataclass(frozen=True, slots=True)
class Known:
    """One thing of the schema: what it is called, and the facts people care about."""

    name: str
    facts: Mapping[str, Json]
    gone: bool = False
    attribute: int | None = None
    """The primary key, where rows may hold values of it."""


Snapshot = Mapping[tuple[str, str], Known]
"""(noun, Attio's id) to what is known of it."""


def snapshot(connection: Connection) -> Snapshot:
    """The mirrored schema as it stands."""
    found: dict[tuple[str, str], Known] = {}
    for one in AttioObject.objects.filter(connection=connection):
        found["object", one.object_id] = Known(one.slug, {}, one.gone_at is not None)
    for each in AttioList.objects.filter(connection=connection):
        found["list", each.list_id] = Known(each.slug, {"name": each.name}, each.gone_at is not None)
    for row in Attribute.objects.filter(connection=connection).select_related("object", "list"):
        facts = {name.removeprefix("is_"): getattr(row, name) for name in OF_AN_ATTRIBUTE}
        facts["currency"] = row.currency_code
        found["attribute", row.attribute_id] = Known(str(row), facts, row.gone_at is not None, row.pk)
    options = Option.objects.filter(attribute__connection=connection)
    for option in options.select_related("attribute__object", "attribute__list"):
        found["option", option.option_id] = Known(f"{option.attribute} “{option}”", {"archived": option.is_archived})
    for member in Member.objects.filter(connection=connection):
        found["member", member.member_id] = Known(str(member), {"access level": member.access_level})
    return found


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """What became different from one snapshot to the next, a line each."""
    found: list[str] = []
    for key, now in after.items():
        was, noun = before.get(key), key[0]
        if was is None:
            found.append(f"new {noun} {now.name}")
        elif was != now:
            found.append(_change(noun, was, now))
    return found


def _change(noun: str, was: Known, now: Known) -> str:
    if was.gone != now.gone:
        return f"{noun} {now.name}: {'Attio no longer lists it' if now.gone else 'there again'}"
    different = [fact for fact, value in now.facts.items() if was.facts[fact] != value]
    parts = [f"{fact} {was.facts[fact]} → {now.facts[fact]}" for fact in different]
    if RESHAPES.intersection(different):
        parts.append(_affected(now))
    called = now.name if was.name == now.name else f"{was.name} → {now.name}"
    return f"{noun} {called}" + (f": {', '.join(parts)}" if parts else "")


def _affected(attribute: Known) -> str:
    """How many rows hold a value that has another form now. They are read again, not converted here."""
    held = AttributeValue.objects.current().filter(attribute=attribute.attribute, link__row_gone_at=None)
    rows = held.values("link").distinct().count()
    return f"{rows} {'row holds' if rows == 1 else 'rows hold'} a value and will follow when swept"
