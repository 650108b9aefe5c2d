"""What one record's answer means for its row: the merge of all its attributes. Decides; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.db import models

from ...core.errors import Json
from ...core.merge import Merged, Sides, Word, acknowledge, hear, merge
from ...core.values import Canonical, elements, key, keys, same
from ...mirrors.attributes import Slot
from ...models import Link
from ..frame import SAID, TAKEN, Frame, Seen, agreed, agreement, known


@dataclass(frozen=True, slots=True)
class Voice:
    """What we said about a record and have not heard settled yet."""

    said: Mapping[str, Canonical] = field(default_factory=dict)
    removed: Mapping[str, Canonical] = field(default_factory=dict)
    heard: bool = False
    """Whether the answer at hand is Attio's answer to exactly this; otherwise we only suspect it arrived."""
    arrived: bool = False
    """Whether Attio had answered it before it told us what is at hand: whoever changed it since had seen it."""
    is_news: bool = False
    """Whether nothing was heard of the record since we said it: the base is still the one we spoke upon."""

    @property
    def is_settled(self) -> bool:
        """Whether it is certain that Attio took it."""
        return self.heard or self.arrived

    def about(self, link: Link, slot: Slot) -> Voice:
        """What was said of one attribute and nothing was heard of, as the outbox knows or the base."""
        slug, entry = slot.slug, link.base.get(slot.slug) or {}
        if slot.spec.multi:
            return self._about_elements(slug, entry) if slug in self.said else self
        if SAID in entry and not (self.is_settled and slug in self.said):
            return Voice({slug: self.said.get(slug, entry[SAID])}, is_news=True)
        if slug in self.said and SAID not in entry and not self._is_first:
            return SILENT  # it was seen, or overtaken: whoever says it since says it of their own
        return self

    @property
    def _is_first(self) -> bool:
        """Whether no reading can have shown any of it yet."""
        return self.is_news or self.heard

    def _about_elements(self, slug: str, entry: Mapping[str, Json]) -> Voice:
        """What we repeated was no word of ours, and what was seen since is none any more."""
        if self._is_first:
            before = keys(entry.get("value"))
            added = [element for element in elements(self.said[slug]) if key(element) not in before]
            removed = self.removed.get(slug)
        else:
            added, removed = elements(entry.get(SAID)), entry.get(TAKEN)
        return replace(self, said={slug: added}, removed={slug: removed})

    def unheard(self, slot: Slot, remote: Canonical, *, stays: bool) -> dict[str, Json]:
        """What a base has to remember of it: what is not seen yet, and of single values only if the base `stays`."""
        slug = slot.slug
        if slug not in self.said or self.is_settled:
            return {}
        said = self.said[slug]
        if not slot.spec.multi:
            return {SAID: said} if stays and not same(remote, said) else {}
        now = keys(remote)
        added = [element for element in elements(said) if key(element) not in now]
        removed = [element for element in elements(self.removed.get(slug)) if key(element) in now]
        return ({SAID: added} if added else {}) | ({TAKEN: removed} if removed else {})


SILENT = Voice()


@dataclass(frozen=True, slots=True)
class Clash:
    """One attribute both sides changed."""

    slug: str
    base: Canonical
    ours: Canonical
    theirs: Canonical


@dataclass(slots=True)
class Decision:
    """What is to be written for one record."""

    link: Link
    row: models.Model
    seen: Seen
    is_new: bool = False
    take: dict[str, Canonical] = field(default_factory=dict)
    """Values the row takes over."""
    base: dict[str, Json] = field(default_factory=dict)
    owed: set[str] = field(default_factory=set)
    clashes: list[Clash] = field(default_factory=list)
    yielded: list[Clash] = field(default_factory=list)
    agreed: set[str] = field(default_factory=set)
    """Attributes looked at and not in conflict."""
    news: set[str] = field(default_factory=set)
    """Attributes whose remote value or start differs from the base: the ledger has something to learn."""
    spoken: frozenset[str] = frozenset()
    """Attributes on which this is Attio's answer to our own word."""


