"""The history of a record: every version the ledger knows, newest first: who, from when, until when, learned how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localtime, now

from ..core.codecs import InvalidValue, codec_for
from ..core.errors import Json
from ..core.values import Element
from ..models import AttributeValue
from ..sync.history import wanted
from .lanes import Plot, plot
from .revert import Reverting, obstacle
from .sheet import Sheet
from .stock import Paginator, Rows

PAGE = 100
DRAWN = 500
"""Versions drawn at most: the newest."""


@dataclass(frozen=True, slots=True)
class Event:
    """One version, in words."""

    label: str
    text: str
    actor: str
    began: datetime
    ended: datetime | None
    learned: datetime
    learned_from: str
    is_superseded: bool
    slug: str
    is_of_several: bool

    @property
    def moment(self) -> str:
        """Just after it began, for an address: Attio's times have nine digits, and ours are cut to six."""
        return (self.began + timedelta(microseconds=1)).isoformat()

    @property
    def can_return(self) -> bool:
        """Whether what was true then may be other than what is true now."""
        return not self.is_superseded and (self.ended is not None or self.is_of_several)

    @property
    def lasted(self) -> str:
        """How long it was true."""
        return "" if self.ended is None else span(self.ended - self.began)


class Timeline(Reverting):
    """The part of `MirroredAdmin` that shows the ledger."""

    def timeline_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """`<pk>/attio-history/`, of one attribute with `?attribute=slug`, with what we once believed with `?all=1`."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]  # the stubs leave it out
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        sheet = self.sheet(request, row)
        versions = AttributeValue.objects.select_related("attribute").filter(link=sheet.link if sheet else None)
        chosen, everything = request.GET.get("attribute", ""), bool(request.GET.get("all"))
        shown = versions.filter(
            **({"attribute__slug": chosen} if chosen else {}), **({} if everything else {"superseded_at": None})
        )
        page = Paginator(shown.order_by("-active_from", "-pk"), PAGE).get_page(request.GET.get("p"))
        attributes = _attributes(versions)
        moved = {one["slug"] for one in attributes if one["changed"]}
        context = {
            **self.admin_site.each_context(request),
            "title": f"History in Attio: {row}",
            "subtitle": None,
            "opts": self.opts,
            "object": row,
            "media": self.media,
            "page": page,
            "days": list(days(events(sheet, page.object_list))) if sheet else [],
            "attributes": attributes,
            "is_being_read": bool(sheet and sheet.link and wanted(sheet.link)),
            "plot": _drawn(sheet, versions, {chosen} if chosen else moved),
            "moved": moved,
            "chosen": chosen,
            "everything": everything,
            "revert_url": self.revert_url(row),
            "change_url": reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_change",
                args=[row.pk],
                current_app=self.admin_site.name,
            ),
            **self._reverting(request, row, sheet, chosen),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/attio_mirror/timeline.html", context)

    def _reverting(self, request: HttpRequest, row: Any, sheet: Sheet | None, chosen: str) -> dict[str, Any]:
        """Which attributes can be reverted; of the chosen one, why not."""
        if sheet is None or sheet.frame is None or not self.has_change_permission(request, row):
            return {"revertible": set(), "obstacle": ""}
        form = self.get_form(request, row, change=True)
        revertible = {slug for slug in sheet.frame.slots if not obstacle(sheet, form, slug)}
        return {"revertible": revertible, "obstacle": obstacle(sheet, form, chosen) if chosen else ""}


def events(sheet: Sheet, versions: Iterable[AttributeValue]) -> list[Event]:
    """Versions in words; the rows they point to are looked up together."""
    listed = list(versions)
    decoded = [_element(version) for version in listed]
    sheet.wording.know([element for element in decoded if element is not None])
    return [_event(sheet, version, element) for version, element in zip(listed, decoded, strict=True)]


def _event(sheet: Sheet, version: AttributeValue, element: Element | None) -> Event:
    return Event(
        label=version.attribute.title or version.slug,
        text=_text(sheet, version, element),
        actor=sheet.wording.actor(version.actor_type, version.actor_id or None),
        began=version.active_from,
        ended=version.active_until,
        learned=version.learned_at,
        learned_from=version.learned_from,
        is_superseded=version.superseded_slot != 0,
        slug=version.slug,
        is_of_several=version.attribute.is_multiselect,
    )


def _element(version: AttributeValue) -> Element | None:
    try:
        return codec_for(version.attribute.type).decode(version.value)
    except InvalidValue:
        return None


def _text(sheet: Sheet, version: AttributeValue, element: Element | None) -> str:
    """A title is told as it was then."""
    chosen: Mapping[str, Json] | None = version.value.get("status") or version.value.get("option")
    if isinstance(chosen, dict) and version.text:
        return version.text
    if element is None:
        return version.text or ""
    code = str(version.value.get("currency_code") or "")
    return sheet.wording.element(version.attribute.type, element, currency=code)


def days(found: Iterable[Event]) -> Iterator[tuple[date, list[Event]]]:
    """Events under the day they began, in the zone of the page."""
    for day, group in groupby(found, key=lambda event: localtime(event.began).date()):
        yield day, list(group)


def _attributes(versions: Rows) -> list[dict[str, Any]]:
    """The attributes there are versions of, with how many, and whether they ever changed."""
    believed: Any = versions.filter(superseded_slot=0).order_by()
    counted = believed.values("attribute__slug", "attribute__title").annotate(
        n=Count("pk"), starts=Count("active_from", distinct=True), ends=Count("active_until")
    )
    rows = [
        {
            "slug": one["attribute__slug"],
            "label": one["attribute__title"] or one["attribute__slug"],
            "n": one["n"],
            "changed": one["starts"] > 1 or one["ends"] > 0,
        }
        for one in counted
    ]
    return sorted(rows, key=lambda one: str(one["label"]).lower())


def _drawn(sheet: Sheet | None, versions: Rows, slugs: set[str]) -> Plot | None:
    """The lanes of some attributes, as we believe now."""
    if sheet is None or not slugs:
        return None
    believed = versions.filter(superseded_slot=0, attribute__slug__in=slugs)
    return plot(events(sheet, believed.order_by("-active_from", "-pk")[:DRAWN]), now())


def span(lasted: timedelta) -> str:
    """A length of time in its largest unit."""
    seconds = int(lasted.total_seconds())
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
