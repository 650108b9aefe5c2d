"""Editing many rows at once: one attribute, one value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db import models

from ...core.values import Canonical
from ...mirrors.attributes import Slot
from ...models import Link
from ..frame import Frame
from .carry import Carried, carry_out, plan_of
from .plan import NOT_THERE, Left, Plan, Wanted

NOT_ALLOWED = "You may not change it."
May = Callable[[models.Model], bool]
"""Whether the user may change a row."""


def changeable(frame: Frame, slot: Slot) -> bool:
    """Whether an attribute can be given to many rows: it is written, and no two rows must differ in it."""
    return frame.mirror.gives(slot) and not slot.spec.unique and slot.slug != frame.mirror.options.key


def plan_edit(frame: Frame, rows: Sequence[models.Model], slug: str, value: Canonical, may: May) -> Plan:
    """The dry run of setting an attribute of these rows."""
    linked, strangers = _linked(frame, rows)
    plan = plan_of(frame, slug, linked, _wanted(value, may))
    plan.skipped += [(row, NOT_THERE) for row in strangers]
    return plan


def edit(frame: Frame, rows: Sequence[models.Model], slug: str, value: Canonical, may: May) -> Carried:
    """Set an attribute of these rows, as one push batch."""
    linked, strangers = _linked(frame, rows)
    done = carry_out(frame, slug, linked, _wanted(value, may))
    done.plan.skipped += [(row, NOT_THERE) for row in strangers]
    return done


def _linked(frame: Frame, rows: Iterable[models.Model]) -> tuple[list[Link], list[models.Model]]:
    """The links of rows in their order, and the rows nobody marked yet."""
    listed = list(rows)
    links = {one.object_id: one for one in Link.objects.for_rows(frame.model, [row.pk for row in listed])}
    here = Link.objects.for_rows(frame.model, [row.pk for row in listed]).filter(connection=frame.connection)
    links |= {one.object_id: one for one in here}
    found = [links[str(row.pk)] for row in listed if str(row.pk) in links]
    return found, [row for row in listed if str(row.pk) not in links]


def _wanted(value: Canonical, may: May) -> Wanted:
    def wanted(_frame: Frame, _link: Link, row: models.Model) -> Canonical:
        if not may(row):
            raise Left(NOT_ALLOWED)
        return value

    return wanted
