"""Learning from whole histories: afterwards the ledger says exactly what Attio says, and still what it said before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from ...core.codecs import InvalidValue, decode_values, versions
from ...core.history import apart, splice_full
from ...core.values import Version, same
from ...models import AttributeValue, HistoryWish, Link, WishState
from ..frame import agreed
from ..reconcile.ledger import Corrections, Gap, known_rows
from .asking import Answer

EMPTY = "Attio showed no versions where we know some; nothing was changed here."
UNREADABLE = "Attio's versions could not be read; nothing was changed here."


@dataclass(slots=True)
class Learned:
    """What a batch of histories came to, by wish."""

    read: list[HistoryWish] = field(default_factory=list)
    changed: list[HistoryWish] = field(default_factory=list)
    """Those of `read` that corrected the ledger."""
    stale: list[HistoryWish] = field(default_factory=list)
    """The ledger has learned something since these were asked: ask again."""
    drifted: list[HistoryWish] = field(default_factory=list)
    """Those of `read` whose newest value is not what both sides last agreed on: the record has changed."""


def learn(answers: Sequence[Answer]) -> Learned:
    """Bring the ledger to what these histories say, in one transaction."""
    learned, corrections = Learned(), Corrections("history")
    with transaction.atomic():
        links = _lock(answers)
        believed = _believed(answers)
        for answer in answers:
            wish = answer.wish
            rows = believed.get((wish.link_id, wish.attribute_id), ())
            if any(_is_newer(row, answer) for row in rows):
                learned.stale.append(wish)
                continue
            note = _splice(answer, links[wish.link_id], rows, learned, corrections)
            _note(wish, WishState.READ, read_at=answer.asked_at, attempts=0, error=note)
            learned.read.append(wish)
            if not note and _has_drifted(answer, links[wish.link_id]):
                learned.drifted.append(wish)
        corrections.write()
        _again(learned.stale)
    return learned


def _splice(
    answer: Answer, link: Link, rows: Sequence[AttributeValue], learned: Learned, corrections: Corrections
) -> str:
    """Note what one history corrects; or say why it is not believed.

    Attio's docs: an attribute outside the plan is shown empty. A history cannot become so: it has no way to be erased.
    """
    seen = _versions(answer)
    if seen is None:
        return UNREADABLE
    if rows and not seen:
        return EMPTY
    splice = splice_full(known_rows(answer.wish.attribute.spec, rows), seen)
    if splice:
        corrections.take(link, answer.wish.attribute_id, splice)
        learned.changed.append(answer.wish)
    return ""


def _versions(answer: Answer) -> list[Version] | None:
    spec = answer.wish.attribute.spec
    try:
        found = versions(spec, answer.wires)
    except InvalidValue:
        return None
    return found if spec.multi else apart(found)


def _lock(answers: Iterable[Answer]) -> Mapping[int, Link]:
    """Whoever reconciles these records waits: the ledger of a record has one writer at a time."""
    wanted = {answer.wish.link_id for answer in answers}
    return {link.pk: link for link in Link.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}


def _believed(answers: Iterable[Answer]) -> dict[Gap, list[AttributeValue]]:
    wanted = {(answer.wish.link_id, answer.wish.attribute_id) for answer in answers}
    rows = AttributeValue.objects.believed().filter(
        link__in={link for link, _ in wanted}, attribute__in={attribute for _, attribute in wanted}
    )
    found: dict[Gap, list[AttributeValue]] = {}
    for row in rows.order_by():
        if (name := (row.link_id, row.attribute_id)) in wanted:
            found.setdefault(name, []).append(row)
    return found


def _is_newer(row: AttributeValue, answer: Answer) -> bool:
    """Whether we learned of a version, or of its end, after this history was asked for."""
    return max(row.learned_at, row.end_learned_at or row.learned_at) >= answer.asked_at


def _has_drifted(answer: Answer, link: Link) -> bool:
    """Whether the row may not know the newest value yet. What no mirror binds has no base and cannot drift."""
    slug, spec = answer.wish.attribute.slug, answer.wish.attribute.spec
    if slug not in link.base or not link.is_alive:
        return False
    return not same(decode_values(spec, answer.wires), agreed(link, slug))


def _note(wish: HistoryWish, state: WishState, **changes: object) -> None:
    """Only while the claim stands: a wish made anew meanwhile stays a wish."""
    claimed = HistoryWish.objects.waiting().filter(pk=wish.pk, not_before=wish.not_before)
    claimed.update(state=state, **changes)


def _again(stale: Iterable[HistoryWish]) -> None:
    for wish in stale:
        _note(wish, WishState.WAITING, not_before=timezone.now())
