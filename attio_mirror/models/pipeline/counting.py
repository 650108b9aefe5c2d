"""What a pipeline page counts: a handful of statements, however many deals and versions there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Lead
from django.utils import timezone

from ...core.pipeline import Flow, Slips
from ..connection import Connection
from ..history import AttributeValue
from ..past import reader_of
from ..schema import Attribute
from .clock import Seconds
from .stays import Question, Span, Stays, touching
from .tally import tally, tally_days

CURRENCY = "currency_code"
"""Where Attio keeps the currency in a value; as a name to group by: the currency of the value."""


@dataclass(slots=True)
class Worth:
    """Deals of one currency in one stage."""

    number: int = 0
    now: Decimal = Decimal(0)
    before: Decimal = Decimal(0)
    """The same deals' values when they entered the stage; of one that had none yet, its first."""


@dataclass(frozen=True)
class Pipeline:
    """The deals of one connection that fulfil some conditions, and their stays in the stages of one field."""

    model: type[models.Model]
    connection: Connection
    stage: str = "stage"
    value: str = "value"
    conditions: tuple[Q, ...] = ()
    """What the links of the deals must fulfil."""
    holding: tuple[tuple[QuerySet[Any, Any], bool], ...] = ()

    @cached_property
    def stays(self) -> Stays:
        """Of these deals."""
        return Stays(self.attributes(self.stage), self.conditions, self.holding)

    def attributes(self, name: str) -> tuple[int, ...]:
        """The attributes a field or slug names; none where the mirror knows no such thing."""
        found = attributes_of(self.model, name).filter(connection=self.connection)
        return tuple(found.order_by("pk").values_list("pk", flat=True))

    # -- which deals ----------------------------------------------------------------------------------------------

    def where(self, name: str, groups: Collection[Any] | None) -> Pipeline:
        """Those of the deals that hold one of these now: places of the ledger, or currencies (of CURRENCY). None: that
        hold nothing."""
        versions = self._holding(name).filter(_true(timezone.now()))
        if groups is not None:
            versions = versions.filter(**{f"{_column(name)}__in": list(groups)})
        return replace(self, holding=(*self.holding, (versions.values("link"), groups is not None)))

    def places(self, name: str, value: Any) -> set[int]:
        """Under which places of the ledger deals hold a value as the field shows it."""
        reader = reader_of(self.model)(self.model, None, None)
        attributes = Attribute.objects.filter(pk__in=self.attributes(name))
        return {found for attribute in attributes for found in reader.places(attribute, value)}

    def shown(self, name: str, places: Collection[int]) -> dict[int, Any]:
        """The values at some places of the ledger, as the field shows them."""
        samples = self._holding(name).filter(place__in=places).values("place").annotate(sample=Max("pk"))
        versions = list(
            AttributeValue.objects.filter(pk__in=[one["sample"] for one in samples]).select_related("attribute")
        )
        reader = reader_of(self.model)(self.model, None, None)
        return {one.place: value for one, value in zip(versions, reader.shown(versions), strict=True)}

    def _holding(self, name: str) -> QuerySet[Any, Any]:
        return _versions(self.attributes(self.value if name == CURRENCY else name))

    # -- books ----------------------------------------------------------------------------------------------------

    def flows(self, moments: Sequence[datetime]) -> Counter[Flow]:
        """What the books are added up from; the periods are between the moments."""
        found: Counter[Flow] = Counter()
        for stays in self._flowing(moments):
            for *flow, number in tally(stays, FLOW):
                found[Flow(*flow)] += number
        return found

    def flows_by(self, name: str, moments: Sequence[datetime]) -> dict[Any, Counter[Flow]]:
        """The same for each value an attribute holds now: a place of the ledger, a currency (of CURRENCY), or None."""
        held = self._holding(name).filter(_true(timezone.now())).annotate(of_link=F(_column(name)))
        found: dict[Any, Counter[Flow]] = {}
        for stays in self._flowing(moments):
            for of, *flow, number in tally(stays, FLOW, held=held.values("link_id", "of_link")):
                found.setdefault(of, Counter())[Flow(*flow)] += number
        return found

    def _flowing(self, moments: Sequence[datetime]) -> Iterable[QuerySet[Any, Any]]:
        """The stays with what a flow says. The next one is in the same rows: it began before the end, too."""
        over = Q(ended__lt=moments[-1])
        for stays in self.stays.both():
            yield stays.filter(touching(moments[0], moments[-1])).annotate(
                entered_in=_period("active_from", moments),
                left_in=Case(When(over, then=_period("ended", moments)), output_field=IntegerField()),
                next_from=_next("active_from"),
                next_place=_next("place"),
                went_to=Case(When(over & Q(moved_at=F("next_from")), then=F("next_place"))),
            )

    # -- time -----------------------------------------------------------------------------------------------------

    def durations(self, span: Span, now: datetime) -> tuple[dict[int, Counter[Any]], dict[int, Counter[Any]]]:
        """Of the deals that entered a stage within a span, how many whole days their latest stay there took, and all
        of them together; by stage, as `core.pipeline.Durations`."""
        latest: dict[int, Counter[Any]] = {}
        together: dict[int, Counter[Any]] = {}
        for stays in self.stays.asked(Question(entered=span)):
            deals = _by_deal(stays, min(span[1], now), span[1])
            for place, goes_on, last, total, number in tally_days(deals, ["place", "goes_on"], ["latest", "together"]):
                latest.setdefault(place, Counter())[max(0, int(last)), bool(goes_on)] += number
                together.setdefault(place, Counter())[max(0, int(total)), bool(goes_on)] += number
        return latest, together

    # -- value ----------------------------------------------------------------------------------------------------

    def worth(self, moment: datetime) -> dict[int, dict[str, Worth]]:
        """What the deals in each stage are worth just before a moment, by currency; deals without a value left out."""
        attributes, found = self.attributes(self.value), dict[int, dict[str, Worth]]()
        for stays in self.stays.asked(Question(standing=moment)):
            valued = stays.annotate(
                worth=_held(attributes, moment, "number"),
                code=_held(attributes, moment, CURRENCY),
                before=_first(attributes, "number"),
            ).filter(worth__isnull=False)
            sums = {"n": Count("*"), "total": Sum("worth"), "was": Sum("before")}
            for place, code, number, total, was in valued.values_list("place", "code").annotate(**sums):
                one = found.setdefault(place, {}).setdefault(code or "", Worth())
                one.number, one.now, one.before = one.number + number, one.now + total, one.before + (was or 0)
        return found

    def gained(self, stages: Collection[int], moments: Sequence[datetime]) -> dict[tuple[int, str], Decimal]:
        """What the deals were worth that came into some stages, when they came: by period (from 1) and currency."""
        attributes, found = self.attributes(self.value), dict[tuple[int, str], Decimal]()
        for stays in self.stays.asked(Question(stages=frozenset(stages), entered=(moments[0], moments[-1]))):
            valued = stays.annotate(
                period=_period("active_from", moments),
                code=_first(attributes, CURRENCY),
                worth=_first(attributes, "number"),
            )
            for period, code, total in valued.values_list("period", "code").annotate(total=Sum("worth")):
                if total is not None:
                    found[period, code or ""] = found.get((period, code or ""), Decimal(0)) + total
        return found

    def slips(self, name: str, moment: datetime) -> dict[int, Slips]:
        """How the close dates moved of the deals in each stage just before a moment, since they were first stated."""
        attributes, found = self.attributes(name), dict[int, Slips]()
        stated = _versions(attributes).filter(link=OuterRef("link")).order_by("active_from")
        for stays in self.stays.asked(Question(standing=moment)):
            said = stays.annotate(
                first=Subquery(stated.values("text")[:1]), last=_held(attributes, moment, "text")
            ).filter(last__isnull=False)
            for place, before, after, number in said.values_list("place", "first", "last").annotate(n=Count("*")):
                days = _date(before), _date(after)
                if days[0] and days[1]:
                    found.setdefault(place, Slips()).add(days[0], days[1], number)
        return found


