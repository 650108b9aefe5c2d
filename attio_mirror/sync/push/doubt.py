"""Doubt: a create was sent and no answer came. Look for the record before ever creating it again.

A create with a key could be repeated as it is, if only nobody edited the key meanwhile, here or over there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ...conf import conf
from ...core.codecs import versions
from ...core.errors import Refused
from ...core.stamps import to_stamp
from ...core.values import elements, key, keys, same
from ...mirrors.mirror import WhenGone
from ...mirrors.registry import registry
from ...models import Link, OutboxEntry, OutboxState, Verb
from ..far import Far, RecordsFar, far_side
from ..frame import Frame, Seen, agreement
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


def find_lost(frame: Frame, far: Far, entries: Sequence[OutboxEntry]) -> list[OutboxEntry]:
    """Of creates with a key that wait to be repeated, those whose record is there: adopted, whatever its key is by now.

    The others did not arrive. Raises AttioError.
    """
    if not isinstance(far, RecordsFar):
        return []
    lost = [one for one in entries if one.unsure_since and one.said and one.link.record_id is None]
    return [one for one in lost if (found := _find(frame, far, one)) is not None and _adopt(frame, one, found)]


def _others_are_out(entry: OutboxEntry) -> bool:
    """A like create still out could be what we find."""
    out = OutboxEntry.objects.out().filter(verb=Verb.CREATE, link__object=entry.link.object)
    return out.filter(link__connection=entry.link.connection_id).exists()


def _find(frame: Frame, far: RecordsFar, entry: OutboxEntry) -> Seen | None:
    """The oldest record no other row mirrors, made since by us, that says what we said, or did before an edit.

    What answers another create better is left to that one.
    """
    since = to_stamp((entry.unsure_since or entry.sent_at or entry.created_at) - SKEW)
    ours = [one for page in far.since(since) for one in _unclaimed(frame, page, entry)]
    rivals = _rivals(entry) if ours else []
    alike = (one for one in ours if _says(one, entry) and not _is_better_said(one, rivals, than=len(entry.said)))
    edited = (one for one in ours if not _is_better_said(one, rivals) and _once_said(frame, far, one, entry))
    return next(alike, None) or next(edited, None)


def _rivals(entry: OutboxEntry) -> list[OutboxEntry]:
    """Other creates that may have arrived, and of which nobody knows what they made."""
    unheard = OutboxEntry.objects.unheard().filter(link__connection=entry.link.connection_id, link__record_id=None)
    return list(unheard.filter(link__object=entry.link.object).exclude(link=entry.link_id).only("said"))


def _is_better_said(seen: Seen, rivals: Sequence[OutboxEntry], *, than: int = 0) -> bool:
    """Whether another create said what a record says, in more attributes `than` so many."""
    return any(len(rival.said) > than and _says(seen, rival) for rival in rivals)


def _unclaimed(frame: Frame, page: Sequence[Seen], entry: OutboxEntry) -> list[Seen]:
    """Those of a page that we made and no other row mirrors."""
    frame, seen = welcome(frame, page)
    others = Link.objects.filter(connection=frame.connection, object=frame.object).exclude(pk=entry.link_id)
    linked = set(others.filter(record_id__in=[one.record_id for one in seen]).values_list("record_id", flat=True))
    return [one for one in seen if one.record_id not in linked and _is_ours(frame, one)]


def _is_ours(frame: Frame, seen: Seen) -> bool:
    """Whether our token made it; a record that does not say who made it passes."""
    makers = [e for e in elements(seen.values.get("created_by")) if isinstance(e, dict)]
    return not makers or any(e.get("referenced_actor_id") == frame.connection.actor_id for e in makers)


def _says(seen: Seen, entry: OutboxEntry) -> bool:
    return all(same(seen.values.get(slug), value) for slug, value in entry.said.items())


def _once_said(frame: Frame, far: RecordsFar, seen: Seen, entry: OutboxEntry) -> bool:
    """Whether each thing we said was true of a record at some time: a colleague may have edited it since.

    What was edited and tells no history proves nothing, neither for nor against.
    """
    proofs = 0
    for slug, value in entry.said.items():
        if same(seen.values.get(slug), value):
            proofs += value not in (None, [])
        elif (ever := _ever(frame, far, seen.record_id, slug)) is not None:
            if not keys(value) <= ever:
                return False
            proofs += 1
    return proofs > 0


def _ever(frame: Frame, far: RecordsFar, record_id: str, slug: str) -> set[str] | None:
    """All that an attribute ever said; None where Attio tells no history of it (its OpenAPI document: a 400)."""
    try:
        wires = far.service.history(frame.object, record_id, slug)
    except Refused as error:
        if type(error) is Refused and error.status == 400:
            return None
        raise
    return {key(version.element) for version in versions(frame.slots[slug].spec, wires)}


def _adopt(frame: Frame, entry: OutboxEntry, found: Seen) -> bool:
    """In one transaction, as in `settle`: an edit made now is either seen as owed, or finds the entry settled."""
    with transaction.atomic():
        if not adopt(frame, entry.link, found.record_id):
            return False
        exactly = _says(found, entry)
        if not exactly:  # somebody edited it since: when it was born, both sides agreed on what we said
            born = {slug: agreement(value) for slug, value in entry.said.items()}
            Link.objects.filter(pk=entry.link_id).update(base=born)
        voice = Voice(entry.said, entry.removed, heard=exactly)
        report = reconcile(frame, [found], source="push", voices={entry.link_id: voice})
        settled(entry, note="The answer was lost; the record was found.")
        if entry.link.row_gone_at is not None and frame.mirror.options.on_delete == WhenGone.DELETE:
            queue(entry.link, verb=Verb.DELETE)
        elif report.owed:
            queue(entry.link)
    return True


def _age(entry: OutboxEntry) -> timedelta:
    sent: datetime = entry.sent_at or entry.created_at
    return timezone.now() - sent
