"""Resolving conflicts: take Attio's, take ours, or write something else; it is applied or pushed at once.

`decide_always` settles an attribute once and for all: the open conflicts of today and those that would come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models, transaction
from django.utils import timezone

from ..core.merge import Policy
from ..core.values import Canonical
from ..mirrors.registry import registry
from ..models import AttributePolicy, Conflict, Connection, Link, Resolution
from ..signals import conflict_resolved
from .acting import current_user_id
from .frame import Frame, agreement
from .mark import queue
from .pull import pull
from .reconcile.references import await_targets
from .reconcile.rows import NoRoom, take

BY_POLICY = {Policy.ATTIO: Resolution.ATTIO, Policy.DJANGO: Resolution.DJANGO}
"""Which resolution a policy comes to. What NEWEST comes to shows when the record is read again; HOLD ends nothing."""


class Unresolvable(Exception):
    """The row, its mirror or its attribute is not there any more, or the row cannot take the value."""


@dataclass(slots=True)
class Resolved:
    """What resolving several came to."""

    resolved: int = 0
    failed: dict[int, str] = field(default_factory=dict)
    """Conflict to why it could not be resolved."""


def resolve(conflict: Conflict, resolution: Resolution, *, edited: Canonical = None) -> bool:
    """End a conflict. ATTIO writes theirs to the row; DJANGO and EDITED push the row's value over theirs.

    Raises Unresolvable. False: it was resolved already, and is left as it is.
    """
    with transaction.atomic():
        link = Link.objects.select_for_update().select_related("connection").get(pk=conflict.link_id)
        current = Conflict.objects.select_for_update().filter(pk=conflict.pk, resolved_at=None).first()
        if current is None:
            return False
        frame, row = _row(link, current.slug)
        ours = frame.read(row, link).values.get(current.slug, current.ours)
        takes, slot = resolution == Resolution.ATTIO, frame.slots[current.slug]
        is_hidden = takes and not slot.attribute.shows(current.theirs, slot)
        link.base = {**link.base, current.slug: agreement(current.theirs, unseen=is_hidden)}
        link.seen_hash = None
        link.save(update_fields=["base", "seen_hash"])
        _close(current, resolution, ours)
        if takes:
            _take(frame, row, current.slug, current.theirs)
            await_targets(frame, [(link, {current.slug: current.theirs})])
        else:
            if resolution == Resolution.EDITED:
                _take(frame, row, current.slug, edited)
            queue(link)
        _tell(frame, row, current.slug, resolution)
    return True


def resolve_all(conflicts: Iterable[Conflict], resolution: Resolution) -> Resolved:
    """End several conflicts alike; one that cannot be resolved stops no other."""
    done = Resolved()
    for conflict in conflicts:
        try:
            done.resolved += resolve(conflict, resolution)
        except Unresolvable as reason:
            done.failed[conflict.pk] = str(reason)
    return done


def decide_always(connection: Connection, object_slug: str, slug: str, policy: Policy) -> Resolved:
    """From now on this policy decides about the attribute; its open conflicts are ended by it, too.

    Raises AttioError where records must be read again (NEWEST) and cannot; the policy stands all the same.
    """
    AttributePolicy.objects.update_or_create(
        connection=connection,
        object=object_slug,
        slug=slug,
        defaults={"policy": policy.value, "decided_at": timezone.now(), "decided_by_id": current_user_id()},
    )
    mine = Conflict.objects.filter(link__connection=connection, link__object=object_slug, slug=slug, resolved_at=None)
    if policy in BY_POLICY:
        return resolve_all(mine.order_by("pk"), BY_POLICY[policy])
    if policy == Policy.HOLD:
        return Resolved()
    before = mine.count()
    report = pull(connection, object_slug, [str(one) for one in mine.values_list("link__record_id", flat=True)])
    for link in Link.objects.filter(pk__in=report.owed).order_by("pk"):
        queue(link)
    return Resolved(resolved=before - mine.count())


def undecide(connection: Connection, object_slug: str, slug: str) -> None:
    """The mirror's own policy decides again."""
    AttributePolicy.objects.filter(connection=connection, object=object_slug, slug=slug).delete()


def _close(conflict: Conflict, resolution: Resolution, ours: Canonical) -> None:
    """What the row said last is kept: it may have been edited since the conflict opened, and now gives way."""
    conflict.ours, conflict.open_slot = ours, None
    conflict.resolved_at, conflict.resolution = timezone.now(), resolution
    conflict.save(update_fields=["ours", "open_slot", "resolved_at", "resolution"])


def _row(link: Link, slug: str) -> tuple[Frame, models.Model]:
    mirror = registry.of_object(link.object)
    if mirror is None:
        raise Unresolvable(f"Nothing mirrors Attio's object “{link.object}” any more.")
    frame = Frame.of(link.connection, mirror)
    row = frame.rows([link], lock=True).get(link.object_id)
    if row is None or slug not in frame.slots:
        raise Unresolvable("The row or the attribute is not there any more.")
    return frame, row


def _take(frame: Frame, row: models.Model, slug: str, value: Canonical) -> None:
    try:
        take(frame, row, {slug: value})
    except NoRoom as reason:
        raise Unresolvable(f"The row cannot take this value ({reason}). Make room for it first.") from None


def _tell(frame: Frame, row: models.Model, slug: str, resolution: Resolution) -> None:
    model, connection, pk = frame.model, frame.connection, row.pk
    transaction.on_commit(
        lambda: conflict_resolved.send_robust(
            sender=model, connection=connection, pk=pk, slug=slug, resolution=resolution
        ),
        robust=True,
    )
