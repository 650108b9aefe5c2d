"""Quiet, and what must hold in it: faults off, time passed, everything pushed and everything read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attio_mirror.core.values import Canonical, same
from attio_mirror.mirrors.directory import content_type_id
from attio_mirror.mirrors.registry import AnyMirror, registry
from attio_mirror.models import (
    Conflict,
    Connection,
    ConnectionState,
    Link,
    OutboxEntry,
    OutboxState,
    Sweep,
    SweepState,
)
from attio_mirror.models.outbox import OutboxQuerySet
from attio_mirror.sync.care import follow_schema
from attio_mirror.sync.connections import check
from attio_mirror.sync.far import far_side
from attio_mirror.sync.find import find
from attio_mirror.sync.frame import Frame, agreed
from attio_mirror.sync.inbox import read_inbox
from attio_mirror.sync.pull import pull, pull_all
from attio_mirror.sync.push import pump
from attio_mirror.sync.push.outcome import TAKEN
from attio_mirror.sync.push.retry import retry

from .doors import rows_of
from .evidence import Evidence
from .facets import MODELS
from .meddling import Meddler
from .scene import Scene

ROUNDS = 12
"""How often work may go round until nothing moves. Chains are short here; what takes longer, goes in circles."""
WATCHED = ("deal", "person", "company", "link", "outboxentry", "attributevalue", "conflict", "awaitedreference")
"""The tables a round of nothing must leave alone, with the relations of the rows; what sweeps note of themselves is
no news."""
TABLE = re.compile(f'"attio_mirror_({"|".join(WATCHED)})')
HOPELESS = ("uniqueness_conflict", "not_found", "multiple_match_results", "value_not_found")
"""Why Attio (or we) may refuse for good."""


def come_to_rest(scene: Scene) -> None:
    """Let everything settle; afterwards nothing waits but what is refused for a stated reason."""
    scene.gate.faults.clear()
    _push_until_calm(scene)
    refused = list(_entries(scene.connection).filter(state=OutboxState.REFUSED))
    if refused:
        follow_schema(scene.connection)  # which comes within the hour: a slug that was refused may be another's by now
        for entry in refused:
            retry(entry)  # a person looks at what was refused, and tries it once more
        _push_until_calm(scene)
    for _ in range(ROUNDS):
        _pull(scene)
        if not find(scene.connection) and not _restless(scene.connection):
            return
        _push_until_calm(scene)
    raise AssertionError(f"It never comes to rest: {_restless(scene.connection)}")


def _push_until_calm(scene: Scene) -> None:
    for _ in range(ROUNDS):
        scene.time.pass_by(700)
        if Connection.objects.filter(pk=scene.connection.pk, state=ConnectionState.REVOKED).exists():
            check(scene.connection)
        read_inbox(scene.connection.pk)
        pump(scene.connection.pk)
        if not _restless(scene.connection):
            return
    raise AssertionError(f"The outbox never empties: {_restless(scene.connection)}")


def _pull(scene: Scene) -> None:
    """Everything there is, and by its id what is linked and not there: no brake holds that up."""
    for slug in MODELS:
        unended = Sweep.objects.filter(
            connection=scene.connection, object=slug, state__in=(SweepState.RUNNING, SweepState.FAILED)
        )
        for _ in range(1 + unended.count()):
            pull_all(scene.connection, slug)  # one that was interrupted goes on, and knows nothing of what came since
        linked = Link.objects.filter(connection=scene.connection, object=slug, record_gone_at=None).exclude(
            record_id=None
        )
        gone = {str(one) for one in linked.values_list("record_id", flat=True)} - scene.records(slug).keys()
        pull(scene.connection, slug, sorted(gone))


def _entries(of: Connection) -> OutboxQuerySet:
    return OutboxEntry.objects.filter(link__connection=of)


def _restless(of: Connection) -> list[str]:
    """Entries that should not be there at rest."""
    refused = set(_entries(of).filter(state=OutboxState.REFUSED).values_list("link", flat=True))
    left = _entries(of).unfinished().exclude(state=OutboxState.REFUSED).select_related("link__connection")
    return [f"{entry} {entry.error}" for entry in left if not _awaits(entry, refused)]


def _awaits(entry: OutboxEntry, refused: set[int]) -> bool:
    """Whether an entry waits for a row that Attio refused."""
    frame = Frame.of(entry.link.connection, _mirror(entry.link.object))
    row = frame.rows([entry.link]).get(entry.link.object_id)
    if row is None or entry.state != OutboxState.WAITING:
        return False
    pending = [
        str(element["pending_row"])
        for value in frame.read(row, entry.link).values.values()
        for element in (value if isinstance(value, list) else [value])
        if isinstance(element, dict) and "pending_row" in element
    ]
    for name in pending:
        label, _, pk = name.partition(":")
        model = next(model for model in MODELS.values() if model._meta.label_lower == label)
        waits_for = Link.objects.for_rows(model, [pk]).first()
        if waits_for is not None and (waits_for.pk in refused or waits_for.record_gone_at is not None):
            return True
    return False


def nothing_left_to_do(scene: Scene, meddler: Meddler) -> None:
    """A second round writes nothing and sends nothing."""
    scene.gate.forget()
    with meddler.writes() as written:
        for slug in MODELS:
            pull_all(scene.connection, slug)
        assert find(scene.connection) == 0, "a second round finds edits"
        pump(scene.connection.pk)
    assert [(w.method, w.path, w.body) for w in scene.gate.writes()] == [], "a second round sends"
    noise = [sql for sql in written if TABLE.search(sql) and not _is_watched(sql, scene.connection)]
    assert noise == [], "a second round writes"


def _is_watched(sql: str, of: Connection) -> bool:
    """Links that owe something, refused or in conflict, are looked at each time, and so is what waits for them."""
    undecided = Conflict.objects.filter(link__connection=of, resolved_at=None)
    owing = undecided.exists() or _entries(of).unfinished().exists()
    return owing and TABLE.search(sql)[1] in ("link", "conflict", "outboxentry", "awaitedreference")  # type: ignore[index]  # it matched


def both_sides_agree(scene: Scene, evidence: Evidence) -> None:
    """Attio's value, the row's and the base are one, attribute by attribute; and so are the ledger's open versions."""
    for slug in MODELS:
        frame = Frame.of(scene.connection, _mirror(slug))
        links = [link for link in evidence.links if link.object == slug and link.is_alive and link.record_id]
        rows = frame.rows(links)
        seen = {one.record_id: one for one in far_side(frame).read([str(link.record_id) for link in links])}
        for link in links:
            assert link.record_id in seen, f"{link} lives, but Attio has no such record"
            local = frame.read(rows[link.object_id], link)
            _agrees(link, local.values, seen[str(link.record_id)].values, evidence)
            for name in frame.slots:
                believed = evidence.current.get((link.pk, name), [])
                _ledger_is_current(link, name, believed, seen[str(link.record_id)].wires[name])


