"""The rows behind a number: the stays it counts, each with its deal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from ...models import AttributeValue, Link
from ...models.past import reader_of
from ...models.pipeline import Pipeline
from ...models.pipeline.stays import next_stage
from ..moments import AS_OF
from ..timeline import span
from .drill import Drill
from .stages import Stage, stages_of

PAGE = 100
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Stay:
    """A line."""

    name: str
    url: str
    stage: Stage
    entered: datetime
    left: datetime | None
    to: str
    is_gone: bool
    """Whether the row no longer exists."""

    @property
    def lasted(self) -> str:
        """How long, where it is over."""
        return "" if self.left is None else span(self.left - self.entered)

    @property
    def plain(self) -> list[str]:
        """For a file."""
        left = "" if self.left is None else localtime(self.left).isoformat(sep=" ", timespec="seconds")
        entered = localtime(self.entered).isoformat(sep=" ", timespec="seconds")
        return [self.name, self.stage.title, entered, left, self.to]


class Behind:
    """What a number counts."""

    def __init__(self, pipeline: Pipeline, drill: Drill, *, view: str, site: str) -> None:
        self.pipeline, self.view, self.site = pipeline, view, site
        self.rows: QuerySet[Any, Any] = self._union(drill)

    def stays(self, rows: Sequence[tuple[Any, ...]]) -> list[Stay]:
        """Lines for people; stages and deals are looked up together."""
        used = {one for _, place, _, _, to, _ in rows for one in (place, to) if one is not None}
        stages = {stage.place: stage for stage in stages_of(self.pipeline, used)}
        links = {link.pk: link for link in Link.objects.filter(pk__in={row[0] for row in rows}).defer("base")}
        model: Any = self.pipeline.model
        found = {
            str(row.pk): row for row in model._base_manager.filter(pk__in=[one.object_id for one in links.values()])
        }
        names = self._last_names([link for link in links.values() if link.object_id not in found])
        return [
            Stay(
                name=str(found.get(links[link].object_id) or names[link]),
                url=self._url(links[link], is_gone=links[link].object_id not in found),
                stage=stages[place],
                entered=entered,
                left=left,
                to="" if left is None else stages[to].title if to is not None and moved == left else "Gone",
                is_gone=links[link].object_id not in found,
            )
            for link, place, entered, left, to, moved in rows
        ]

    def all(self) -> Iterator[Stay]:
        """Every line, some at a time."""
        rows = list(self.rows)
        for start in range(0, len(rows), CHUNK):
            yield from self.stays(rows[start : start + CHUNK])

    def _union(self, drill: Drill) -> QuerySet[Any, Any]:
        """The newest first."""
        columns = ("link_id", "place", "active_from", "ended", "to", "moved_at")
        alive, gone = (
            stays.annotate(to=next_stage()).values_list(*columns) for stays in self.pipeline.stays.asked(drill.question)
        )
        both: QuerySet[Any, Any] = alive.union(gone, all=True).order_by("-active_from", "link_id")
        return both

    def _last_names(self, links: Sequence[Link]) -> dict[int, str]:
        """What rows were called that are no more."""
        if not links:
            return {}
        reader = reader_of(self.pipeline.model)(self.pipeline.model, timezone.now(), None)
        rows = reader.rows(links, AttributeValue.objects.current(), related=False)
        return {link.pk: str(row) for link, row in zip(links, rows, strict=True)}

    def _url(self, link: Link, *, is_gone: bool) -> str:
        """Of a row that no longer exists the page just before it went."""
        page = reverse(self.view, args=[link.object_id], current_app=self.site)
        went = min((at for at in (link.row_gone_at, link.record_gone_at) if at), default=None)
        if not is_gone or went is None:
            return page
        return f"{page}?{urlencode({AS_OF: (went - timedelta(microseconds=1)).isoformat()})}"


def in_words(drill: Drill, stages: Iterable[Stage]) -> str:
    """What a number counts."""
    titles = {stage.place: stage.title for stage in stages}
    named = " or ".join(titles.get(one, "?") for one in drill.stages)
    words = []
    if drill.entered:
        fresh = "new" if drill.is_first else f"entered {named}" if named else "entered a stage"
        words.append(f"{fresh} {_days(drill.entered)}")
    elif named:
        words.append(f"in {named}")
    if drill.left:
        to = " or ".join(titles.get(one, "?") for one in drill.to)
        words.append(f"went to {to}" if to else "gone" if drill.is_last else "left")
        words[-1] += f" {_days(drill.left)}" if drill.left != drill.entered else ""
    if drill.at:
        words.append(f"there at the end of {date_format(drill.at - timedelta(days=1), 'DATE_FORMAT')}")
    if drill.is_latest:
        words.append("the latest stay of each deal")
    text = ", ".join(words)
    return text[:1].upper() + text[1:]


def _days(days: tuple[date, date]) -> str:
    first, last = days[0], days[1] - timedelta(days=1)
    if first == last:
        return f"on {date_format(first, 'DATE_FORMAT')}"
    return f"from {date_format(first, 'DATE_FORMAT')} to {date_format(last, 'DATE_FORMAT')}"


def field_of(model: type[models.Model], name: str) -> Any:
    """A field of a model, or None."""
    return next((field for field in model._meta.get_fields() if field.name == name), None)
