"""The inbox: deliveries are stored when they come and read later, many at once. Each is a hint to read again."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Case, QuerySet, When
from django.utils import timezone

from ..core.errors import AttioError, Merging, Refused, Unauthorized, WriteConflict
from ..core.events import BadDelivery, EventKind, parse_delivery
from ..mirrors.directory import chunks
from ..mirrors.registry import registry
from ..models import AttioList, AttioObject, Connection, InboxEntry, InboxState, Target
from .attributes import refresh_attributes
from .connections import take_note
from .hints import About, Hint, hints_of
from .merges import merged
from .pull import pull
from .schema import refresh, refresh_members
from .wake import WAKE_UP_LASTS, wake_pull

log = logging.getLogger("attio_mirror")

MANY = 5000
"""Deliveries read at once: a burst about few records costs few requests."""
LONGEST_KEY = InboxEntry._meta.get_field("idempotency_key").max_length or 0
KEPT_FOR = timedelta(days=14)
"""How long deliveries that were read are kept."""
NAP = 0.2
"""Seconds between two looks at what cannot be read yet."""
ELSEWHERE = "An event of another Attio workspace; ignored."
UNMIRRORED = "Not about anything that is mirrored."
UNKNOWN = "An event of a type we do not know"
WENT_WRONG = "Reading it went wrong here ({}) and is tried again; the log of the workers says where."
NOT_YET = "The record changed while it was read, is being merged, or is one we just made."


def receive(connection: Connection, body: bytes, idempotency_key: str = "") -> None:
    """Store an authentic delivery and have it read soon. Raises BadDelivery.

    Attio repeats a delivery under its key. One that comes without a key is known by its body; since a body can come
    twice for two reasons, it is read again.
    """
    parse_delivery(body)
    key = idempotency_key if 0 < len(idempotency_key) <= LONGEST_KEY else _digest(idempotency_key.encode() or body)
    entry, is_new = InboxEntry.objects.get_or_create(
        connection=connection, idempotency_key=key, defaults={"body": json.loads(body)}
    )
    if not is_new and idempotency_key:
        return
    if not is_new:
        InboxEntry.objects.filter(pk=entry.pk).update(state=InboxState.WAITING, received_at=timezone.now(), error="")
    # asked once ours is stored: the reader of one that came before looks again before it ends, and finds ours
    before = _unread(connection.pk).filter(pk__lt=entry.pk, received_at__gte=timezone.now() - WAKE_UP_LASTS)
    if not before.exists():
        wake_pull(connection.pk)


def _digest(text: bytes) -> str:
    return f"sha256:{hashlib.sha256(text).hexdigest()}"


@dataclass(slots=True)
class Verdicts:
    """What becomes of entries, by primary key. An entry nobody speaks of is done."""

    notes: dict[int, str] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    later: dict[int, str] = field(default_factory=dict)
    bugs: list[Exception] = field(default_factory=list)
    """What nobody expected. It is raised once all else was read."""

    def postpone(self, entries: Iterable[int], why: str) -> None:
        """These stay waiting."""
        self.later.update(dict.fromkeys(entries, why))

    def fail(self, entries: Iterable[int], why: str) -> None:
        """These will not get better by reading them again."""
        self.failed.update(dict.fromkeys(entries, why))


def read_inbox(connection_id: int, *, linger: float = 0.0) -> int:
    """Read all waiting deliveries of a connection; how many were done. Safe to run at once, twice or never.

    `linger` is how long, in seconds, to try again what cannot be read yet (our own create is being settled) while
    nothing else comes. What goes wrong unexpectedly, in a host's signal say, is raised once all else was read.
    """
    done, rests_at = 0, time.monotonic() + linger
    while True:
        connection = Connection.objects.talking().filter(pk=connection_id).first()
        began = timezone.now()
        entries = list(_waiting(connection_id)[:MANY]) if connection else []
        if connection is None or not entries:
            return done
        verdicts = _read(connection, entries)
        left = _mark(entries, verdicts, began)
        if verdicts.bugs:
            raise verdicts.bugs[0]
        done += len(entries) - left
        if len(entries) > left:
            rests_at = time.monotonic() + linger
        if left:
            if time.monotonic() >= rests_at and not _unread(connection_id).exists():
                return done
            time.sleep(NAP)


def forget_old(connection: Connection) -> int:
    """Delete deliveries that were read long ago; how many. Attio repeats one for about three days (Attio's docs)."""
    old = InboxEntry.objects.filter(connection=connection, received_at__lt=timezone.now() - KEPT_FOR)
    return old.filter(state=InboxState.DONE).delete()[0]


def _waiting(connection_id: int) -> QuerySet[InboxEntry]:
    """Those nobody has looked at first: however many are put off, they keep no other waiting."""
    waiting = InboxEntry.objects.filter(connection=connection_id, state=InboxState.WAITING)
    return waiting.order_by(Case(When(error="", then=0), default=1), "pk")


def _unread(connection_id: int) -> QuerySet[InboxEntry]:
    """Those no reader has looked at: one that waits on says why."""
    return _waiting(connection_id).filter(error="")


def _read(connection: Connection, entries: Iterable[InboxEntry]) -> Verdicts:
    """Follow every hint of these entries once, however many give it."""
    verdicts = Verdicts()
    hints: dict[Hint, set[int]] = {}
    for entry in entries:
        for hint in _hints(connection, entry, verdicts):
            hints.setdefault(hint, set()).add(entry.pk)
    for group in _groups(hints):
        concerned = set[int]().union(*group.values())
        try:
            _follow(connection, group, verdicts)
        except AttioError as error:
            _blame(connection, error, concerned, verdicts)
        except Exception as error:
            log.exception("Connection %s: reading deliveries went wrong; the others are read.", connection.alias)
            verdicts.postpone(concerned, WENT_WRONG.format(type(error).__name__))
            verdicts.bugs.append(error)
    return verdicts


def _hints(connection: Connection, entry: InboxEntry, verdicts: Verdicts) -> Iterator[Hint]:
    try:
        delivery = parse_delivery(json.dumps(entry.body).encode())
    except BadDelivery as error:
        verdicts.fail([entry.pk], str(error))
        return
    for event in delivery.events:
        home = event.ids.get("workspace_id")
        if connection.workspace_id and home and home != connection.workspace_id:
            verdicts.notes[entry.pk] = ELSEWHERE
            continue
        found = hints_of(event)
        if not found:
            what = UNKNOWN if event.kind == EventKind.UNKNOWN else "Nothing follows from the event"
            verdicts.notes[entry.pk] = f"{what}: {event.event_type!r}."
        yield from found


def _groups(hints: Mapping[Hint, set[int]]) -> Iterator[dict[Hint, set[int]]]:
    """The hints that one call follows, the schema's before those of records."""
    groups: dict[tuple[About, str], dict[Hint, set[int]]] = {}
    for hint, entries in hints.items():
        groups.setdefault((hint.about, hint.owner), {})[hint] = entries
    for key in sorted(groups, key=lambda key: (list(About).index(key[0]), key[1])):
        yield groups[key]


def _follow(connection: Connection, group: Mapping[Hint, set[int]], verdicts: Verdicts) -> None:
    """Read again what one group is about. Raises AttioError."""
    first = next(iter(group))
    match first.about:
        case About.MEMBERS:
            refresh_members(connection)
        case About.LISTS:
            refresh(connection)
        case About.OBJECT_ATTRIBUTES:
            for owner in AttioObject.objects.filter(connection=connection, object_id=first.owner):
                refresh_attributes(connection, Target.OBJECTS, owner)
        case About.LIST_ATTRIBUTES:
            found = AttioList.objects.filter(connection=connection, list_id=first.owner).first()
            if found is None:
                refresh(connection)
            else:
                refresh_attributes(connection, Target.LISTS, found)
        case About.MERGE | About.RECORD:
            _follow_records(connection, group, verdicts)


def _follow_records(connection: Connection, group: Mapping[Hint, set[int]], verdicts: Verdicts) -> None:
    first = next(iter(group))
    owner = AttioObject.objects.filter(connection=connection, object_id=first.owner).first()
    if owner is None or registry.of_object(owner.slug) is None:
        verdicts.notes.update(dict.fromkeys(set[int]().union(*group.values()), UNMIRRORED))
    elif first.about == About.MERGE:
        _follow_merges(connection, owner.slug, group, verdicts)
    else:
        _read_records(connection, owner.slug, group, verdicts)


def _follow_merges(
    connection: Connection, object_slug: str, group: Mapping[Hint, set[int]], verdicts: Verdicts
) -> None:
    """One after the other: a merge that is not finished in Attio keeps no other waiting."""
    merges: dict[str, tuple[set[str], set[int]]] = {}
    for hint, pks in group.items():
        gone, entries = merges.setdefault(hint.record_id, (set(), set()))
        gone.add(hint.gone_id)
        entries |= pks
    for record_id, (gone, entries) in merges.items():
        try:
            report = merged(connection, object_slug, record_id, sorted(gone))
        except AttioError as error:
            _blame(connection, error, entries, verdicts)
        else:
            if record_id in report.stale:
                verdicts.postpone(entries, NOT_YET)


def _read_records(connection: Connection, object_slug: str, group: Mapping[Hint, set[int]], verdicts: Verdicts) -> None:
    entries = {hint.record_id: pks for hint, pks in group.items()}
    report = pull(connection, object_slug, entries, source="webhook")
    for record_id in report.stale:
        verdicts.postpone(entries.get(record_id, ()), NOT_YET)
    for record_id, reason in report.failed.items():
        verdicts.fail(entries.get(record_id, ()), f"No row could be written for the record: {reason}.")


def _blame(connection: Connection, error: AttioError, entries: set[int], verdicts: Verdicts) -> None:
    """A refusal is for good; everything else, a lost token included, passes."""
    log.warning("Connection %s: %s", connection.alias, error)
    take_note(connection, error)
    if isinstance(error, Refused) and not isinstance(error, Unauthorized | Merging | WriteConflict):
        verdicts.fail(entries, str(error))
    else:
        verdicts.postpone(entries, str(error))


def _mark(entries: Iterable[InboxEntry], verdicts: Verdicts, began: datetime) -> int:
    """Write the verdicts down; how many stay waiting. A delivery that came again meanwhile is left as it is."""
    fates: dict[tuple[InboxState, str], list[int]] = {}
    for entry in entries:
        fates.setdefault(_fate(entry.pk, verdicts), []).append(entry.pk)
    for (state, error), pks in fates.items():
        done_at = None if state == InboxState.WAITING else timezone.now()
        for chunk in chunks(pks):
            unchanged = InboxEntry.objects.filter(pk__in=chunk, state=InboxState.WAITING, received_at__lte=began)
            unchanged.update(state=state, error=error, done_at=done_at)
    return sum(len(pks) for (state, _), pks in fates.items() if state == InboxState.WAITING)


def _fate(pk: int, verdicts: Verdicts) -> tuple[InboxState, str]:
    if pk in verdicts.later:
        return InboxState.WAITING, verdicts.later[pk]
    if pk in verdicts.failed:
        return InboxState.FAILED, verdicts.failed[pk]
    return InboxState.DONE, verdicts.notes.get(pk, "")


def replay(entry: InboxEntry) -> bool:
    """Read again what a delivery was about. False where it waits to be read anyway."""
    over = InboxEntry.objects.filter(pk=entry.pk).exclude(state=InboxState.WAITING)
    if not over.update(state=InboxState.WAITING, received_at=timezone.now(), done_at=None, error=""):
        return False
    wake_pull(entry.connection_id)
    return True
