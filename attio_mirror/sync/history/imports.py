"""The import: every record's versions of some attributes, once. Ordered as wishes, so a crash costs one batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from ...mirrors.directory import Directory
from ...mirrors.registry import AnyMirror
from ...models import LOCKED_OUT, Attribute, Connection, HistoryWish, Link, Reason
from ..budget import edits_wait
from ..pull import mirror_of
from .reading import Reading, read_batch

CHUNK = 1000
PATIENCE = timedelta(minutes=1)
"""How long to wait for what has to be tried again; what takes longer is left to the background."""
BREATH = 0.2


@dataclass(slots=True)
class Progress:
    """How far an import is."""

    object: str
    attributes: tuple[str, ...]
    refusing: tuple[str, ...] = ()
    """Asked for, but Attio shows no history of them."""
    total: int = 0
    """Histories that were waiting when it began."""
    left: int = 0
    reading: Reading = field(default_factory=Reading)
    obstacle: str = ""
    """Why it ended early, if so."""
    began: float = field(default_factory=time.monotonic)

    @property
    def eta(self) -> float | None:
        """The seconds it will still take at the pace so far; None while nobody can say."""
        done = self.total - self.left
        return self.left * (time.monotonic() - self.began) / done if done else None


Tell = Callable[[Progress], None]


def import_history(
    connection: Connection,
    object_slug: str,
    attributes: Sequence[str] | None = None,
    *,
    tell: Tell = lambda _: None,
) -> Progress:
    """Read the versions of these attributes (slugs or fields; those declared with `history=True`) of every record.

    What was read once is not read again. Begun anew after an interruption, it goes on where it was. Raises LookupError
    for an object or an attribute nobody mirrors. `tell` is called whenever there is progress.
    """
    chosen = _chosen(connection, mirror_of(object_slug), attributes)
    asked = [attribute for attribute in chosen if not attribute.refuses_history]
    refusing = tuple(attribute.slug for attribute in chosen if attribute.refuses_history)
    progress = Progress(object_slug, tuple(attribute.slug for attribute in asked), refusing)
    for attribute in asked:
        _order(connection, object_slug, attribute)
    pks = [attribute.pk for attribute in asked]
    progress.total = progress.left = HistoryWish.objects.waiting().filter(attribute__in=pks).count()
    tell(progress)
    while progress.left and not progress.obstacle:
        _go_on(connection, pks, progress)
        tell(progress)
    return progress


def _chosen(connection: Connection, mirror: AnyMirror, names: Sequence[str] | None) -> list[Attribute]:
    """The attributes meant, those that are declared to need their history first."""
    known = list(Attribute.objects.of_object(connection, mirror.options.object))
    slots = mirror.slots([attribute.spec for attribute in known], Directory(connection))
    bound = {a.slug: a for a in known if a.slug in slots}
    by_field = {slot.attribute.field: slug for slug, slot in slots.items() if slot.attribute is not mirror.remainder}
    if names is None:
        return [attribute for slug, attribute in bound.items() if slots[slug].attribute.history]
    slugs = [name if name in bound else by_field.get(name, name) for name in names]
    if strangers := [name for name in slugs if name not in bound]:
        raise LookupError(f"{', '.join(strangers)}: not mirrored. Mirrored are: {', '.join(sorted(bound))}.")
    return sorted((bound[slug] for slug in dict.fromkeys(slugs)), key=lambda a: not slots[a.slug].attribute.history)


def _order(connection: Connection, object_slug: str, attribute: Attribute) -> None:
    """A wish for every record that has none."""
    known = HistoryWish.objects.filter(link=OuterRef("pk"), attribute=attribute)
    links = Link.objects.alive().filter(connection=connection, object=object_slug).exclude(record_id=None)
    wanted = links.filter(~Exists(known)).order_by("pk").values_list("pk", flat=True)
    last = 0
    while chunk := list(wanted.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1]
        HistoryWish.objects.wish([(link, attribute.pk) for link in chunk], Reason.ORDERED, again=False)


def _go_on(connection: Connection, pks: Iterable[int], progress: Progress) -> None:
    """One batch, or a breath where nothing may be read right now."""
    connection.refresh_from_db()
    waiting = HistoryWish.objects.waiting().filter(attribute__in=pks)
    done = read_batch(connection) if connection.is_talking else None
    if done is None:
        progress.obstacle = _obstacle(connection, waiting.order_by("not_before").first())
    else:
        progress.reading.add(done)
    if not progress.obstacle and (done is None or edits_wait(connection.pk)):
        time.sleep(BREATH)
    progress.left = waiting.count()


def _obstacle(connection: Connection, first: HistoryWish | None) -> str:
    """What would keep us waiting too long."""
    if connection.paused_at is not None:
        return "The connection is paused. Resume it, then import again."
    if connection.state in LOCKED_OUT:
        return f"Attio does not take our token. Check it: manage.py attio_connect {connection.alias}"
    moments = [moment for moment in (first.not_before if first else None, connection.quiet_until) if moment]
    if moments and max(moments) > timezone.now() + PATIENCE:
        return "Attio does not answer well now. What is left will be read in the background."
    return ""