def decide(frame: Frame, link: Link, row: models.Model, seen: Seen, voice: Voice, *, is_new: bool = False) -> Decision:
    """Merge every attribute the answer speaks of."""
    decision = Decision(link, row, seen, is_new, base=dict(link.base))
    decision.spoken = frozenset(voice.said if voice.heard else ())
    local = None if is_new else frame.read(row, link)
    for slug, slot in frame.slots.items():
        if slug not in seen.values:
            continue
        remote, base = seen.values[slug], agreed(link, slug)
        if _is_gated(slot, base, remote):
            continue
        if not same(remote, base) or seen.since(slug) != (link.base.get(slug) or {}).get("since"):
            decision.news.add(slug)
        if local is None:
            _settle(decision, slot, Merged(row=remote, base=remote, owed=False, clash=False, yielded=False), remote)
        elif slug in local.values:
            ours = local.values[slug]
            said = voice.about(link, slot)
            before = base if slug in said.said else known(link, slug, ours)
            sides = Sides(_heard(before, ours, remote, slot, said), ours, remote, link.marked_at, seen.since(slug))
            _settle(decision, slot, _merge(frame, slot, sides), remote, sides, said)
    return decision


def _is_gated(slot: Slot, base: Canonical, remote: Canonical) -> bool:
    """Attio returns nothing for computed attributes outside the plan: that is no clearing."""
    return not slot.spec.writable and remote in (None, []) and base not in (None, [])


def _heard(base: Canonical, local: Canonical, remote: Canonical, slot: Slot, voice: Voice) -> Canonical:
    """The base with our own voice taken out of the remote value."""
    if slot.slug not in voice.said:
        return base
    word = Word(voice.said[slot.slug], voice.removed.get(slot.slug))
    if not voice.is_settled:
        if not slot.spec.multi and voice.is_news and same(local, base) and not same(remote, base):
            return word.said  # somebody put back here what was before, and knew what we had said
        return acknowledge(base, word, remote, multi=slot.spec.multi)
    if slot.spec.multi:
        return hear(base, word)
    return word.said if voice.arrived or same(local, word.said) else remote


def _merge(frame: Frame, slot: Slot, sides: Sides) -> Merged:
    if not frame.mirror.takes(slot):
        owed = not same(sides.local, sides.remote)
        return Merged(row=sides.local, base=sides.remote, owed=owed, clash=False, yielded=False)
    if not frame.mirror.gives(slot):
        return Merged(row=sides.remote, base=sides.remote, owed=False, clash=False, yielded=False)
    return merge(sides, policy=frame.policy(slot), multi=slot.spec.multi)


def _settle(
    decision: Decision,
    slot: Slot,
    merged: Merged,
    remote: Canonical,
    sides: Sides | None = None,
    voice: Voice = SILENT,
) -> None:
    """Enter one attribute's outcome."""
    slug, since = slot.slug, decision.seen.since(slot.slug)
    clash = Clash(slug, sides.base, sides.local, remote) if sides else Clash(slug, None, None, remote)
    if merged.clash:
        decision.clashes.append(clash)
        if sides is not None:  # not agreed on, but seen: when it goes again, the ledger must hear of that
            decision.base[slug] = {**agreement(sides.base, since), **voice.unheard(slot, remote, stays=True)}
        return
    decision.agreed.add(slug)
    if merged.yielded:
        decision.yielded.append(clash)
    if merged.owed:
        decision.owed.add(slug)
    decision.take[slug] = merged.row
    is_hidden = not merged.owed and not slot.attribute.shows(merged.base, slot)
    stays = sides is not None and merged.owed and same(remote, sides.base)
    decision.base[slug] = agreement(merged.base, since, unseen=is_hidden)
    decision.base[slug].update(voice.unheard(slot, remote, stays=stays))  # it may still be on its way