def _agrees(link: Link, local: Mapping[str, Canonical], remote: Mapping[str, Canonical], evidence: Evidence) -> None:
    for slug, theirs in remote.items():
        ours = local.get(slug)
        if (conflict := evidence.open_conflict(link, slug)) is not None:
            assert same(conflict.ours, ours), f"{link} {slug}: the conflict says ours is {conflict.ours}, it is {ours}"
            assert same(conflict.theirs, theirs), f"{link} {slug}: the conflict says {conflict.theirs}, it is {theirs}"
            assert not same(ours, theirs), f"{link} {slug}: a conflict over one and the same value {ours}"
        elif link.pk not in evidence.unfinished:
            assert same(ours, theirs), f"{link} {slug}: the row says {ours}, Attio {theirs}"
            assert same(agreed(link, slug), theirs), (
                f"{link} {slug}: the base says {agreed(link, slug)}, Attio {theirs}"
            )


def _ledger_is_current(link: Link, slug: str, believed: Iterable[Any], wires: Iterable[Mapping[str, Any]]) -> None:
    ours, theirs = (sorted(_told(value) for value in values) for values in (believed, wires))
    assert ours == theirs, f"{link} {slug}: the ledger believes {ours}, Attio shows {theirs}"


def _told(wire: Mapping[str, Any]) -> str:
    """A value without what it repeats of its option: that may be renamed or archived while the value stays."""
    bare = {name: each["id"] if name in ("status", "option") else each for name, each in wire.items()}
    return str(bare)


def each_has_its_twin(
    scene: Scene, made_here: set[str], made_there: set[str], deleted: set[str], *, deletes: bool
) -> None:
    """One record per row and one row per record; nothing living is buried, nothing was made that nobody made."""
    for slug, model in MODELS.items():
        links = list(Link.objects.filter(connection=scene.connection, object=slug))
        records = set(scene.records(slug))
        rows = {str(pk) for pk in rows_of(slug, scene.connection).values_list("pk", flat=True)}
        gone_rows = {name.split()[2] for name in deleted if name.startswith(f"row {slug} ")}
        gone_records = {name.split()[1] for name in deleted if name.startswith("record ")}
        by_row = {link.object_id: link for link in links if link.content_type_id == content_type_id(model)}
        by_record = {link.record_id: link for link in links if link.record_id}
        for link in links:
            assert not (link.record_gone_at and link.record_id in records), f"{link} is buried, its record lives"
            assert not (link.row_gone_at and link.object_id in rows), f"{link} is buried, its row lives"
        for pk in rows:
            assert pk in by_row, f"row {slug} {pk} has no link"
            born = f"row {slug} {pk}" in made_here or f"record {by_row[pk].record_id}" in made_there
            assert born, f"row {slug} {pk} was made by nobody: the record {by_row[pk].record_id} is one of ours"
        for record_id in records:
            assert record_id in by_record, f"record {record_id} of {slug} has no link"
            link = by_record[record_id]
            assert link.object_id in rows or link.object_id in gone_rows, f"{link} has no row, which nobody deleted"
            if deletes and link.object_id in gone_rows:
                assert _is_refused(link), f"{link}: the row was deleted, the record should be"
        for link in links:
            if link.object_id in rows and link.record_id not in records:
                excused = link.record_id in gone_records or _is_refused(link) or _is_blocked(link)
                assert excused, f"{link} of row {link.object_id} has no record, which nobody deleted"


def _is_refused(link: Link) -> bool:
    return OutboxEntry.objects.filter(link=link, state=OutboxState.REFUSED).exists()


def _is_blocked(link: Link) -> bool:
    return OutboxEntry.objects.filter(link=link, state=OutboxState.WAITING).exists()


def refusals_have_reasons(of: Connection) -> None:
    """What is refused for good says why."""
    for entry in _entries(of).filter(state=OutboxState.REFUSED):
        assert entry.error.get("message"), f"{entry} says no reason"
        assert entry.error.get("code") in HOPELESS or entry.error["message"] == TAKEN, f"{entry} {entry.error}"


def _mirror(slug: str) -> AnyMirror:
    mirror = registry.of_object(slug)
    assert mirror is not None
    return mirror
