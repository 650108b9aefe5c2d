"""Stays: the versions of a stage, each cut off where its deal was gone; and which of them a number on a page means.

A deal that is gone keeps its versions in the ledger as they were last known, so a stay ends with its link's tombstone.
Tombstones are few and links are wide, so the stays of the living never look at them: every question is asked twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from ..history import AttributeValue
from ..link import Link

Span = tuple[datetime, datetime]
"""From a moment until just before another one."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which stays a number counts: each part narrows. Just before a moment, as periods end there."""

    stages: frozenset[int] = frozenset()
    """Places of the ledger; none: any."""
    standing: datetime | None = None
    """Going on just before this moment."""
    entered: Span | None = None
    left: Span | None = None
    to: frozenset[int] = frozenset()
    """Where they went next."""
    is_first: bool = False
    """Nothing before it: new in the pipeline."""
    is_last: bool = False
    """Nothing after it: out of the pipeline."""
    is_latest: bool = False
    """Of the stays of a deal in a stage that `entered` means, the latest alone."""


@dataclass(frozen=True, slots=True)
class Stays:
    """The stays in the stages of some attributes (the one there is, and those that once had its slug)."""

    attributes: tuple[int, ...]
    conditions: tuple[Q, ...] = ()
    """What the links of the deals must fulfil."""
    holding: tuple[tuple[QuerySet[Any, Any], bool], ...] = ()
    """Subqueries of links, and whether the deals must be among them or not."""

    def both(self) -> tuple[QuerySet[Any, Any], QuerySet[Any, Any]]:
        """Of the living, and of the gone; `ended` and `moved_at` (None: it did not move on) are annotated."""
        believed: QuerySet[Any, Any] = AttributeValue.objects.believed().filter(attribute__in=self.attributes)
        believed = believed.order_by()
        if self.conditions:
            believed = believed.filter(link__in=Link.objects.filter(*self.conditions).values("pk"))
        # A sum, so that the walk goes on along the stages: link by link it would read every wide row (SQLite does).
        believed = believed.alias(by_link=F("link_id") + Value(0)) if self.holding else believed
        for links, is_among in self.holding:
            believed = believed.filter(by_link__in=links) if is_among else believed.exclude(by_link__in=links)
        alive = believed.exclude(link__in=_tombstones()).annotate(ended=F("active_until"), moved_at=F("active_until"))
        gone = believed.filter(link__in=_tombstones()).exclude(link__record_id=None, link__row_gone_at__isnull=False)
        gone = gone.annotate(gone_at=_gone_at()).annotate(
            ended=Case(When(active_until__isnull=True, then=F("gone_at")), default=Least("active_until", "gone_at")),
            moved_at=Case(When(active_until__lt=F("gone_at"), then=F("active_until")), output_field=DateTimeField()),
        )
        return _lasting(alive), _lasting(gone)

    def asked(self, question: Question) -> tuple[QuerySet[Any, Any], QuerySet[Any, Any]]:
        """Those a question means."""
        alive, gone = self.both()
        return self._narrowed(alive, question), self._narrowed(gone, question)

    def _narrowed(self, stays: QuerySet[Any, Any], question: Question) -> QuerySet[Any, Any]:
        if question.stages:
            stays = stays.filter(place__in=question.stages)
        if question.standing:
            stays = stays.filter(standing(question.standing))
        if question.entered:
            # What ended before cannot have begun later: the index begins with the end, so say it.
            lately = Q(ended=None) | Q(ended__gt=question.entered[0])
            stays = stays.filter(lately, active_from__gte=question.entered[0], active_from__lt=question.entered[1])
        if question.left:
            stays = stays.filter(ended__gte=question.left[0], ended__lt=question.left[1])
        if question.to:
            stays = stays.annotate(to=next_stage()).filter(to__in=question.to)
        if question.is_first:
            stays = stays.exclude(Exists(_before()))
        if question.is_last:
            stays = stays.annotate(to=next_stage()).filter(to=None)
        return self._latest(stays, question) if question.is_latest else stays

    def _latest(self, stays: QuerySet[Any, Any], question: Question) -> QuerySet[Any, Any]:
        since, until = question.entered or (datetime.min, datetime.max)  # noqa: DTZ901  # never used: see Question
        later = _lasting(AttributeValue.objects.believed().annotate(ended=F("active_until"))).filter(
            link=OuterRef("link"), attribute__in=self.attributes, place=OuterRef("place"),
            active_from__gt=OuterRef("active_from"), active_from__gte=since, active_from__lt=until,
        )  # fmt: skip
        if "gone_at" in stays.query.annotations:  # what came after it was gone is no stay
            later = later.filter(active_from__lt=OuterRef("gone_at"))
        return stays.exclude(Exists(later.order_by()))


def standing(moment: datetime) -> Q:
    """Going on just before a moment."""
    return Q(active_from__lt=moment) & (Q(ended=None) | Q(ended__gte=moment))


def touching(since: datetime, until: datetime) -> Q:
    """Not over before one moment, and begun before another."""
    return Q(active_from__lt=until) & (Q(ended=None) | Q(ended__gte=since))


def next_stage() -> Case:
    """The place of the stage that began where this one ended. One walk along an index, and only where it ended."""
    after = AttributeValue.objects.believed().filter(
        Q(active_until=None) | Q(active_until__gt=F("active_from")),
        link=OuterRef("link"), attribute=OuterRef("attribute"), active_from=OuterRef("moved_at"),
    )  # fmt: skip
    return Case(When(moved_at__isnull=False, then=Subquery(after.order_by().values("place")[:1])))


def _before() -> QuerySet[Any, Any]:
    return (
        AttributeValue.objects.believed()
        .filter(
            link=OuterRef("link"),
            attribute=OuterRef("attribute"),
            active_until=OuterRef("active_from"),
            active_from__lt=OuterRef("active_from"),
        )
        .order_by()
    )


def _lasting(stays: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Attio's times have nine digits, ours six: what is left of a version may have no length."""
    return stays.filter(Q(ended=None) | Q(ended__gt=F("active_from")))


def _tombstones() -> QuerySet[Any, Any]:
    """Two walks along two short indexes."""
    rows = Link.objects.filter(row_gone_at__isnull=False).values("pk")
    return rows.union(Link.objects.filter(record_gone_at__isnull=False).values("pk"), all=True)


def _gone_at() -> Least:
    row, record = F("link__row_gone_at"), F("link__record_gone_at")
    return Least(Coalesce(row, record), Coalesce(record, row))
