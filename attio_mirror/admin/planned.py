"""Plans to be read: a sample of what would change, from what, and what is left alone and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from ..core.values import Canonical, keys
from ..mirrors.attributes import Currency
from ..models import Link
from ..sync.batches.plan import Change, Plan, worth
from ..sync.frame import Frame
from .rows import Speech, name_rows, row_link
from .wording import amount

GROUPS = 6
"""Values of before that are told apart."""
NAMED = 5
"""Rows named for each reason."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sample."""

    row: SafeString
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some rows are left alone."""

    text: str
    count: int
    names: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan in words."""

    count: int
    unchanged: int
    skipped: int
    value: str
    """What the rows are worth together."""
    groups: list[tuple[str, int]]
    """How many say what now."""
    sample: list[Line]
    reasons: list[Reason]


def show(frame: Frame, plan: Plan, site: str) -> Shown:
    """A plan in words; `site` is the name of the admin site."""
    speech = Speech()
    return Shown(
        count=len(plan.changes),
        unchanged=plan.unchanged,
        skipped=len(plan.skipped),
        value=_value(frame, plan),
        groups=_groups(speech, plan),
        sample=lines(speech, plan.slug, plan.sample, site),
        reasons=_reasons(plan),
    )


def lines(speech: Speech, slug: str, changes: Iterable[Change], site: str) -> list[Line]:
    """Rows with both values."""
    listed = list(changes)
    name_rows(change.link for change in listed)
    return [
        Line(
            row_link(change.link, site),
            speech.says(change.link, slug, change.before),
            speech.says(change.link, slug, change.after),
        )
        for change in listed
    ]


def _groups(speech: Speech, plan: Plan) -> list[tuple[str, int]]:
    """The commonest values of before, where there are few enough to be told."""
    samples: dict[frozenset[str], tuple[Link, Canonical]] = {}
    counts = Counter(frozenset(keys(change.before)) for change in plan.changes)
    if len(counts) > GROUPS:
        return []
    for change in plan.changes:
        samples[frozenset(keys(change.before))] = (change.link, change.before)
    return [(speech.says(samples[name][0], plan.slug, samples[name][1]), count) for name, count in counts.most_common()]


def _value(frame: Frame, plan: Plan) -> str:
    total = worth(frame, plan)
    if total is None:
        return ""
    money = next(one for one in frame.mirror.declared.values() if isinstance(one, Currency))
    codes = {getattr(change.row, money.currency_field or "_", "") for change in plan.changes} - {""}
    return amount(total, codes.pop() if len(codes) == 1 else "")


def _reasons(plan: Plan) -> list[Reason]:
    named: dict[str, list[str]] = {}
    for row, why in plan.skipped:
        named.setdefault(why, []).append("a row that is gone" if isinstance(row, Link) else str(row))
    return [
        Reason(why, len(names), ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else ""))
        for why, names in sorted(named.items(), key=lambda one: -len(one[1]))
    ]
