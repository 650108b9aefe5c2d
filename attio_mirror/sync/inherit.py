"""Inheritance: unsent edits of a merged record's row go to the survivor's row, to be merged there like any edit."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils import timezone

from ..core.merge import Policy, Sides, merge
from ..core.values import Canonical, same
from ..models import Conflict, Link, OutboxEntry, OutboxState, Resolution, Verb
from .frame import Frame, agreed, agreement, known
from .holds import held_of
from .push.outcome import refuse
from .reconcile.conflicts import close
from .reconcile.rows import NoRoom, take

LEFT = (
    "The record was merged into another one in Attio, whose row here holds another edit of the same attribute that is "
    "not sent either. This value is kept here; enter it at the other row if it is the right one."
)

NO_ROOM = (
    "The record was merged into another one in Attio, whose row here cannot take this value: a rule of the table or of "
    "the model is against it. The value is kept here; enter it at the other row once there is room for it."
)


def open_entries(link: Link) -> list[OutboxEntry]:
    """Entries of a merged record that say nothing of the merge yet: waiting, or refused because the record is gone."""
    entries = OutboxEntry.objects.open().filter(link=link).exclude(verb=Verb.DELETE)
    return [
        entry
        for entry in entries.select_related("link__connection").order_by("pk")
        if entry.state == OutboxState.WAITING or entry.error.get("code") == "not_found"
    ]


def inherit(frame: Frame, original: Link, row: models.Model, heir: Link, heirs_row: models.Model) -> bool:
    """Hand a row's unsent edits to the heir's row, each with the value it was based on; whether all were taken.

    The caller reconciles the heir afterwards: then each edit meets what Attio made of the merge, and is owed, agreed,
    in conflict or yielded as the mirror's policy says.
    """
    frame.mirror.know([row, heirs_row], frame.directory)
    local, theirs = frame.read(row, original), frame.read(heirs_row, heir)
    held = held_of(frame, row, original)  # nobody approved it: it stays, and is left out when its batch is decided
    left = dict.fromkeys((slug for slug in local.invalid if frame.mirror.gives(frame.slots[slug])), LEFT)
    for slug, value in local.values.items():
        if slug in held or not frame.mirror.gives(frame.slots[slug]) or same(value, agreed(original, slug)):
            continue
        why_not = _hand_over(frame, slug, value, original, heir, heirs_row, theirs.values.get(slug))
        if why_not is None:
            original.base[slug] = agreement(value)
        else:
            left[slug] = why_not
    heir.marked_at = max(filter(None, (heir.marked_at, original.marked_at)), default=None)
    heir.seen_hash = None
    heir.save(update_fields=["base", "marked_at", "seen_hash"])
    original.save(update_fields=["base"])
    for conflict in Conflict.objects.filter(link=original, resolved_at=None).exclude(slug__in=left):
        close(conflict, Resolution.DISSOLVED)
    _end(frame, open_entries(original), left)
    return not left


def _hand_over(
    frame: Frame, slug: str, value: Canonical, original: Link, heir: Link, heirs_row: models.Model, held: Canonical
) -> str | None:
    """Write one edit to the heir's row; the reason where it stays: an unsent one is there, or there is no room."""
    base = known(original, slug, value)
    agrees = same(held, agreed(heir, slug))
    if not agrees:
        merged = merge(Sides(base, value, held), policy=Policy.HOLD, multi=frame.slots[slug].spec.multi)
        if merged.clash:
            return LEFT
        value = merged.row
    try:
        take(frame, heirs_row, {slug: value})
    except NoRoom:
        return NO_ROOM
    if agrees:
        heir.base[slug] = agreement(base)
    return None


def _end(frame: Frame, entries: list[OutboxEntry], left: Mapping[str, str]) -> None:
    """What was handed over is the heir's to send; what was not is refused, beside its attribute."""
    for entry in entries:
        if left:
            slug = min(left)
            refuse(frame, entry, {"message": left[slug], "code": "merged", "slug": slug})
        else:
            folded = {"state": OutboxState.FOLDED, "waiting_slot": None, "settled_at": timezone.now()}
            OutboxEntry.objects.filter(pk=entry.pk, state=entry.state).update(**folded)
