"""The brake: a push batch that is too large waits until a person has looked at it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ...conf import conf
from ...models import Link
from ..frame import Frame
from .plan import Plan, worth

FEW = 10
"""So many rows may be any share of an object: in a small one every edit is a large part."""


def brake(frame: Frame, plan: Plan) -> str:
    """Why this must wait for approval; "" if it need not."""
    return " ".join(_reasons(frame, plan))


def _reasons(frame: Frame, plan: Plan) -> Iterator[str]:
    given, count = conf(), len(plan.changes)
    if given.approve_count is not None and count > given.approve_count:
        yield f"{count:,} rows are more than {given.approve_count:,}."
    if given.approve_share is not None and count > FEW:
        mirrored = Link.objects.alive().filter(connection=frame.connection, object=frame.object)
        of = mirrored.exclude(record_id=None).count()
        if count > given.approve_share * of:
            yield f"{count:,} of {of:,} rows are more than {given.approve_share:.0%}."
    value = worth(frame, plan) if given.approve_value is not None else None
    if value is not None and value > Decimal(str(given.approve_value)):
        yield f"They are worth {_amount(value)}, more than {_amount(given.approve_value)}."


def _amount(number: object) -> str:
    return f"{Decimal(str(number)).normalize():,f}"
