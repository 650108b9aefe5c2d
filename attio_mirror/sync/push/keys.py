"""Twins: before a row with a key is created in Attio, a record that already holds the key is looked for and adopted.

Attio's assert would overwrite that record's values unseen; adopting it first lets the merge decide value by value. Who
takes the key after we looked is not overwritten either: a create is refused then (Attio's docs), and we look again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ...core.errors import Json
from ...core.values import Canonical, elements, keys
from ...models import Link, OutboxEntry, OutboxState, Verb
from ..far import Far, RecordsFar
from ..frame import Frame, Seen, agreed
from .settle import adopt
from .speak import Speaker, Speech

CHUNK = 50
"""Conditions per query; Attio does not document a maximum."""


@dataclass(slots=True)
class Rivals:
    """Rows that must not be sent: the record with their key is, or will be, that of the row that came first."""

    taken: set[int] = field(default_factory=set)
    """Links whose key a record holds that is another row's."""
    waiting: dict[int, int] = field(default_factory=dict)
    """Link to the link that is on its way with the same key."""
    sought: set[int] = field(default_factory=set)
    """Links whose key was looked for in Attio: what they said before and nobody answered has not arrived."""


def find_twins(frame: Frame, far: Far, links: Sequence[Link], speaker: Speaker) -> Rivals:
    """Adopt, for links without a record, the records that hold their keys. Raises AttioError."""
    key = frame.mirror.options.key
    if not key or key not in frame.slots or not isinstance(far, RecordsFar) or all(link.record_id for link in links):
        return Rivals()
    spoken = _keys_of(frame, links)
    held = {link.pk: (link, spoken[link.pk]) for link in links if not link.record_id and link.pk in spoken}
    ahead = _ahead(frame, speaker.queue)
    rivals = Rivals(waiting=_queue_up(frame, {pk: value for pk, (_, value) in held.items()}, spoken, ahead))
    asking = [(link, value) for pk, (link, value) in held.items() if pk not in rivals.waiting]
    rivals.sought = {link.pk for link, _ in asking}
    found = list(_search(far, speaker, key, [element for _, value in asking for element in elements(value)]))
    leaving = _leaving(frame) if found else {}  # while we searched, the speaker went on
    for seen in found:
        names = keys(seen.values.get(key))
        for link, value in asking:
            if not link.record_id and (shared := names & keys(value)):
                _meet(frame, link, seen, leaving.get(min(shared)), rivals)
    rivals.taken -= {link.pk for link, _ in asking if link.record_id}
    return rivals


def _meet(frame: Frame, link: Link, seen: Seen, leaving: int | None, rivals: Rivals) -> None:
    """A record that holds the key of a link without one: adopted, or waited for until it is gone."""
    if leaving:
        rivals.waiting[link.pk] = leaving
    elif link.pk not in rivals.waiting:
        rivals.taken.add(link.pk)
        adopt(frame, link, seen.record_id)


def _queue_up(
    frame: Frame, held: Mapping[int, Canonical], spoken: Mapping[int, Canonical], ahead: Mapping[str, int]
) -> dict[int, int]:
    """Of several rows with one key the first goes: one with a record, or one that is ahead of this batch (in another
    process, too).

    A record that is being deleted this instant is none to adopt: who has its key waits until it is gone.
    """
    key = frame.mirror.options.key
    states = (OutboxState.SENDING, OutboxState.ANSWERED, OutboxState.WAITING)
    said = OutboxEntry.objects.filter(link__connection=frame.connection, link__object=frame.object, state__in=states)
    said = said.exclude(said={}).exclude(link__in=list(held))
    first = {name: pk for pk, what in said.values_list("link", "said") for name in keys(what.get(key))} if held else {}
    first |= {name: pk for pk, value in spoken.items() if pk not in held for name in keys(value)}
    first |= {**_leaving(frame), **ahead} if held else {}
    waiting: dict[int, int] = {}
    for pk, value in held.items():
        if before := [first[name] for name in sorted(keys(value)) if name in first]:
            waiting[pk] = before[0]
        first = {**dict.fromkeys(keys(value), pk), **first}
    return waiting


def _ahead(frame: Frame, queue: Iterable[Speech]) -> dict[str, int]:
    """The keys that this pump is about to speak of, with their links."""
    ahead = [speech for speech in queue if speech.order.object == frame.object]
    return {name: one.entry.link_id for one in ahead for name in keys(one.said.get(frame.mirror.options.key))}


def _leaving(frame: Frame) -> dict[str, int]:
    """The keys of records whose deletion is out, with their links."""
    out = OutboxEntry.objects.out().filter(verb=Verb.DELETE, link__connection=frame.connection)
    links = Link.objects.filter(outbox__in=out, object=frame.object)
    return {name: link.pk for link in links for name in keys(agreed(link, frame.mirror.options.key))}


def _keys_of(frame: Frame, links: Sequence[Link]) -> dict[int, Canonical]:
    """What the rows of links say their key is, where they have one."""
    rows, key = frame.rows(links), frame.mirror.options.key
    said = {link.pk: frame.read(row, link).values.get(key) for link in links if (row := rows.get(link.object_id))}
    return {pk: value for pk, value in said.items() if value not in (None, [])}


def _search(far: RecordsFar, speaker: Speaker, key: str, wanted: list[Json]) -> Iterable[Seen]:
    """Filters ignore case where uniqueness does not (seen on the live service); the caller compares exactly."""
    for start in range(0, len(wanted), CHUNK):
        conditions = [{key: element} for element in wanted[start : start + CHUNK]]
        yield from speaker.aside(partial(far.find, {"$or": conditions} if len(conditions) > 1 else conditions[0]))
