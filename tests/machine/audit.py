"""The audit: the account of all edits against what both sides, the conflicts and the ledger say in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from attio_mirror.core.merge import Policy
from attio_mirror.models import AttributeValue, Conflict, Link, OutboxEntry, Resolution
from attio_mirror.sync import conflicts

from .account import Account, Edit, Ending, Side, known_to, lost, misplaced
from .facets import FACETS, MODELS, Facet, Plain, Pointer
from .hands import Hands
from .scene import Scene


def decide(account: Account, conflict: Conflict, resolution: Resolution, hands: Hands) -> None:
    """A person ends a conflict; where they write something of their own, that is an edit like any other."""
    if resolution != Resolution.EDITED:
        conflicts.resolve(conflict, resolution)
        return
    facet = FACETS.get(f"{conflict.link.object}.{conflict.slug}")
    if facet is None or facet.slug not in ("name", "note", "job_title") or conflict.link.object == "people":
        return
    row = MODELS[facet.object]._base_manager.filter(pk=conflict.link.object_id).first()
    if row is None:
        return
    now, new = facet.here(row), f"{facet.slug} {account.n + 1}"
    conflicts.resolve(conflict, resolution, edited=new)
    account.set(Side.HERE, f"row {facet.object} {row.pk}", facet.slug, new, now[0] if now else None)


def nothing_is_lost(scene: Scene, account: Account, policy: Policy) -> None:
    """Every edit of every living pair is accounted for."""
    for slug in MODELS:
        records = scene.records(slug)
        for link in Link.objects.alive().filter(object=slug).exclude(record_id=None):
            if f"record {link.record_id}" in account.merged:
                continue
            row = MODELS[slug]._base_manager.get(pk=link.object_id)
            subjects = Subjects.of(link)
            for facet in (facet for facet in FACETS.values() if facet.object == slug):
                wires = records[str(link.record_id)].get(facet.slug, ())
                if facet.multi:
                    _elements(account, link, facet, subjects, facet.there(wires))
                else:
                    _single(account, link, facet, subjects, facet.here(row), facet.there(wires), policy)


@dataclass(frozen=True)
class Subjects:
    """Whose edits one pair's end is explained by."""

    living: set[str]
    """The record and its row."""
    links: set[int]
    """Its link, and theirs."""
    gone: set[str]
    """Rows the record had before, deleted and made again under their key: what they said may have won, or be lost."""

    @classmethod
    def of(cls, link: Link) -> Subjects:
        before = list(Link.objects.filter(object=link.object, merged_into=link.record_id).exclude(pk=link.pk))
        gone = {f"row {one.object} {one.object_id}" for one in before}
        living = {f"record {link.record_id}", f"row {link.object} {link.object_id}"}
        return cls(living, {one.pk for one in (link, *before)}, gone)


def _single(
    account: Account, link: Link, facet: Facet, subjects: Subjects, here: list[str], there: list[str], policy: Policy
) -> None:
    everybody = subjects.living | subjects.gone
    edits = [edit for edit in account.edits if edit.subject in everybody and edit.slug == facet.slug]
    same = _same(facet)
    named = [value for edit in edits for value in (edit.value, edit.saw)]
    if isinstance(facet, Pointer) and any(_is_gone(name) or _record_of(name) in account.merged for name in named):
        return  # what it points to went, and took references along
    held = Conflict.objects.filter(link=link, slug=facet.slug)
    named = {same(value) for c in held for value in (_plain(facet, c.ours), _plain(facet, c.theirs))}
    yielded: set[Plain] = set()
    if policy in (Policy.DJANGO, Policy.NEWEST):
        ledger = AttributeValue.objects.filter(link__in=subjects.links, attribute__slug=facet.slug)
        yielded = {None, *(same(facet.plain(version.value)) for version in ledger)}
    for conflict in held:
        _is_honest(conflict, facet, edits, same)
    ending = Ending(
        same(here[0] if here else None), same(there[0] if there else None), frozenset(named), frozenset(yielded)
    )
    unaccounted = lost(edits, ending, account.excused, same, unique=facet.is_unique, told=_told(subjects))
    missing = [edit for edit in unaccounted if edit.subject in subjects.living]
    assert not missing, f"{link} {facet.slug} ends as {ending}; lost: {missing} of {edits}"


def _is_honest(conflict: Conflict, facet: Facet, edits: list[Edit], same: Callable[[Plain], Plain]) -> None:
    """Ours is an edit of ours, and nobody is at odds with what they had seen."""
    ours, theirs = same(_plain(facet, conflict.ours)), same(_plain(facet, conflict.theirs))
    if not facet.is_unique or ours is None or theirs is None:
        return
    mine = [edit for edit in edits if same(edit.value) == ours]
    assert Side.HERE in {edit.side for edit in mine}, f"{conflict}: ours, {ours}, is no edit of ours, {edits}"
    seen = known_to(mine, edits, same)
    at_odds = [edit for edit in edits if edit.n in seen and same(edit.value) == theirs]
    assert not at_odds, f"{conflict}: ours is {ours}, made by somebody who had seen theirs: {at_odds} of {edits}"


def _elements(account: Account, link: Link, facet: Facet, subjects: Subjects, there: list[str]) -> None:
    if OutboxEntry.objects.unfinished().filter(link=link).exists():
        return  # refused: the row keeps what Attio does not take
    same = _same(facet)
    everybody = subjects.living | subjects.gone
    moves = [move for move in account.moves if move.subject in everybody and move.slug == facet.slug]
    for element in {same(move.element) for move in moves} | set(there):
        mine = [move for move in moves if same(move.element) == element]
        named = [element, *(move.element for move in mine)]
        if isinstance(facet, Pointer) and any(_is_gone(name) or _record_of(name) in account.merged for name in named):
            continue
        assert mine, f"{link} {facet.slug}: nobody ever added {element}"
        added_here = any(move.added and move.side == Side.HERE for move in mine)
        if any(move.subject in subjects.gone for move in mine) or (added_here and not _told(subjects)):
            continue
        wrong = misplaced(mine, is_there=element in there, excused=account.excused)
        assert not wrong, f"{link} {facet.slug}: {element} {wrong}: {mine}"


def _told(subjects: Subjects) -> bool:
    """Whether we learned of each of our words whether it had arrived; else it may be said twice."""
    return not OutboxEntry.objects.filter(link__in=subjects.links).exclude(unsure_since=None).exists()


def _plain(facet: Facet, value: Any) -> Plain:
    return None if value is None or value == [] else facet.plain(value)


def _same(facet: Facet) -> Callable[[Plain], Plain]:
    """How values of a facet are compared: references as the records they stand for."""
    return _record_of if isinstance(facet, Pointer) else (lambda value: value)


def _record_of(value: Plain) -> Plain:
    if value is None or not value.startswith("row "):
        return value
    _, slug, pk = value.split()
    link = Link.objects.for_rows(MODELS[slug], [pk]).first()
    record_id = link and (link.record_id or link.merged_into)  # the row that took its record over
    return f"record {record_id}" if record_id else value


def _is_gone(value: Plain) -> bool:
    """Whether what a reference names is gone, on either side."""
    if value is None:
        return False
    if value.startswith("row "):
        _, slug, pk = value.split()
        link = Link.objects.for_rows(MODELS[slug], [pk]).first()
        return link is None or not link.is_alive
    link = Link.objects.filter(record_id=value.removeprefix("record ")).first()
    return link is None or not link.is_alive