def attributes_of(model: type[models.Model], name: str) -> QuerySet[Attribute]:
    """The attributes a field or slug names, of all connections; none where the mirror knows no such thing."""
    try:
        return reader_of(model)(model, None, None).attributes(name)
    except FieldDoesNotExist:
        return Attribute.objects.none()


FLOW = ("place", "went_to", "entered_in", "left_in")
"""The columns of a flow."""


def _next(column: str) -> Window:
    return Window(Lead(column), partition_by=["link", "attribute"], order_by="active_from")


def _versions(attributes: Sequence[int]) -> QuerySet[Any, Any]:
    believed = AttributeValue.objects.believed().filter(attribute__in=attributes).order_by()
    code = Cast(KeyTextTransform(CURRENCY, "value"), CharField(max_length=10))  # a text: no JSON to compare with
    return believed.annotate(currency_code=code)


def _true(moment: datetime) -> Q:
    return Q(active_from__lt=moment) & (Q(active_until=None) | Q(active_until__gte=moment))


def _column(name: str) -> str:
    return CURRENCY if name == CURRENCY else "place"


def _held(attributes: Sequence[int], moment: datetime, column: str) -> Subquery:
    """What was true of the same deal just before a moment."""
    versions = _versions(attributes).filter(_true(moment), link=OuterRef("link"))
    return Subquery(versions.values(column)[:1])


def _first(attributes: Sequence[int], column: str) -> Subquery:
    """What was true when a stay began; else the first that came after: a deal is often made before it has a value."""
    goes_on = Q(active_until=None) | Q(active_until__gt=OuterRef("active_from"))
    versions = _versions(attributes).filter(goes_on, link=OuterRef("link"))
    return Subquery(versions.order_by("active_from").values(column)[:1])


def _period(column: str, moments: Sequence[datetime], low: int = 0, high: int | None = None) -> Any:
    """In which period a moment falls: 0 before the first one. Asked by halves: a few comparisons for many periods."""
    high = len(moments) if high is None else high
    if low == high:
        return Value(low)
    middle = (low + high) // 2
    return Case(
        When(**{f"{column}__lt": moments[middle]}, then=_period(column, moments, low, middle)),
        default=_period(column, moments, middle + 1, high),
        output_field=IntegerField(),
    )


def _by_deal(stays: QuerySet[Any, Any], now: datetime, until: datetime) -> QuerySet[Any, Any]:
    """For each deal and stage the seconds of its latest stay, of all of them, and whether it goes on."""
    goes_on = Q(ended=None) | Q(ended__gte=until)
    cut = Seconds(Case(When(goes_on, then=Value(now)), default=F("ended"), output_field=DateTimeField()))
    began = Seconds("active_from")
    summed: QuerySet[Any, Any] = stays.values("link", "place").annotate(
        latest=Max(cut) - Max(began),
        together=Sum(cut) - Sum(began),
        goes_on=Max(Case(When(goes_on, then=Value(1)), default=Value(0))),
    )
    return summed


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
