"""Doubt: a bare create was sent and no answer came. Look for the record before ever creating it again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ...conf import conf
from ...core.codecs import versions
from ...core.stamps import to_stamp
from ...core.values import elements, key, keys, same
from ...mirrors.mirror import WhenGone
from ...mirrors.registry import registry
from ...models import Link, OutboxEntry, OutboxState, Verb
from ..far import RecordsFar, far_side
from ..frame import Frame, Seen
from ..mark import queue
from ..reconcile import SKEW, Voice, reconcile
from ..welcome import welcome
from .claim import release
from .outcome import move, settled
from .settle import adopt

LOOK_AGAIN = timedelta(seconds=5)


def resolve(entry: OutboxEntry) -> None:
    """Adopt the record a lost answer was about; create again only when it surely is not there. Raises AttioError."""
    mirror = registry.of_object(entry.link.object)
    if mirror is None or not Link.objects.all().take_lease(entry.link_id, conf().lease):
        return
    try:
        frame = Frame.of(entry.link.connection, mirror)
        far = far_side(frame)
        if not isinstance(far, RecordsFar) or _others_are_out(entry):
            return
        found = _find(frame, far, entry)
        if found is not None:
            _adopt(frame, entry, found)
        elif _age(entry) > timedelta(seconds=conf().doubt):
            slot = {"waiting_slot": entry.link_id, "not_before": timezone.now()}
            move(entry, OutboxState.WAITING, said={}, removed={}, verb="", unsure_since=None, **slot)
        else:
            move(entry, OutboxState.IN_DOUBT, waiting_slot=entry.link_id, not_before=timezone.now() + LOOK_AGAIN)
    finally:
        release([entry.link_id])


def _others_are_out(entry: OutboxEntry) -> bool:
    """A like create still out could be what we find."""
    out = OutboxEntry.objects.out().filter(verb=Verb.CREATE, link__object=entry.link.object)
    return out.filter(link__connection=entry.link.connection_id).exists()


def _find(frame: Frame, far: RecordsFar, entry: OutboxEntry) -> Seen | None:
    """The oldest record no other row mirrors, made since by us, that says what we said, or did before an edit."""
    since = to_stamp((entry.sent_at or entry.created_at) - SKEW)
    frame, seen = welcome(frame, far.find({"created_at": {"$gte": since}}, oldest_first=True))
    ids = [one.record_id for one in seen]
    others = Link.objects.filter(connection=frame.connection, object=frame.object).exclude(pk=entry.link_id)
    linked = set(others.filter(record_id__in=ids).values_list("record_id", flat=True))
    ours = [one for one in seen if one.record_id not in linked and is_ours(frame, one)]
    alike = (one for one in ours if _says(one, entry))
    return next(alike, None) or next((one for one in ours if _once_said(frame, far, one, entry)), None)


def is_ours(frame: Frame, seen: Seen) -> bool:
    """Whether our token made it; a record that does not say who made it passes."""
    makers = [e for e in elements(seen.values.get("created_by")) if isinstance(e, dict)]
    return not makers or any(e.get("referenced_actor_id") == frame.connection.actor_id for e in makers)


def _says(seen: Seen, entry: OutboxEntry) -> bool:
    return all(same(seen.values.get(slug), value) for slug, value in entry.said.items())


def _once_said(frame: Frame, far: RecordsFar, seen: Seen, entry: OutboxEntry) -> bool:
    """Whether each thing we said was true of a record at some time: a colleague may have edited it since."""
    changed = [slug for slug, value in entry.said.items() if not same(seen.values.get(slug), value)]
    return all(keys(entry.said[slug]) <= _ever(frame, far, seen.record_id, slug) for slug in changed)


def _ever(frame: Frame, far: RecordsFar, record_id: str, slug: str) -> set[str]:
    wires = far.service.history(frame.object, record_id, slug)
    return {key(version.element) for version in versions(frame.slots[slug].spec, wires)}


def _adopt(frame: Frame, entry: OutboxEntry, found: Seen) -> None:
    """In one transaction, as in `settle`: an edit made now is either seen as owed, or finds the entry settled."""
    with transaction.atomic():
        if not adopt(frame, entry.link, found.record_id):
            return
        exactly = _says(found, entry)
        if not exactly:  # somebody edited it since: when it was born, both sides agreed on what we said
            born = {slug: {"value": value, "since": None} for slug, value in entry.said.items()}
            Link.objects.filter(pk=entry.link_id).update(base=born)
        voice = Voice(entry.said, entry.removed, heard=exactly)
        report = reconcile(frame, [found], source="push", voices={entry.link_id: voice})
        settled(entry, note="The answer was lost; the record was found.")
        if entry.link.row_gone_at is not None and frame.mirror.options.on_delete == WhenGone.DELETE:
            queue(entry.link, verb=Verb.DELETE)
        elif report.owed:
            queue(entry.link)


def _age(entry: OutboxEntry) -> timedelta:
    sent: datetime = entry.sent_at or entry.created_at
    return timezone.now() - sent
