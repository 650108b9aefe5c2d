"""Where rows stand with Attio: one query for a page of rows, and a filter that begins with the few unsettled ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db import connections, models, router
from django.db.models import Q, Value
from django.db.models.functions import Cast, Replace
from django.http import HttpRequest

from ..conf import PushMode, conf
from ..mirrors.directory import content_type_id
from ..models import BatchedEdit, Conflict, Link, LinkState, OutboxEntry, OutboxState
from .badges import UNSETTLED
from .paging import CAP
from .stock import Rows

CHUNK = 500
STATE = "attio_link"
"""The attribute a row carries its link under (None where it has none)."""


def attach_links(rows: Iterable[models.Model]) -> None:
    """Give every row its link, annotated with the state; of several connections the oldest link."""
    listed = list(rows)
    if not listed:
        return
    found: dict[str, Link] = {}
    links = Link.objects.for_rows(type(listed[0]), [row.pk for row in listed]).with_state()
    for link in links.defer("base").order_by("-pk"):
        found[link.object_id] = link
    for row in listed:
        setattr(row, STATE, found.get(str(row.pk)))


def link_of(row: models.Model) -> Link | None:
    """The link of a row, looked up once."""
    if not hasattr(row, STATE):
        attach_links([row])
    link: Link | None = getattr(row, STATE)
    return link


def state_of(row: models.Model) -> LinkState:
    """Where a row stands; one that was never marked is not in Attio yet."""
    link = link_of(row)
    return LinkState.UNSENT if link is None else LinkState(link.state)  # type: ignore[attr-defined]  # annotated by with_state


def next_step(row: models.Model) -> str:
    """What happens to a row that was just saved."""
    row.__dict__.pop(STATE, None)
    if state_of(row) not in UNSETTLED:
        return "Nothing to send to Attio." if state_of(row) == LinkState.IN_STEP else ""
    link = Link.objects.for_rows(type(row), [row.pk]).select_related("connection").first()
    if link is not None and link.connection.paused_at is not None:
        return "It waits: the connection to Attio is paused."
    waits = {PushMode.OFF: "It waits in the outbox.", PushMode.SHADOW: "Shadow mode sends nothing."}
    return waits.get(conf().push, "Being sent to Attio.")


class MirroredChangeList(ChangeList):
    """A change list whose rows know their links."""

    def get_results(self, request: HttpRequest) -> None:
        """The same few queries more, however many rows."""
        super().get_results(request)
        self.attach(self.result_list)

    def attach(self, rows: Iterable[models.Model]) -> None:
        """What rows know besides their fields."""
        attach_links(rows)

    def everything(self) -> Iterator[models.Model]:
        """The rows of all pages."""
        for start in range(0, CAP, CHUNK):
            rows = list(self.queryset[start : start + CHUNK])
            self.attach(rows)
            yield from rows
            if len(rows) < CHUNK:
                return


def row_pk(model: type[models.Model]) -> models.expressions.Combinable:
    """A link's `object_id` (text) as the primary key of `model` is stored."""
    key: Any = model._meta.pk
    while key.is_relation:
        key = key.target_field
    native = connections[router.db_for_read(model)].features.has_native_uuid_field
    if isinstance(key, models.UUIDField) and not native:
        return Replace("object_id", Value("-"), Value(""), output_field=models.CharField())
    return Cast("object_id", key)


def in_state(rows: Rows, state: str) -> Rows:
    """The rows that stand so."""
    links = Link.objects.filter(content_type=content_type_id(rows.model))
    unsettled = Q(pk__in=OutboxEntry.objects.unfinished().values("link")) | Q(
        pk__in=Conflict.objects.filter(resolved_at=None).values("link")
    )
    unsettled |= Q(pk__in=BatchedEdit.objects.filter(held_slot__isnull=False).values("link"))
    unsettled |= Q(pk__in=_dropped(links).values("pk"))
    if state == LinkState.IN_STEP:
        return rows.exclude(among(links.filter(unsettled | _gone() | Q(record_id=None)), rows)).filter(
            among(links, rows)
        )
    if state == LinkState.UNSENT:
        return rows.filter(among(_standing(links.filter(record_id=None), state), rows) | ~among(links, rows))
    narrowed = links.filter(_gone() if state == LinkState.GONE else unsettled)
    return rows.filter(among(_standing(narrowed, state), rows))


def _standing(links: Any, state: str) -> Rows:
    found: Rows = links.with_state().filter(state=state)
    return found


def _dropped(links: Any) -> Rows:
    return _standing(links.filter(seen_hash=None, outbox__state=OutboxState.DROPPED), LinkState.DROPPED)


def _gone() -> Q:
    return Q(row_gone_at__isnull=False) | Q(record_gone_at__isnull=False)


def among(links: models.QuerySet[Link], rows: Rows) -> Q:
    """Whether a row is that of one of these links."""
    return Q(pk__in=links.annotate(row_pk=row_pk(rows.model)).values("row_pk"))
