"""The audit: the account of all edits against what both sides, the conflicts and the ledger say in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from attio_mirror.core.merge import Policy
from attio_mirror.models import Conflict, Link, Resolution
from attio_mirror.sync import conflicts

from .account import Account, Edit, Ending, Side, known_to, lost, misplaced, tells_its_edit
from .evidence import Evidence
from .facets import FACETS, MODELS, Facet, Plain, Pointer
from .hands import Hands
from .names import Names
from .scene import Scene


def decide(account: Account, conflict: Conflict, resolution: Resolution, hands: Hands) -> None:
    """A person ends a conflict; where they write something of their own, that is an edit like any other."""
    if resolution != Resolution.EDITED:
        conflicts.resolve(conflict, resolution)
        return
    facet = hands.scene.names.facet(conflict.link.object, conflict.slug)
    if facet is None or facet.slug not in ("name", "note", "job_title") or conflict.link.object == "people":
        return
    row = MODELS[facet.object]._base_manager.filter(pk=conflict.link.object_id).first()
    if row is None:
        return
    now, new = hands.scene.names.here(facet).here(row), f"{facet.slug} {account.n + 1}{hands.scene.mark}"
    conflicts.resolve(conflict, resolution, edited=new)
    account.set(Side.HERE, f"row {facet.object} {row.pk}", facet.slug, new, now[0] if now else None)


def nothing_is_lost(scene: Scene, account: Account, policy: Policy, evidence: Evidence) -> None:
    """Every edit of every living pair is accounted for."""
    audit = _Audit(account, policy, evidence, scene.names)
    for slug, model in MODELS.items():
        records, rows = scene.records(slug), model._base_manager.in_bulk()
        for link in (link for link in evidence.links if link.object == slug and link.is_alive and link.record_id):
            if f"record {link.record_id}" in account.merged:
                continue
            subjects = Subjects.of(link, evidence)
            for facet in (facet for facet in FACETS.values() if facet.object == slug):
                there = scene.held(facet, records[str(link.record_id)])
                if facet.multi:
                    audit.elements(link, facet, subjects, there)
                else:
                    here = scene.names.here(facet).here(rows[int(link.object_id)])
                    audit.single(link, facet, subjects, here, there)


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
    def of(cls, link: Link, evidence: Evidence) -> Subjects:
        before = [
            one
            for one in evidence.links
            if one.object == link.object and one.merged_into == link.record_id and one.pk != link.pk
        ]
        gone = {f"row {one.object} {one.object_id}" for one in before}
        living = {f"record {link.record_id}", f"row {link.object} {link.object_id}"}
        return cls(living, {one.pk for one in (link, *before)}, gone)

    @property
    def all(self) -> set[str]:
        """The living and the gone."""
        return self.living | self.gone


@dataclass(frozen=True)
class _Audit:
    account: Account
    policy: Policy
    evidence: Evidence
    names: Names

    def single(self, link: Link, facet: Facet, subjects: Subjects, here: list[str], there: list[str]) -> None:
        """One value, and everybody's edits of it."""
        edits = [edit for edit in self.account.edits if edit.subject in subjects.all and edit.slug == facet.slug]
        same = self._same(facet)
        if self._lost_its_target(facet, [value for edit in edits for value in (edit.value, edit.saw)]):
            return
        held = self.evidence.conflicts.get((link.pk, self.names.here(facet).slug), [])
        named = {same(value) for c in held for value in (_plain(facet, c.ours), _plain(facet, c.theirs))}
        for conflict in held:
            _is_honest(conflict, facet, edits, same)
        ending = Ending(
            same(here[0] if here else None),
            same(there[0] if there else None),
            frozenset(named),
            self._yielded(facet, subjects, same),
        )
        unaccounted = lost(edits, ending, self.account.excused, same, unique=facet.is_unique, told=self._told(subjects))
        missing = [edit for edit in unaccounted if edit.subject in subjects.living]
        assert not missing, f"{link} {facet.slug} ends as {ending}; lost: {missing} of {edits}"

    def elements(self, link: Link, facet: Facet, subjects: Subjects, there: list[str]) -> None:
        """The elements of a multi-value, each an account of its own."""
        if link.pk in self.evidence.unfinished:
            return  # refused: the row keeps what Attio does not take
        same = self._same(facet)
        moves = [move for move in self.account.moves if move.subject in subjects.all and move.slug == facet.slug]
        for element in {same(move.element) for move in moves} | set(there):
            mine = [move for move in moves if same(move.element) == element]
            if self._lost_its_target(facet, [element, *(move.element for move in mine)]):
                continue
            assert mine, f"{link} {facet.slug}: nobody ever added {element}"
            added_here = any(move.added and move.side == Side.HERE for move in mine)
            if any(move.subject in subjects.gone for move in mine) or (added_here and not self._told(subjects)):
                continue
            wrong = misplaced(mine, is_there=element in there, excused=self.account.excused)
            assert not wrong, f"{link} {facet.slug}: {element} {wrong}: {mine}"

    def _yielded(self, facet: Facet, subjects: Subjects, same: Callable[[Plain], Plain]) -> frozenset[Plain]:
        """What of Attio's a policy may have dropped: all that we had read."""
        if self.policy not in (Policy.DJANGO, Policy.NEWEST):
            return frozenset()
        slug, versions = self.names.here(facet).slug, self.evidence.versions
        read = [value for link in subjects.links for value in versions.get((link, slug), ())]
        return frozenset((None, *(same(facet.plain(value)) for value in read)))

    def _lost_its_target(self, facet: Facet, named: Iterable[Plain]) -> bool:
        """Whether what a reference pointed to went, and took references along."""
        if not isinstance(facet, Pointer):
            return False
        return any(self._is_gone(name) or self._record_of(name) in self.account.merged for name in named)

    def _told(self, subjects: Subjects) -> bool:
        """Whether we learned of each of our words whether it had arrived; else it may be said twice."""
        return not subjects.links & self.evidence.unsure

    def _same(self, facet: Facet) -> Callable[[Plain], Plain]:
        """How values of a facet are compared: references as the records they stand for."""
        return self._record_of if isinstance(facet, Pointer) else (lambda value: value)

    def _record_of(self, value: Plain) -> Plain:
        if value is None or not value.startswith("row "):
            return value
        link = self._link_of(value)
        record_id = link and (link.record_id or link.merged_into)  # the row that took its record over
        return f"record {record_id}" if record_id else value

    def _is_gone(self, value: Plain) -> bool:
        """Whether what a reference names is gone, on either side."""
        if value is None:
            return False
        link = self._link_of(value)
        return link is None or not link.is_alive

    def _link_of(self, value: str) -> Link | None:
        if value.startswith("row "):
            _, slug, pk = value.split()
            return self.evidence.by_row.get((slug, pk))
        return self.evidence.by_record.get(value.removeprefix("record "))


def _is_honest(conflict: Conflict, facet: Facet, edits: list[Edit], same: Callable[[Plain], Plain]) -> None:
    """Ours is an edit of ours, and nobody is at odds with what they had seen."""
    ours, theirs = same(_plain(facet, conflict.ours)), same(_plain(facet, conflict.theirs))
    if not facet.is_unique or ours is None or theirs is None:
        return
    mine = [edit for edit in edits if same(edit.value) == ours]
    assert Side.HERE in {edit.side for edit in mine}, f"{conflict}: ours, {ours}, is no edit of ours, {edits}"
    seen = known_to(mine, edits, same, tells_its_edit)
    at_odds = [edit for edit in edits if edit.n in seen and same(edit.value) == theirs]
    assert not at_odds, f"{conflict}: ours is {ours}, made by somebody who had seen theirs: {at_odds} of {edits}"


def _plain(facet: Facet, value: Any) -> Plain:
    return None if value is None or value == [] else facet.plain(value)
