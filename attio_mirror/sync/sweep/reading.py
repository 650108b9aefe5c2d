"""Reading one page of records, and bringing it to the rows."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ...core.errors import Json, Refused
from ...core.stamps import parse_stamp
from ...service.records import OLDEST_FIRST, SMALLEST
from ..connections import attio
from ..far import RecordsFar
from ..frame import Frame, Seen
from ..reconcile import Report, reconcile, sift
from ..room import make_room
from ..welcome import welcome


@dataclass(frozen=True, slots=True)
class Page:
    """What one query brought."""

    seen: list[Seen]
    as_of: datetime | None
    """The time on Attio's clock."""
    size: int
    """The limit Attio took."""

    @property
    def record_ids(self) -> list[str]:
        """The ids, in the order of the list."""
        return [one.record_id for one in self.seen]


def read(frame: Frame, offset: int, *, size: int, filters: Mapping[str, Json] | None) -> Page:
    """One page, oldest records first. Raises AttioError."""
    service, asked_at = attio(frame.connection), timezone.now()
    try:
        page = service.query(frame.object, filter=filters, sorts=OLDEST_FIRST, limit=size, offset=offset)
    except Refused as error:
        if size <= SMALLEST or not error.is_about_the_limit:
            raise
        return read(frame, offset, size=size // 2, filters=filters)
    far = RecordsFar(service, frame)
    return Page([far.seen(record, asked_at, asked_at) for record in page.records], _moment(page.accurate_at), size)


def bring_home(frame: Frame, page: Sequence[Seen], *, known: Container[str] = ()) -> Report:
    """Reconcile what a page has news of; what is as it was costs two queries and no lock. Raises AttioError."""
    fresh = [one for one in page if one.record_id not in known]
    news = sift(frame, fresh)
    report = Report(unchanged=len(fresh) - len(news))
    if news:
        frame, news = welcome(frame, news, sifted=True)
        report.add(reconcile(frame, news, source="sweep", force=True))
        make_room(frame, news, report, "sweep")
    return report


def _moment(accurate_at: str) -> datetime | None:
    try:
        return parse_stamp(accurate_at)
    except ValueError:
        return None
