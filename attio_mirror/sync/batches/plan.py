"""Plans: what changing one attribute of many rows would come to. A dry run shows one, carrying out makes it anew."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models

from ...core.codecs import InvalidValue
from ...core.values import Canonical, elements, same
from ...mirrors.attributes import Currency, Slot
from ...mirrors.references import Pointing
from ...models import BatchedEdit, Conflict, Link, Option
from ..frame import Frame, agreed

SHOWN = 12
"""Rows in a sample."""

NOT_THERE = "It is not in Attio yet."
ELSEWHERE = "It belongs to another connection: change those by themselves."
GONE = "The row or its record is gone."
IN_CONFLICT = "A conflict about it is open."
IS_HELD = "It waits for approval in another batch."
UNREADABLE = "What it says now cannot be read."
ARCHIVED = "The option it would be is archived in Attio."
REQUIRED = "It would be empty, and Attio requires a value."
POINTS_NOWHERE = "What it would point to is not here (any more)."


class Left(Exception):
    """A row that is left alone; the message says why."""


Wanted = Callable[[Frame, Link, models.Model], Canonical]
"""What a row shall say. Raises Left."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that will be changed."""

    link: Link
    row: models.Model
    base: Canonical
    before: Canonical
    after: Canonical


@dataclass(slots=True)
class Plan:
    """What becomes of each row."""

    slug: str
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[tuple[models.Model | Link, str]] = field(default_factory=list)
    """Rows (their links where they are gone) that are left alone, and why."""

    def add(self, other: Plan) -> None:
        """Take over another part."""
        self.changes += other.changes
        self.unchanged += other.unchanged
        self.skipped += other.skipped

    @property
    def sample(self) -> list[Change]:
        """Some of the changes, from all over."""
        step = max(1, -(-len(self.changes) // SHOWN))
        return self.changes[::step]


def look(frame: Frame, slug: str, links: Sequence[Link], wanted: Wanted, *, lock: bool = False) -> Plan:
    """What `wanted` means for the rows of these links. `lock` takes the rows, then their links, as a save does."""
    plan, rows = Plan(slug), frame.rows(links, lock=lock)
    fresh = links_of(links, lock=lock)
    barred, archived = _barred(slug, fresh), _archived(frame.slots[slug])
    for link in (fresh[one.pk] for one in links if one.pk in fresh):
        row = rows.get(link.object_id)
        try:
            change = _change(frame, slug, link, row, wanted, barred.get(link.pk, ""), archived)
        except Left as why:
            plan.skipped.append((row or link, str(why)))
            continue
        if change is None:
            plan.unchanged += 1
        else:
            plan.changes.append(change)
    return plan


def links_of(links: Iterable[Link], *, lock: bool) -> dict[int, Link]:
    """The same links as they are now. Only they are locked: all saves write to their connection."""
    found = Link.objects.filter(pk__in=[link.pk for link in links])
    if lock:
        list(found.select_for_update().order_by("pk").values_list("pk"))
    return {link.pk: link for link in found.select_related("connection")}


def _barred(slug: str, links: Iterable[int]) -> dict[int, str]:
    """Link to what stands in the way of editing the attribute."""
    conflicts = Conflict.objects.filter(link__in=list(links), slug=slug, resolved_at=None)
    found = dict.fromkeys(conflicts.values_list("link", flat=True), IN_CONFLICT)
    held = BatchedEdit.objects.filter(link__in=list(links), held_slot__isnull=False, batch__slug=slug)
    return found | dict.fromkeys(held.values_list("link", flat=True), IS_HELD)


def _change(
    frame: Frame, slug: str, link: Link, row: models.Model | None, wanted: Wanted, barred: str, archived: Container[str]
) -> Change | None:
    if row is None or not link.is_alive:
        raise Left(GONE)
    if link.connection_id != frame.connection.pk:
        raise Left(ELSEWHERE)
    if not link.record_id:
        raise Left(NOT_THERE)
    if barred:
        raise Left(barred)
    slot, base = frame.slots[slug], agreed(link, slug)
    try:
        before = slot.local(row, base)
    except InvalidValue as error:
        raise Left(UNREADABLE) from error
    after = wanted(frame, link, row)
    if same(before, after):
        return None
    if reason := _impossible(slot, after, archived):
        raise Left(reason)
    return Change(link, row, base, before, after)


def _impossible(slot: Slot, value: Canonical, archived: Container[str]) -> str:
    """Why Attio could not be told this today; "" if it could."""
    if points_nowhere(slot, value):
        return POINTS_NOWHERE
    if any(isinstance(element, str) and element in archived for element in elements(value)):
        return ARCHIVED
    return REQUIRED if slot.spec.required and not elements(value) else ""


def points_nowhere(slot: Slot, value: Canonical) -> bool:
    """Whether a row cannot say this, for what it would point to is not here."""
    attribute = slot.attribute
    points = isinstance(attribute, Pointing) and attribute.model_field.is_relation
    return points and any(attribute.pk_of(element, slot) is None for element in elements(value))  # type: ignore[attr-defined]  # it points


def _archived(slot: Slot) -> frozenset[str]:
    """The options of an attribute that are archived."""
    if not slot.spec.type.has_options:
        return frozenset()
    options = Option.objects.filter(attribute__attribute_id=slot.spec.attribute_id, is_archived=True)
    return frozenset(options.values_list("option_id", flat=True))


def worth(frame: Frame, plan: Plan) -> Decimal | None:
    """What the rows to be changed are worth together, by the mirror's amount of money; None where it has none."""
    money = next((one for one in frame.mirror.declared.values() if isinstance(one, Currency)), None)
    if money is None:
        return None
    return sum((_worth(money, plan.slug, change) for change in plan.changes), Decimal(0))


def _worth(money: Currency, slug: str, change: Change) -> Decimal:
    """Of an amount that is itself changed, the greater."""
    amounts = (change.before, change.after) if slug == money.slug else (getattr(change.row, money.field),)
    return max(Decimal(str(amount or 0)) for amount in amounts)
