"""Composing: what a row owes now, and the one request that would pay it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models

from ...core.errors import Json
from ...core.values import Canonical, elements, key, keys, same
from ...mirrors.references import names_pending
from ...models import Conflict, Link, Verb
from ..far import Far, Order
from ..frame import Frame, agreed
from ..holds import held_of


@dataclass(slots=True)
class Debt:
    """What one row owes Attio."""

    owed: dict[str, Canonical] = field(default_factory=dict)
    invalid: dict[str, str] = field(default_factory=dict)
    """Slug to why the row's value cannot be sent."""
    pending: dict[str, list[str]] = field(default_factory=dict)
    """Slug to the rows ("app.model:pk") it points to that are not in Attio yet."""

    @property
    def is_paid(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.owed or self.invalid or self.pending)


def debt(frame: Frame, link: Link, row: models.Model) -> Debt:
    """Compare a row with the base, but for what is undecided.

    A record that is made anew gets even that, as it was agreed on before the record went.
    """
    waits, local = undecided(frame, link, row), frame.read(row, link)
    found = Debt()
    for slug, slot in frame.slots.items():
        if not frame.mirror.gives(slot) or (slug in waits and link.record_id):
            continue
        if slug in waits:
            _owe(found, slug, agreed(link, slug), None)
        elif slug in local.invalid:
            found.invalid[slug] = local.invalid[slug]
        else:
            _owe(found, slug, local.values[slug], agreed(link, slug) if link.record_id else None)
    return found


def undecided(frame: Frame, link: Link, row: models.Model) -> set[str]:
    """Attributes a person is to decide about: in open conflict, or not approved yet."""
    in_conflict = Conflict.objects.filter(link=link, resolved_at=None).values_list("slug", flat=True)
    return held_of(frame, row, link).union(in_conflict)


def _owe(found: Debt, slug: str, value: Canonical, base: Canonical) -> None:
    if same(value, base):
        return
    if pending := names_pending(value):
        found.pending[slug] = pending
    else:
        found.owed[slug] = value


def order(
    frame: Frame, far: Far, link: Link, row: models.Model, owed: Mapping[str, Canonical], *, is_held: bool = False
) -> Order:
    """The request that pays a debt. Raises InvalidValue for a value that has no wire form."""
    verb = verb_of(frame, link, owed, is_held=is_held)
    values: dict[str, Json] = {}
    for slug, value in owed.items():
        sent = _sent(verb, frame, slug, value, agreed(link, slug))
        values[slug] = far.encode(frame.slots[slug].spec, sent)
    matching = frame.mirror.options.key if verb == Verb.ASSERT else ""
    return Order(verb, frame.object, link.record_id or "", values, matching, far.where(row))


def verb_of(frame: Frame, link: Link, owed: Mapping[str, Canonical], *, is_held: bool = False) -> Verb:
    """What has to be asked of Attio to pay a debt. `is_held`: Attio said that a record we do not find holds the key."""
    if not link.record_id:
        return (Verb.ASSERT if is_held else Verb.KEYED) if owed.get(frame.mirror.options.key) else Verb.CREATE
    return Verb.OVERWRITE if removed(frame, link, owed) else Verb.UPDATE


def removed(frame: Frame, link: Link, owed: Mapping[str, Canonical]) -> dict[str, Canonical]:
    """What of multi-values is taken away: PATCH never does that (Attio's docs), only PUT by id does."""
    found: dict[str, Canonical] = {}
    for slug, value in owed.items():
        if frame.slots[slug].spec.multi:
            left = keys(value)
            found[slug] = [element for element in elements(agreed(link, slug)) if key(element) not in left]
    return {slug: gone for slug, gone in found.items() if gone}


def _sent(verb: Verb, frame: Frame, slug: str, value: Canonical, base: Canonical) -> Canonical:
    """PATCH prepends what it is given to a multi-value: only the new elements are sent."""
    if verb != Verb.UPDATE or not frame.slots[slug].spec.multi:
        return value
    held = keys(base)
    return [element for element in elements(value) if keys(element) - held]
